using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.MLNet;
using MnistMl.Network;

namespace MnistMl.Tests.MLNet;

public sealed class DataViewReaderTests
{
    const int Features = 5;

    readonly MLContext _context = new(seed: 1);

    static Dataset Digits { get; } = Random(rows: 150, PixelRange.Bytes);

    [Fact]
    public void Rows_of_a_data_set_are_not_copied()
    {
        var all = Matrix(Read(Keyed(Digits)));
        Assert.True(Digits.Pixels.Overlaps(all.Row(0), out var start) && start == 0);
        Assert.Equal(Digits.RowCount, all.RowCount);
    }

    [Theory]
    [InlineData("whole")]
    [InlineData("part")]
    [InlineData("every third")]
    [InlineData("shuffled")]
    [InlineData("concatenated")]
    [InlineData("changed")]
    [InlineData("unlabelled")]
    public void Rows_of_a_data_set_are_those_that_come_through_the_transforms(string how)
    {
        var data = Keyed(Digits);
        data = how switch
        {
            "part" => _context.Data.TakeRows(_context.Data.SkipRows(data, 3), 100),
            "every third" => _context.Data.FilterRowsByKeyColumnFraction(data, "Label", 0, 0.5),
            "shuffled" => _context.Data.ShuffleRows(data, seed: 1),
            "concatenated" => _context.Transforms.Concatenate("Pixels", "Pixels").Fit(data).Transform(data),
            "changed" => _context.Transforms.NormalizeMinMax("Pixels").Fit(data).Transform(data),
            // The reader leaves out what has no key.
            "unlabelled" => Keyed(Digits, ["a", "b"]),
            _ => data,
        };
        var keys = data.GetColumn<uint>("Label").ToArray();
        float[][] expected = [.. data.GetColumn<float[]>("Pixels").Where((_, row) => keys[row] > 0)];

        var reader = Read(data);
        Assert.Equal(expected, Rows(reader, reader.Scale(1)));

        Assert.InRange(expected.Length, 1, Digits.RowCount);
        var (kept, held) = reader.HoldOut(0.2, classCount: 3, seed: 1);
        Assert.Equal(
            expected.Select(row => string.Join(' ', row)).Order(),
            Rows(kept, kept.Scale(1)).Concat(Rows(held, held.Scale(1))).Select(row => string.Join(' ', row)).Order());

        var scale = reader.ScaleByMagnitude(alike: false, out _);
        Assert.Equal(expected.Select(row => row.Zip(scale, (value, factor) => value * factor).ToArray()), Rows(reader, scale));
    }

    [Fact]
    public void Bytes_that_stand_for_other_values_are_taken_as_bytes_only_if_that_is_asked_for()
    {
        var range = new PixelRange(-1, 2.0 / 255, 255);
        var rows = Random(rows: 20, range);

        Assert.Equal(rows.Pixels.ToArray().Select(pixel => (float)pixel), Rows(Read(Keyed(rows), range), 1).SelectMany(row => row));
        Assert.Equal(
            rows.Pixels.ToArray().Select(pixel => range.Values()[pixel]), Rows(Read(Keyed(rows), range: null), 1).SelectMany(row => row));
    }

    IDataView Keyed(Dataset rows, string[]? classNames = null)
    {
        var names = classNames ?? [.. rows.ClassNames];
        var one = new Dataset(new byte[names.Length], Enumerable.Range(0, names.Length).ToArray(), 1, names);
        return _context.Transforms.Conversion.MapValueToKey("Label").Fit(new DatasetView(one)).Transform(new DatasetView(rows));
    }

    static DataViewReader Read(IDataView data, PixelRange? range = null) =>
        DataViewReader.Read(data, new(data.Schema["Pixels"], new LabelColumn(data.Schema["Label"]), Range: range));

    static ByteMatrix Matrix(DataViewReader reader) =>
        Assert.IsType<ByteMatrix>(reader.ToTrainingSet(["c", "a", "b"], reader.Scale(1)).Input);

    static float[][] Rows(DataViewReader reader, float scale) => Rows(reader, reader.Scale(scale));

    static float[][] Rows(DataViewReader reader, float[] scale) =>
        NeuralNetworkMulticlassTrainerTests.Loaded(reader.ToTrainingSet(["c", "a", "b"], scale).Input);

    static Dataset Random(int rows, PixelRange range)
    {
        var random = new Random(rows);
        var pixels = new byte[rows * Features];
        random.NextBytes(pixels);
        return new Dataset(pixels, Enumerable.Range(0, rows).Select(_ => random.Next(3)).ToArray(), Features, ["c", "a", "b"], range);
    }
}
