using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using MnistMl.Commands;
using MnistMl.Tests.Data;

namespace MnistMl.Tests.Commands;

/// <summary><c>predict</c> on the first digits of MNIST, in the forms in which people have rows to predict.</summary>
public sealed class PredictTests(PredictTests.Digits digits) : IClassFixture<PredictTests.Digits>, IDisposable
{
    const int TrainRows = 500, TestRows = 100, Side = 28;

    static readonly string _header = string.Join(',', Enumerable.Range(1, Side * Side).Select(pixel => $"pixel{pixel}"));

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_label_in_the_rows_is_not_looked_at_and_other_columns_are_left_out()
    {
        var expected = Labels(Write(digits.Test.Select(Join)));
        Assert.InRange(expected.Zip(digits.TestLabels).Count(pair => pair.First == pair.Second), 70, TestRows);

        Assert.Equal(expected, Labels(Write(digits.Test.Select(Join).Prepend(_header))));
        Assert.Equal(expected, Labels(Write(digits.Test.Select(pixels => "," + Join(pixels)).Prepend("label," + _header))));
        Assert.Equal(expected, Labels(Write(digits.Test.Select(pixels => "what is it?," + Join(pixels)).Prepend("label," + _header))));
        Assert.Equal(expected, Labels(Write(digits.Test.Select((pixels, row) => $"{row},{Join(pixels)}").Prepend("id," + _header))));
        Assert.Equal(expected, Labels(Write(digits.Test.Select((pixels, row) => $"{digits.TestLabels[row]},{Join(pixels)}"))));
        Assert.Equal(expected, Labels(Write(digits.Test.Select(pixels => $"{Join(pixels)},0,1,0").Prepend(_header + ",is0,is1,is2"))));
        Assert.Equal(
            expected[..1], Labels(Write([$"0,{Join(digits.Test[0])}"]), "--label-column", "first"));
    }

    [Fact]
    public void One_image_may_be_a_line_for_each_of_its_lines() =>
        Assert.Equal(Labels(Write([Join(digits.Test[0])])), Labels(Write(digits.Test[0].Chunk(Side).Select(Join))));

