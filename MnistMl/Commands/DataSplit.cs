using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MnistMl.Data;
using MnistMl.Reporting;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>The training and validation rows that options name. The test rows are read only on request.</summary>
sealed class DataSplit
{
    /// <summary>Where nothing is said, a sixth of the training rows is for validation, at most as many as MNIST has test rows.</summary>
    const int DefaultValidationShare = 6, MaxDefaultValidationRows = 10_000;

    readonly DataSource _source;
    readonly bool _isBundled, _isRandom;
    readonly ParseResult _parsed;
    readonly string? _testPath, _testLabels;
    readonly TrainPart? _part;
    readonly Dataset? _test;
    readonly TextWriter _log;
    readonly int _seed;

    DataSplit(ParseResult parsed, int? validationRows, TextWriter log)
    {
        Path = parsed.GetValue(Data) ?? BundledData.Find();
        (_parsed, _isBundled, _log) = (parsed, parsed.GetValue(Data) == null, log);
        (_part, _seed) = (parsed.GetValue(TrainRows), parsed.GetValue(SplitSeed));
        _source = DataPath.Open(Path, parsed.GetValue(ReadingOptions.Prepare));
        _testPath = parsed.GetValue(Test) ?? (_source.HasTestRows ? Path : null);
        _testLabels = parsed.GetValue(TestLabels);
        var labels = parsed.GetValue(Labels);
        if (_testPath == null && _testLabels != null)
            throw new MnistMlException($"{TestLabels.Name} are those of {Test.Name} FILE, which is missing.");
        if (_testPath == Path && labels != null && _testLabels == null)
            throw new MnistMlException($"{Path} has test rows of its own, and {Labels.Name} names the labels of its training rows. Name those of the test with {TestLabels.Name} FILE.");
        (var rows, Description) = Read(Path, _source.ReadTraining, ReadingOptions.ColumnsOf(parsed), labels, isDescribed: !_isBundled);
        if (_testPath == null)
            _part ??= TrainPart.DefaultOf(rows);

        var trainCount = _part?.CountOf(rows.RowCount) ?? rows.RowCount;
        if (trainCount > rows.RowCount || _testPath == null && trainCount == rows.RowCount)
        {
            throw new MnistMlException(
                $"{Path} has {rows.RowCount} rows: with {trainCount} training rows, none are left to test on. "
                + $"Use fewer with {TrainRows.Name} N, or name a test file with {Test.Name} FILE.");
        }
        (Train, _test, _isRandom) = _part == null ? (rows, null, false) : Split(rows, _part, _seed, _isBundled || _testPath != null ? TextWriter.Null : log);
        HoldOutValidation(validationRows ?? Math.Clamp(trainCount / DefaultValidationShare, 1, MaxDefaultValidationRows));
        if (!Train.Labels.ContainsAnyExcept(Train.Labels[0]))
        {
            throw new MnistMlException(
                $"The {Train.RowCount} training rows of {Path} are all of one class, "
                + $"'{rows.ClassNames[Train.Labels[0]]}'. Train on at least two classes.");
        }
    }

    /// <summary>The default of <c>--data</c>, as help shows it.</summary>
    public const string DefaultData = "[default: the repository's Data/mnist_784.csv.gz]";

    public static Option<string> Data { get; } = new("--data", "-d")
    {
        Description = $"Training and test rows: CSV, ARFF, libsvm, NPZ, IDX, plain, gzipped or zipped; Parquet; a folder of images for each class; - reads standard input. {DefaultData}",
        HelpName = "FILE|FOLDER",
    };

    public static Option<string> Labels { get; } = new("--labels")
    {
        Description = "File of the labels, where they are not among the data: one a line, IDX or NPY.",
        HelpName = "FILE",
    };

    public static Option<string> TestLabels { get; } = new("--test-labels")
    {
        Description = "File of the labels of --test, where they are not among its data.",
        HelpName = "FILE",
    };

    public static Option<string> Test { get; } = new("--test")
    {
        Description = "Test rows; all of --data is then for training. [default: the test rows of a folder]",
        HelpName = "FILE|FOLDER",
    };

    public static Option<TrainPart> TrainRows { get; } = CommonOptions.Create(
        "--train-rows", "N|P%", "Train on the first N rows, or on P percent of each class, drawn at random; test on the rest. "
            + $"[default: {TrainCommand.DefaultTrainRows} of 70000 rows in MNIST's order, 80% of others, all with --test or a folder]",
        TrainPart.Parse);

    public static Option<int> SplitSeed { get; } = CommonOptions.WholeNumber(
        "--split-seed", "Random seed of what --train-rows and --validation-rows draw; it is not --seed, so that all seeds are tested on the same rows.",
        min: int.MinValue, byDefault: 1);

    /// <summary>Options that name training and test rows, in the order of help.</summary>
    public static IReadOnlyList<Option> Options { get; } = [Data, Labels, Test, TestLabels, .. ReadingOptions.All, TrainRows, SplitSeed];

