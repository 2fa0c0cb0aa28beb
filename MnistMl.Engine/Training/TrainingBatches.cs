using MnistMl.Augmentation;
using MnistMl.Network;

namespace MnistMl.Training;

/// <summary>
/// The mini-batches of an epoch: its order of the examples, cut into batches, and the examples themselves, augmented where that
/// is asked for. While threads share one batch, each augments its share of the next.
/// </summary>
sealed class TrainingBatches
{
    readonly TrainingSet _train;
    readonly int[] _order;
    readonly int _seed;

    // Of augmented training: room for two batches' images, which steps use in turn.
    readonly Augmenter[] _augmenters = [];
    readonly int _lastAugmentedEpoch;
    readonly byte[] _pixels = [];
    readonly int[] _places = [];

    /// <param name="train">The examples.</param>
    /// <param name="options">Seed, size of a batch, augmentation.</param>
    /// <param name="isSparse">Whether the network takes examples without their zeros.</param>
    /// <exception cref="MnistMlException">They are to be augmented, but are no square images of bytes.</exception>
    public TrainingBatches(TrainingSet train, TrainingOptions options, bool isSparse)
    {
        var source = train.Input;
        (_train, _seed) = (train, options.Seed);
        _order = new int[source.RowCount];
        Capacity = Math.Min(options.BatchSize, source.RowCount);
        if (options.Augmentation == AugmentationOptions.None)
        {
            Input = isSparse ? source.Compact() : source;
            return;
        }

        var pixels = Pixels("augmented");
        _lastAugmentedEpoch = Math.Max(1, options.Epochs - (int)Math.Round(options.NoAugmentationShare * options.Epochs));
        _augmenters = [.. Enumerable.Range(0, options.NumberOfThreads)
            .Select(_ => new Augmenter(options.Augmentation, source.FeatureCount, options.Seed))];
        _pixels = new byte[2L * Capacity * source.FeatureCount];
        _places = [.. Enumerable.Range(0, 2 * Capacity)];
        Input = pixels.WithPixels(_pixels);
    }

    /// <summary>Examples in a batch, but for an epoch's last, which may have fewer.</summary>
    public int Capacity { get; }

    /// <summary>Examples in an epoch.</summary>
    public int ExampleCount => _order.Length;

    /// <summary>Batches in an epoch.</summary>
    public int StepsPerEpoch => (_order.Length + Capacity - 1) / Capacity;

    /// <summary>What the network is given: the examples, or, of augmented training, the images of two batches.</summary>
    public FeatureMatrix Input { get; }

    bool IsAugmented => _augmenters.Length > 0;

    /// <summary>What the network is given, as whole numbers from 0 to 255: for teachers, which take it so.</summary>
    /// <exception cref="MnistMlException">The examples are not such numbers.</exception>
    public ByteMatrix UnscaledInput() => (IsAugmented ? (ByteMatrix)Input : Pixels("scored by a teacher")).Unscaled();

    /// <summary>Puts the examples into the order of an epoch.</summary>
    public void Shuffle(int epoch) => ExampleOrder.Fill(_order, _seed, epoch);

    /// <summary>The examples of a step's batch, by their number; none after an epoch's last step.</summary>
    public ReadOnlySpan<int> Examples(int step)
    {
        var start = Math.Min(step * Capacity, _order.Length);
        return _order.AsSpan(start, Math.Min(Capacity, _order.Length - start));
    }

    /// <summary>Where in <see cref="Input"/> the examples of a step's batch are.</summary>
    public ReadOnlySpan<int> Rows(int step)
    {
        var examples = Examples(step);
        return IsAugmented ? _places.AsSpan(step % 2 * Capacity, examples.Length) : examples;
    }

    /// <summary>The rows of <see cref="Input"/> to fetch from memory for a step: none that augmentation has just written.</summary>
    public ReadOnlySpan<int> RowsToPrefetch(int step) => IsAugmented ? [] : Examples(step);

    /// <summary>Augments some examples of a step's batch, if any are to be.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="step">The step.</param>
    /// <param name="thread">This thread's number, from 0: each has an augmenter of its own.</param>
    public void Augment(int epoch, int step, int thread)
    {
        if (!IsAugmented)
            return;
        var source = (ByteMatrix)_train.Input;
        var labels = _train.Labels.Span;
        var examples = Examples(step);
        var rows = Rows(step);
        var (first, end) = ThreadTeam.Share(examples.Length, thread, _augmenters.Length);
        for (var i = first; i < end; i++)
        {
            if (i + 1 < end)
                source.Prefetch(examples[i + 1]);
            var image = source.Row(examples[i]);
            var destination = _pixels.AsSpan(rows[i] * source.FeatureCount, source.FeatureCount);
            if (epoch <= _lastAugmentedEpoch)
                _augmenters[thread].Apply(image, destination, epoch, examples[i], _train.ClassNames[labels[examples[i]]]);
            else
                image.CopyTo(destination);
        }
    }

    ByteMatrix Pixels(string verb) => _train.Input as ByteMatrix
        ?? throw new MnistMlException($"Only pixels, whole numbers from 0 to 255, can be {verb}. In an ML.NET pipeline, set FeatureDivisor to 255.");
}
