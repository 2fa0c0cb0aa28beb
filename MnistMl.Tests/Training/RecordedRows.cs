using MnistMl.Network;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

/// <summary>Rows without zeros that keep a record of the order in which one thread loads them to train on.</summary>
/// <param name="values">[rows, features], none of them zero: a first layer for sparse rows would load them in another way.</param>
/// <param name="features">Length of a row.</param>
sealed unsafe class RecordedRows(float[] values, int features) : InputRows
{
    readonly FloatRows _rows = new(values, features);

    /// <summary>The rows as they were loaded.</summary>
    public List<int> Loaded { get; } = [];

    public override int Rows => _rows.Rows;

    public override int Features => _rows.Features;

    public override void Load(int row, SparseRows batch, int batchRow) => _rows.Load(row, batch, batchRow);

    public override void Load(int row, float* destination)
    {
        Loaded.Add(row);
        _rows.Load(row, destination);
    }

    /// <summary>Trains on the rows, on one thread.</summary>
    public TrainingResult Train(int[] classes, IReadOnlyList<string> labels, TrainingOptions options) => Trainer.Train(
        new TrainingSet(this, classes, labels, [.. Enumerable.Repeat(1f, Features)]), validation: null,
        options with { Threads = 1 }, progress: null, TestContext.Current.CancellationToken);
}
