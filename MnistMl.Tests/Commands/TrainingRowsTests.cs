using System.CommandLine;
using System.Text.Json;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Tests.Data;

namespace MnistMl.Tests.Commands;

/// <summary>Which rows are for training, which for validation and which for the test: each says itself which it is.</summary>
public sealed class TrainingRowsTests : IDisposable
{
    const int InFile = 1, InOther = 2, InFolder = 3, InFoldersTest = 4;

    readonly TemporaryFolder _folder = new();

    public TrainingRowsTests()
    {
        WriteFile("rows.csv", InFile, 100);
        WriteFile("other.csv", InOther, 20);
        WritePart("train", InFolder, 60);
        WritePart("t10k", InFoldersTest, 30);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(68)]
    public void Of_a_file_the_first_are_for_training_some_of_them_for_validation_and_the_others_for_the_test(int validation)
    {
        var split = Read(validation, "--data", In("rows.csv"), "--train-rows", "70");

        AssertAreDivided(InFile, 70, validation, split);
        AssertAre(InFile, 70, 30, split.ReadTest());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public void With_a_test_file_all_of_the_data_is_for_training_and_validation(int validation)
    {
        var split = Read(validation, "--data", In("rows.csv"), "--test", In("other.csv"));

        AssertAreDivided(InFile, 100, validation, split);
        AssertAre(InOther, 0, 20, split.ReadTest());
    }

    [Fact]
    public void With_a_test_file_and_a_number_of_rows_the_others_are_for_nothing()
    {
        var split = Read(10, "--data", In("rows.csv"), "--train-rows", "50", "--test", In("other.csv"));

        AssertAreDivided(InFile, 50, 10, split);
        AssertAre(InOther, 0, 20, split.ReadTest());
    }

    [Fact]
    public void Validation_rows_are_drawn_by_a_seed_from_all_training_rows()
    {
        string[] drawn = [.. ((int[])[1, 1, 2]).Select(seed =>
            string.Join(' ', Said(Read(20, "--data", In("rows.csv"), "--train-rows", "70", "--split-seed", $"{seed}").Validation!).Select(said => said.Row).Order()))];

        Assert.Equal(drawn[0], drawn[1]);
        Assert.NotEqual(drawn[0], drawn[2]);
        Assert.All(drawn, rows => Assert.Contains(rows.Split(' ').Select(int.Parse), row => row < 35));
    }

    [Fact]
    public void Of_training_rows_that_are_sorted_by_class_some_of_each_are_for_validation()
    {
        File.WriteAllLines(In("sorted.csv"), File.ReadLines(In("rows.csv")).Order());

        var split = Read(20, "--data", In("sorted.csv"), "--test", In("other.csv"));

        Assert.Equal(80, split.Train.RowCount);
        Assert.Equal([8, 6, 6], Counts(split.Validation!));
        Assert.Equal([43, 29, 28], Counts(split.Train).Zip(Counts(split.Validation!), (train, validation) => train + validation));

        static int[] Counts(Dataset rows) => [.. Enumerable.Range(0, 3).Select(label => rows.Labels.Count(label))];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    public void A_folder_has_test_rows_of_its_own(int validation)
    {
        var split = Read(validation, "--data", _folder.Path);

        AssertAreDivided(InFolder, 60, validation, split);
        AssertAre(InFoldersTest, 0, 30, split.ReadTest());
    }

    [Fact]
    public void Of_a_folder_too_the_first_rows_may_be_enough_and_the_test_may_be_another()
    {
        var few = Read(5, "--data", _folder.Path, "--train-rows", "20");
        AssertAreDivided(InFolder, 20, 5, few);
        AssertAre(InFoldersTest, 0, 30, few.ReadTest());

        AssertAre(InOther, 0, 20, Read(5, "--data", _folder.Path, "--test", In("other.csv")).ReadTest());
        AssertAre(InFoldersTest, 0, 30, Read(5, "--data", In("rows.csv"), "--test", _folder.Path).ReadTest());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public void Of_the_data_that_comes_along_the_last_10000_rows_are_for_the_test(int validation)
    {
        var all = DatasetFile.Read(BundledData.Find());
        var split = Read(validation);

        Assert.Equal(Sums(all.Slice(0, 60_000)).Order(), Sums(split.Train).Concat(split.Validation == null ? [] : Sums(split.Validation)).Order());
        Assert.Equal(validation, split.Validation?.RowCount ?? 0);
        Assert.Equal(Sums(all.Slice(60_000, 10_000)), Sums(split.ReadTest()));

        static IEnumerable<long> Sums(Dataset rows) => Enumerable.Range(0, rows.RowCount).Select(row =>
        {
            var hash = new HashCode();
            hash.AddBytes(rows.Row(row));
            return ((long)hash.ToHashCode() << 8) + rows.Labels[row];
        });
    }

    /// <summary>
    /// The validation rows look like those of the other class: who learns from the training rows has all of these wrong, and all
    /// of the test rows right.
    /// </summary>
    [Fact]
    public async Task A_training_learns_from_none_of_its_validation_rows_and_measures_itself_on_them()
    {
        await WriteLinesAsync([]);
        var drawn = Read(30, "--data", In("reversed.csv"), "--train-rows", "80").Validation!;
        await WriteLinesAsync([.. Enumerable.Range(0, drawn.RowCount).Select(row => (int)Value(drawn, row, 0))]);

        using var process = ProgramProcess.Start(
            _folder.Path, "train", "--data", "reversed.csv", "--train-rows", "80", "--validation-rows", "30", "--recipe", "seed", "--network", "none",
            "--learning-rate", "0.1", "--epochs", "100", "--quiet", "--json");
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var result = JsonDocument.Parse(output).RootElement;

        var last = result.GetProperty("history").EnumerateArray().Last();
        Assert.Equal(1, last.GetProperty("trainAccuracy").GetDouble());
        Assert.Equal(0, last.GetProperty("validationAccuracy").GetDouble());
        Assert.Equal(1, result.GetProperty("microAccuracy").GetDouble());

        Task WriteLinesAsync(HashSet<int> reversed) => File.WriteAllLinesAsync(
            In("reversed.csv"),
            Enumerable.Range(0, 100).Select(row => $"{(row % 2 == 0 ? "ink" : "paper")},{row},{(row % 2 == 0 ^ reversed.Contains(row) ? 0 : 255)}"),
            TestContext.Current.CancellationToken);
    }

    static DataSplit Read(int validationRows, params string[] arguments) => DataSplit.Read(
        new RootCommand { DataSplit.Data, DataSplit.Test, DataSplit.TrainRows, DataSplit.SplitSeed }.Parse(arguments), validationRows, TextWriter.Null);

    string In(string name) => Path.Join(_folder.Path, name);

    /// <summary>Rows that say where they are from, and which they are.</summary>
    void WriteFile(string name, int from, int count) =>
        File.WriteAllLines(In(name), Enumerable.Range(0, count).Select(row => $"{Label(row)},{row},{from}"));

    /// <inheritdoc cref="WriteFile"/>
    void WritePart(string part, int from, int count) => new IdxDialect().WritePart(
        _folder.Path, part, [.. Enumerable.Range(0, count).SelectMany(row => (byte[])[(byte)row, (byte)from])],
        [.. Enumerable.Range(0, count).Select(row => (byte)Label(row))], height: 1, width: 2);

    static int Label(int row) => row % 7 % 3;

    static void AssertAre(int from, int first, int count, Dataset? rows)
    {
        var numbers = Enumerable.Range(first, count);
        if (count == 0)
            Assert.Null(rows);
        else
            Assert.Equal(numbers.Select(row => ($"{Label(row)}", (byte)from, (byte)row)), Said(rows!));
    }

    /// <summary>Each of the first rows is for one of both, and as many as asked for are for validation.</summary>
    static void AssertAreDivided(int from, int count, int validation, DataSplit split)
    {
        Assert.Equal(validation, split.Validation?.RowCount ?? 0);
        var both = Said(split.Train).Concat(split.Validation == null ? [] : Said(split.Validation));
        Assert.Equal(Enumerable.Range(0, count).Select(row => ($"{Label(row)}", (byte)from, (byte)row)), both.OrderBy(said => said.Row));
    }

    static IEnumerable<(string Label, byte From, byte Row)> Said(Dataset rows) =>
        Enumerable.Range(0, rows.RowCount).Select(row => (rows.ClassNames[rows.Labels[row]], Value(rows, row, 1), Value(rows, row, 0)));

    static byte Value(Dataset rows, int row, int pixel) => (byte)Math.Round(rows.Range.Values()[rows.Row(row)[pixel]]);
}
