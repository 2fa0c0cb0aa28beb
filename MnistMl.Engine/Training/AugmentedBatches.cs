using MnistMl.Augmentation;
using MnistMl.Network;

namespace MnistMl.Training;

/// <summary>
/// The rows of the batch that is trained on and of the one after, changed at random: while threads share the rows of one
/// batch, they change their share of the next.
/// </summary>
sealed class AugmentedBatches
{
    readonly ByteMatrix _source;
    readonly Augmenter[] _augmenters;
    readonly byte[] _pixels;
    readonly int[] _places;
    readonly int _capacity, _lastChanged;

    /// <param name="source">The rows as they are.</param>
    /// <param name="options">How much to change them, and in how many of the epochs.</param>
    /// <param name="capacity">The most rows in a batch.</param>
    /// <exception cref="MnistMlException">The rows are not square pictures.</exception>
    public AugmentedBatches(ByteMatrix source, TrainingOptions options, int capacity)
    {
        (_source, _capacity) = (source, capacity);
        _lastChanged = Math.Max(1, options.Epochs - (int)Math.Round(options.NoAugmentationShare * options.Epochs));
        _augmenters = [.. Enumerable.Range(0, options.NumberOfThreads).Select(_ => new Augmenter(options.Augmentation, source.FeatureCount, options.Seed))];
        _pixels = new byte[2 * capacity * source.FeatureCount];
        _places = [.. Enumerable.Range(0, 2 * capacity)];
        Input = source.WithPixels(_pixels);
    }

    /// <summary>Both batches' rows.</summary>
    public ByteMatrix Input { get; }

    /// <summary>Where in <see cref="Input"/> the rows of a step's batch are.</summary>
    public ReadOnlySpan<int> Places(int step, int rows) => _places.AsSpan(step % 2 * _capacity, rows);

    /// <summary>Changes, or copies, some rows of a step's batch.</summary>
    /// <param name="step">The step.</param>
    /// <param name="rows">The batch's rows, by their number in the source.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    /// <param name="first">The first of this thread's rows of the batch.</param>
    /// <param name="end">The row after this thread's last.</param>
    public void Augment(int step, ReadOnlySpan<int> rows, int epoch, int thread, int first, int end)
    {
        var places = Places(step, rows.Length);
        for (var i = first; i < end; i++)
        {
            if (i + 1 < end)
                _source.Prefetch(rows[i + 1]);
            var destination = _pixels.AsSpan(places[i] * _source.FeatureCount, _source.FeatureCount);
            if (epoch <= _lastChanged)
                _augmenters[thread].Apply(_source.Row(rows[i]), destination, epoch, rows[i]);
            else
                _source.Row(rows[i]).CopyTo(destination);
        }
    }
}
