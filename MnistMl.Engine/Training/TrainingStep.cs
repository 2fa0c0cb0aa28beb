using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Optimizers;

namespace MnistMl.Training;

/// <summary>
/// A training step, which all threads take together. They meet twice: before and after the forward and backward pass, for
/// which they share the batch's rows. The rest, gradients, optimizer and the next batch's way through a sparse first layer,
/// they share by weights.
/// </summary>
/// <param name="network">The network to train.</param>
/// <param name="train">The examples, for their labels.</param>
/// <param name="batches">The mini-batches.</param>
/// <param name="options">How to train.</param>
/// <param name="team">The threads.</param>
/// <param name="checkpoints">The training's checkpoints; null for none.</param>
/// <param name="cancellation">Makes this step the last.</param>
sealed unsafe class TrainingStep(
    FeedForwardNetwork network, TrainingSet train, TrainingBatches batches, TrainingOptions options, ThreadTeam team,
    Checkpoints? checkpoints, CancellationToken cancellation)
{
    /// <summary>Stands in for an example's number: no example's augmentation draws the numbers that dropout does.</summary>
    public const int DropoutStream = -2;

    readonly Batch _batch = new(network, batches.Capacity, team.ThreadCount, training: true);

    readonly DistillationLoss? _distillation = options.Distillation is { } distillation
        ? new(
            distillation.OnBytes(train.Range), batches.UnscaledInput(), network.HasSparseInput, train.ClassNames, batches.Capacity, team.ThreadCount)
        : null;

    /// <summary>[classes]: how much an example of each counts; null where all count 1.</summary>
    readonly float[]? _classWeights = train.ClassWeightsBy(options.ClassWeights);

    // By batch row: the rows of a thread are whole cache lines.
    readonly AlignedArray<double> _losses = new(batches.Capacity);
    readonly AlignedArray<int> _corrects = new(batches.Capacity);

    /// <summary>Whether the training is to end: once a step is over, all threads read the same.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Whether the loss of a step before the last was no number.</summary>
    public bool IsDiverged { get; private set; }

    /// <summary>Whether a checkpoint is to be written after this step: once it is over, all threads read the same.</summary>
    public bool IsCheckpointDue { get; private set; }

    /// <summary>What the examples of the epoch came to so far.</summary>
    public EpochSums Sums { get; private set; }

    /// <summary>Begins an epoch, or goes on with one.</summary>
    /// <param name="epoch">The epoch's number, from 1.</param>
    /// <param name="sums">What its examples came to so far.</param>
    public void StartEpoch(int epoch, EpochSums sums)
    {
        batches.Shuffle(epoch);
        Sums = sums;
    }

    /// <summary>Takes a step, on all threads at the same time.</summary>
    /// <param name="epoch">The epoch's number, from 1.</param>
    /// <param name="step">The step's number in the epoch, from 0.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    /// <param name="gradient">Room for a piece of the gradient, this thread's own.</param>
    public void Take(int epoch, int step, int thread, float* gradient)
    {
        var rows = batches.Rows(step);
        var stepsDone = (long)(epoch - 1) * batches.StepsPerEpoch + step;
        // Each thread says the same, before any of them goes on to where it is read for the rows of others.
        _batch.Seed = (long)SplitMix64.For(options.Seed, stepsDone, DropoutStream).Next();
        network.ForwardShare(_batch, batches.Input, rows, thread);
        team.Meet();

        if (thread == 0)
        {
            // Between the barriers, where no other thread reads them.
            _batch.RowCount = rows.Length;
            IsCancelled = cancellation.IsCancellationRequested;
            IsDiverged = !double.IsFinite(Sums.Loss);
            IsCheckpointDue = checkpoints?.IsDue ?? false;
        }
        var (first, end) = _batch.Share(rows.Length, thread);
        network.Forward(_batch, batches.Input, rows, first, end - first);
        LossGradient(batches.Examples(step), rows, first, end, thread);
        network.Backward(_batch, first, end - first);
        batches.Augment(epoch, step + 1, thread);
        team.Meet();

        var rate = options.LearningRate * options.Schedule.FactorAt(stepsDone, batches.StepsPerEpoch, options.Epochs);
        var optimizerStep = new OptimizerStep(options.Optimizer, rate, stepsDone + 1, options.GradientClipValue, options.EmaDecay);
        network.Update(_batch, optimizerStep, gradient, thread, batches.Input, batches.RowsToPrefetch(step + 1));
        if (thread == 0)
            CountLosses(rows.Length);
    }

    /// <summary>The loss of a thread's rows, and its gradient by their logits.</summary>
    void LossGradient(ReadOnlySpan<int> examples, ReadOnlySpan<int> rows, int first, int end, int thread)
    {
        _distillation?.Score(rows, first, end, thread);
        var (output, outputs) = (network.Layers.Length, network.ClassCount);
        var labels = train.Labels.Span;
        var weights = train.Weights.Span;
        for (var row = first; row < end; row++)
        {
            var (logits, δ) = ((nint)_batch.Values(output, row), (nint)_batch.Δ(output, row));
            var weight = _classWeights == null ? 1 : _classWeights[labels[examples[row]]];
            if (!weights.IsEmpty)
                weight *= weights[examples[row]];
            (_losses.Pointer[row], var correct) = SoftmaxCrossEntropy.Backward(
                (float*)logits, (float*)δ, labels[examples[row]], outputs, _batch.Stride(output), rows.Length, (float)options.LabelSmoothing, weight);
            _corrects.Pointer[row] = correct ? 1 : 0;
            _distillation?.Teach(row, new((float*)logits, outputs), new((float*)δ, outputs), rows.Length, weight);
        }
    }

    void CountLosses(int rows)
    {
        var (losses, corrects, examples) = Sums;
        foreach (var loss in _losses.Span[..rows])
            losses += loss;
        foreach (var correct in _corrects.Span[..rows])
            corrects += correct;
        Sums = new(losses, corrects, examples + rows);
    }
}