    [Fact]
    public void White_paper_is_warned_of_and_inverted_on_request()
    {
        var upright = Write(digits.Test.Select(Join));
        var inverted = Write(digits.Test.Select(Inverted).Select(Join), "inverted.csv");

        var (_, error) = Run("predict", inverted);
        Assert.StartsWith("Warning: These images look like dark ink on white paper, and ", error, StringComparison.Ordinal);
        Assert.EndsWith("--invert swaps ink and paper.\n", error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal(Run("predict", upright), Run("predict", inverted, "--invert"));
        Assert.Contains("Leave out --invert.", Run("predict", upright, "--invert").Error, StringComparison.Ordinal);

        var warnings = Json("predict", inverted, "--json").GetProperty("warnings");
        Assert.Equal(error.TrimEnd(), "Warning: " + warnings[0].GetString());
        Assert.False(Json("predict", upright, "--json").TryGetProperty("warnings", out _));
    }

    [Fact]
    public void A_model_of_white_paper_is_warned_of_black_paper_and_not_of_white()
    {
        var model = Path.Join(_folder.Path, "white.zip");
        string[] Labelled(IReadOnlyList<int[]> rows, string[] labels) => [.. rows.Select((pixels, row) => $"{labels[row]},{Join(Inverted(pixels))}").Prepend("label," + _header)];
        Run(
            "train", "--data", Write(Labelled(digits.Train, digits.TrainLabels), "train.csv"), "--test", Write(Labelled(digits.Test, digits.TestLabels), "test.csv"),
            "--recipe", "baseline", "--epochs", "8", "--output", model);

        Assert.Equal("", Run("predict", "--model", model, Write(digits.Test.Select(Inverted).Select(Join))).Error);
        Assert.Contains("light ink on black paper", Run("predict", "--model", model, Write(digits.Test.Select(Join))).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(255, "from 0 to 1")]
    [InlineData(16, "from 0 to 15.938")]
    public void Another_range_than_that_of_the_training_is_warned_of(int divisor, string range)
    {
        var rows = digits.Test.Select(pixels => string.Join(',', pixels.Select(pixel => (pixel / (double)divisor).ToString("0.####", CultureInfo.InvariantCulture))));

        Assert.Matches($"^Warning: The pixels of these rows are {range}, but .* was trained on a range about [0-9]+ times as large", Run("predict", Write(rows)).Error);
        // A few may be all there is to see of a dark corner.
        Assert.Equal("", Run("predict", Write(rows.Take(19))).Error);
    }

    [Fact]
    public void Evaluation_warns_too_and_transforms_too()
    {
        string[] Table(Func<int[], int[]> transform) => [.. digits.Test.Select((pixels, row) => $"{digits.TestLabels[row]},{Join(transform(pixels))}")];
        var expected = Json("evaluate", "--data", Write(Table(pixels => pixels)), "--json").GetProperty("confusionMatrix").GetRawText();
        var wrong = Write(Table(pixels => Inverted(Transposed(pixels))));

        var (output, error) = Run("evaluate", "--data", wrong, "--json");
        Assert.Contains("--invert swaps ink and paper.", error, StringComparison.Ordinal);
        Assert.Equal(1, JsonDocument.Parse(output).RootElement.GetProperty("warnings").GetArrayLength());
        var righted = Json("evaluate", "--data", wrong, "--json", "--invert", "--transpose");
        Assert.Equal(expected, righted.GetProperty("confusionMatrix").GetRawText());
        Assert.False(righted.TryGetProperty("warnings", out _));
    }

    [Fact]
    public void Columns_that_are_to_be_ignored_are_so_in_any_format()
    {
        var attributes = Enumerable.Range(1, Side * Side).Select(pixel => $"@attribute pixel{pixel} numeric");
        var rows = digits.Test.Select((pixels, row) => $"{row % 7},{Join(pixels)}");
        var arff = Write(["@relation digits", "@attribute pen numeric", .. attributes, "@data", .. rows], "digits.arff");

        Assert.Equal(Labels(Write(digits.Test.Select(Join))), Labels(arff, "--ignore-columns", "pen"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Images_are_inverted_alike_in_any_format(int divisor)
    {
        // Half as bright, so that their greatest value is none of the ends of a byte's range.
        int[][] dim = [.. digits.Test.Select(pixels => Array.ConvertAll(pixels, pixel => pixel / divisor))];
        var csv = Write(dim.Select(Inverted).Select(Join), "dim.csv");
        var libsvm = Write(dim.Select(Inverted).Select(pixels => "0 " + string.Join(' ', pixels.Select((pixel, i) => $"{i + 1}:{pixel}"))), "dim.libsvm");

        Assert.Equal(Run("predict", csv, "--invert").Output, Run("predict", libsvm, "--invert").Output);
    }

    [Fact]
    public void The_label_of_a_table_in_a_zip_is_found_by_all_rows()
    {
        // Sorted by class, with ends that are alike in the first rows.
        var rows = digits.Train.Zip(digits.TrainLabels).OrderBy(row => row.Second).Select(row => $"{row.Second},{Join(row.First)}").ToArray();
        var plain = Write(Enumerable.Repeat(rows, 3).SelectMany(copy => copy).Order(StringComparer.Ordinal), "sorted.csv");
        var zip = Path.Join(_folder.Path, "sorted.zip");
        using (var archive = ZipFile.Open(zip, ZipArchiveMode.Create))
            archive.CreateEntryFromFile(plain, "sorted.csv");

        Assert.Equal(Run("predict", plain).Output, Run("predict", zip).Output);
    }

    [Fact]
    public void Training_warns_of_a_test_file_in_another_form()
    {
        string Labelled(string name, IReadOnlyList<int[]> rows, string[] labels) => Write(rows.Select((pixels, row) => $"{labels[row]},{Join(pixels)}"), name);
        string[] train =
        [
            "train", "--data", Labelled("train.csv", digits.Train, digits.TrainLabels), "--recipe", "baseline", "--epochs", "8", "--quiet", "--json",
            "--output", Path.Join(_folder.Path, "own.zip"), "--test",
        ];

        var (output, error) = Run([.. train, Labelled("inverted.csv", [.. digits.Test.Select(Inverted)], digits.TestLabels)]);
        Assert.Contains("Warning: These images look like dark ink on white paper", error, StringComparison.Ordinal);
        Assert.Equal(1, JsonDocument.Parse(output).RootElement.GetProperty("warnings").GetArrayLength());
        Assert.Equal("", Run([.. train, Labelled("same.csv", digits.Test, digits.TestLabels)]).Error);
    }

    [Fact]
    public void Transposed_images_are_transposed_on_request() => Assert.Equal(
        Run("predict", Write(digits.Test.Select(Join))).Output,
        Run("predict", "--transpose", Write(digits.Test.Select(Transposed).Select(Join), "transposed.csv")).Output);

    [Fact]
    public void Training_on_images_that_are_put_right_is_training_on_right_ones()
    {
        string Train(string name, Func<int[], int[]> transform, params string[] options)
        {
            string[] Table(IReadOnlyList<int[]> rows, string[] labels) => [.. rows.Select((pixels, row) => $"{labels[row]},{Join(transform(pixels))}").Prepend("label," + _header)];
            var (_, error) = Run([
                "train", "--data", Write(Table(digits.Train, digits.TrainLabels), "train.csv"), "--test", Write(Table(digits.Test, digits.TestLabels), "test.csv"),
                "--epochs", "1", "--output", Path.Join(_folder.Path, name), .. options]);
            return error;
        }

        var upright = Train("upright.zip", pixels => pixels);
        var righted = Train("righted.zip", pixels => Inverted(Transposed(pixels)), "--invert", "--transpose");

        Assert.Equal(File.ReadAllBytes(Path.Join(_folder.Path, "upright.zip")), File.ReadAllBytes(Path.Join(_folder.Path, "righted.zip")));
        Assert.Contains("Pixels are inverted. Images are transposed.", righted, StringComparison.Ordinal);
        Assert.DoesNotContain("inverted", upright, StringComparison.Ordinal);
    }

    [Fact]
    public void Predictions_are_saved_as_CSV()
    {
        var rows = Write(digits.Test.Select(Join));
        var file = Path.Join(_folder.Path, "predictions.csv");
        var lines = Run("predict", rows, "--probabilities").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal($"Saved: {file} (100 rows).{Environment.NewLine}", Run("predict", rows, "--probabilities", "--output", file).Output);

        var saved = File.ReadAllLines(file);
        Assert.Equal("row,label,probability,p_0,p_1,p_2,p_3,p_4,p_5,p_6,p_7,p_8,p_9", saved[0]);
        Assert.Equal(TestRows + 1, saved.Length);
        for (var row = 0; row < TestRows; row++)
        {
            var (cells, printed) = (saved[row + 1].Split(','), lines[row].Split('\t'));
            Assert.Equal(($"{row + 1}", printed[0]), (cells[0], cells[1]));
            Assert.Equal(12, printed.Length);
            Assert.Equal(printed[1..], cells[2..].Select(cell => float.Parse(cell, CultureInfo.InvariantCulture).ToString("F4", CultureInfo.InvariantCulture)));
        }
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void What_fails_saves_nothing_and_keeps_the_old_file()
    {
        var file = Write(["old"], "predictions.csv");
        var rows = Write(digits.Test.Select(Join).Append("1,2"));

        Assert.Contains("line 101: found 2 columns", Run(1, "predict", rows, "--output", file).Error, StringComparison.Ordinal);

        Assert.Equal("old\n", File.ReadAllText(file));
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
        // Printed lines stay.
        Assert.Equal(TestRows, Run(1, "predict", rows).Output.Count(c => c == '\n'));
    }

    [Fact]
    public void Kaggle_has_a_form_of_its_own()
    {
        var rows = Write(digits.Test.Select(Join).Prepend(_header));
        var expected = Labels(rows).Select((label, row) => $"{row + 1},{label}").Prepend("ImageId,Label").ToArray();
        var file = Path.Join(_folder.Path, "submission.csv");

        Assert.Equal(expected, Run("predict", rows, "--kaggle").Output.TrimEnd().Split('\n'));
        Run("predict", rows, "--kaggle", "--output", file);
        Assert.Equal(expected, File.ReadAllLines(file));
    }

    [Fact]
    public void Json_has_all_probabilities_on_request()
    {
        var json = Json("predict", Write(digits.Test.Select(Join)), "--json", "--probabilities");

        Assert.Equal(10, json.GetProperty("labels").GetArrayLength());
        foreach (var row in json.GetProperty("predictions").EnumerateArray())
        {
            var probabilities = row.GetProperty("probabilities").EnumerateArray().Select(number => number.GetSingle()).ToArray();
            Assert.Equal(1, probabilities.Sum(), 1e-4f);
            Assert.Equal(row.GetProperty("probability").GetSingle(), probabilities.Max());
            Assert.Equal(row.GetProperty("label").GetString(), json.GetProperty("labels")[Array.IndexOf(probabilities, probabilities.Max())].GetString());
        }
    }

    [Theory]
    [InlineData("--json", "--kaggle")]
    [InlineData("--json", "--output", "x.csv")]
    [InlineData("--kaggle", "--probabilities")]
    public void Options_that_exclude_each_other_are_refused(params string[] options) =>
        Assert.Contains("exclude each other", Run(2, ["predict", "rows.csv", .. options]).Error, StringComparison.Ordinal);

    [Fact]
    public async Task A_row_is_predicted_before_the_next_is_sent()
    {
        var expected = Run("predict", Write(digits.Test.Select(Join))).Output.Split('\n');
        using var process = ProgramProcess.Start(_folder.Path, "predict", "-", "--model", digits.Model);

        for (var row = 0; row < 3; row++)
        {
            await process.StandardInput.WriteLineAsync(Join(digits.Test[row]));
            await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            Assert.Equal(expected[row].TrimEnd(), await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        }
        process.StandardInput.Close();

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("", 0), (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), process.ExitCode));
    }

    [Fact]
    public async Task An_interrupt_ends_it_without_a_word_and_leaves_whole_JSON()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no way to send another process Ctrl+C.");
        using var process = ProgramProcess.Start(_folder.Path, "predict", "-", "--json", "--model", digits.Model);
        await process.StandardInput.WriteLineAsync(Join(digits.Test[0]));
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        // The first prediction is out, up to its last brace.
        var output = "";
        while (!output.EndsWith('}'))
            output += (char)process.StandardOutput.Read();

        using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        output += await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(("", 130), (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), process.ExitCode));
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(1, json.GetProperty("predictions").GetArrayLength());
        Assert.True(json.GetProperty("interrupted").GetBoolean());
    }

    [Fact]
    public async Task An_interrupt_among_files_saves_nothing_and_keeps_the_old_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no way to send another process Ctrl+C.");
        var file = Write(["old"], "predictions.csv");
        using var process = ProgramProcess.Start(_folder.Path, "predict", "none.csv", "-", "--output", file, "--model", digits.Model);
        await process.StandardInput.WriteLineAsync(Join(digits.Test[0]));
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        // It reads: the first is refused.
        Assert.Contains("none.csv", await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(("Interrupted: nothing is saved.\n", 130), (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), process.ExitCode));
        Assert.Equal("old\n", File.ReadAllText(file));
    }

    [Fact]
    public void Where_nobody_reads_on_it_ends()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such shell.");
        var row = Write([Join(digits.Test[0])]);

        // The rows have no end: were it to go on, so would the shell.
        var (output, error) = Shell($"yes \"$(cat {row})\" 2>/dev/null | dotnet {ProgramProcess.ProgramPath} predict - --model {digits.Model} | head -1");

        Assert.Single(output.TrimEnd().Split('\n'));
        Assert.Equal("", error);
    }

    [Fact]
    public void A_standard_input_that_is_closed_is_said()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such shell.");

        Assert.Equal(
            ("1\n", "Error: Standard input is closed: there are no rows to predict. Name a file, or send rows through a pipe.\n"),
            Shell($"dotnet {ProgramProcess.ProgramPath} predict - --model {digits.Model} <&-; echo $?"));
        Assert.Equal(
            ("1\n", "Error: Standard input is closed: there are no rows to predict. Name a file, or send rows through a pipe.\n"),
            Shell($"dotnet {ProgramProcess.ProgramPath} predict - rows.csv --model {digits.Model} <&-; echo $?"));
        Assert.Equal(
            ("1\n", "Error: standard input is empty.\n"), Shell($"dotnet {ProgramProcess.ProgramPath} predict - --model {digits.Model} </dev/null; echo $?"));
        Assert.Equal(
            ("1\n", "Error: /dev/null is empty.\n"), Shell($"dotnet {ProgramProcess.ProgramPath} predict /dev/null --model {digits.Model}; echo $?"));
    }

