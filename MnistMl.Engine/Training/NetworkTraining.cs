using System.Diagnostics;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics;

namespace MnistMl.Training;

/// <summary>
/// The training of one network: epochs of steps, which threads take together, and what follows each epoch. Every number is
/// summed by one thread in one order, so the result is the same, bit for bit, for any number of threads.
/// </summary>
sealed unsafe class NetworkTraining
{
    static readonly TimeSpan _progressInterval = TimeSpan.FromMilliseconds(50);

    readonly TrainingOptions _options;
    readonly TrainingSet _train;
    readonly Validation? _validation;
    readonly int _networkNumber;
    readonly IProgress<TrainingProgress>? _progress;

    readonly FeedForwardNetwork _network;
    readonly TrainingBatches _batches;
    readonly ThreadTeam _team;
    readonly TrainingStep _step;
    readonly EarlyStopping? _stopping;
    readonly List<EpochSummary> _history = [];

    long _epochStart, _lastReport;
    bool _isStopped;

    /// <param name="train">The examples to train on.</param>
    /// <param name="validation">Examples to measure each epoch on; null for none.</param>
    /// <param name="options">What to train, and how; its seed is this network's.</param>
    /// <param name="networkNumber">The network's number in its ensemble, from 1.</param>
    /// <param name="progress">Told about 20 times a second, and after every epoch.</param>
    /// <param name="cancellation">Ends the training after the step under way.</param>
    public NetworkTraining(
        TrainingSet train, TrainingSet? validation, TrainingOptions options, int networkNumber,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        (_options, _train, _networkNumber, _progress) = (options, train, networkNumber, progress);
        // Random takes a seed without its sign, and would have −1 give what 1 gives.
        _network = FeedForwardNetwork.Create(
            train.Input.Densities(), options.HiddenLayers, train.ClassNames.Count, new Random(options.Seed & int.MaxValue));
        _network.PrepareTraining(options.Optimizer.Moments, averaged: HasEma);
        _team = new(options.NumberOfThreads);
        try
        {
            _batches = new(train.Input, options, _network.HasSparseInput);
            _step = new(_network, train, _batches, options, _team, cancellation);
            _validation = validation == null ? null : new(validation, _network, _team);
        }
        catch (Exception wrong) when (wrong is OverflowException or OutOfMemoryException)
        {
            var batchSize = Math.Min(options.BatchSize, train.Input.RowCount);
            throw new MnistMlException($"A batch of {batchSize} examples does not fit into memory. Make it smaller, or the network.", wrong);
        }
        if (options.Patience is { } patience)
            _stopping = new(patience);
    }

    bool HasEma => _options.EmaDecay > 0;

    /// <summary>Trains.</summary>
    /// <param name="clock">Runs since the start of the whole training.</param>
    public TrainingResult Run(Stopwatch clock)
    {
        _team.Run(Work);
        if (HasEma)
            _network.SwapAverages();
        return new TrainingResult(
            _stopping?.Network ?? ToTrained(), _history, _stopping?.Epoch, _step.IsCancelled, clock.Elapsed.TotalSeconds);
    }

    TrainedNetwork ToTrained()
    {
        var (trained, range) = (_network.ToTrained(_train.ClassNames, _train.Scale), _train.Range);
        return range.IsBytes ? trained : trained.WithInput(1 / range.Unit, -range.Offset / range.Unit);
    }

    void Work(int thread)
    {
        var gradient = new AlignedArray<float>(_network.GradientLength);
        for (var epoch = 1; epoch <= _options.Epochs && !_isStopped; epoch++)
        {
            if (thread == 0)
            {
                _epochStart = Stopwatch.GetTimestamp();
                _step.StartEpoch(epoch);
            }
            _team.Meet();
            _batches.Augment(epoch, step: 0, thread);
            _team.Meet();
            for (var step = 0; step < _batches.StepsPerEpoch && !_step.IsCancelled; step++)
            {
                _step.Take(epoch, step, thread, gradient.Pointer);
                if (thread == 0 && _progress != null && Stopwatch.GetElapsedTime(_lastReport) > _progressInterval)
                    Report(epoch, completed: null);
            }
            if (_step.IsCancelled)
                break;
            _team.Meet();
            EndEpoch(epoch, thread);
            _team.Meet();
        }
        GC.KeepAlive(gradient);
    }

    /// <summary>Measures the network, with its averaged weights in place of the last ones if it has such.</summary>
    void EndEpoch(int epoch, int thread)
    {
        if (HasEma && _validation != null)
            SwapAverages(thread);
        _validation?.Predict(thread);
        _team.Meet();
        if (thread == 0)
            Summarize(epoch);
        if (HasEma && _validation != null)
            SwapAverages(thread);
    }

    void SwapAverages(int thread)
    {
        if (thread == 0)
            _network.SwapAverages();
        _team.Meet();
    }

    void Summarize(int epoch)
    {
        var (loss, accuracy) = _validation?.Measure() ?? (null, null);
        if (!double.IsFinite(_step.LossSum + (loss ?? 0)))
        {
            var network = _options.EnsembleSize > 1 ? $" of network {_networkNumber}" : "";
            throw new MnistMlException(
                $"Training diverged in epoch {epoch}{network}: the loss is no longer a number. Try a learning rate below {_options.LearningRate}.");
        }

        var summary = new EpochSummary(
            epoch, _step.LossSum / _step.ExampleCount, (double)_step.CorrectCount / _step.ExampleCount, loss, accuracy,
            Stopwatch.GetElapsedTime(_epochStart).TotalSeconds, _options.EnsembleSize > 1 ? _networkNumber : null);
        _history.Add(summary);
        _isStopped = _stopping?.ShouldStop(summary, ToTrained) ?? false;
        Report(epoch, summary);
    }

    void Report(int epoch, EpochSummary? completed)
    {
        _progress?.Report(new TrainingProgress(
            epoch, _options.Epochs, _step.ExampleCount, _batches.ExampleCount,
            _step.LossSum / _step.ExampleCount, (double)_step.CorrectCount / _step.ExampleCount,
            Stopwatch.GetElapsedTime(_epochStart).TotalSeconds, completed, _networkNumber, _options.EnsembleSize));
        _lastReport = Stopwatch.GetTimestamp();
    }
}