    /// <summary>The arguments with which <c>evaluate</c> tests on the same test rows.</summary>
    public IReadOnlyList<string> TestArguments => [.. TestRowArguments, .. ReadingOptions.ArgumentsOf(_parsed)];

    IReadOnlyList<string> TestRowArguments => this switch
    {
        { _testPath: { } path } => [Data.Name, path, .. Given(Labels, _testLabels)],
        { _isBundled: false } => [Data.Name, Path, .. Given(Labels, _parsed.GetValue(Labels)), TrainRows.Name, _part!.Text, .. SeedArguments],
        { _part.Count: TrainCommand.DefaultTrainRows } => [],
        _ => [TrainRows.Name, _part!.Text, .. SeedArguments],
    };

    /// <summary>An option with its value, if it has one.</summary>
    public static string[] Given(Option option, string? value) => value == null ? [] : [option.Name, value];

    string[] SeedArguments => _seed == 1 ? [] : [SplitSeed.Name, $"{_seed}"];

    /// <summary>The file or folder of the rows.</summary>
    public string Path { get; }

    /// <summary>What it was read as.</summary>
    public DataDescription Description { get; }

    /// <summary>Which rows are for what.</summary>
    /// <param name="testRows">Number of test rows.</param>
    public SplitJson ToJson(int testRows) => new(
        _testPath != null ? "separate" : _isRandom ? "random" : "sequential", _isRandom || Validation != null ? _seed : null, Train.RowCount, Validation?.RowCount ?? 0, testRows);

    /// <summary>The training rows.</summary>
    public Dataset Train { get; private set; }

    /// <summary>The validation rows, which are not among the training rows; null for none.</summary>
    public Dataset? Validation { get; private set; }

    /// <summary>Reads the training and validation rows.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="validationRows">Number of validation rows; null for as many as are sensible.</param>
    /// <param name="log">Told what was read.</param>
    /// <exception cref="MnistMlException">They cannot be read, are too few, or are all of one class.</exception>
    public static DataSplit Read(ParseResult parsed, int? validationRows, TextWriter log) => new(parsed, validationRows, log);

    /// <summary>Splits rows into those to train on and those to test on, and says how.</summary>
    public static (Dataset Train, Dataset Test, bool IsRandom) Split(Dataset rows, TrainPart part, int seed, TextWriter log)
    {
        var (train, test, isRandom) = part.Split(rows, seed);
        var (trained, tested) = (Figures.Count(train.RowCount), Figures.Count(test.RowCount));
        log.WriteLine(isRandom
            ? $"Drawn at random, of each class alike: {trained} rows to train on, {tested} to test on ({SplitSeed.Name} {seed})."
            : $"The first {trained} rows are to train on, the other {tested} to test on.");
        return (train, test, isRandom);
    }

    /// <summary>Reads the test rows.</summary>
    /// <exception cref="MnistMlException">They cannot be read, have other pixels than the training rows, or none of their classes.</exception>
    public Dataset ReadTest()
    {
        if (_testPath == null)
            return _test!;
        var source = _testPath == Path ? _source : DataPath.Open(_testPath, _parsed.GetValue(ReadingOptions.Prepare));
        var options = ReadingOptions.ColumnsOf(_parsed) with { SparseFeatureCount = Train.FeatureCount };
        var (test, _) = Read(_testPath, source.ReadTest, options, _testLabels, isDescribed: true);
        if (test.FeatureCount != Train.FeatureCount)
        {
            throw new MnistMlException(
                $"The test rows of {_testPath} have {test.FeatureCount} pixels, but the training rows of {Path} have "
                + $"{Train.FeatureCount}. Test on images of the same size.");
        }
        return DataPath.WithClassNames(test, Train.ClassNames, _testPath);
    }

    /// <summary>
    /// Takes training rows for validation, drawn at random, of each class alike: the last of a file are often of other classes,
    /// writers or days than the others, and tell less of them.
    /// </summary>
    void HoldOutValidation(int count)
    {
        if (count == 0)
            return;
        var left = Train.RowCount - count;
        if (left < 1)
        {
            throw new MnistMlException(
                $"--validation-rows {count} leaves none of {Train.RowCount} training rows to train on. Use fewer.");
        }
        (Train, Validation) = TrainTestSplit.Stratified(Train, left, _seed);
    }

    LoadedData Read(string path, Func<TableOptions, LoadedData> read, TableOptions options, string? labels, bool isDescribed)
    {
        var clock = Stopwatch.StartNew();
        var transform = ReadingOptions.TransformOf(_parsed);
        var (rows, description) = DataPath.Read(read, options, labels, transform);
        _log.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Read {rows.RowCount:N0} rows of {rows.FeatureCount} pixels, {rows.ClassNames.Count} classes, "
            + $"from {path} in {clock.Elapsed.TotalSeconds:F2} s."));
        var sentences = (isDescribed ? description.Sentences : []).Concat(transform.Sentences);
        if (sentences.Any())
            _log.WriteLine(string.Join(' ', sentences));
        return new(rows, description);
    }
}
