using System.Diagnostics;
using MnistMl.Augmentation;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Optimizers;
using MnistMl.Inference;

namespace MnistMl.Training;

/// <summary>
/// Trains a network by mini-batches. Threads meet twice a step: before and after the forward and backward pass, for which
/// they share the batch's rows. The rest, gradients, optimiser and the next batch's way through a sparse first layer, they
/// share by weights. Every number is summed by one thread in one order, so the result is the same, bit for bit, for any
/// number of threads.
/// </summary>
public sealed unsafe class Trainer
{
    static readonly TimeSpan _progressInterval = TimeSpan.FromMilliseconds(50);

    readonly TrainingOptions _options;
    readonly int _networkNumber;
    readonly TrainingSet _train;
    readonly TrainingSet? _validation;
    readonly IProgress<TrainingProgress>? _progress;
    readonly CancellationToken _cancellation;

    /// <summary>
    /// One generator for the first weights and every epoch's order: generators of related seeds give related numbers, and
    /// orders that are related to each other cost accuracy. The networks of an ensemble have one each, and no order in common.
    /// </summary>
    readonly Random _random;

    readonly FeedForwardNetwork _network;
    readonly Batch _batch;
    readonly AugmentedBatches? _augmented;
    readonly DistillationLoss? _teacher;
    readonly int[] _order;
    readonly SpinBarrier _barrier;
    readonly EarlyStopping? _stopping;
    readonly List<EpochSummary> _history = [];

    // By batch row: the rows of a thread are whole cache lines.
    readonly AlignedArray<double> _losses;
    readonly AlignedArray<int> _corrects;
    readonly float[] _validationProbabilities;

    double _epochLoss;
    long _epochCorrect, _epochRows, _epochStart, _lastReport;
    bool _cancelled, _stopped;
    Exception? _failure;

    Trainer(
        TrainingSet train, TrainingSet? validation, TrainingOptions options, int networkNumber,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        options = options with { Seed = unchecked(options.Seed + networkNumber - 1) };
        (_options, _networkNumber, _train, _validation, _progress, _cancellation) = (options, networkNumber, train, validation, progress, cancellation);
        // Random takes a seed without its sign, and would have −1 give what 1 gives.
        _random = new Random(options.Seed & int.MaxValue);
        var densities = train.Input.Densities();
        _network = FeedForwardNetwork.Create(densities, options.HiddenLayers, train.ClassNames.Count, _random);
        foreach (var layer in _network.Layers)
            layer.PrepareTraining(options.Optimizer.Moments, averaged: IsAveraging);
        var batchSize = Math.Min(options.BatchSize, train.Input.RowCount);
        try
        {
            _batch = new Batch(_network, batchSize, options.NumberOfThreads, training: true);
        }
        catch (Exception wrong) when (wrong is OverflowException or OutOfMemoryException)
        {
            throw new MnistMlException($"A batch of {batchSize} rows does not fit into memory. Make it smaller, or the network.", wrong);
        }
        if (options.Augmentation != AugmentationOptions.None)
            _augmented = new AugmentedBatches(Pixels("augmented"), options, _batch.Capacity);
        else if (_network.HasSparseInput)
            _train = train with { Input = train.Input.Compact() };
        if (options.Distillation is { } distillation)
        {
            var seen = (_augmented?.Input ?? Pixels("scored by a teacher")).Unscaled();
            if (!train.Range.IsBytes)
                distillation = distillation with { Teachers = [.. distillation.Teachers.Select(teacher => teacher.WithInput(train.Range.Unit, train.Range.Offset))] };
            _teacher = new DistillationLoss(distillation, seen, FeedForwardNetwork.IsSparse(densities), train.ClassNames, _batch.Capacity, options.NumberOfThreads);
        }
        _order = [.. Enumerable.Range(0, train.Input.RowCount)];
        _losses = new AlignedArray<double>(_batch.Capacity);
        _corrects = new AlignedArray<int>(_batch.Capacity);
        _validationProbabilities = new float[(validation?.Input.RowCount ?? 0) * _network.ClassCount];
        _barrier = new SpinBarrier(options.NumberOfThreads);
        if (options.Patience is { } patience)
            _stopping = new EarlyStopping(patience);

        ByteMatrix Pixels(string verb) => train.Input as ByteMatrix
            ?? throw new MnistMlException($"Only pixels, whole numbers from 0 to 255, can be {verb}. In an ML.NET pipeline, set FeatureDivisor to 255.");
    }

