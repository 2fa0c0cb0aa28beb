using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using MnistMl.Training;

namespace MnistMl.Runs;

/// <summary>
/// A folder with all that is left of a training. It is there when it is complete, or not at all, and is never overwritten; only a
/// run that was interrupted gives way to the same run when that has gone on.
/// </summary>
sealed class RunFolder
{
    /// <summary>Files in it.</summary>
    public const string RecordFile = "run.json", MetricsFile = "metrics.json", ReportFile = "report.html", HistoryFile = "history.json", HistoryTable = "history.csv",
        PredictionsFile = "predictions.csv", MistakesFile = "mistakes.csv", MistakeSheetFile = "mistakes.png", AugmentedSheetFile = "augmented.png",
        ModelName = "model";

    // As it is read by people: only what JSON needs to be escaped is.
    static readonly RunJsonContext _json =
        new(new JsonSerializerOptions(RunJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    readonly string _root;
    readonly string? _name;
    readonly bool _resume;

    /// <summary>Looks whether a run can be saved, before it has anything to save: nothing is made yet.</summary>
    /// <param name="root">The folder of all runs.</param>
    /// <param name="name">The run's name; null for one of the time when it began.</param>
    /// <param name="resume">Whether it goes on with a run that was interrupted.</param>
    /// <exception cref="MnistMlException">It cannot.</exception>
    public RunFolder(string root, string? name, bool resume)
    {
        (_root, _name, _resume) = (root, name, resume);
        if (File.Exists(root))
            throw new MnistMlException($"Runs cannot be saved in '{root}', which is a file. Name a folder.");
        if (name != null && (name.Length == 0 || name.StartsWith('.') || name != Path.GetFileName(name) || name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars())))
            throw new MnistMlException($"'{name}' is no name of a run. Name it in letters, digits and dashes.");
        if (name != null && Path.Exists(PathOf(name)) && !IsUnfinished(PathOf(name)))
        {
            throw new MnistMlException($"There is a run '{PathOf(name)}', which is never overwritten. Choose another name, or delete it."
                + (resume ? " A run can go on only if it was interrupted." : ""));
        }
    }

    /// <summary>When the training began.</summary>
    public DateTimeOffset Started { get; init; } = DateTimeOffset.Now;

    /// <summary>The run's name, once it is saved.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Where it is, once it is saved.</summary>
    public string Location => PathOf(Name);

    /// <summary>Saves the run.</summary>
    /// <param name="record">What there is to say of a run of a name.</param>
    /// <param name="history">Its epochs.</param>
    /// <param name="model">The model's file, to be copied; null if there is none.</param>
    /// <param name="fill">Puts more into a folder; null for nothing.</param>
    /// <exception cref="MnistMlException">It cannot be saved.</exception>
    public void Save(Func<string, RunRecord> record, IReadOnlyList<EpochSummary> history, string? model, Action<string>? fill)
    {
        var partial = Path.Join(_root, $".{Path.GetRandomFileName()}");
        try
        {
            Directory.CreateDirectory(partial);
            WriteHistory(partial, history);
            var modelFile = model == null ? null : ModelName + Path.GetExtension(model);
            if (modelFile != null)
                File.Copy(model!, Path.Join(partial, modelFile));
            fill?.Invoke(partial);
            foreach (var name in Names())
            {
                var run = record(name);
                if (modelFile != null)
                    run = run with { Model = modelFile, ModelHash = HashOf(Path.Join(partial, modelFile)) };
                File.WriteAllText(Path.Join(partial, RecordFile), JsonSerializer.Serialize(run, _json.RunRecord) + "\n");
                if (TryMove(partial, PathOf(name)))
                {
                    Name = name;
                    return;
                }
            }
            throw new MnistMlException($"There is a run '{PathOf(_name!)}' by now, which is never overwritten. What would be this one is in '{partial}'.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(partial);
            throw new MnistMlException($"The run cannot be saved in '{_root}': {e.Message}", e);
        }
    }

    /// <summary>Reads what there is to know of a run.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <returns>Null if the folder is none of a run.</returns>
    public static RunRecord? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Join(folder, RecordFile)), RunJsonContext.Default.RunRecord);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>SHA-256 of a file.</summary>
    public static string HashOf(string file)
    {
        using var content = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>The name that was given, or those of the time, of which the first that is free is taken.</summary>
    IEnumerable<string> Names()
    {
        if (_name != null)
            return [_name];
        var time = Started.ToString("yyyy-MM-dd-HHmmss", CultureInfo.InvariantCulture);
        return Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? time : $"{time}-{number}");
    }

    bool TryMove(string from, string to)
    {
        var isUnfinished = IsUnfinished(to);
        if (Path.Exists(to) && !isUnfinished)
            return false;
        var before = Path.Join(_root, $".{Path.GetRandomFileName()}");
        if (isUnfinished)
            Directory.Move(to, before);
        Directory.Move(from, to);
        TryDelete(before);
        return true;
    }

    /// <summary>Whether this run is to go on with another.</summary>
    bool IsUnfinished(string folder) => _resume && _name != null && Read(folder) is { Interrupted: true };

    string PathOf(string name) => Path.Join(_root, name);

    static void WriteHistory(string folder, IReadOnlyList<EpochSummary> history)
    {
        File.WriteAllText(
            Path.Join(folder, HistoryFile), JsonSerializer.Serialize(history, _json.IReadOnlyListEpochSummary) + "\n");
        File.WriteAllLines(Path.Join(folder, HistoryTable), history.Select(epoch => string.Create(
            CultureInfo.InvariantCulture,
            $"{epoch.NetworkNumber ?? 1},{epoch.Epoch},{epoch.TrainLoss},{epoch.TrainAccuracy},{epoch.ValidationLoss},{epoch.ValidationAccuracy},{epoch.Seconds}"))
            .Prepend("member,epoch,trainLoss,trainAccuracy,validationLoss,validationAccuracy,seconds"));
    }

    static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An exception from here would hide the one that says why saving failed.
        }
    }
}
