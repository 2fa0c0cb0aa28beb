using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MnistMl.Data;

namespace MnistMl.Commands;

/// <summary>The rows that options name to train on; those to test on are read only where they are asked for.</summary>
sealed class DataSplit
{
    readonly Dataset _rows;
    readonly bool _isBundled;
    readonly string? _testPath;
    readonly TextWriter _log;

    DataSplit(string path, bool isBundled, Dataset rows, int trainRows, int validationRows, string? testPath, TextWriter log)
    {
        (Path, _isBundled, _rows, _testPath, _log) = (path, isBundled, rows, testPath, log);
        Train = rows.Slice(0, trainRows - validationRows);
        Validation = validationRows == 0 ? null : rows.Slice(Train.RowCount, validationRows);
    }

    public static Option<string> Data { get; } = new("--data", "-d")
    {
        Description = "The rows: CSV, or a folder of IDX files; plain or gzipped. [default: the repository's Data/mnist_784.csv.gz]",
        HelpName = "FILE|FOLDER",
    };

    public static Option<string> Test { get; } = new("--test")
    {
        Description = "Test on these rows, and train on all of --data. [default: a folder's own test rows]",
        HelpName = "FILE|FOLDER",
    };

    public static Option<int> TrainRows { get; } = CommonOptions.WholeNumber(
        "--train-rows", $"Train on the first N rows, test on the others. [default: {TrainCommand.DefaultTrainRows}, or all with --test or a folder]", atLeast: 1);

    /// <summary>What makes <c>evaluate</c> test on the rows that these leave to test on.</summary>
    public string TestArguments
    {
        get
        {
            if (_testPath != null)
                return $" {Data.Name} {RecipeFormatter.Quoted(_testPath)}";
            var data = _isBundled ? "" : $" {Data.Name} {RecipeFormatter.Quoted(Path)}";
            return _isBundled && RowsBeforeTest == TrainCommand.DefaultTrainRows ? "" : $"{data} {TrainRows.Name} {RowsBeforeTest}";
        }
    }

    /// <summary>The file or folder that the rows are from.</summary>
    public string Path { get; }

    /// <summary>The rows to train on.</summary>
    public Dataset Train { get; }

    /// <summary>The rows after them, to measure each epoch on; null for none.</summary>
    public Dataset? Validation { get; }

    int RowsBeforeTest => Train.RowCount + (Validation?.RowCount ?? 0);

    /// <summary>Reads the rows to train on.</summary>
    /// <exception cref="MnistMlException">They cannot be read, are too few, or are all of one class.</exception>
    public static DataSplit Read(ParseResult parsed, int validationRows, TextWriter log)
    {
        var path = parsed.GetValue(Data) ?? BundledData.Find();
        var testPath = parsed.GetValue(Test) ?? (DataPath.HasTestRows(path) ? path : null);
        var rows = Read(path, DataPath.ReadTraining, log);
        var trainRows = parsed.GetValue(TrainRows);
        if (trainRows == 0)
            trainRows = testPath != null ? rows.RowCount : TrainCommand.DefaultTrainRows;
        if (testPath == null && trainRows >= rows.RowCount)
        {
            throw new MnistMlException(
                $"{path} has {rows.RowCount} rows: after {trainRows} to train on, none are left to test on. Give fewer with --train-rows N, or name a test file with --test FILE.");
        }
        if (trainRows > rows.RowCount)
            throw new MnistMlException($"{path} has {rows.RowCount} rows to train on, fewer than the {trainRows} of --train-rows.");
        if (validationRows >= trainRows)
            throw new MnistMlException($"Of {trainRows} training rows, --validation-rows {validationRows} leaves none to train on. Give fewer.");

        var read = new DataSplit(path, parsed.GetValue(Data) == null, rows, trainRows, validationRows, testPath, log);
        var train = read.Train;
        if (!train.Labels.ContainsAnyExcept(train.Labels[0]))
        {
            throw new MnistMlException(
                $"The {train.RowCount} training rows of {path} are all of the class '{rows.ClassNames[train.Labels[0]]}'. Train on rows of two classes at least.");
        }
        return read;
    }

    /// <summary>Reads the rows to test on.</summary>
    /// <exception cref="MnistMlException">They cannot be read, or are not of the form or the classes of those to train on.</exception>
    public Dataset ReadTest()
    {
        if (_testPath == null)
            return _rows.Slice(RowsBeforeTest, _rows.RowCount - RowsBeforeTest);
        var test = Read(_testPath, DataPath.ReadTest, _log);
        if (test.FeatureCount != _rows.FeatureCount)
        {
            throw new MnistMlException(
                $"The test rows of {_testPath} have {test.FeatureCount} pixels, but the training rows of {Path} have {_rows.FeatureCount}. Test on rows of the same form.");
        }
        return DataPath.WithClassNames(test, _rows.ClassNames, _testPath);
    }

    static Dataset Read(string path, Func<string, Dataset> read, TextWriter log)
    {
        var clock = Stopwatch.StartNew();
        var rows = read(path);
        log.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Read {rows.RowCount:N0} rows of {rows.FeatureCount} pixels, {rows.ClassNames.Count} classes, from {path} in {clock.Elapsed.TotalSeconds:F2} s."));
        return rows;
    }
}
