using MnistMl.Data;
using MnistMl.Formats;
using MnistMl.Images;
using MnistMl.Tests.Data;
using Parquet;
using Parquet.Schema;
using static MnistMl.Tests.Formats.Pictures;

namespace MnistMl.Tests.Formats;

public sealed class ParquetDataTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Images_in_a_struct_with_their_labels_are_read_group_by_group()
    {
        var path = await WriteImages("mnist.parquet", [1, 2, 3], [7, 7, 0], groups: 2);

        var source = ParquetData.Find(path, isPrepared: false)!;
        var (rows, description) = source.ReadTraining(new());

        Assert.False(source.HasTestRows);
        Assert.Equal(["0", "7"], rows.ClassNames);
        Assert.Equal([1, 1, 0, 1, 1, 0], rows.Labels.ToArray());
        byte[] pixels = [.. Pixels(1), .. Pixels(2), .. Pixels(3)];
        Assert.Equal([.. pixels, .. pixels], rows.Pixels.ToArray());
        Assert.Equal(("Parquet", "label", 2, 3), (description.Format, description.LabelName, description.Height, description.Width));
        Assert.Equal(pixels, source.ReadForPrediction(6).Dataset.Pixels[..18].ToArray());
    }

    [Fact]
    public async Task Classes_are_named_as_the_description_of_Hugging_Face_names_them()
    {
        const string description = """{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["T-shirt", "Trouser"], "_type": "ClassLabel"}}}}""";
        var path = await WriteImages("fashion.parquet", [1, 2], [1, 0], description: description);

        var rows = ParquetData.Find(path, isPrepared: false)!.ReadTraining(new()).Dataset;

        Assert.Equal(["T-shirt", "Trouser"], rows.ClassNames);
        Assert.Equal([1, 0], rows.Labels.ToArray());
        var wrong = await WriteImages("wrong.parquet", [1, 2], [1, 2], description: description);
        Assert.Contains("Row 2 of", Refused(wrong), StringComparison.Ordinal);
        // What is no such description is none.
        Assert.Equal(["1", "2"], Read(await WriteImages("other.parquet", [1, 2], [1, 2], description: "{[")).ClassNames);
    }

    [Fact]
    public async Task A_folder_has_training_and_test_rows_in_several_files()
    {
        await WriteImages("data/train-00001-of-00002.parquet", [2], [1]);
        await WriteImages("data/train-00000-of-00002.parquet", [1], [0]);
        await WriteImages("data/test-00000-of-00001.parquet", [3], [1]);

        var source = ParquetData.Find(_folder.Path, isPrepared: false)!;

        Assert.True(source.HasTestRows);
        Assert.Equal([.. Pixels(1), .. Pixels(2)], source.ReadTraining(new()).Dataset.Pixels.ToArray());
        Assert.Equal([0, 1], source.ReadTraining(new()).Dataset.Labels.ToArray());
        Assert.Equal(Pixels(3), source.ReadTest(new()).Dataset.Pixels.ToArray());
        Assert.Equal(2, source.ReadTraining(new()).Description.Sources.Count);
    }

    [Fact]
    public async Task Folders_say_what_rows_are_for_and_several_data_sets_are_not_read()
    {
        await WriteImages("train/0000.parquet", [1], [0]);
        await WriteImages("validation/0000.parquet", [2], [0]);
        Assert.Equal(Pixels(2), ParquetData.Find(_folder.Path, isPrepared: false)!.ReadTest(new()).Dataset.Pixels.ToArray());

        await WriteImages("other/train/0000.parquet", [1], [0]);
        Assert.Contains("2 data sets", Assert.Throws<MnistMlException>(() => ParquetData.Find(_folder.Path, isPrepared: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_for_each_pixel_is_a_table_as_any_other()
    {
        var schema = new ParquetSchema(
            new DataField<string>("name"), new DataField<double>("pixel1"), new DataField<int?>("pixel0"), new DataField<byte>("pixel2"), new DataField<float>("pixel3"),
            new DataField<string>("class"), new DataField<long>("__index_level_0__"));
        var path = await Write("table.parquet", schema, async (group, fields) =>
        {
            await group.WriteAsync(fields[0], Of("a,b", "\""));
            await group.WriteAsync<double>(fields[1], Of(2.0, 200));
            await group.WriteAsync<int>(fields[2], Of<int?>(1, 100));
            await group.WriteAsync<byte>(fields[3], Of<byte>(3, 30));
            await group.WriteAsync<float>(fields[4], Of(4f, 255));
            await group.WriteAsync(fields[5], Of("ink, dark", "paper"));
            await group.WriteAsync<long>(fields[6], Of(0L, 1));
        });

        var (rows, description) = ParquetData.Find(path, isPrepared: false)!.ReadTraining(new());

        // Pixels are in the order of their names, as those of tables of text are.
        Assert.Equal([1, 2, 3, 4, 100, 200, 30, 255], rows.Pixels.ToArray());
        Assert.Equal(["ink, dark", "paper"], rows.ClassNames);
        Assert.Equal(("Parquet", "class"), (description.Format, description.LabelName));
        Assert.Contains(description.LeftOut, left => left.Name == "name");
        Assert.Equal([0, 1], ParquetData.Find(path, isPrepared: false)!.ReadTraining(new() { LabelColumn = "name" }).Dataset.Labels.ToArray().Order());
        Assert.Equal(2, ParquetData.Find(path, isPrepared: false)!.ReadForPrediction(4).Dataset.RowCount);
        Assert.Contains("no column of images", Refused(path, isPrepared: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_are_read_as_they_are_written()
    {
        float[] values = [0.1f, 1f / 3, 0, 1, 0.5f, 1e-3f];
        var schema = new ParquetSchema(new DataField<float>("a"), new DataField<float>("b"), new DataField<int>("y"));
        var path = await Write("floats.parquet", schema, async (group, fields) =>
        {
            await group.WriteAsync<float>(fields[0], values.AsMemory(0, 3));
            await group.WriteAsync<float>(fields[1], values.AsMemory(3, 3));
            await group.WriteAsync<int>(fields[2], Of(1, 2, 1));
        });
        var text = Path.Join(_folder.Path, "floats.csv");
        await File.WriteAllTextAsync(text, "a,b,y\n0.1,1,1\n0.33333334,0.5,2\n0,0.001,1\n");

        var (expected, actual) = (DataSource.Open(text).ReadTraining(new()).Dataset, Read(path));

        Assert.Equal(expected.Range, actual.Range);
        Assert.Equal(expected.ClassNames, actual.ClassNames);
        Assert.Equal(expected.Pixels.ToArray(), actual.Pixels.ToArray());
    }

    [Fact]
    public async Task Pictures_are_prepared_and_sizes_and_damage_are_told()
    {
        var stroke = await Write("stroke.parquet", _images, (group, fields) => WriteImages(group, fields, [Stroke(), Png(Pixels(1), 3)], [1, 2]));
        Assert.Contains("--prepare", Refused(stroke), StringComparison.Ordinal);

        var one = await Write("one.parquet", _images, (group, fields) => WriteImages(group, fields, [Stroke()], [1]));
        Assert.Equal(
            MnistForm.Of(PictureDecoder.Read(Stroke(), "stroke")).Pixels, ParquetData.Find(one, isPrepared: true)!.ReadTraining(new()).Dataset.Pixels.ToArray());

        var damaged = await Write("damaged.parquet", _images, (group, fields) => WriteImages(group, fields, [Png(Pixels(1), 3), Png(Pixels(1), 3)[..40]], [1, 2]));
        Assert.StartsWith($"The image of row 2 of {damaged} is damaged", Refused(damaged), StringComparison.Ordinal);

        var cut = Path.Join(_folder.Path, "cut.parquet");
        await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(one))[..^30]);
        Assert.StartsWith($"{cut} is damaged, or cannot be read", Refused(cut), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_label_is_asked_for_where_it_is_not_clear()
    {
        var schema = new ParquetSchema(new DataField<byte[]>("png"), new DataField<int>("a"), new DataField<string>("b"));
        var path = await Write("two.parquet", schema, async (group, fields) =>
        {
            await group.WriteAsync(fields[0], Of<byte[]>(Png(Pixels(1), 3)));
            await group.WriteAsync<int>(fields[1], Of(5));
            await group.WriteAsync(fields[2], Of("five"));
        });

        Assert.Contains("a, b", Assert.Throws<LabelColumnException>(void () => Read(path)).Message, StringComparison.Ordinal);
        Assert.Contains("has no column 'c'", Assert.Throws<LabelColumnException>(void () => Read(path, "c")).Message, StringComparison.Ordinal);
        Assert.Equal(["five"], Read(path, "b").ClassNames);
        Assert.Equal(["5"], Read(path, "first").ClassNames);
        Assert.Equal(Pixels(1), ParquetData.Find(path, isPrepared: false)!.ReadForPrediction(6).Dataset.Pixels.ToArray());
    }

    static readonly ParquetSchema _images = new(
        new StructField("image", new DataField("bytes", typeof(byte[])), new DataField("path", typeof(string))), new DataField<long?>("label"));

    static T[] Of<T>(params T[] values) => values;

    static Dataset Read(string path, string? label = null) => ParquetData.Find(path, isPrepared: false)!.ReadTraining(new() { LabelColumn = label }).Dataset;

    static string Refused(string path, bool isPrepared = false) =>
        Assert.Throws<MnistMlException>(() => ParquetData.Find(path, isPrepared)!.ReadTraining(new())).Message;

    Task<string> WriteImages(string name, int[] numbers, long[] labels, int groups = 1, string? description = null) =>
        Write(name, _images, (group, fields) => WriteImages(group, fields, [.. numbers.Select(number => Png(Pixels(number), 3))], labels), groups, description);

    static async Task WriteImages(ParquetRowGroupWriter group, DataField[] fields, byte[][] images, long[] labels)
    {
        await group.WriteAsync(fields[0], images);
        await group.WriteAsync(fields[1], [.. images.Select(_ => "x.png")]);
        await group.WriteAsync<long>(fields[2], Array.ConvertAll(labels, label => (long?)label));
    }

    async Task<string> Write(
        string name, ParquetSchema schema, Func<ParquetRowGroupWriter, DataField[], Task> writeGroup, int groups = 1, string? description = null)
    {
        var path = Path.Join(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(schema, file);
        if (description != null)
            writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = description };
        for (var i = 0; i < groups; i++)
        {
            using var group = writer.CreateRowGroup();
            await writeGroup(group, schema.DataFields);
        }
        return path;
    }
}
