using System.Text.Json;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Runs;
using MnistMl.Tests.Commands;
using MnistMl.Tests.Data;
using MnistMl.Training;

namespace MnistMl.Tests.Runs;

/// <summary>Runs as <c>train</c> keeps them and <c>compare</c> reads them.</summary>
public sealed class RunFolderTests : IDisposable
{
    static readonly string[] _training = ["train", "--data", "rows.csv", "--train-rows", "100", "--network", "6", "--epochs", "3", "--seed", "5"];

    readonly TemporaryFolder _folder = new();

    public RunFolderTests()
    {
        var random = new Random(1);
        // The label that has a comma is quoted.
        var lines = Enumerable.Range(0, 160).Select(row => (Label: random.Next(2), Base: row)).Select(row =>
            $"{(row.Label == 0 ? "\"ink, dark\"" : "paper")},{string.Join(',', Enumerable.Range(0, 4).Select(_ => random.Next(0, 200) + 55 * row.Label))}");
        File.WriteAllLines(Inside("rows.csv"), ["class,p1,p2,p3,p4", .. lines]);
    }

    public void Dispose() => _folder.Dispose();

    string Inside(params string[] names) => Path.Join([_folder.Path, .. names]);

    [Fact]
    public void A_run_is_a_folder_with_all_that_is_left_of_a_training()
    {
        Train("--run-folder", Inside("runs"), "--name", "one", "--augment", "shift 1", "--validation-rows", "20", "--json");

        Assert.Equal([Inside("runs", "one")], Directory.GetFileSystemEntries(Inside("runs")));
        Assert.Equal(
            ["augmented.png", "history.csv", "history.json", "metrics.json", "mistakes.csv", "mistakes.png", "model.zip", "predictions.csv", "report.html", "run.json"],
            Directory.GetFiles(Inside("runs", "one")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(File.ReadAllBytes(Inside("m.zip")), File.ReadAllBytes(Inside("runs", "one", "model.zip")));

        var record = RunFolder.Read(Inside("runs", "one"))!;
        Assert.Equal("one", record.Name);
        Assert.False(record.Interrupted);
        Assert.Contains("--augment \"shift 1\"", record.Command, StringComparison.Ordinal);
        Assert.StartsWith("MnistMl ", record.Version, StringComparison.Ordinal);
        Assert.Equal(5, record.Seed);
        Assert.Equal("shift 1", record.Settings["augment"]);
        Assert.Equal("3", record.Settings["epochs"]);
        var rows = DatasetFile.Read(Inside("rows.csv"));
        var (train, validation) = TrainTestSplit.Stratified(rows.Slice(0, 100), 80, seed: 1);
        Assert.Equal(RunData.HashOf(train), record.Data.TrainHash);
        Assert.Equal(RunData.HashOf(validation), record.Data.ValidationHash);
        Assert.Equal(RunData.HashOf(rows.Slice(100, 60)), record.Data.TestHash);

        var metrics = JsonDocument.Parse(File.ReadAllText(Inside("runs", "one", "metrics.json"))).RootElement;
        var history = JsonDocument.Parse(File.ReadAllText(Inside("runs", "one", "history.json"))).RootElement;
        Assert.Equal(
            metrics.GetProperty("history").EnumerateArray().Select(epoch => epoch.GetProperty("validationLoss").GetDouble()),
            history.EnumerateArray().Select(epoch => epoch.GetProperty("validationLoss").GetDouble()));
        var table = File.ReadAllLines(Inside("runs", "one", "history.csv"));
        Assert.Equal(1 + 3, table.Length);
        Assert.Equal($"{history[2].GetProperty("trainLoss").GetDouble()}", table[3].Split(',')[2]);

        var predictions = PredictionsFile.Read(Inside("runs", "one", "predictions.csv"));
        Assert.Equal(rows.Slice(100, 60).Labels.ToArray().Select(label => rows.ClassNames[label]), predictions.Labels);
        Assert.Equal(metrics.GetProperty("microAccuracy").GetDouble(), predictions.Labels.Zip(predictions.Predicted).Count(pair => pair.First == pair.Second) / 60.0, 1e-12);
        var mistakes = PredictionsFile.Read(Inside("runs", "one", "mistakes.csv"));
        Assert.Equal(predictions.Mistakes.Count, mistakes.RowCount);
        Assert.NotEqual(0, mistakes.RowCount);
        Assert.Equal(mistakes.Probabilities.OrderDescending(), mistakes.Probabilities);
        Assert.All(Enumerable.Range(0, mistakes.RowCount), row => Assert.False(mistakes.IsRight(row)));
    }

    [Fact]
    public void Without_the_option_there_is_no_folder_and_a_name_alone_is_wrong_usage()
    {
        Train();
        Assert.Equal(["m.zip", "rows.csv"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
        Assert.Contains("Add --run-folder FOLDER.", Run(2, [.. _training, "--name", "one"]).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_is_never_overwritten_and_one_without_a_name_takes_that_of_the_time()
    {
        Train("--run-folder", Inside("runs"), "--name", "one");
        var before = File.ReadAllBytes(Inside("runs", "one", "run.json"));

        Assert.Contains("which is never overwritten", Run(1, Here("--run-folder", Inside("runs"), "--name", "one")).Error, StringComparison.Ordinal);
        Assert.Contains("which is never overwritten", Run(1, Here("--run-folder", Inside("runs"), "--name", "one", "--resume")).Error, StringComparison.Ordinal);
        Assert.Contains("is no name of a run", Run(1, Here("--run-folder", Inside("runs"), "--name", "../one")).Error, StringComparison.Ordinal);
        Assert.Contains("which is a file", Run(1, Here("--run-folder", Inside("rows.csv"))).Error, StringComparison.Ordinal);
        Train("--run-folder", Inside("runs"));
        Train("--run-folder", Inside("runs"));

        Assert.Equal(before, File.ReadAllBytes(Inside("runs", "one", "run.json")));
        var names = Directory.GetDirectories(Inside("runs")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(3, names.Length);
        Assert.All(names[..2], name => Assert.Matches(@"^\d{4}-\d\d-\d\d-\d{6}(-2)?$", name));
    }

    [Fact]
    public async Task A_run_that_is_interrupted_says_so_until_it_has_gone_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no way to send another process Ctrl+C.");
        using var process = ProgramProcess.Start(_folder.Path, [.. _training.Select(word => word == "3" ? "5000000" : word), "--run-folder", "runs"]);
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.StartsWith("Epoch", StringComparison.Ordinal))
        {
        }
        InterruptionTests.Send(process.Id, "INT");
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        var run = Assert.Single(Directory.GetDirectories(Inside("runs")));
        Assert.Equal(["history.csv", "history.json", "run.json"], Directory.GetFiles(run).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(RunFolder.Read(run)!.Interrupted);
        Assert.Contains($"--name {Path.GetFileName(run)} --resume", error, StringComparison.Ordinal);
        Assert.Contains($"Kept: {Path.Join("runs", Path.GetFileName(run))}, the run as far as it went.", error, StringComparison.Ordinal);
        Assert.Contains("(interrupted)", Run(0, ["compare", run, run]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_diverges_is_kept_as_far_as_it_went_and_never_goes_on()
    {
        string[] diverging = [.. Here("--run-folder", Inside("runs"), "--name", "one"), "--learning-rate", "1e30", "--schedule", "constant"];
        var error = Run(1, diverging).Error;
        Assert.Contains($"Kept: {Inside("runs", "one")}, the run as far as it went.", error, StringComparison.Ordinal);

        Assert.Equal(["history.csv", "history.json", "run.json"], Directory.GetFiles(Inside("runs", "one")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var record = RunFolder.Read(Inside("runs", "one"))!;
        Assert.False(record.Interrupted);
        Assert.StartsWith("Training diverged in epoch 2", record.Diverged, StringComparison.Ordinal);
        Assert.Contains(record.Diverged!, error, StringComparison.Ordinal);
        Assert.Equal("1E+30", record.Settings["learning-rate"]);
        Assert.Equal(2, File.ReadAllLines(Inside("runs", "one", "history.csv")).Length);

        Assert.Contains("(diverged)", Run(0, ["compare", Inside("runs", "one"), Inside("runs", "one")]).Output, StringComparison.Ordinal);
        Assert.True(Json("compare", Inside("runs", "one"), Inside("runs", "one")).GetProperty("runs")[0].GetProperty("diverged").GetBoolean());
        Assert.Contains("which is never overwritten", Run(1, [.. diverging, "--resume"]).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_a_finished_epoch_leaves_no_folder()
    {
        Assert.Contains("diverged", Run(1, [.. Here("--run-folder", Inside("runs")), "--learning-rate", "1e30", "--batch-size", "10"]).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Inside("runs")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("one")]
    public void Runs_that_end_at_the_same_time_do_not_take_each_others_place(string? name)
    {
        RunFolder[] runs = [.. Enumerable.Range(0, 2).Select(_ => new RunFolder(Inside("runs"), name, resume: false) { Started = new(2026, 1, 2, 3, 4, 5, default) })];
        void Save(RunFolder run, int seed) => run.Save(own => Record(own, interrupted: false) with { Seed = seed }, [], null, null);

        Save(runs[0], seed: 1);
        if (name == null)
            Save(runs[1], seed: 2);
        else
            Assert.Contains("by now", Assert.Throws<MnistMlException>(() => Save(runs[1], seed: 2)).Message, StringComparison.Ordinal);

        Assert.Equal(1, RunFolder.Read(runs[0].Location)!.Seed);
        Assert.Equal([1, 2], Directory.GetDirectories(Inside("runs")).Select(folder => RunFolder.Read(folder)!.Seed).Order());
        Assert.Equal(name == null ? "2026-01-02-030405-2" : "", runs[1].Name);
    }

    [Fact]
    public void Rows_have_the_same_hash_only_if_all_of_them_is_the_same()
    {
        string Hash(byte[] pixels, int[] labels, int features = 2, string last = "b") => RunData.HashOf(new Dataset(pixels, labels, features, ["a", last]));
        Assert.Equal(Hash([1, 2, 3, 4], [0, 1]), Hash([1, 2, 3, 4], [0, 1]));
        string[] hashes = [Hash([1, 2, 3, 4], [0, 1]), Hash([1, 2, 3, 5], [0, 1]), Hash([3, 4, 1, 2], [0, 1]), Hash([1, 2, 3, 4], [1, 1]), Hash([1, 2], [0, 1], features: 1), Hash([1, 2, 3, 4], [0, 1], last: "c")];
        Assert.Distinct(hashes);
    }

    [Fact]
    public void A_run_that_was_interrupted_gives_way_to_the_one_that_has_gone_on()
    {
        RunFolder Folder(bool resume) => new(Inside("runs"), "one", resume);
        Folder(resume: false).Save(name => Record(name, interrupted: true), [new(1, 0.5, 0.5, null, null, 1)], null, null);
        Assert.Throws<MnistMlException>(() => Folder(resume: false));

        Folder(resume: true).Save(name => Record(name, interrupted: false), [], null, null);

        Assert.False(RunFolder.Read(Inside("runs", "one"))!.Interrupted);
        Assert.Equal([Inside("runs", "one")], Directory.GetFileSystemEntries(Inside("runs")));
        Assert.Throws<MnistMlException>(() => Folder(resume: true));
    }

    [Fact]
    public void What_fails_to_be_saved_leaves_nothing()
    {
        var folder = new RunFolder(Inside("runs"), "one", resume: false);
        Assert.Throws<MnistMlException>(() => folder.Save(_ => throw new InvalidOperationException(), [], null, _ => throw new IOException("full")));
        Assert.Empty(Directory.GetFileSystemEntries(Inside("runs")));
    }

    [Fact]
    public void Runs_reports_and_models_are_compared()
    {
        Train("--run-folder", Inside("runs"), "--name", "one");
        var report = Train("--run-folder", Inside("runs"), "--name", "two", "--network", "3", "--json");
        File.WriteAllText(Inside("two.json"), report);
        string[] data = ["--data", Inside("rows.csv"), "--train-rows", "100"];

        var runs = Json("compare", Inside("runs", "one"), Inside("runs", "two"), Inside("two.json"), "--report", Inside("runs.md"));
        var models = Json(["compare", Inside("runs", "one"), Inside("m.zip"), "--report", Inside("models.html"), .. data]);

        var (one, two) = (PredictionsFile.Read(Inside("runs", "one", "predictions.csv")), PredictionsFile.Read(Inside("runs", "two", "predictions.csv")));
        var test = Assert.Single(runs.GetProperty("mcNemar").EnumerateArray());
        Assert.Equal(
            Enumerable.Range(0, 60).Where(row => one.IsRight(row) && !two.IsRight(row)).Select(row => row + 1),
            test.GetProperty("onlyFirst").EnumerateArray().Select(row => row.GetInt32()));
        Assert.Equal(runs.GetProperty("mcNemar")[0].GetProperty("onlySecond").GetRawText(), models.GetProperty("mcNemar")[0].GetProperty("onlySecond").GetRawText());
        foreach (var key in (string[])["microAccuracy", "logLoss", "parameters", "rowsTested"])
        {
            Assert.Equal(runs.GetProperty("runs")[1].GetProperty(key).GetDouble(), runs.GetProperty("runs")[2].GetProperty(key).GetDouble());
            Assert.Equal(runs.GetProperty("runs")[1].GetProperty(key).GetDouble(), models.GetProperty("runs")[1].GetProperty(key).GetDouble(), 1e-9);
        }
        Assert.Contains($"| A {Inside("runs", "one")} |", File.ReadAllText(Inside("runs.md")), StringComparison.Ordinal);
        // The rows of models that are tested now are at hand.
        Assert.Contains("section id=\"against-B\"", File.ReadAllText(Inside("models.html")), StringComparison.Ordinal);
        Assert.Equal(3, models.GetProperty("runs")[0].GetProperty("history").GetArrayLength());
        Assert.Equal(3, runs.GetProperty("runs")[2].GetProperty("epochs").GetInt32());
    }

    [Theory]
    [InlineData("nothing.json", "cannot be read")]
    [InlineData("text.json", "is no report")]
    [InlineData("list.json", "is no report")]
    [InlineData("folder", "is none of a run")]
    [InlineData("broken", "predictions.csv, line 3: these are no predictions")]
    public void What_cannot_be_compared_is_said(string input, string why)
    {
        File.WriteAllText(Inside("text.json"), "no");
        File.WriteAllText(Inside("list.json"), "[1]");
        Directory.CreateDirectory(Inside("folder"));
        Directory.CreateDirectory(Inside("broken"));
        File.WriteAllText(Inside("broken", "metrics.json"), "{\"microAccuracy\":null}");
        File.WriteAllText(Inside("broken", "run.json"), "{\"data\":{}}");
        File.WriteAllText(Inside("broken", "predictions.csv"), "row,label,predicted,probability\n1,a,b,0.5\n2,a\n");
        Assert.Contains(why, Run(1, ["compare", Inside(input), Inside(input)]).Error, StringComparison.Ordinal);
    }

    static RunRecord Record(string name, bool interrupted) => new(name, "", interrupted, default, "", "", 1, new Dictionary<string, string>(), new("", "", null, ""));

    string[] Here(params string[] arguments) => [.. _training.Select(word => word == "rows.csv" ? Inside(word) : word), "--output", Inside("m.zip"), .. arguments];

    string Train(params string[] arguments)
    {
        var all = Here(arguments).ToList();
        // A later network replaces the first.
        if (all.LastIndexOf("--network") is var last && all.IndexOf("--network") is var first && last != first)
            all.RemoveRange(first, 2);
        return Run(0, [.. all]).Output;
    }

    static JsonElement Json(params string[] arguments) => JsonDocument.Parse(Run(0, [.. arguments, "--json"]).Output).RootElement;

    static (string Output, string Error) Run(int exitCode, string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CommandLine.Run(arguments, output, error);
        Assert.True(exitCode == code, $"exit code {code}: {error}");
        return ($"{output}", $"{error}");
    }
}
