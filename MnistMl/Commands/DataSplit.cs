using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MnistMl.Data;

namespace MnistMl.Commands;

/// <summary>The training and validation rows that options name. The test rows are read only on request.</summary>
sealed class DataSplit
{
    readonly Dataset _rows;
    readonly bool _isBundled;
    readonly string? _testPath, _labelColumn;
    readonly ImageTransform _transform;
    readonly TextWriter _log;

    DataSplit(
        string path, bool isBundled, Dataset rows, int trainRows, int validationRows, string? testPath, string? labelColumn,
        ImageTransform transform, TextWriter log)
    {
        (Path, _isBundled, _rows, _testPath, _labelColumn, _transform, _log) = (path, isBundled, rows, testPath, labelColumn, transform, log);
        Train = rows.Slice(0, trainRows - validationRows);
        Validation = validationRows == 0 ? null : rows.Slice(Train.RowCount, validationRows);
    }

    /// <summary>The default of <c>--data</c>, as help shows it.</summary>
    public const string DefaultData = "[default: the repository's Data/mnist_784.csv.gz]";

    public static Option<string> Data { get; } = new("--data", "-d")
    {
        Description = $"Training and test rows: CSV, or a folder of IDX files; plain or gzipped. {DefaultData}",
        HelpName = "FILE|FOLDER",
    };

    public static Option<string> LabelColumn { get; } = new("--label-column")
    {
        Description = "Column of the label in a table: its name, first, last, or its number from 1. [default: found by names and values]",
        HelpName = "COLUMN",
    };

    public static Option<string> Test { get; } = new("--test")
    {
        Description = "Test rows; all of --data is then for training. [default: the test rows of a folder]",
        HelpName = "FILE|FOLDER",
    };

    public static Option<int> TrainRows { get; } = CommonOptions.WholeNumber(
        "--train-rows", "Train on the first N rows, test on the rest. "
            + $"[default: {TrainCommand.DefaultTrainRows}, or all with --test or a folder]", min: 1);

    /// <summary>The arguments with which <c>evaluate</c> tests on the same test rows.</summary>
    public IReadOnlyList<string> TestArguments => [.. TestRowArguments, .. CommonOptions.ArgumentsOf(_transform)];

    IReadOnlyList<string> TestRowArguments => this switch
    {
        { _testPath: { } path } => [Data.Name, path, .. LabelArguments],
        { _isBundled: false } => [Data.Name, Path, .. LabelArguments, TrainRows.Name, $"{RowsBeforeTest}"],
        { RowsBeforeTest: TrainCommand.DefaultTrainRows } => [],
        _ => [TrainRows.Name, $"{RowsBeforeTest}"],
    };

    string[] LabelArguments => _labelColumn == null ? [] : [LabelColumn.Name, _labelColumn];

    /// <summary>The file or folder of the rows.</summary>
    public string Path { get; }

    /// <summary>The training rows.</summary>
    public Dataset Train { get; }

    /// <summary>The validation rows, which follow the training rows; null for none.</summary>
    public Dataset? Validation { get; }

    int RowsBeforeTest => Train.RowCount + (Validation?.RowCount ?? 0);

    /// <summary>Reads the training and validation rows.</summary>
    /// <exception cref="MnistMlException">They cannot be read, are too few, or are all of one class.</exception>
    public static DataSplit Read(ParseResult parsed, int validationRows, TextWriter log)
    {
        var path = parsed.GetValue(Data) ?? BundledData.Find();
        var testPath = parsed.GetValue(Test) ?? (DataPath.HasTestRows(path) ? path : null);
        var labelColumn = parsed.GetValue(LabelColumn);
        var transform = CommonOptions.TransformOf(parsed);
        var isBundled = parsed.GetValue(Data) == null;
        var rows = Read(path, file => DataPath.ReadTraining(file, labelColumn), transform, isDescribed: !isBundled, log);
        var trainRows = parsed.GetValue(TrainRows);
        if (trainRows == 0)
            trainRows = testPath != null ? rows.RowCount : TrainCommand.DefaultTrainRows;
        if (testPath == null && trainRows >= rows.RowCount)
        {
            throw new MnistMlException(
                $"{path} has {rows.RowCount} rows: with {trainRows} training rows, none are left to test on. "
                + "Use fewer with --train-rows N, or name a test file with --test FILE.");
        }
        if (trainRows > rows.RowCount)
        {
            throw new MnistMlException(
                $"{path} has {rows.RowCount} training rows, fewer than --train-rows {trainRows}.");
        }
        if (validationRows >= trainRows)
        {
            throw new MnistMlException(
                $"--validation-rows {validationRows} leaves none of {trainRows} training rows to train on. Use fewer.");
        }

        var read = new DataSplit(path, isBundled, rows, trainRows, validationRows, testPath, labelColumn, transform, log);
        var train = read.Train;
        if (!train.Labels.ContainsAnyExcept(train.Labels[0]))
        {
            throw new MnistMlException(
                $"The {train.RowCount} training rows of {path} are all of one class, "
                + $"'{rows.ClassNames[train.Labels[0]]}'. Train on at least two classes.");
        }
        return read;
    }

    /// <summary>Reads the test rows.</summary>
    /// <exception cref="MnistMlException">
    /// They cannot be read, or have other pixels or classes than the training rows.
    /// </exception>
    public Dataset ReadTest()
    {
        if (_testPath == null)
            return _rows.Slice(RowsBeforeTest, _rows.RowCount - RowsBeforeTest);
        var test = Read(_testPath, path => DataPath.ReadTest(path, _labelColumn), _transform, isDescribed: true, _log);
        if (test.FeatureCount != _rows.FeatureCount)
        {
            throw new MnistMlException(
                $"The test rows of {_testPath} have {test.FeatureCount} pixels, but the training rows of {Path} have "
                + $"{_rows.FeatureCount}. Test on images of the same size.");
        }
        return DataPath.WithClassNames(test, _rows.ClassNames, _testPath);
    }

    static Dataset Read(
        string path, Func<string, (Dataset Rows, TableDescription? Table)> read, ImageTransform transform, bool isDescribed, TextWriter log)
    {
        var clock = Stopwatch.StartNew();
        var (rows, table) = read(path);
        log.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Read {rows.RowCount:N0} rows of {rows.FeatureCount} pixels, {rows.ClassNames.Count} classes, "
            + $"from {path} in {clock.Elapsed.TotalSeconds:F2} s."));
        var sentences = (isDescribed ? table?.Sentences ?? [] : []).Concat(transform.Sentences);
        if (sentences.Any())
            log.WriteLine(string.Join(' ', sentences));
        return transform.Apply(rows);
    }
}
