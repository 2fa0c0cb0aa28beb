using MnistMl.Network;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

/// <summary>Rows without zeros that keep a record of the order in which one thread loads them to train on.</summary>
/// <param name="values">[rows, features], none of them zero: a first layer for sparse rows would load them in another way.</param>
/// <param name="featureCount">Length of a row.</param>
sealed unsafe class RecordedRows(float[] values, int featureCount) : FeatureMatrix
{
    readonly FloatMatrix _rows = new(values, featureCount);

    /// <summary>The rows as they were loaded.</summary>
    public List<int> Loaded { get; } = [];

    public override int RowCount => _rows.RowCount;

    public override int FeatureCount => _rows.FeatureCount;

    public override void Load(int row, SparseBatch batch, int batchRow) => _rows.Load(row, batch, batchRow);

    public override void Load(int row, float* destination)
    {
        Loaded.Add(row);
        _rows.Load(row, destination);
    }

    /// <summary>Trains on the rows, on one thread.</summary>
    public TrainingResult Train(int[] labels, IReadOnlyList<string> classNames, TrainingOptions options) => Trainer.Train(
        new TrainingSet(this, labels, classNames, [.. Enumerable.Repeat(1f, FeatureCount)]), validation: null,
        options with { NumberOfThreads = 1 }, progress: null, TestContext.Current.CancellationToken);
}