    bool IsAveraging => _options.EmaDecay > 0;

    int StepsPerEpoch => (_order.Length + _batch.Capacity - 1) / _batch.Capacity;

    /// <summary>Trains a network on pixels, which it scales to 0–1; the trained one takes the values that their bytes stand for.</summary>
    /// <param name="train">Rows with classes, at least one.</param>
    /// <param name="validation">Rows to measure each epoch on, and to stop early by, never trained on; null for none.</param>
    /// <param name="options">What to train, and how.</param>
    /// <param name="progress">Told about 20 times a second, and after every epoch, on the training thread.</param>
    /// <param name="cancellation">
    /// Ends the training after the step under way; the network so far, or the best where that is kept, is returned. Of
    /// several, those that are finished are, if there is one.
    /// </param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, there are no rows or no classes, labels are empty or alike, the validation rows are of
    /// another length, or there is <see cref="TrainingOptions.Patience"/>, but no validation rows, or more than one network to
    /// train.
    /// </exception>
    /// <exception cref="MnistMlException">
    /// The layers do not fit each other, are too large, also side by side, as may be a batch of them; a validation row has a
    /// label that no other has; or the loss, of whichever network, is no longer a number.
    /// </exception>
    public static TrainingResult Train(
        Dataset train, Dataset? validation, TrainingOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (train.RowCount == 0 || !train.HasLabels)
            throw new ArgumentException("Training takes rows with classes.", nameof(train));
        if (validation is { RowCount: 0 })
            validation = null;
        if (validation != null && (validation.FeatureCount != train.FeatureCount || !validation.HasLabels))
            throw new ArgumentException("Validation takes rows with classes, as long as those to train on.", nameof(validation));
        if (validation != null && validation.Range != train.Range)
            throw new ArgumentException("Validation takes rows of the range of those to train on.", nameof(validation));
        return Train(
            TrainingSet.From(train), validation == null ? null : TrainingSet.From(validation.WithClassNames(train.ClassNames)),
            options, progress, cancellation);
    }

    internal static TrainingResult Train(
        TrainingSet train, TrainingSet? validation, TrainingOptions options,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        options.Validate();
        TrainedNetwork.CheckClassNames(train.ClassNames);
        if (options.Patience != null && validation == null)
            throw new ArgumentException($"{nameof(options.Patience)} takes validation rows.", nameof(validation));
        if (options.Patience != null && options.EnsembleSize > 1)
            throw new ArgumentException($"{nameof(options.Patience)} is for one network.", nameof(options));
        if (train.Range.Offset != 0 && options.HiddenLayers.OfType<Conv2D>().FirstOrDefault() is { Padding: > 0 })
            throw TrainedNetwork.PaddingOfShifted();
        // Whether they go into one network is known beforehand.
        _ = LayerShape.Of(train.Input.FeatureCount, Ensemble.Widened(options.HiddenLayers, options.EnsembleSize), train.ClassNames.Count);
        var clock = Stopwatch.StartNew();
        List<TrainingResult> results = [];
        while (results.Count < options.EnsembleSize && results is not [.., { IsCancelled: true }])
            results.Add(new Trainer(train, validation, options, results.Count + 1, progress, cancellation).Run(clock));
        var finished = results.Where(result => !result.IsCancelled).DefaultIfEmpty(results[0]).ToArray();
        return results[^1] with
        {
            Network = Ensemble.Of([.. finished.Select(result => result.Network)]),
            History = [.. results.SelectMany(result => result.History)],
        };
    }

