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
    readonly Checkpoints? _checkpoints;

    /// <summary>Where the training begins: with the first step, or after those of a checkpoint.</summary>
    readonly (int Epoch, int Step, EpochSums Sums, double EpochSeconds) _start = (1, 0, default, 0);

    long _epochStart, _lastReport;
    double _epochSecondsBefore;
    bool _isStopped;
    string? _checkpointFailure;

    /// <param name="train">The examples to train on.</param>
    /// <param name="validation">Examples to measure each epoch on; null for none.</param>
    /// <param name="options">What to train, and how; its seed is this network's.</param>
    /// <param name="networkNumber">The network's number in its ensemble, from 1.</param>
    /// <param name="checkpoints">The training's checkpoints, of which the current one, if any, is gone on from; null for none.</param>
    /// <param name="progress">Told about 20 times a second, and after every epoch.</param>
    /// <param name="cancellation">Ends the training after the step under way.</param>
    public NetworkTraining(
        TrainingSet train, TrainingSet? validation, TrainingOptions options, int networkNumber, Checkpoints? checkpoints,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        (_options, _train, _networkNumber, _checkpoints, _progress) = (options, train, networkNumber, checkpoints, progress);
        // Random takes a seed without its sign, and would have −1 give what 1 gives.
        _network = FeedForwardNetwork.Create(
            train.Input.Densities(), options.HiddenLayers, train.ClassNames.Count, new Random(options.Seed & int.MaxValue));
        _network.PrepareTraining(options.Optimizer.Moments, averaged: HasEma);
        _team = new(options.NumberOfThreads);
        try
        {
            _batches = new(train, options, _network.HasSparseInput);
            _step = new(_network, train, _batches, options, _team, checkpoints, cancellation);
            _validation = validation == null ? null : new(validation, _network, _team);
        }
        catch (Exception wrong) when (wrong is OverflowException or OutOfMemoryException)
        {
            var batchSize = Math.Min(options.BatchSize, train.Input.RowCount);
            throw new MnistMlException($"A batch of {batchSize} examples does not fit into memory. Make it smaller, or the network.", wrong);
        }
        if (options.Patience is { } patience)
            _stopping = new(patience);
        if (checkpoints?.Current is { } checkpoint)
        {
            _start = (checkpoint.Epoch, checkpoint.Step, checkpoint.Sums, checkpoint.EpochSeconds);
            _history.AddRange(checkpoint.History);
            _stopping?.Restore(checkpoint.BestEpoch, checkpoint.Best);
            _network.State = checkpoint.State;
        }
    }

    bool HasEma => _options.EmaDecay > 0;

    /// <summary>Trains.</summary>
    public TrainingResult Run()
    {
        _team.Run(Work);
        if (HasEma)
            _network.SwapAverages();
        return new TrainingResult(_stopping?.Network ?? ToTrained(), _history, _stopping?.Best?.Epoch, _step.IsCancelled, Seconds: 0)
        {
            CheckpointFailure = _checkpointFailure,
        };
    }

    TrainedNetwork ToTrained() => _train.TakingValues(_network.ToTrained(_train.ClassNames, _train.Scale));

    void Work(int thread)
    {
        var gradient = new AlignedArray<float>(_network.GradientLength);
        for (var start = _start; start.Epoch <= _options.Epochs && !_isStopped; start = (start.Epoch + 1, 0, default, 0))
        {
            var epoch = start.Epoch;
            if (thread == 0)
            {
                (_epochStart, _epochSecondsBefore) = (Stopwatch.GetTimestamp(), start.EpochSeconds);
                _step.StartEpoch(epoch, start.Sums);
            }
            _team.Meet();
            _batches.Augment(epoch, start.Step, thread);
            _team.Meet();
            for (var step = start.Step; step < _batches.StepsPerEpoch && !_step.IsCancelled; step++)
            {
                _step.Take(epoch, step, thread, gradient.Pointer);
                if (_step.IsDiverged)
                {
                    _team.Meet();
                    if (thread == 0)
                        throw Diverged($"in epoch {epoch}, step {step}");
                    return;
                }
                if (_step.IsCheckpointDue || _step.IsCancelled && _checkpoints != null)
                    WriteCheckpoint(epoch, step + 1, thread);
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

    /// <summary>Writes a checkpoint after a step, for which all threads wait: the weights are whole between steps.</summary>
    void WriteCheckpoint(int epoch, int step, int thread)
    {
        _team.Meet();
        if (thread == 0)
        {
            // Of a training that diverges, the last good state is kept.
            _checkpointFailure = _network.IsFinite
                ? _checkpoints!.TryWrite(new(epoch, step, EpochSeconds, _step.Sums, _history, _stopping?.Best, _stopping?.Network, _network.State))
                : "The weights are no longer finite numbers.";
            if (_checkpointFailure != null)
                Report(epoch, completed: null);
        }
        _team.Meet();
    }

    /// <summary>Time of the epoch so far.</summary>
    double EpochSeconds => _epochSecondsBefore + Stopwatch.GetElapsedTime(_epochStart).TotalSeconds;

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
        if (!double.IsFinite(_step.Sums.Loss + (loss ?? 0)))
            throw Diverged($"in epoch {epoch}");

        var summary = new EpochSummary(
            epoch, _step.Sums.MeanLoss, _step.Sums.Accuracy, loss, accuracy, EpochSeconds, _options.EnsembleSize > 1 ? _networkNumber : null);
        _history.Add(summary);
        _isStopped = _stopping?.ShouldStop(summary, ToTrained) ?? false;
        Report(epoch, summary);
    }

    DivergedException Diverged(string place) => DivergedException.Of(_options, _networkNumber, place, LastCheckpoint(), _history);

    /// <summary>The network as this training has last written it; null if it has not.</summary>
    TrainedNetwork? LastCheckpoint()
    {
        if (_checkpoints?.ReadLast() is not { } last)
            return null;
        _network.State = last.State;
        if (HasEma)
            _network.SwapAverages();
        return ToTrained();
    }

    void Report(int epoch, EpochSummary? completed)
    {
        _progress?.Report(new TrainingProgress(
            epoch, _options.Epochs, _step.Sums.Examples, _batches.ExampleCount, _step.Sums.MeanLoss, _step.Sums.Accuracy,
            EpochSeconds, completed, _networkNumber, _options.EnsembleSize)
        { CheckpointFailure = _checkpointFailure });
        _lastReport = Stopwatch.GetTimestamp();
    }
}
