using Microsoft.ML;
using Microsoft.ML.Transforms;
using MnistMl.Data;
using MnistMl.Files;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl;

/// <summary>The main job, from rows to figures, as any pipeline of ML.NET's.</summary>
static class Pipeline
{
    /// <summary>The k of the top-k accuracy.</summary>
    public const int TopK = 3;

    /// <summary>Column of the true class as a key: the label itself may be anything, and a model may map it in its own way.</summary>
    const string TrueClass = "TrueClass";

    /// <summary>The trainer's options for the columns of a <see cref="DatasetView"/>.</summary>
    /// <param name="training">What to train, and how.</param>
    /// <param name="output">The file that the network is to be saved to.</param>
    /// <param name="progress">Told how training comes along.</param>
    /// <param name="cancellation">Ends the training.</param>
    public static NeuralNetworkMulticlassTrainer.Options Options(
        TrainingOptions training, string output, IProgress<TrainingProgress>? progress, CancellationToken cancellation) => new(training)
        {
            LabelColumnName = DatasetView.Label,
            FeatureColumnName = DatasetView.Pixels,
            AlwaysTakesFirstStep = true,
            IsForOnnx = ModelFile.IsOnnx(output) || training.HiddenLayers.Any(layer => layer is MaxPooling2D),
            Progress = progress,
            Cancellation = cancellation,
        };

    /// <summary>Trains a network: MapValueToKey, then NeuralNetwork.</summary>
    /// <param name="mlContext">ML.NET.</param>
    /// <param name="trainRows">The rows to train on.</param>
    /// <param name="validationRows">Rows to measure each epoch on, never trained on; null for none.</param>
    /// <param name="options">What to train, and how; the columns are those of a <see cref="DatasetView"/>.</param>
    public static NeuralNetworkTransformer Fit(
        MLContext mlContext, Dataset trainRows, Dataset? validationRows, NeuralNetworkMulticlassTrainer.Options options)
    {
        options = options with { PixelRange = trainRows.Range, FeatureDivisor = trainRows.Range.MaxByte };
        IDataView train = new DatasetView(trainRows);
        var labelToKey = LabelToKey(mlContext, options.LabelColumnName, trainRows.ClassNames, DatasetView.Label);
        var validation = validationRows == null ? null : labelToKey.Transform(new DatasetView(validationRows));
        return mlContext.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(labelToKey.Transform(train), validation);
    }

    /// <summary>
    /// Saves a network as <c>mlContext.Model.Save</c> would, with MapKeyToValue at its end, so that the predicted label is a
    /// text. By our own writer: ML.NET's takes half a second to get going.
    /// </summary>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public static void Save(NeuralNetworkTransformer network, string path) => ModelFile.Write(network.Model.Network, path);

    /// <summary>Tests a model.</summary>
    /// <param name="mlContext">ML.NET.</param>
    /// <param name="model">The model: one that adds the probabilities of the classes as <c>Score</c>.</param>
    /// <param name="classNames">The classes, in the order of the scores, and then those of the test rows that the model does not know.</param>
    /// <param name="classCount">How many the model knows.</param>
    /// <param name="test">The rows to test on, in the columns that the model takes.</param>
    /// <param name="label">The column of their labels, as texts.</param>
    /// <exception cref="MnistMlException">Some scores are not finite numbers.</exception>
    public static TestMetrics Evaluate(
        MLContext mlContext, ITransformer model, IReadOnlyList<string> classNames, int classCount, IDataView test, string label = DatasetView.Label)
    {
        var labelled = LabelToKey(mlContext, TrueClass, classNames, label).Transform(test);
        // They are read several times, and computed once.
        var scored = mlContext.Data.Cache(model.Transform(labelled), ScoredSchema.Score, TrueClass);
        var metrics = classCount > TestMetrics.MaxMatrixClasses
            ? TestMetrics.Count(scored, TrueClass, TopK)
            : TestMetrics.Evaluate(mlContext, scored, TrueClass, TopK);

        // ML.NET leaves such rows out without a word, and so gives a network that has diverged a log-loss of 0.
        var rows = (long)test.GetRowCount()!;
        ThrowIfNotFinite(rows - metrics.RowCount, rows);
        return metrics with { Reliability = Reliability.Of(scored, TrueClass), Predictions = RowPredictions.Of(scored, TrueClass, classNames) };
    }

    /// <summary>Refuses a model some of whose scores are not finite numbers.</summary>
    /// <param name="broken">The number of rows with such scores.</param>
    /// <param name="rows">The number of all rows.</param>
    /// <exception cref="MnistMlException">There are such rows.</exception>
    public static void ThrowIfNotFinite(long broken, long rows)
    {
        if (broken > 0)
        {
            throw new MnistMlException($"The scores of {broken} of {rows} rows are not finite numbers: "
                + "the model is broken, as after training with too high a learning rate.");
        }
    }

    /// <summary>Maps labels to keys in the given order: ML.NET takes that in which they appear, here in one row of each.</summary>
    static ValueToKeyMappingTransformer LabelToKey(MLContext mlContext, string output, IReadOnlyList<string> classNames, string label)
    {
        var rows = new Dataset(new byte[classNames.Count], Enumerable.Range(0, classNames.Count).ToArray(), featureCount: 1, classNames);
        return mlContext.Transforms.Conversion.MapValueToKey(output, label, maximumNumberOfKeys: classNames.Count).Fit(new DatasetView(rows, label: label));
    }
}