    TrainingResult Run(Stopwatch clock)
    {
        var workers = new Thread[_options.NumberOfThreads - 1];
        for (var i = 0; i < workers.Length; i++)
        {
            var thread = i + 1;
            workers[i] = new Thread(() => WorkOrAbort(thread)) { IsBackground = true, Name = $"Training {thread}" };
            workers[i].Start();
        }
        WorkOrAbort(0);
        foreach (var worker in workers)
            worker.Join();
        if (_failure != null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        if (IsAveraging)
            _network.SwapAverages();
        return new TrainingResult(
            _stopping?.Network ?? ToTrained(), _history, _stopping?.Epoch, _cancelled, clock.Elapsed.TotalSeconds);
    }

    TrainedNetwork ToTrained()
    {
        var (trained, range) = (_network.ToTrained(_train.ClassNames, _train.Scale), _train.Range);
        return range.IsBytes ? trained : trained.WithInput(1 / range.Unit, -range.Offset / range.Unit);
    }

    void WorkOrAbort(int thread)
    {
        try
        {
            Work(thread);
        }
        catch (Exception failure)
        {
            // The first failure is the cause; those after it come from the barrier.
            Interlocked.CompareExchange(ref _failure, failure, null);
            _barrier.Abort();
        }
    }

    void Work(int thread)
    {
        var gradient = new AlignedArray<float>(_network.Layers.Max(layer => layer.GradientLength));
        var predictor = _validation == null ? null : new BatchPredictor(_network);
        for (var epoch = 1; epoch <= _options.Epochs; epoch++)
        {
            if (thread == 0)
                StartEpoch();
            _barrier.Wait();
            if (_stopped)
                return;
            if (_augmented != null)
            {
                Augment(epoch, 0, thread);
                _barrier.Wait();
            }
            for (var step = 0; step < StepsPerEpoch && !_cancelled; step++)
                Step(epoch, step, thread, gradient.Pointer);
            if (_cancelled)
                return;
            _barrier.Wait();

            if (predictor != null)
            {
                if (IsAveraging)
                    SwapAverages(thread);
                var (first, end) = Share(_validation!.Input.RowCount, thread);
                predictor.Predict(_validation.Input, first, _validationProbabilities.AsSpan((first * _network.ClassCount)..(end * _network.ClassCount)));
                _barrier.Wait();
            }
            if (thread == 0)
                EndEpoch(epoch);
            if (predictor != null && IsAveraging)
                SwapAverages(thread);
        }
    }

    void StartEpoch()
    {
        _random.Shuffle(_order);
        (_epochLoss, _epochCorrect, _epochRows) = (0, 0, 0);
        _epochStart = Stopwatch.GetTimestamp();
    }

    void SwapAverages(int thread)
    {
        if (thread == 0)
            _network.SwapAverages();
        _barrier.Wait();
    }

    void Step(int epoch, int step, int thread, float* gradient)
    {
        var rows = Rows(step);
        var input = _augmented?.Input ?? _train.Input;
        var inputRows = _augmented == null ? rows : _augmented.Places(step, rows.Length);
        var stepsDone = (long)(epoch - 1) * StepsPerEpoch + step;
        // Each thread says the same, before any of them goes on to where it is read for the rows of others.
        _batch.Seed = (long)SplitMix64.For(_options.Seed, stepsDone, row: 0).Next();
        _network.ForwardShare(_batch, input, inputRows, thread);
        _barrier.Wait();

        if (thread == 0)
        {
            // Between the barriers, where no other thread reads them.
            _batch.RowCount = rows.Length;
            _cancelled = _cancellation.IsCancellationRequested;
        }
        var (first, end) = _batch.Share(rows.Length, thread);
        _network.Forward(_batch, input, inputRows, first, end - first);
        _teacher?.Score(inputRows, first, end, thread);
        var (output, outputs) = (_network.Layers.Length, _network.ClassCount);
        var labels = _train.Labels.Span;
        for (var row = first; row < end; row++)
        {
            (_losses.Pointer[row], var correct) = SoftmaxCrossEntropy.Backward(
                _batch.Values(output, row), _batch.Δ(output, row),
                labels[rows[row]], outputs, _batch.Stride(output), rows.Length, (float)_options.LabelSmoothing);
            _corrects.Pointer[row] = correct ? 1 : 0;
            _teacher?.Teach(row, new(_batch.Values(output, row), outputs), new(_batch.Δ(output, row), outputs), rows.Length);
        }
        _network.Backward(_batch, first, end - first);
        Augment(epoch, step + 1, thread);
        _barrier.Wait();

        var rate = _options.LearningRate * _options.Schedule.FactorAt(stepsDone, StepsPerEpoch, _options.Epochs);
        var optimizerStep = new OptimizerStep(
            _options.Optimizer, rate, stepsDone + 1, _options.GradientClipValue, _options.EmaDecay);
        _network.Update(_batch, optimizerStep, gradient, thread, _train.Input, _augmented == null ? Rows(step + 1) : []);
        if (thread == 0)
            EndStep(epoch, rows.Length);
    }

    /// <summary>The rows of a step; none after an epoch's last.</summary>
    ReadOnlySpan<int> Rows(int step)
    {
        var start = Math.Min(step * _batch.Capacity, _order.Length);
        return _order.AsSpan(start, Math.Min(_batch.Capacity, _order.Length - start));
    }

    void Augment(int epoch, int step, int thread)
    {
        if (_augmented == null)
            return;
        var rows = Rows(step);
        var (first, end) = Share(rows.Length, thread);
        _augmented.Augment(step, rows, epoch, thread, first, end);
    }

    void EndStep(int epoch, int rows)
    {
        foreach (var loss in _losses.Span[..rows])
            _epochLoss += loss;
        foreach (var correct in _corrects.Span[..rows])
            _epochCorrect += correct;
        _epochRows += rows;
        if (_progress != null && Stopwatch.GetElapsedTime(_lastReport) > _progressInterval)
            Report(epoch, null);
    }

    void EndEpoch(int epoch)
    {
        double? loss = null, accuracy = null;
        if (_validation != null)
            (loss, accuracy) = Loss.Of(_validationProbabilities, _validation.Labels.Span);
        if (!double.IsFinite(_epochLoss + (loss ?? 0)))
        {
            var network = _options.EnsembleSize > 1 ? $" of network {_networkNumber}" : "";
            throw new MnistMlException(
                $"Training diverged in epoch {epoch}{network}: the loss is no longer a number. Try a learning rate below {_options.LearningRate}.");
        }

        var summary = new EpochSummary(
            epoch, _epochLoss / _epochRows, (double)_epochCorrect / _epochRows, loss, accuracy,
            Stopwatch.GetElapsedTime(_epochStart).TotalSeconds, _options.EnsembleSize > 1 ? _networkNumber : null);
        _history.Add(summary);
        _stopped = _stopping?.ShouldStop(summary, ToTrained) ?? false;
        Report(epoch, summary);
    }

    void Report(int epoch, EpochSummary? completed)
    {
        _progress?.Report(new TrainingProgress(
            epoch, _options.Epochs, _epochRows, _order.Length, _epochLoss / _epochRows, (double)_epochCorrect / _epochRows,
            Stopwatch.GetElapsedTime(_epochStart).TotalSeconds, completed, _networkNumber, _options.EnsembleSize));
        _lastReport = Stopwatch.GetTimestamp();
    }

    (int First, int End) Share(int rows, int thread) =>
        ((int)((long)rows * thread / _options.NumberOfThreads), (int)((long)rows * (thread + 1) / _options.NumberOfThreads));
}
