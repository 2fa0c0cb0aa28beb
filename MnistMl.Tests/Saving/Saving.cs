using System.Collections.Concurrent;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Tests.Data;
using MnistMl.Tests.Model;
using MnistMl.Training;
using MnistMl.Tuning;

namespace MnistMl.Tests.Saving;

/// <summary>A kind of file, in versions from 1 on.</summary>
/// <param name="FileName">Its name.</param>
/// <param name="Save">Saves a version in a folder, in place of the one before.</param>
/// <param name="Read">The version in a folder; 0 if there is none. Throws if it is none of them.</param>
sealed record Saving(string FileName, Action<string, int> Save, Func<string, int> Read)
{
    static readonly TrainedNetwork[] _networks = [.. Enumerable.Range(0, 5).Select(version => Networks.Random(version, 5, 4, 3))];

    static readonly ConcurrentDictionary<int, string> _predicted = [];

    static readonly CheckpointSetting _setting = CheckpointSetting.Of(
        TrainingSet.From(new Dataset(new byte[10], new[] { 0, 1 }, 5, ["a", "b"])), null, new TrainingOptions());

    public static Saving[] All { get; } =
    [
        Model("model.zip"),
        Model("model.onnx"),
        new("training.checkpoint", (folder, version) => Of(version).Write(Path.Join(folder, "training.checkpoint")), folder =>
        {
            var path = Path.Join(folder, "training.checkpoint");
            return Checkpoint.Exists(path) ? (int)Checkpoint.Read(path).Seconds : 0;
        }),
        new("tune.jsonl", SaveTrial, folder =>
        {
            if (!File.Exists(Path.Join(folder, "tune.jsonl")))
                return 0;
            using var log = Open(folder);
            Assert.Equal(Enumerable.Range(1, log.Trials.Count).Select(TrialOf), log.Trials);
            return log.Trials.Count;
        }),
        new("predictions.csv", (folder, version) => Predict(folder, version, "predictions.csv"), folder =>
        {
            var path = Path.Join(folder, "predictions.csv");
            if (!File.Exists(path))
                return 0;
            var version = File.ReadLines(path).Count() - 1;
            Assert.Equal(Predicted(version), File.ReadAllText(path));
            return version;
        }),
    ];

    /// <summary>Whether the version before the last is kept.</summary>
    public bool IsKept => FileName == "training.checkpoint";

    /// <summary>Whether it is added to, instead of replaced.</summary>
    public bool IsAppended => FileName == "tune.jsonl";

    static Saving Model(string name) => new(
        name, (folder, version) => ModelFile.Write(_networks[version], Path.Join(folder, name)),
        folder => File.Exists(Path.Join(folder, name)) ? Version(ModelFile.Read(Path.Join(folder, name))) : 0);

    static int Version(TrainedNetwork network) =>
        Array.FindIndex(_networks, known => Networks.Numbers(known).AsSpan().SequenceEqual(Networks.Numbers(network))) is > 0 and var version
            ? version
            : throw new InvalidOperationException("It is another network.");

    static Checkpoint Of(int version) => new(_setting, version, [], new(1, version, 0, default, [], null, null, new byte[100]));

    static TrialLog Open(string folder) => new(Path.Join(folder, "tune.jsonl"), new("rows.csv", 100, 20, "00000000", "--epochs 8 --seed 1", "--network"), [8]);

    static Trial TrialOf(int version) => new($"--seed {version}", 8, version, 0.5, 1);

    static void SaveTrial(string folder, int version)
    {
        using var log = Open(folder);
        log.Add(TrialOf(version));
    }

    static string Predicted(int version) => _predicted.GetOrAdd(version, rows =>
    {
        using var folder = new TemporaryFolder();
        Predict(folder.Path, rows, "expected.csv");
        return File.ReadAllText(Path.Join(folder.Path, "expected.csv"));
    });

    static void Predict(string folder, int version, string output)
    {
        using var inputs = new TemporaryFolder();
        var (model, rows) = (Path.Join(inputs.Path, "model.zip"), Path.Join(inputs.Path, "rows.csv"));
        using (var file = File.Create(model))
            ModelZip.Write(_networks[0], file);
        File.WriteAllLines(rows, Enumerable.Range(0, version).Select(row => $"1,{row},3,4,5"));
        using var error = new StringWriter();
        if (CommandLine.Run(["predict", rows, "--model", model, "--output", Path.Join(folder, output)], TextWriter.Null, error) != 0)
            throw new MnistMlException($"{error}".Trim());
    }
}
