using System.CommandLine;
using MnistMl.Data;

namespace MnistMl.Commands;

/// <summary>The labelled rows that saved models are tested on.</summary>
/// <param name="Rows">The rows: their class names are the model's, and after them those that only the rows have.</param>
/// <param name="Path">Where they are from.</param>
/// <param name="Description">What they were read as.</param>
sealed record TestRows(Dataset Rows, string Path, DataDescription Description)
{
    static readonly Option<TrainPart> _trainRows = CommonOptions.Create(
        DataSplit.TrainRows.Name, "N|P%", "Leave out the rows that the model was trained on, as train chose them. "
            + $"[default: none of --data, {TrainCommand.DefaultTrainRows} of the repository's]", TrainPart.Parse);

    /// <summary>The options that say how they are read, but for the file.</summary>
    public static IReadOnlyList<Option> Options { get; } = [DataSplit.Labels, _trainRows, DataSplit.SplitSeed, .. ReadingOptions.All];

    /// <summary>Reads them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="path">The file or folder; null for the repository's test rows.</param>
    /// <param name="model">The model that they are for.</param>
    /// <param name="modelFile">What messages call it.</param>
    /// <exception cref="MnistMlException">They cannot be read, or are not what the model takes.</exception>
    public static TestRows Read(ParseResult parsed, string? path, LoadedModel model, string modelFile)
    {
        var part = parsed.GetValue(_trainRows);
        if (path == null)
            (path, part) = (BundledData.Find(), part ?? TrainPart.Parse($"{TrainCommand.DefaultTrainRows}"));
        var data = DataPath.Open(path, parsed.GetValue(ReadingOptions.Prepare));
        if (part != null && data.HasTestRows)
        {
            throw new MnistMlException(
                $"{path} has test rows apart from the training rows. Leave out {DataSplit.TrainRows.Name}.");
        }
        var options = ReadingOptions.ColumnsOf(parsed) with { SparseFeatureCount = model.FeatureCount };
        var read = DataPath.Read(data.ReadTest, options, parsed.GetValue(DataSplit.Labels), ReadingOptions.TransformOf(parsed));
        var rows = DataPath.ThrowIfOtherSize(read.Dataset, model, modelFile);
        if (part != null)
            rows = WithoutTraining(rows, part, parsed.GetValue(DataSplit.SplitSeed));
        return new(DataPath.WithClassNames(rows, model.ClassNames, path), path, read.Description);
    }

    static Dataset WithoutTraining(Dataset rows, TrainPart part, int seed) => part.CountOf(rows.RowCount) < rows.RowCount
        ? DataSplit.Split(rows, part, seed, TextWriter.Null).Test
        : throw new MnistMlException(
            $"There are {rows.RowCount} rows: without {part.Text} to train on, none are left to test on. "
            + $"Leave out fewer with {DataSplit.TrainRows.Name} N.");
}
