using System.Text.Json;
using MnistMl.Commands;
using MnistMl.Tests.Data;
using Parquet;
using Parquet.Schema;
using static MnistMl.Tests.Formats.Pictures;

namespace MnistMl.Tests.Commands;

/// <summary>All commands that take data, on folders of images and Parquet files.</summary>
public sealed class PictureDataTests : IDisposable
{
    const int Side = 8;

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_of_images_for_each_class_is_taken_by_all_commands()
    {
        for (var i = 0; i < 40; i++)
            Write($"digits/{(i < 30 ? "training" : "testing")}/{(i % 2 == 0 ? "top" : "bottom")}/{i}.png", Image(i));
        var (data, model) = (PathOf("digits"), PathOf("model.zip"));

        var trained = Json(Train(data, model));
        var evaluated = Json(["evaluate", "--model", model, "--data", data, "--json"]);
        var info = Json(["data", "info", data, "--json"]);

        Assert.Equal("a folder of images for each class", trained.GetProperty("data").GetProperty("format").GetString());
        Assert.Equal((30, 10), (trained.GetProperty("rowsTrained").GetInt32(), trained.GetProperty("rowsTested").GetInt32()));
        Assert.Equal((Side, Side), (trained.GetProperty("data").GetProperty("height").GetInt32(), trained.GetProperty("data").GetProperty("width").GetInt32()));
        Assert.Equal(trained.GetProperty("microAccuracy").GetDouble(), evaluated.GetProperty("microAccuracy").GetDouble());
        Assert.Equal(["bottom", "top"], evaluated.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!));
        Assert.Equal((30, 10), (info.GetProperty("trainRows").GetInt32(), info.GetProperty("testRows").GetInt32()));
        Assert.Equal([(15, 5), (15, 5)], info.GetProperty("classes").EnumerateArray().Select(
            count => (count.GetProperty("train").GetInt32(), count.GetProperty("test").GetInt32())));

        // The same rows as a table make the same model.
        var table = PathOf("digits.csv");
        Assert.Contains("30 training rows, then 10 test rows", Run(["data", "convert", data, table]), StringComparison.Ordinal);
        Run([.. Train(table, PathOf("table.zip")), "--train-rows", "30"]);
        Assert.Equal(File.ReadAllBytes(model), File.ReadAllBytes(PathOf("table.zip")));
        Assert.Contains("--data", Run(["tune", "--data", data, "--epochs", "1", "--budget", "0.1s", "--output", PathOf("tune.jsonl"), "--quiet"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Parquet_file_is_taken_by_all_commands()
    {
        var (data, model) = (await WriteParquet("digits.parquet"), PathOf("model.zip"));

        var trained = Json(Train(data, model));
        var evaluated = Json(["evaluate", "--model", model, "--data", data, "--train-rows", "80%", "--json"]);
        var predicted = Run(["predict", "--model", model, data]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("Parquet", trained.GetProperty("data").GetProperty("format").GetString());
        Assert.Equal(trained.GetProperty("microAccuracy").GetDouble(), evaluated.GetProperty("microAccuracy").GetDouble());
        Assert.Equal(40, predicted.Length);
        Assert.All(predicted, line => Assert.Contains(line.Split('\t')[0], (string[])["0", "1"]));
        Assert.Contains("40", Run(["data", "info", data]), StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_are_prepared_and_the_command_that_is_printed_says_so()
    {
        for (var i = 0; i < 4; i++)
            Write($"photos/{i % 2}/{i}.png", Stroke());
        var (data, model) = (PathOf("photos"), PathOf("model.zip"));

        var output = Run(["--data", data, "--prepare", "--train-rows", "2", "--epochs", "1", "--output", model, "--quiet"]);

        Assert.Contains($"evaluate --model {model} --data {data} --train-rows 2 --prepare", output, StringComparison.Ordinal);
        Assert.Equal(784, Json(["evaluate", "--model", model, "--data", data, "--prepare", "--json"]).GetProperty("data").GetProperty("pixels").GetInt32());
        File.WriteAllText(PathOf("rows.csv"), "1,2,3,4,ink\n");
        Assert.Contains("--prepare is for pictures", Refused(["--data", PathOf("rows.csv"), "--prepare"]), StringComparison.Ordinal);
        Assert.Contains("--prepare is for pictures", Refused(["--data", "-", "--prepare"]), StringComparison.Ordinal);
    }

    static string[] Train(string data, string model) =>
        ["--data", data, "--network", "4", "--augment", "none", "--epochs", "2", "--output", model, "--json"];

    /// <summary>Ink in the upper or the lower half.</summary>
    static byte[] Image(int i) =>
        Png([.. Enumerable.Range(0, Side * Side).Select(pixel => (byte)(pixel / (Side * Side / 2) == i % 2 ? 100 + (pixel * 7 + i * 13) % 150 : 0))], Side);

    async Task<string> WriteParquet(string name)
    {
        var schema = new ParquetSchema(
            new StructField("image", new DataField("bytes", typeof(byte[])), new DataField("path", typeof(string))), new DataField<long>("label"));
        var path = PathOf(name);
        using var file = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(schema, file);
        using var group = writer.CreateRowGroup();
        await group.WriteAsync(schema.DataFields[0], [.. Enumerable.Range(0, 40).Select(Image)]);
        await group.WriteAsync(schema.DataFields[1], [.. Enumerable.Range(0, 40).Select(i => $"{i}.png")]);
        await group.WriteAsync<long>(schema.DataFields[2], Enumerable.Range(0, 40).Select(i => (long)(i % 2)).ToArray());
        return path;
    }

    string PathOf(string name) => Path.Join(_folder.Path, name);

    void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllBytes(PathOf(name), content);
    }

    static JsonElement Json(string[] arguments) => JsonDocument.Parse(Run(arguments)).RootElement;

    static string Run(string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.True(CommandLine.Run(arguments, output, error) == 0, $"{error}");
        return $"{output}";
    }

    static string Refused(string[] arguments)
    {
        using var error = new StringWriter();
        Assert.Equal(1, CommandLine.Run(arguments, TextWriter.Null, error));
        return $"{error}";
    }
}
