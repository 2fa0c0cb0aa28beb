using System.Text.Json;
using MnistMl.Commands;
using MnistMl.Files;
using MnistMl.Images;
using MnistMl.Inference;
using MnistMl.Reporting;
using MnistMl.Tests.Data;
using MnistMl.Tests.Images;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace MnistMl.Tests.Commands;

/// <summary><c>predict</c> on pictures.</summary>
public sealed class PredictPicturesTests(PredictTests.Digits digits) : IClassFixture<PredictTests.Digits>, IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_picture_of_a_row_is_predicted_as_the_row()
    {
        var rows = Rows(20);
        var pictures = Enumerable.Range(0, 20).Select(i => Picture($"{i:D2}.png", digits.Test[i])).ToArray();

        var expected = Lines(Run("predict", rows).Output);
        Assert.Equal(
            expected.Zip(pictures, (line, file) => $"{file}\t{line}"),
            Lines(Run(["predict", .. pictures]).Output).Select(line => string.Join('\t', line.Split('\t')[..3])));
    }

    [Fact]
    public void Images_are_swapped_and_scaled_as_the_model_takes_them()
    {
        var picture = Picture("a.png", digits.Test[0]);
        Assert.Equal(
            Assert.Single(Lines(Run("predict", Rows(1), "--transpose", "--invert").Output)),
            string.Join('\t', Run("predict", picture, "--transpose", "--invert").Output.Split('\t')[1..3]));

        var scaled = Path.Join(_folder.Path, "scaled.zip");
        ModelFile.Write(ModelFile.Read(digits.Model).WithInput(255, 0), scaled);
        using var output = new StringWriter();
        Assert.Equal(0, CommandLine.Run(["predict", picture, "--model", scaled], output, TextWriter.Null));
        Assert.Equal(Run("predict", picture).Output, $"{output}");
    }

    [Fact]
    public async Task The_bytes_of_a_picture_on_standard_input_are_predicted()
    {
        var picture = Picture("a.png", digits.Test[0]);
        using var process = ProgramProcess.Start(_folder.Path, "predict", "-", "--model", digits.Model);
        await process.StandardInput.BaseStream.WriteAsync(File.ReadAllBytes(picture), TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        Assert.Equal(
            Run("predict", picture).Output.Split('\t')[1..], (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\t')[1..]);
    }

    [Fact]
    public void Files_folders_patterns_and_rows_may_be_mixed()
    {
        var rows = Rows(2);
        var inner = Directory.CreateDirectory(Path.Join(_folder.Path, "scans", "inner"));
        var (a, b, c) = (Picture("a.png", digits.Test[0]), Picture("scans/b.png", digits.Test[1]), Picture("scans/inner/c.png", digits.Test[2]));
        File.WriteAllText(Path.Join(inner.FullName, "notes.txt"), "no picture");
        var unnamed = Path.Join(_folder.Path, "unnamed");
        File.Copy(a, unnamed);

        var lines = Lines(Run("predict", unnamed, rows, Path.Join(_folder.Path, "scans"), Path.Join(_folder.Path, "*.png")).Output);
        Assert.Equal([unnamed, $"{rows}:1", $"{rows}:2", b, c, a], lines.Select(line => line.Split('\t')[0]));
        Assert.Equal(lines[0].Split('\t')[1..], lines[5].Split('\t')[1..]);
    }

    [Fact]
    public void The_others_go_on_where_one_is_damaged()
    {
        var (good, damaged, empty) = (Picture("good.png", digits.Test[0]), Path.Join(_folder.Path, "damaged.png"), Picture("empty.png", new int[784]));
        File.WriteAllBytes(damaged, File.ReadAllBytes(good)[..60]);

        var (output, error) = Run(1, "predict", damaged, empty, Path.Join(_folder.Path, "none.jpg"), Path.Join(_folder.Path, "none.csv"), good);
        Assert.StartsWith(good, Assert.Single(Lines(output)), StringComparison.Ordinal);
        var errors = Lines(error);
        Assert.Equal(4, errors.Length);
        Assert.StartsWith($"Error: {damaged} is damaged", errors[0], StringComparison.Ordinal);
        Assert.Equal($"Error: {empty}: No ink is seen.", errors[1]);

        var json = JsonDocument.Parse(Run(1, "predict", damaged, good, "--json").Output).RootElement;
        Assert.Equal(good, Assert.Single(json.GetProperty("predictions").EnumerateArray()).GetProperty("file").GetString());
        Assert.Equal(damaged, Assert.Single(json.GetProperty("errors").EnumerateArray()).GetProperty("file").GetString());
    }

    [Fact]
    public void Json_and_csv_have_file_label_probability_runner_up_and_warnings()
    {
        var path = Path.Join(_folder.Path, "two, sevens.png");
        Save(Drawing.Paper(300, 200, 220).Seven(left: 40).Seven(left: 180), path);

        var prediction = JsonDocument.Parse(Run("predict", path, "--json").Output).RootElement.GetProperty("predictions")[0];
        Assert.Equal(path, prediction.GetProperty("file").GetString());
        Assert.Contains("several digits", prediction.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        var (label, second) = (prediction.GetProperty("label").GetString(), prediction.GetProperty("runnerUp").GetString());
        Assert.NotEqual(label, second);
        Assert.InRange(prediction.GetProperty("runnerUpProbability").GetSingle(), 0, prediction.GetProperty("probability").GetSingle());

        var file = Path.Join(_folder.Path, "predictions.csv");
        var printed = Run("predict", path, "--csv", "--probabilities").Output;
        Run("predict", path, "--probabilities", "--output", file);
        Assert.Equal(File.ReadAllText(file), printed);
        var lines = Lines(printed);
        Assert.StartsWith("file,row,label,probability,runner_up,runner_up_probability,warnings,p_", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"\"{path}\",,{label},", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_looks_like_no_digit_is_warned_of_where_the_classes_are_digits()
    {
        var path = Path.Join(_folder.Path, "cross.png");
        Save(Drawing.Paper(200, 200, 220).Line(50, 40, 150, 160, 10, 30).Line(150, 40, 50, 160, 10, 30), path);
        Assert.Contains(MnistForm.NoDigit, Run("predict", path).Error, StringComparison.Ordinal);
        Assert.Contains(MnistForm.NoDigit, Run("predict", path, "--number").Error, StringComparison.Ordinal);
        Assert.Contains(MnistForm.NoDigit, Run("predict", path).Output, StringComparison.Ordinal);

        var network = ModelFile.Read(digits.Model);
        var letters = new LoadedModel(new Predictor(new(network.Layers, [.. network.ClassNames.Select(name => $"{(char)('a' + name[0] - '0')}")])));
        Assert.Equal(["other"], letters.WarningsOf([MnistForm.NoDigit, "other"]));
    }

    [Fact]
    public void A_number_has_its_digits_with_their_boxes()
    {
        var path = Path.Join(_folder.Path, "sevens.png");
        Save(Drawing.Paper(300, 200, 220).Seven(left: 40).Seven(left: 180), path);
        Assert.Contains("--number", Run("predict", path).Error, StringComparison.Ordinal);

        var prediction = JsonDocument.Parse(Run("predict", path, "--number", "--json").Output).RootElement.GetProperty("predictions")[0];
        var read = prediction.GetProperty("digits").EnumerateArray().ToArray();
        Assert.Equal(2, read.Length);
        Assert.Equal(prediction.GetProperty("label").GetString(), string.Concat(read.Select(digit => digit.GetProperty("label").GetString())));
        Assert.Equal(prediction.GetProperty("probability").GetSingle(), read.Aggregate(1f, (product, digit) => product * digit.GetProperty("probability").GetSingle()), 1e-5f);
        foreach (var (digit, left) in read.Zip((int[])[35, 175]))
        {
            var box = digit.GetProperty("box");
            Assert.InRange(box.GetProperty("left").GetInt32(), left - 3, left + 3);
            Assert.InRange(box.GetProperty("top").GetInt32(), 42, 48);
            Assert.InRange(box.GetProperty("width").GetInt32(), 66, 74);
            Assert.InRange(box.GetProperty("height").GetInt32(), 106, 114);
        }
        Assert.Single(Lines(Run("predict", path, "--number", "--csv", "--probabilities").Output).Select(line => line.Count(c => c == ',')).Distinct());
        Assert.StartsWith($"{path}\t{prediction.GetProperty("label").GetString()}\t", Assert.Single(Lines(Run("predict", path, "--number").Output)), StringComparison.Ordinal);
    }

    [Fact]
    public void Standard_input_is_told_by_its_first_bytes_and_read_whole()
    {
        var picture = File.ReadAllBytes(Picture("a.png", digits.Test[0]));
        foreach (var (bytes, isPicture) in ((byte[], bool)[])[(picture, true), ("1,2\n"u8.ToArray(), false), ("GIF,is,a,name,of,a,column\n"u8.ToArray(), false), ([], false)])
        {
            using var stream = new Trickle(bytes);
            var input = StandardInput.Open(stream);
            Assert.Equal(isPicture, input.IsPicture);
            using var all = new MemoryStream();
            input.Stream.CopyTo(all);
            Assert.Equal(bytes, all.ToArray());
        }
    }

    /// <summary>A stream that has one byte at a time.</summary>
    sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..1], cancellationToken);
    }

    [Fact]
    public void What_the_network_sees_is_drawn_in_plain_characters_where_there_is_no_terminal()
    {
        var lines = Lines(Run("predict", Picture("a.png", digits.Test[0]), "--show").Output);
        Assert.Equal(15, lines.Length);
        Assert.All(lines[..14], line => Assert.Equal(28, line.Length));
        Assert.Contains(lines, line => line.Contains('#', StringComparison.Ordinal));
    }

    [Fact]
    public void Steps_are_saved_as_a_sheet_with_a_row_for_each_picture()
    {
        var sheet = Path.Join(_folder.Path, "steps.png");
        var path = Path.Join(_folder.Path, "seven.png");
        Save(Drawing.Paper(200, 200, 220).Seven(thickness: 2), path);

        var (output, _) = Run("predict", path, path, "--show-steps", sheet);
        Assert.Contains(string.Join(", ", StepSheet.Columns), output, StringComparison.Ordinal);
        using var image = Image.Load<L8>(sheet);
        Assert.Equal((StepSheet.Columns.Count * 144 + 4, 2 * 144 + 4), (image.Width, image.Height));
    }

    [Fact]
    public void Options_for_pictures_are_refused_for_rows_and_those_of_rows_for_pictures()
    {
        Assert.Contains("--show is for pictures", Run(1, "predict", Rows(1), "--show").Error, StringComparison.Ordinal);
        Assert.Contains("--kaggle is for the rows", Run(1, "predict", Picture("a.png", digits.Test[0]), "--kaggle").Error, StringComparison.Ordinal);
    }

    string Rows(int count)
    {
        var path = Path.Join(_folder.Path, "rows.csv");
        File.WriteAllLines(path, digits.Test.Take(count).Select(row => string.Join(',', row)));
        return path;
    }

    string Picture(string name, int[] pixels)
    {
        var plane = new Plane(28, 28);
        for (var i = 0; i < pixels.Length; i++)
            plane.Values[i] = pixels[i];
        var path = Path.Join(_folder.Path, name);
        Save(plane, path);
        return path;
    }

    static void Save(Plane plane, string path)
    {
        using var image = new Image<L8>(plane.Width, plane.Height);
        for (var y = 0; y < plane.Height; y++)
        {
            for (var x = 0; x < plane.Width; x++)
                image[x, y] = new L8((byte)plane[x, y]);
        }
        image.SaveAsPng(path);
    }

    static string[] Lines(string text) => text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    (string Output, string Error) Run(params string[] arguments) => Run(0, arguments);

    (string Output, string Error) Run(int expectedExitCode, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = CommandLine.Run([.. arguments, "--model", digits.Model], output, error);
        Assert.True(expectedExitCode == exitCode, $"exit code {exitCode}: {error}");
        return ($"{output}", $"{error}");
    }
}
