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
    public void Of_a_file_the_first_are_for_training_the_last_of_them_for_validation_and_the_others_for_the_test(int validation)
    {
        var split = Read(validation, "--data", In("rows.csv"), "--train-rows", "70");

        AssertAre(InFile, 0, 70 - validation, split.Train);
        AssertAre(InFile, 70 - validation, validation, split.Validation);
        AssertAre(InFile, 70, 30, split.ReadTest());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public void With_a_test_file_all_of_the_data_is_for_training_and_validation(int validation)
    {
        var split = Read(validation, "--data", In("rows.csv"), "--test", In("other.csv"));

        AssertAre(InFile, 0, 100 - validation, split.Train);
        AssertAre(InFile, 100 - validation, validation, split.Validation);
        AssertAre(InOther, 0, 20, split.ReadTest());
    }

    [Fact]
    public void With_a_test_file_and_a_number_of_rows_the_others_are_for_nothing()
    {
        var split = Read(10, "--data", In("rows.csv"), "--train-rows", "50", "--test", In("other.csv"));

        AssertAre(InFile, 0, 40, split.Train);
        AssertAre(InFile, 40, 10, split.Validation);
        AssertAre(InOther, 0, 20, split.ReadTest());
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

        AssertAre(InFolder, 0, 60 - validation, split.Train);
        AssertAre(InFolder, 60 - validation, validation, split.Validation);
        AssertAre(InFoldersTest, 0, 30, split.ReadTest());
    }

    [Fact]
    public void Of_a_folder_too_the_first_rows_may_be_enough_and_the_test_may_be_another()
    {
        var few = Read(5, "--data", _folder.Path, "--train-rows", "20");
        AssertAre(InFolder, 0, 15, few.Train);
        AssertAre(InFolder, 15, 5, few.Validation);
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

        AssertSame(all.Slice(0, 60_000 - validation), split.Train);
        if (validation == 0)
            Assert.Null(split.Validation);
        else
            AssertSame(all.Slice(60_000 - validation, validation), split.Validation!);
        AssertSame(all.Slice(60_000, 10_000), split.ReadTest());

        static void AssertSame(Dataset expected, Dataset actual) => Assert.True(
            expected.Pixels.SequenceEqual(actual.Pixels) && expected.Labels.SequenceEqual(actual.Labels));
    }

    /// <summary>
    /// The validation rows are labelled the other way round: who learns from the training rows has all of these wrong, and all
    /// of the test rows right.
    /// </summary>
    [Fact]
    public async Task A_training_learns_from_none_of_its_validation_rows_and_measures_itself_on_them()
    {
        var lines = Enumerable.Range(0, 100).Select(row => $"{((row % 2 == 0) ^ (row is >= 50 and < 80) ? "ink" : "paper")},{row % 2 * 255},{row}");
        await File.WriteAllLinesAsync(In("reversed.csv"), lines, TestContext.Current.CancellationToken);

        using var process = ProgramProcess.Start(
            _folder.Path, "train", "--data", "reversed.csv", "--train-rows", "80", "--validation-rows", "30", "--recipe", "seed", "--network", "none",
            "--learning-rate", "0.1", "--epochs", "100", "--quiet", "--json");
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var result = JsonDocument.Parse(output).RootElement;

        var last = result.GetProperty("history").EnumerateArray().Last();
        Assert.Equal(1, last.GetProperty("trainAccuracy").GetDouble());
        Assert.Equal(0, last.GetProperty("validationAccuracy").GetDouble());
        Assert.Equal(1, result.GetProperty("microAccuracy").GetDouble());
    }

    static DataSplit Read(int validationRows, params string[] arguments) => DataSplit.Read(
        new RootCommand { DataSplit.Data, DataSplit.Test, DataSplit.TrainRows }.Parse(arguments), validationRows, TextWriter.Null);

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

        static IEnumerable<(string, byte, byte)> Said(Dataset rows) =>
            Enumerable.Range(0, rows.RowCount).Select(row => (rows.ClassNames[rows.Labels[row]], Value(rows, row, 1), Value(rows, row, 0)));

        static byte Value(Dataset rows, int row, int pixel) => (byte)Math.Round(rows.Range.Values()[rows.Row(row)[pixel]]);
    }
}
