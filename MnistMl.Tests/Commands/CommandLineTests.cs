using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MnistMl.Commands;
using MnistMl.Files;
using MnistMl.Tests.Data;
using MnistMl.Tests.Files;

namespace MnistMl.Tests.Commands;

/// <summary>
/// The program as a user runs it: arguments in; exit code, standard output and standard error out. It is started as a process
/// only where that is what is tested: in arguments, and in what is printed, ~ is the test's folder.
/// </summary>
public sealed class CommandLineTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mnistml-").FullName;
    string? _kernels;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Training_saves_a_model_that_evaluates_and_predicts_alike()
    {
        WriteRows("rows.csv", rows: 120, "ink", "paper");

        var trained = Json(RunProcess("train", "--data", "rows.csv", "--train-rows", "100", "--network", "8", "--epochs", "200", "--seed", "3", "--json"));
        var evaluated = Json(RunProcess("evaluate", "--data", "rows.csv", "--json"));
        var predicted = Json(RunProcess("predict", "rows.csv", "--json"));

        Assert.Equal(100, trained.GetProperty("rowsTrained").GetInt32());
        Assert.Equal(20, trained.GetProperty("rowsTested").GetInt32());
        Assert.Equal(200, trained.GetProperty("epochs").GetInt32());
        Assert.Equal(200, trained.GetProperty("history").GetArrayLength());
        Assert.Equal(3, trained.GetProperty("seed").GetInt32());
        Assert.Equal(4 * 8 + 8 + 8 * 2 + 2, trained.GetProperty("parameters").GetInt32());
        Assert.Equal("mnist.zip", trained.GetProperty("model").GetString());
        Assert.False(trained.GetProperty("interrupted").GetBoolean());
        Assert.Equal(1, trained.GetProperty("microAccuracy").GetDouble());
        Assert.Equal(["ink", "paper"], trained.GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
        Assert.All(["macroAccuracy", "logLoss", "logLossReduction", "topKAccuracy", "trainSeconds", "evaluateSeconds"], name =>
            Assert.Equal(JsonValueKind.Number, trained.GetProperty(name).ValueKind));

        Assert.Equal(1, evaluated.GetProperty("microAccuracy").GetDouble());
        Assert.Equal(120, evaluated.GetProperty("rowsTested").GetInt32());
        Assert.Equal(
            Enumerable.Range(0, 120).Select(row => row % 2 == 0 ? "paper" : "ink"),
            predicted.GetProperty("predictions").EnumerateArray().Select(prediction => prediction.GetProperty("label").GetString()));
    }

    [Fact]
    public void The_process_ends_with_the_exit_code_and_tells_errors_on_standard_error()
    {
        var (output, error) = RunProcess(["--nonsense"], expectedExitCode: 2);
        Assert.Equal("", output);
        Assert.StartsWith("Error: Unrecognized command or argument '--nonsense'", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train", "--epochs")]
    [InlineData("train", "--epochs", "5", "--epochs", "6")]
    public void An_error_of_a_command_that_is_also_the_default_one_is_told_once(params string[] arguments)
    {
        using var error = new StringWriter();
        Assert.Equal(2, CommandLine.Run(arguments, TextWriter.Null, error));
        Assert.Single($"{error}".Split('\n'), line => line.StartsWith("Error: ", StringComparison.Ordinal));
    }

    [Fact]
    public void An_output_that_is_full_is_an_error_told_where_it_can_be()
    {
        using var full = new FullWriter();
        using var error = new StringWriter();
        Assert.Equal(1, CommandLine.Run(["info"], full, error));
        Assert.Equal($"Error: The output cannot be written: full{Environment.NewLine}", $"{error}");
        Assert.Equal(1, CommandLine.Run(["info"], full, full));
    }

    [Fact]
    public void Kernels_that_there_are_not_are_an_error()
    {
        WriteRows("rows.csv", rows: 40, "a", "b");
        Run("--data", "~/rows.csv", "--train-rows", "30", "--epochs", "1", "--output", "~/mnist.zip");
        _kernels = "Vector3";
        foreach (var arguments in (string[][])[["train", "--data", "rows.csv", "--train-rows", "30"], ["predict", "rows.csv"]])
        {
            var error = RunProcess(arguments, expectedExitCode: 1).Error;
            Assert.Contains("Error: MNISTML_KERNELS is 'Vector3', but this processor runs", error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_report_and_the_progress_are_for_people_and_quiet_leaves_the_report()
    {
        WriteRows("rows.csv", rows: 40, "a", "b");
        string[] arguments =
            ["--data", "~/rows.csv", "--train-rows", "30", "--validation-rows", "10", "--network", "none", "--epochs", "2", "--output", "~/mnist.zip"];

        var loud = Run(arguments);
        Assert.Contains("Accuracy", loud.Output, StringComparison.Ordinal);
        Assert.Contains("Trained on 20 rows", loud.Output, StringComparison.Ordinal);
        Assert.Contains("Epoch 2/2", loud.Error, StringComparison.Ordinal);
        Assert.Contains("validation", loud.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', loud.Output + loud.Error);

        var quiet = Run([.. arguments, "--quiet"]);
        Assert.Contains("Accuracy", quiet.Output, StringComparison.Ordinal);
        Assert.Equal("", quiet.Error);
    }

    [Fact]
    public void It_says_which_epochs_network_an_early_end_kept()
    {
        WriteRows("rows.csv", rows: 60, "ink", "paper");
        var (_, error) = Run(
            "--data", "~/rows.csv", "--train-rows", "50", "--validation-rows", "20", "--network", "8", "--epochs", "10000",
            "--learning-rate", "0.5", "--patience", "3", "--output", "~/mnist.zip");
        Assert.Matches(@"Ended after \d+ of 10000 epochs: the network of epoch \d+, the best on the validation rows, is saved", error);
    }

    [Theory]
    [InlineData("~/both.zip")]
    [InlineData("~/both.onnx")]
    public void Several_networks_are_saved_as_one(string output)
    {
        WriteRows("rows.csv", rows: 50, "a", "b");
        var result = Json(Run(
            "--data", "~/rows.csv", "--train-rows", "40", "--network", "4", "--epochs", "2", "--ensemble", "2", "--output", output, "--json", "--quiet"));
        Assert.Equal(2, result.GetProperty("members").GetInt32());
        Assert.Equal([1, 1, 2, 2], result.GetProperty("history").EnumerateArray().Select(epoch => epoch.GetProperty("member").GetInt32()));
        Assert.Equal([1, 2, 1, 2], result.GetProperty("history").EnumerateArray().Select(epoch => epoch.GetProperty("epoch").GetInt32()));
        Assert.Equal([8, 2], ModelFile.Read(Here(output)).Layers.Select(layer => layer.Outputs));
    }

    [Fact]
    public void A_file_of_its_own_can_be_the_test()
    {
        WriteRows("train.csv", rows: 50, "a", "b");
        WriteRows("test.csv", rows: 10, "a", "b");
        var result = Json(Run(
            "--data", "~/train.csv", "--test", "~/test.csv", "--network", "4", "--epochs", "1", "--output", "~/mnist.zip", "--json", "--quiet"));
        Assert.Equal(50, result.GetProperty("rowsTrained").GetInt32());
        Assert.Equal(10, result.GetProperty("rowsTested").GetInt32());
    }

    [Theory]
    [InlineData("--train-rows", "30")]
    [InlineData("--train-rows", "30", "--validation-rows", "10")]
    [InlineData("--test", "~/test.csv")]
    public void The_command_that_comes_next_tests_on_the_same_rows(params string[] rows)
    {
        WriteRows("the rows.csv", rows: 50, "a", "b");
        WriteRows("test.csv", rows: 10, "a", "b");
        string[] train = ["train", "--data", "~/the rows.csv", .. rows, "--network", "4", "--epochs", "1", "--output", "~/the model.zip"];
        var trained = Json(Run([.. train, "--json", "--quiet"]));

        var next = Regex.Match(Run(train).Output, "^Next: .* (evaluate .*)$", RegexOptions.Multiline).Groups[1].Value;
        var evaluated = Json(Run([.. CommandLineParser.SplitCommandLine(next), "--json"]));

        foreach (var figure in (string[])["rowsTested", "microAccuracy", "logLoss"])
            Assert.Equal(trained.GetProperty(figure).GetDouble(), evaluated.GetProperty(figure).GetDouble(), 1e-6);
    }

    [Fact]
    public void A_folder_of_IDX_files_has_rows_to_train_on_and_rows_to_test_on()
    {
        WriteImages("digits", new IdxDialect(), "train", count: 100);
        WriteImages("digits", new IdxDialect('.', Gzip: true, EndsInGz: true), "t10k", count: 20);
        WriteRows("rows.csv", rows: 10, "0", "1");
        string[] train = ["train", "--data", "~/digits", "--recipe", "baseline", "--network", "8", "--epochs", "200", "--output", "~/mnist.zip", "--json"];

        var trained = Json(Run(train));
        var evaluated = Json(Run("evaluate", "--model", "~/mnist.zip", "--data", "~/digits", "--json"));
        var predicted = Run("predict", "--model", "~/mnist.zip", "~/digits").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var testedOnFile = Json(Run([.. train, "--train-rows", "60", "--validation-rows", "10", "--test", "~/rows.csv"]));
        var testedOnFolder = Json(Run("train", "--data", "~/rows.csv", "--test", "~/digits", "--epochs", "1", "--output", "~/mnist.zip", "--json"));

        Assert.Equal((100, 20, 1), Figures(trained));
        Assert.Equal(["0", "1"], trained.GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
        Assert.Equal(20, evaluated.GetProperty("rowsTested").GetInt32());
        Assert.Equal(1, evaluated.GetProperty("microAccuracy").GetDouble());
        Assert.Equal(Enumerable.Range(0, 20).Select(row => $"{row % 2}"), predicted.Select(line => line.Split('\t')[0]));
        Assert.Equal((50, 10, 1), Figures(testedOnFile));
        Assert.Equal((10, 20), (Figures(testedOnFolder).RowsTrained, Figures(testedOnFolder).RowsTested));

        static (int RowsTrained, int RowsTested, double Accuracy) Figures(JsonElement result) => (
            result.GetProperty("rowsTrained").GetInt32(),
            result.GetProperty("rowsTested").GetInt32(),
            result.GetProperty("microAccuracy").GetDouble());
    }

    [Fact]
    public void Images_of_another_size_than_the_models_are_refused()
    {
        WriteRows("rows.csv", rows: 20, "0", "1");
        WriteImages("wide", new IdxDialect(), "t10k", count: 4, height: 3);
        Run("--data", "~/rows.csv", "--train-rows", "10", "--epochs", "1", "--output", "~/mnist.zip");

        foreach (var arguments in (string[][])[["predict", "~/wide"], ["evaluate", "--data", "~/wide"]])
        {
            var error = Run(expectedExitCode: 1, [.. arguments, "--model", "~/mnist.zip"]).Error;
            Assert.Contains(Here("~/mnist.zip takes 4 pixels a row, but the data has 6."), error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rows_to_predict_come_from_standard_input_too_with_a_class_or_without()
    {
        WriteRows("rows.csv", rows: 60, "a", "b");
        Run("--data", "~/rows.csv", "--train-rows", "50", "--network", "16", "--epochs", "200", "--output", "~/mnist.zip");

        var lines = RunProcess(["predict", "-"], "0,0,0,0\n255,255,255,255\n").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["a", "b"], lines.Select(line => line.Split('\t')[0]));
        Assert.All(lines, line => Assert.InRange(double.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture), 0.5, 1));
        Assert.Equal(60, Run("predict", "--model", "~/mnist.zip", "~/rows.csv").Output.Count(c => c == '\n'));
    }

    [Fact]
    public void An_exported_model_predicts_what_the_model_predicts()
    {
        WriteRows("rows.csv", rows: 60, "ink", "paper");
        Run("--data", "~/rows.csv", "--train-rows", "50", "--network", "16", "--epochs", "5", "--output", "~/paper.zip");

        Assert.StartsWith(Here("Saved: ~/paper.onnx ("), Run("export", "--model", "~/paper.zip").Output, StringComparison.Ordinal);
        Run("export", "--model", "~/paper.zip", "--output", "~/other.ONNX");
        foreach (var (output, mention) in new[] { ("~/./paper.zip", "the model itself"), ("~", "a folder"), ("", "''") })
            Assert.Contains(mention, Run(expectedExitCode: 1, ["export", "--model", "~/paper.zip", "--output", output]).Error, StringComparison.Ordinal);

        var model = File.ReadAllBytes(Path.Join(_folder, "paper.onnx"));
        Assert.Equal(model, File.ReadAllBytes(Path.Join(_folder, "other.ONNX")));
        Run("export", "--model", "~/paper.onnx", "--output", "~/back.zip");
        Assert.StartsWith(Here("Saved: ~/other.zip ("), Run("export", "--model", "~/other.ONNX").Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(Path.Join(_folder, "paper.zip")), File.ReadAllBytes(Path.Join(_folder, "back.zip")));
        var predicted = Json(Run("predict", "--model", "~/paper.zip", "--json", "~/rows.csv"))
            .GetProperty("predictions").EnumerateArray().ToArray();
        var cells = File.ReadLines(Path.Join(_folder, "rows.csv")).Skip(1).SelectMany(line => line.Split(',').Skip(1));
        var (probabilities, classNames) = OnnxRuntime.Run(
            model, [.. cells.Select(cell => float.Parse(cell, CultureInfo.InvariantCulture))], featureCount: 4);
        Assert.Equal(predicted.Select(row => row.GetProperty("label").GetString()), classNames);
        foreach (var (row, scores) in predicted.Zip(probabilities.Chunk(2)))
            Assert.Equal(row.GetProperty("probability").GetSingle(), scores.Max(), tolerance: 1e-5f);
    }

    [Fact]
    public void A_network_learns_from_each_of_its_teachers_as_much_as_is_asked_for()
    {
        WriteRows("rows.csv", rows: 60, "ink", "paper");
        string[] train = ["train", "--data", "~/rows.csv", "--train-rows", "50", "--network", "8", "--epochs", "5", "--quiet"];
        Run([.. train, "--output", "~/a.zip"]);
        Run([.. train, "--seed", "2", "--output", "~/b.onnx"]);

        byte[][] students =
        [
            Student(),
            Student("--teacher", "~/a.zip"),
            Student("--teacher", "~/a.zip", "--teacher", "~/b.onnx"),
            Student("--teacher", "~/a.zip", "--teacher", "~/b.onnx", "--alpha", "0.25"),
            Student("--teacher", "~/a.zip", "--teacher", "~/b.onnx", "--temperature", "5"),
        ];

        Assert.Equal(students.Length, students.Select(Convert.ToHexString).Distinct().Count());

        byte[] Student(params string[] teachers)
        {
            Run([.. train, "--seed", "3", .. teachers, "--output", "~/student.zip"]);
            return File.ReadAllBytes(Path.Join(_folder, "student.zip"));
        }
    }

    [Fact]
    public void A_network_with_max_pooling_is_trained_evaluated_and_used_as_ONNX_and_as_a_zip()
    {
        WriteRows("rows.csv", rows: 60, "ink", "paper");
        string[] train =
            ["--data", "~/rows.csv", "--train-rows", "50", "--recipe", "baseline", "--network", "conv 4 2x2 +1, max 2x2 /1", "--epochs", "500", "--json"];

        var zip = Run([.. train, "--output", "~/max.zip"]);
        var trained = Json(Run([.. train, "--output", "~/max.onnx"]));
        var evaluated = Json(Run("evaluate", "--model", "~/max.onnx", "--data", "~/rows.csv", "--json"));
        var lines = Run("predict", "--model", "~/max.onnx", "~/rows.csv").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Run("export", "--model", "~/max.zip", "--output", "~/copy.onnx");
        var exported = Run("export", "--model", "~/max.onnx", "--output", "~/copy.zip").Output;
        var info = Run("info", "--model", "~/max.onnx").Output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        const string packages = "An ML.NET app loads it with the packages Microsoft.ML, Microsoft.ML.OnnxTransformer and Microsoft.ML.OnnxRuntime.";
        Assert.Contains(packages, zip.Error, StringComparison.Ordinal);
        Assert.Contains(packages, exported, StringComparison.Ordinal);
        Assert.Equal(1, Json(zip).GetProperty("microAccuracy").GetDouble());
        Assert.Equal(lines, Run("predict", "--model", "~/max.zip", "~/rows.csv").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(File.ReadAllBytes(Here("~/max.zip")), File.ReadAllBytes(Here("~/copy.zip")));
        Assert.Equal(Here("~/max.onnx"), trained.GetProperty("model").GetString());
        Assert.Equal((1, 1), (trained.GetProperty("microAccuracy").GetDouble(), evaluated.GetProperty("microAccuracy").GetDouble()));
        Assert.Equal(Enumerable.Range(0, 60).Select(row => row % 2 == 0 ? "paper" : "ink"), lines.Select(line => line.Split('\t')[0]));
        Assert.Equal(File.ReadAllBytes(Path.Join(_folder, "max.onnx")), File.ReadAllBytes(Path.Join(_folder, "copy.onnx")));
        Assert.Contains(info, words => words is ["max", "2x2", "/1", "2×2×4", "0", _]);
        Assert.Contains(info, words => words is ["Saved", "for", "ML.NET", "with", "ONNX", "inside."]);
    }

    [Fact]
    public void A_model_is_exported_for_images_and_with_ONNX_inside_and_is_still_the_same_network()
    {
        WriteRows("rows.csv", rows: 60, "ink", "paper");
        Run("--data", "~/rows.csv", "--network", "conv 4 2x2", "--augment", "none", "--epochs", "2", "--output", "~/model.zip");
        var expected = Run("predict", "--model", "~/model.zip", "~/rows.csv").Output;

        var images = Run("export", "--model", "~/model.zip", "--input", "image", "--ink", "dark", "--output", "~/images.zip").Output;
        var inside = Run("export", "--model", "~/model.zip", "--input", "path", "--onnx-inside", "--output", "~/inside.zip").Output;
        Run("export", "--model", "~/inside.zip", "--format", "zip", "--output", "~/back.zip");

        Assert.Contains("An ML.NET app loads it with the packages Microsoft.ML and Microsoft.ML.ImageAnalytics.", images, StringComparison.Ordinal);
        Assert.Contains(
            "Microsoft.ML, Microsoft.ML.ImageAnalytics, Microsoft.ML.OnnxTransformer and Microsoft.ML.OnnxRuntime.", inside, StringComparison.Ordinal);
        foreach (var model in (string[])["~/images.zip", "~/inside.zip"])
            Assert.Equal(expected, Run("predict", "--model", model, "~/rows.csv").Output);
        Assert.Equal(File.ReadAllBytes(Here("~/model.zip")), File.ReadAllBytes(Here("~/back.zip")));
        Assert.Contains("inside.zip is the model itself", Run(expectedExitCode: 1, ["export", "--model", "~/inside.zip", "--input", "image"]).Error, StringComparison.Ordinal);
        Assert.Contains("is none", Run(expectedExitCode: 1, ["export", "--model", "~/model.zip", "--onnx-inside", "--output", "~/a.onnx"]).Error, StringComparison.Ordinal);
        Run("--data", "~/rows.csv", "--network", "4", "--epochs", "1", "--output", "~/dense.zip");
        Assert.Contains("has no convolutions", Run(expectedExitCode: 1, ["export", "--model", "~/dense.zip", "--onnx-inside", "--output", "~/b.zip"]).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Info_shows_each_layers_shape_parameters_and_multiply_adds()
    {
        var lines = Run("info", "--network", "conv 24 5x5 /2 bn, average 2x2, dropout 0.2, dense 100").Output.Split('\n');

        Assert.Contains(lines, line => Words(line) is ["conv", "24", "5x5", "/2", "bn", "12×12×24", "648", "86,400"]);
        Assert.Contains(lines, line => Words(line) is ["average", "2x2", "/2", "6×6×24", "0", "3,456"]);
        Assert.Contains(lines, line => Words(line) is ["dropout", "0.2", "6×6×24", "0", "0"]);
        Assert.Contains(lines, line => Words(line) is ["dense", "100", "100", "86,500", "86,400"]);
        Assert.Contains(lines, line => Words(line) is ["dense,", "softmax", "10", "1,010", "1,000"]);
        Assert.Contains(lines, line => Words(line) is ["all", "88,158", "177,256"]);

        static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void Augmented_images_are_drawn_the_same_for_the_same_seed()
    {
        WriteRows("rows.csv", rows: 20, "a", "b");
        var said = Run("augment", "--data", "~/rows.csv", "--augment", "shift 0.5", "--output", "~/one.png").Output;
        Run("augment", "--data", "~/rows.csv", "--augment", "shift 0.5", "--output", "~/same.png");
        Run("augment", "--data", "~/rows.csv", "--augment", "shift 0.5", "--output", "~/other.png", "--seed", "2");

        Assert.Contains(Here("~/one.png"), said, StringComparison.Ordinal);
        Assert.Contains("shift 0.5", said, StringComparison.Ordinal);
        Assert.Equal([0x89, .. "PNG"u8], Image("one.png")[..4]);
        Assert.Equal(Image("one.png"), Image("same.png"));
        Assert.NotEqual(Image("one.png"), Image("other.png"));

        byte[] Image(string name) => File.ReadAllBytes(Path.Join(_folder, name));
    }

    [Theory]
    [InlineData("--epochs zero", "--epochs")]
    [InlineData("--network 10,0", "--network")]
    [InlineData("--learning-rate -1", "--learning-rate")]
    [InlineData("--schedule linear", "linear")]
    [InlineData("--nonsense", "--nonsense")]
    [InlineData("--momentum 0.5", "--optimizer sgd or nesterov")]
    [InlineData("evaluate --epochs 3", "--epochs")]
    [InlineData("predict", "predict")]
    [InlineData("export --format pmml", "pmml")]
    [InlineData("export --input audio", "audio")]
    [InlineData("export --ink dark", "--input image")]
    [InlineData("export --format onnx --output mnist.zip", ".onnx")]
    [InlineData("export --format zip --output mnist.onnx", ".onnx")]
    [InlineData("train --recipe", "--recipe")]
    [InlineData("tune --recipe fast --recipe best", "--recipe")]
    [InlineData("tune --budget soon", "'soon'")]
    [InlineData("tune --budget 0", "'0'")]
    [InlineData("tune --validation-rows 0", "from 1 on")]
    [InlineData("--train-rows 100%", "--train-rows")]
    [InlineData("--train-rows 0%", "--train-rows")]
    [InlineData("--train-rows half", "--train-rows")]
    [InlineData("--train-rows= --epochs 1", "--train-rows has no value.")]
    [InlineData("--learning-rate 1e-320", "'1e-320' is not a number above 0")]
    [InlineData("--class-weights even", "uniform or balanced")]
    [InlineData("tune --patience 3", "--patience")]
    [InlineData("tune --ensemble 2", "--ensemble")]
    [InlineData("--ensemble 0", "--ensemble")]
    [InlineData("tune --teacher a.zip", "--teacher")]
    [InlineData("info --network conv", "  ^^^^")]
    [InlineData("info --model mnist.zip --pixels 4", "--pixels")]
    [InlineData("augment --augment spin", "  ^^^^")]
    public void Wrong_usage_is_explained_with_exit_code_2(string arguments, string mention)
    {
        var result = Run(expectedExitCode: 2, arguments.Split(' '));
        Assert.Equal("", result.Output);
        Assert.Contains(mention, result.Error, StringComparison.Ordinal);
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Distinct(), lines);
    }

    [Theory]
    [InlineData("--data ~/nowhere.csv", "nowhere.csv")]
    [InlineData("--data ~/rows.csv --train-rows 20", "20 rows")]
    [InlineData("--data ~/rows.csv --train-rows 21 --test ~/rows.csv", "20 rows")]
    [InlineData("--data ~/rows.csv --train-rows 10 --validation-rows 10", "--validation-rows")]
    [InlineData("--data ~/rows.csv --train-rows 10 --patience 2", "--validation-rows")]
    [InlineData("--data ~/rows.csv --train-rows 10 --patience 2 --validation-rows 2 --ensemble 2", "--ensemble 1")]
    [InlineData("--data ~/rows.csv --train-rows 10 --ensemble 2000000000", "Make it, or what is before it, smaller")]
    [InlineData("--data ~/rows.csv --train-rows 10 --output ~/no/such/folder.zip", "no/such")]
    [InlineData("--data ~/rows.csv --train-rows 10 --output ~", "folder")]
    [InlineData("--data ~/rows.csv --train-rows 10 --test ~/wide.csv", "5 pixels")]
    [InlineData("--data ~/rows.csv --train-rows 10 --test ~/other.csv", "labels are 'c', 'd'")]
    [InlineData("--data ~/one.csv --train-rows 10", "class")]
    [InlineData("--data ~/rows.csv --train-rows 10 --epochs 50 --schedule constant --learning-rate 1e30", "diverged")]
    [InlineData("--data ~/rows.csv --train-rows 10 --teacher ~/nowhere.zip", "nowhere.zip")]
    [InlineData("--data ~", "train-images-idx3-ubyte")]
    [InlineData("--data ~/digits --train-rows 21", "20 rows")]
    [InlineData("--data ~/digits --test ~/rows.csv", "'b'")]
    [InlineData("--data ~/digits", "6 pixels")]
    [InlineData("evaluate --model ~/nowhere.zip", "nowhere.zip")]
    [InlineData("evaluate --model ~/small.zip --data ~/rows.csv --train-rows 20", "none are left to test on")]
    [InlineData("evaluate --model ~/small.zip --data ~/digits --train-rows 5", "test rows apart from the training rows")]
    [InlineData("evaluate --model ~/rows.csv --data ~/rows.csv", "rows.csv")]
    [InlineData("evaluate --model ~/wrong.onnx --data ~/rows.csv", "'~/wrong.onnx' is damaged")]
    [InlineData("info --model ~/nowhere.onnx", "nowhere.onnx")]
    [InlineData("predict --model ~/nowhere.zip ~/rows.csv", "nowhere.zip")]
    [InlineData("export --model ~/nowhere.zip", "nowhere.zip")]
    [InlineData("export --model ~/rows.csv", "rows.csv")]
    [InlineData("tune --data ~/nowhere.csv", "nowhere.csv")]
    [InlineData("tune --data ~/rows.csv --train-rows 10 --validation-rows 10", "--validation-rows 10")]
    [InlineData("tune --data ~/rows.csv --train-rows 10 --validation-rows 2 --output ~/rows.csv", "~/rows.csv is not a file of tune")]
    [InlineData("tune --data ~/rows.csv --train-rows 10 --validation-rows 2 --output ~", "--output FILE")]
    [InlineData("tune --data ~/rows.csv --train-rows 10 --validation-rows 2 --network none --learning-rate 1 --optimizer sgd --schedule step --label-smoothing 0 --augment none", "nothing is left to search")]
    [InlineData("tune --data ~/rows.csv --train-rows 10 --validation-rows 2 --network 9000,9000", "Train a smaller one")]
    [InlineData("augment --data ~/wide.csv", "5 pixels")]
    [InlineData("augment --data ~/rows.csv --output ~", "folder")]
    public void What_cannot_be_done_is_one_clear_sentence_with_exit_code_1(string arguments, string mention)
    {
        WriteRows("rows.csv", rows: 20, "a", "b");
        WriteRows("other.csv", rows: 20, "c", "d");
        WriteRows("one.csv", rows: 20, "a", "a");
        WriteRows("wrong.onnx", rows: 1, "a", "a");
        if (arguments.Contains("small.zip", StringComparison.Ordinal))
            Run("--data", "~/rows.csv", "--train-rows", "10", "--network", "none", "--epochs", "1", "--output", "~/small.zip");
        File.WriteAllText(Path.Join(_folder, "wide.csv"), "1,0,0,0,0,0\n2,0,0,0,0,0\n");
        WriteImages("digits", new IdxDialect(), "train", count: 20);
        WriteImages("digits", new IdxDialect(), "t10k", count: 20, height: 3);

        var before = Directory.GetFiles(_folder);
        string[] words = [.. arguments.Split(' '), .. SavesByDefault(arguments) ? (string[])["--output", "~/saved"] : []];

        var result = Run(expectedExitCode: 1, words);

        Assert.Equal("", result.Output);
        Assert.Contains(Here(mention), result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal(before.Order(), Directory.GetFiles(_folder).Order());

        static bool SavesByDefault(string arguments) =>
            !arguments.Contains("--output", StringComparison.Ordinal) && arguments.Split(' ')[0] is "--data" or "tune" or "augment";
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("train --help")]
    [InlineData("evaluate --help")]
    [InlineData("predict --help")]
    [InlineData("export --help")]
    [InlineData("info --help")]
    [InlineData("tune --help")]
    [InlineData("augment --help")]
    [InlineData("data --help")]
    [InlineData("data info --help")]
    [InlineData("data fetch --help")]
    [InlineData("data convert --help")]
    public void Help_teaches_with_examples(string arguments) =>
        Assert.Contains("Examples:", Run(arguments.Split(' ')).Output, StringComparison.Ordinal);

    [Fact]
    public void The_documentation_has_the_help_as_it_is_printed_in_the_repository()
    {
        Directory.CreateDirectory(Path.Join(_folder, "MnistMl"));
        File.WriteAllText(Path.Join(_folder, "MnistMl", "MnistMl.csproj"), "");

        var help = RunProcess(["--help"]).Output.ReplaceLineEndings("\n");

        var block = RepositoryFile.Read("docs/options.md").Split("```\n").Single(block => block.StartsWith("Options:", StringComparison.Ordinal));
        Assert.Equal(WithoutThreads(block), WithoutThreads(help[help.IndexOf("Options:", StringComparison.Ordinal)..]));

        // Their number is that of the machine's processors.
        static string WithoutThreads(string text) => Regex.Replace(text, "(?<=--threads.*default: )[0-9]", "N");
    }

    [Fact]
    public void The_version_names_the_half_it_runs_on() =>
        Assert.Matches(@"^MnistMl \d+\.\d+\.\d+ \(ML\.NET \d+\.\d+\.\d+\)\s*$", Run("--version").Output);

    [Fact]
    public void Commands_are_made_once_however_often_they_are_run()
    {
        string[][] commands = [["--version"], ["train", "--help"]];
        Array.ForEach(commands, command => Run(command));
        var commandsWithData = DataSplit.Data.Parents.Count();

        Array.ForEach(commands, command => Run(command));

        Assert.Equal(commandsWithData, DataSplit.Data.Parents.Count());
    }

    [Fact]
    public async Task An_interrupt_with_save_partial_ends_training_and_keeps_the_network()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no way to send another process Ctrl+C.");
        WriteRows("rows.csv", rows: 100, "a", "b");
        using var process = Start("--data", "rows.csv", "--train-rows", "90", "--network", "4", "--epochs", "1000000000", "--save-partial");
        var error = new StringBuilder();
        while (error.ToString().Split('\n').Length < 5)
            error.Append((char)process.StandardError.Read());

        var (output, rest) = await Interrupt(process, expectedExitCode: 130);

        Assert.Contains("Interrupted after", rest, StringComparison.Ordinal);
        Assert.Contains("Accuracy", output, StringComparison.Ordinal);
        Assert.Contains("and interrupted.", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Join(_folder, "mnist.zip")));
    }

    [Fact]
    public async Task An_interrupt_leaves_the_old_file_and_says_how_to_go_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no way to send another process Ctrl+C.");
        File.WriteAllText(Path.Join(_folder, "mnist.zip"), "a good model");
        using var process = Start("--network", "2000,2000");
        while (!(await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken))!.StartsWith("Read ", StringComparison.Ordinal))
        {
        }

        var (output, rest) = await Interrupt(process, expectedExitCode: 130);

        Assert.Contains("Interrupted: training ends after this step.", rest, StringComparison.Ordinal);
        Assert.Contains("Saved: mnist.zip.checkpoint. Resume with:  MnistMl --network 2000,2000 --resume", rest, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Join(_folder, "mnist.zip.checkpoint")));
        Assert.Empty(output);
        Assert.Equal("a good model", File.ReadAllText(Path.Join(_folder, "mnist.zip")));
    }

    [Fact]
    public void An_output_that_cannot_be_written_is_refused_before_the_training()
    {
        WriteRows("rows.csv", rows: 40, "a", "b");
        foreach (var output in (string[])["", "~/none/mnist.zip", "~"])
        {
            var error = Run(expectedExitCode: 1, ["--data", "~/rows.csv", "--train-rows", "30", "--output", output]).Error;
            Assert.StartsWith("Error: The model cannot be saved", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_label_that_the_model_does_not_know_counts_as_wrong_and_is_named()
    {
        WriteRows("rows.csv", rows: 40, "a", "b");
        string[] train = ["--data", "~/rows.csv", "--train-rows", "30", "--network", "none", "--learning-rate", "0.1", "--output", "~/mnist.zip"];
        Run(train);
        var lines = File.ReadAllLines(Path.Join(_folder, "rows.csv"));
        lines[36] = "c" + lines[36][1..];
        File.WriteAllLines(Path.Join(_folder, "other.csv"), lines[31..].Prepend(lines[0]));

        string[] evaluate = ["evaluate", "--model", "~/mnist.zip", "--data", "~/other.csv"];
        var json = Json(Run([.. evaluate, "--json"]));
        Assert.Equal(0.9, json.GetProperty("microAccuracy").GetDouble(), tolerance: 1e-9);
        Assert.Equal(10, json.GetProperty("rowsTested").GetInt32());
        Assert.Equal(1, json.GetProperty("unknownRows").GetInt32());
        Assert.Equal("c", json.GetProperty("unknownLabels")[0].GetString());
        Assert.Matches("Unknown classes +1  rows of classes that the model does not know, counted as wrong: c\n", Run(evaluate).Output);
        Assert.Contains("counted as wrong: c\n", Run([.. train, "--test", "~/other.csv"]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_is_said_a_fifth_of_each_class_is_tested_on_and_evaluate_tests_on_the_same_rows()
    {
        WriteRows("rows.csv", rows: 100, "a", "b");
        string[] train = ["--data", "~/rows.csv", "--epochs", "1", "--network", "none", "--learning-rate", "0.02", "--output", "~/mnist.zip"];

        var trained = Run(train);
        Assert.Contains("Drawn at random, of each class alike: 80 rows to train on, 20 to test on (--split-seed 1).", trained.Error, StringComparison.Ordinal);
        var result = Json(Run([.. train, "--json"]));
        Assert.Equal((80, 20), (result.GetProperty("rowsTrained").GetInt32(), result.GetProperty("rowsTested").GetInt32()));
        Assert.Equal([10, 10], result.GetProperty("confusionMatrix").EnumerateArray().Select(row => row.EnumerateArray().Sum(count => count.GetInt32())));

        var next = trained.Output.TrimEnd().Split('\n')[^1];
        Assert.EndsWith(Here("evaluate --model ~/mnist.zip --data ~/rows.csv --train-rows 80%"), next, StringComparison.Ordinal);
        AssertSame(result, Json(Run("evaluate", "--model", "~/mnist.zip", "--data", "~/rows.csv", "--train-rows", "80%", "--json")));

        var other = Json(Run([.. train, "--split-seed", "7", "--train-rows", "50%", "--json"]));
        Assert.Equal(50, other.GetProperty("rowsTested").GetInt32());
        AssertSame(other, Json(Run("evaluate", "--model", "~/mnist.zip", "--data", "~/rows.csv", "--train-rows", "50%", "--split-seed", "7", "--json")));

        static void AssertSame(JsonElement expected, JsonElement actual)
        {
            foreach (var figure in (string[])["rowsTested", "microAccuracy", "logLoss", "confusionMatrix"])
                Assert.Equal(expected.GetProperty(figure).GetRawText(), actual.GetProperty(figure).GetRawText());
        }
    }

    [Fact]
    public void Labels_in_a_column_for_each_class_or_in_a_file_of_their_own_and_columns_to_ignore()
    {
        WriteRows("rows.csv", rows: 100, "a", "b");
        var lines = File.ReadAllLines(Path.Join(_folder, "rows.csv"))[1..];
        File.WriteAllLines(Path.Join(_folder, "onehot.csv"), lines.Select(line => $"{line[2..]},{(line[0] == 'a' ? "1,0" : "0,1")}"));
        File.WriteAllLines(Path.Join(_folder, "images.csv"), lines.Select((line, row) => $"{row % 7},{line[2..]}").Prepend("noise,p1,p2,p3,p4"));
        File.WriteAllLines(Path.Join(_folder, "labels.txt"), lines.Select(line => line[..1]));
        string[] train = ["--epochs", "2", "--network", "none", "--train-rows", "60", "--output", "~/mnist.zip"];

        var expected = Json(Run(["--data", "~/rows.csv", .. train, "--json"]));
        string[][] options = [["--data", "~/onehot.csv", "--one-hot", "2"], ["--data", "~/images.csv", "--labels", "~/labels.txt", "--ignore-columns", "noise"]];
        foreach (var read in options)
        {
            // The command that comes next evaluates the same rows.
            var next = Run([.. read, .. train]).Output.TrimEnd().Split('\n')[^1];
            var evaluated = Json(Run([.. next[next.IndexOf("evaluate", StringComparison.Ordinal)..].Split(' '), "--json"]));
            Assert.Equal(expected.GetProperty("confusionMatrix").GetRawText(), evaluated.GetProperty("confusionMatrix").GetRawText());
            Assert.Equal(expected.GetProperty("logLoss").GetDouble(), evaluated.GetProperty("logLoss").GetDouble());
        }
        var both = Json(Run([
            "--data", "~/images.csv", "--labels", "~/labels.txt", "--test", "~/images.csv", "--test-labels", "~/labels.txt", "--ignore-columns", "1", .. train, "--json"]));
        Assert.Equal("separate", both.GetProperty("split").GetProperty("kind").GetString());
        Assert.Equal(100, both.GetProperty("rowsTested").GetInt32());
        Assert.Contains("--test-labels", Run(expectedExitCode: 1, ["--data", "~/rows.csv", "--test-labels", "~/labels.txt", .. train]).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_five_rows_one_is_tuned_on()
    {
        WriteRows("rows.csv", rows: 10, "a", "b");
        var result = Run("tune", "--data", "~/rows.csv", "--train-rows", "5", "--epochs", "1", "--budget", "0.001s", "--output", "~/tune.jsonl");
        Assert.Contains("train --data", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_test_file_the_rows_that_are_not_trained_on_are_not_said_to_be_tested_on()
    {
        WriteRows("rows.csv", rows: 40, "a", "b");
        foreach (var part in (string[])["30", "75%"])
        {
            var result = Run("--data", "~/rows.csv", "--test", "~/rows.csv", "--train-rows", part, "--epochs", "1", "--network", "none", "--output", "~/mnist.zip", "--json");
            Assert.DoesNotContain("to test on", result.Error, StringComparison.Ordinal);
            var split = Json(result).GetProperty("split");
            Assert.Equal(("separate", 30, 40), (split.GetProperty("kind").GetString(), split.GetProperty("trainRows").GetInt32(), split.GetProperty("testRows").GetInt32()));
        }
    }

    [Fact]
    public void The_JSON_says_what_the_data_was_read_as()
    {
        WriteRows("rows.csv", rows: 100, "a", "b");
        var json = Json(Run("--data", "~/rows.csv", "--epochs", "1", "--network", "none", "--validation-rows", "10", "--output", "~/mnist.zip", "--json"));

        var data = json.GetProperty("data");
        Assert.Equal("CSV", data.GetProperty("format").GetString());
        Assert.Equal("commas", data.GetProperty("separator").GetString());
        Assert.Equal(("class", 1, true), (data.GetProperty("labelName").GetString(), data.GetProperty("labelColumn").GetInt32(), data.GetProperty("header").GetBoolean()));
        Assert.Equal((100, 4, 2), (data.GetProperty("rows").GetInt32(), data.GetProperty("pixels").GetInt32(), data.GetProperty("height").GetInt32()));
        Assert.False(data.TryGetProperty("leftOut", out _));
        Assert.Equal("""{"kind":"random","seed":1,"trainRows":70,"validationRows":10,"testRows":20}""", json.GetProperty("split").GetRawText());
        Assert.Equal("CSV", Json(Run("evaluate", "--model", "~/mnist.zip", "--data", "~/rows.csv", "--json")).GetProperty("data").GetProperty("format").GetString());
    }

    [Fact]
    public void Rows_that_are_sorted_by_class_are_not_cut_where_they_lie()
    {
        WriteRows("rows.csv", rows: 100, "a", "b");
        var lines = File.ReadAllLines(Path.Join(_folder, "rows.csv"));
        File.WriteAllLines(Path.Join(_folder, "sorted.csv"), lines[1..].Order().Prepend(lines[0]));

        foreach (var arguments in (string[])["--train-rows 80", "--train-rows 80 --validation-rows 20", "--test ~/rows.csv --validation-rows 20"])
        {
            var result = Json(Run(["--data", "~/sorted.csv", .. arguments.Split(' '), "--epochs", "1", "--network", "none", "--output", "~/mnist.zip", "--json"]));
            Assert.Single(result.GetProperty("confusionMatrix").EnumerateArray().Select(row => row.EnumerateArray().Sum(count => count.GetInt32())).Distinct());
        }
    }

    [Fact]
    public void Of_many_classes_the_worst_confusions_are_shown_and_all_of_them_are_in_the_JSON()
    {
        var random = new Random(1);
        const int classes = 120;
        var rows = Enumerable.Range(0, 5 * classes).Select(row => $"class-{row % classes:D3},{string.Join(',', Enumerable.Range(0, 9).Select(_ => random.Next(256)))}");
        File.WriteAllLines(Path.Join(_folder, "many.csv"), rows.Prepend("label," + string.Join(',', Enumerable.Range(1, 9).Select(pixel => $"pixel{pixel}"))));
        string[] train = ["--data", "~/many.csv", "--epochs", "1", "--network", "none", "--output", "~/many.zip"];

        var json = Json(Run([.. train, "--json"]));
        Assert.False(json.TryGetProperty("confusionMatrix", out _));
        var confusions = json.GetProperty("confusions").EnumerateArray().ToArray();
        Assert.Equal(classes, confusions.Sum(confusion => confusion.GetProperty("count").GetInt32()));
        Assert.All(confusions, confusion => Assert.StartsWith("class-", confusion.GetProperty("predicted").GetString(), StringComparison.Ordinal));

        var lines = Run(train).Output.Split('\n');
        Assert.Contains(lines, line => line.StartsWith("Most frequent confusions (20 of ", StringComparison.Ordinal));
        Assert.Contains("Worst classes (20 of 120, by F1)", lines);
        Assert.True(lines.Length < 70, $"{lines.Length} lines");
        Assert.All(lines, line => Assert.True(line.Length < 200, line));
    }

    [Fact]
    public void Every_key_of_the_JSON_is_explained()
    {
        WriteRows("rows.csv", rows: 40, "a", "b");
        string[] arguments =
            ["--data", "~/rows.csv", "--train-rows", "30", "--validation-rows", "5", "--ensemble", "2", "--epochs", "1", "--output", "~/mnist.zip", "--json"];
        var (trained, predicted) = (Json(Run(arguments)), Json(Run("predict", "--model", "~/mnist.zip", "~/rows.csv", "--json")));
        var text = RepositoryFile.Read("docs/json.md");
        var keys = Keys(trained).Concat(Keys(trained.GetProperty("history")[0])).Concat(Keys(predicted)).Concat(Keys(predicted.GetProperty("predictions")[0]));
        Assert.All(keys, key => Assert.Contains($"`{key}`", text, StringComparison.Ordinal));

        static IEnumerable<string> Keys(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
    }

    [Fact]
    public void Tuning_prints_the_command_that_trains_with_the_best_settings_and_goes_on_where_it_was()
    {
        WriteRows("rows.csv", rows: 80, "ink", "paper");
        // Of label smoothing there are three strengths to search, and time for all of them.
        string[] kept = ["--network", "8", "--epochs", "4", "--optimizer", "sgd", "--learning-rate", "0.1", "--schedule", "step", "--augment", "none"];
        string[] tune = ["tune", "--data", "~/rows.csv", "--train-rows", "60", "--validation-rows", "20", .. kept, "--budget", "1h", "--output", "~/tune.jsonl"];

        var first = Run([.. tune, "--json"]);
        var result = Json(first);
        var file = File.ReadAllText(Path.Join(_folder, "tune.jsonl"));
        Assert.Contains("Rung 3/3, trial 1 of 1, 4 epochs", first.Error, StringComparison.Ordinal);
        Assert.Equal(3600, result.GetProperty("budgetSeconds").GetDouble());
        Assert.False(result.GetProperty("interrupted").GetBoolean());
        Assert.Equal([1, 2, 4], result.GetProperty("rungs").EnumerateArray().Select(rung => rung.GetInt32()));
        var trials = result.GetProperty("trials").EnumerateArray().Select(trial => trial.GetRawText()).ToArray();
        Assert.Equal(3 + 2 + 1, trials.Length);
        Assert.Equal(1 + trials.Length, file.Count(c => c == '\n'));

        // No trial is done twice, whatever is in the test rows now.
        File.WriteAllLines(Path.Join(_folder, "rows.csv"), File.ReadAllLines(Path.Join(_folder, "rows.csv"))
            .Select((line, row) => row <= 60 ? line : "paper,1,2,3,4"));
        var again = Json(Run([.. tune, "--json"]));
        Assert.Equal(trials, again.GetProperty("trials").EnumerateArray().Select(trial => trial.GetRawText()));
        Assert.Equal(file, File.ReadAllText(Path.Join(_folder, "tune.jsonl")));

        var command = result.GetProperty("command").GetString()!;
        var arguments = result.GetProperty("arguments").EnumerateArray().Select(argument => argument.GetString()!).ToArray();
        Assert.EndsWith(command, Run([.. tune, "--quiet"]).Output.TrimEnd(), StringComparison.Ordinal);
        Assert.StartsWith(Here($"{CommandLine.Program} train --data ~/rows.csv --train-rows 60 --network 8 --epochs 4"), command, StringComparison.Ordinal);
        Assert.Equal(["train", "--data", Here("~/rows.csv"), "--train-rows", "60", "--network", "8", "--epochs", "4"], arguments[..9]);
        Assert.Equal(4, Json(Run([.. arguments, "--output", "~/mnist.zip", "--json"])).GetProperty("epochs").GetInt32());
    }

    [Fact]
    public void Tuning_does_not_read_the_files_with_the_test_rows()
    {
        WriteImages("digits", new IdxDialect(), "train", count: 60);
        // Time for the start alone.
        var result = Json(Run(
            "tune", "--data", "~/digits", "--validation-rows", "20", "--epochs", "1", "--budget", "0.0001s", "--output", "~/tune.jsonl", "--json", "--test", "no such test.csv"));
        Assert.StartsWith(
            Here($"{CommandLine.Program} train --data ~/digits --test \"no such test.csv\" --epochs 1"),
            result.GetProperty("command").GetString(), StringComparison.Ordinal);
        foreach (var damaged in (string[])["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
            File.WriteAllText(Path.Join(_folder, "digits", damaged), "damaged");
        Run("tune", "--data", "~/digits", "--validation-rows", "20", "--epochs", "1", "--budget", "0.0001s", "--output", "~/tune.jsonl");
    }

    [Fact]
    public async Task An_interrupt_ends_tuning_and_keeps_what_is_finished()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no way to send another process Ctrl+C.");
        WriteRows("rows.csv", rows: 100, "a", "b");
        using var process = Start("tune", "--data", "rows.csv", "--train-rows", "90", "--validation-rows", "20", "--epochs", "1000000", "--budget", "24h");
        while (!(await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken))!.StartsWith("Rung 1/20, trial 2", StringComparison.Ordinal))
        {
        }

        var (output, rest) = await Interrupt(process);

        Assert.Contains("Interrupted", rest, StringComparison.Ordinal);
        Assert.Contains("None was trained for all 1000000 epochs yet. The same command continues.", output, StringComparison.Ordinal);
        Assert.Contains("MnistMl train --data rows.csv", output, StringComparison.Ordinal);
        Assert.True(File.ReadLines(Path.Join(_folder, "tune.jsonl")).Count() >= 3);
    }

    /// <summary>Presses Ctrl+C: the program ends well, and this is what it still has to say.</summary>
    static async Task<(string Output, string Error)> Interrupt(Process process, int expectedExitCode = 0)
    {
        using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(expectedExitCode, process.ExitCode);
        return (output, await error);
    }

    /// <summary>Rows of four pixels, dark and light in turn: even rows have the second label.</summary>
    void WriteRows(string name, int rows, string dark, string light)
    {
        var random = new Random(1);
        var lines = Enumerable.Range(0, rows).Select(row => row % 2 == 0
            ? $"{light},{random.Next(200, 256)},{random.Next(200, 256)},{random.Next(200, 256)},{random.Next(200, 256)}"
            : $"{dark},{random.Next(50)},{random.Next(50)},{random.Next(50)},{random.Next(50)}");
        File.WriteAllLines(Path.Join(_folder, name), ["class,p1,p2,p3,p4", .. lines]);
    }

    /// <summary>Pictures that are two pixels wide, dark and light in turn, labelled 0 and 1.</summary>
    void WriteImages(string folder, IdxDialect dialect, string part, int count, int height = 2)
    {
        var labels = Enumerable.Range(0, count).Select(image => (byte)(image % 2)).ToArray();
        byte[] pixels = [.. labels.SelectMany(label => Enumerable.Repeat((byte)(label * 100 + 50), 2 * height))];
        dialect.WritePart(Directory.CreateDirectory(Path.Join(_folder, folder)).FullName, part, pixels, labels, height, width: 2);
    }

    static JsonElement Json((string Output, string Error) result)
    {
        Assert.Single(result.Output.TrimEnd().Split('\n'));
        return JsonDocument.Parse(result.Output).RootElement;
    }

    (string Output, string Error) Run(params string[] arguments) => Run(expectedExitCode: 0, arguments);

    (string Output, string Error) Run(int expectedExitCode, string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = CommandLine.Run([.. arguments.Select(Here)], output, error);
        Assert.True(expectedExitCode == exitCode, $"exit code {exitCode}: {error}");
        return ($"{output}", $"{error}");
    }

    (string Output, string Error) RunProcess(params string[] arguments) => RunProcess(arguments, "");

    (string Output, string Error) RunProcess(string[] arguments, string input = "", int expectedExitCode = 0)
    {
        using var process = Start(arguments);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(expectedExitCode == process.ExitCode, $"exit code {process.ExitCode}: {error.GetAwaiter().GetResult()}");
        return (output, error.GetAwaiter().GetResult());
    }

    string Here(string text) => text.Replace("~", _folder, StringComparison.Ordinal);

    Process Start(params string[] arguments)
    {
        var program = ProgramProcess.ProgramPath;
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (_kernels != null)
            start.Environment["MNISTML_KERNELS"] = _kernels;
        return ProgramProcess.Start(start);
    }

    sealed class FullWriter : StringWriter
    {
        public override void Write(char value) => throw new IOException("full");

        public override void Write(string? value) => throw new IOException("full");
    }
}