    static (string Output, string Error) Shell(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output, error.GetAwaiter().GetResult());
    }

    string[] Labels(string rows, params string[] options) =>
        [.. Run(["predict", rows, .. options]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[0])];

    JsonElement Json(params string[] arguments) => JsonDocument.Parse(Run(arguments).Output).RootElement;

    (string Output, string Error) Run(params string[] arguments) => Run(0, arguments);

    (string Output, string Error) Run(int expectedExitCode, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] model = arguments[0] == "train" || arguments.Contains("--model") ? [] : ["--model", digits.Model];
        var exitCode = CommandLine.Run([.. arguments, .. model], output, error);
        Assert.True(expectedExitCode == exitCode, $"exit code {exitCode}: {error}");
        return ($"{output}", $"{error}");
    }

    string Write(IEnumerable<string> lines, string name = "rows.csv")
    {
        var path = Path.Join(_folder.Path, name);
        File.WriteAllText(path, string.Concat(lines.Select(line => line + "\n")));
        return path;
    }

    static string Join(int[] pixels) => string.Join(',', pixels);

    static int[] Inverted(int[] pixels) => [.. pixels.Select(pixel => 255 - pixel)];

    static int[] Transposed(int[] pixels) => [.. Enumerable.Range(0, pixels.Length).Select(i => pixels[i % Side * Side + i / Side])];

    /// <summary>The digits, and a model that was trained on some of them.</summary>
    public sealed class Digits : IDisposable
    {
        readonly TemporaryFolder _folder = new();

        public Digits()
        {
            using var text = new StreamReader(new GZipStream(File.OpenRead(BundledData.Find()), CompressionMode.Decompress));
            text.ReadLine();
            var lines = Enumerable.Range(0, TrainRows + TestRows).Select(_ => text.ReadLine()!.Split(',')).ToArray();
            int[][] pixels = [.. lines.Select(cells => cells[..^1].Select(int.Parse).ToArray())];
            string[] labels = [.. lines.Select(cells => cells[^1])];
            (Train, Test, TrainLabels, TestLabels) = (pixels[..TrainRows], pixels[TrainRows..], labels[..TrainRows], labels[TrainRows..]);

            var data = Path.Join(_folder.Path, "train.csv");
            File.WriteAllLines(data, lines.Select(cells => string.Join(',', cells)));
            using var error = new StringWriter();
            var exitCode = CommandLine.Run(
                ["train", "--data", data, "--train-rows", $"{TrainRows}", "--recipe", "baseline", "--epochs", "8", "--output", Model],
                TextWriter.Null, error);
            Assert.True(exitCode == 0, $"{error}");
        }

        public int[][] Train { get; }

        public int[][] Test { get; }

        public string[] TrainLabels { get; }

        public string[] TestLabels { get; }

        public string Model => Path.Join(_folder.Path, "digits.zip");

        public void Dispose() => _folder.Dispose();
    }
}
