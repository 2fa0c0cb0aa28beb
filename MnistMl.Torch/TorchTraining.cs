using System.Diagnostics;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistMl.Torch;

/// <summary>
/// The training of one network by libtorch: the engine's batches and steps, and what follows each epoch. Calls that would turn a number
/// into a Scalar of TorchSharp's are avoided: the garbage collector may free it while the call is using it (see <see cref="TorchOptimizer"/>).
/// </summary>
sealed class TorchTraining : IDisposable
{
    /// <summary>Examples of a batch that is only scored.</summary>
    const int ValidationRows = 1000;

    static readonly TimeSpan _progressInterval = TimeSpan.FromMilliseconds(50);

    readonly Device _device;
    readonly TrainingSet _train;
    readonly TrainingSet? _validation;
    readonly TrainingOptions _options;
    readonly int _networkNumber;
    readonly IProgress<TrainingProgress>? _progress;
    readonly CancellationToken _cancellation;

    readonly TrainingBatches _batches;
    readonly TorchNetwork _network;

    /// <summary>Of what decays, and of what does not.</summary>
    readonly TorchOptimizer[] _optimizers;

    readonly float[]? _classWeights;
    readonly EarlyStopping? _stopping;
    readonly List<EpochSummary> _history = [];

    /// <summary>The running average of all that training changes; empty for none.</summary>
    readonly Tensor[] _averages;

    /// <summary>[2]: losses, and how many examples were classified correctly, of the epoch so far. They are read when they are told.</summary>
    readonly Tensor _sums;

    readonly Scalar _one = 1.ToScalar();

    long _epochStart, _lastReport;

    /// <param name="device">Where to train.</param>
    /// <param name="train">The examples to train on.</param>
    /// <param name="validation">Examples to measure each epoch on; null for none.</param>
    /// <param name="options">What to train, and how; its seed is this network's.</param>
    /// <param name="networkNumber">The network's number in its ensemble, from 1.</param>
    /// <param name="progress">Told about 20 times a second, and after every epoch.</param>
    /// <param name="cancellation">Ends the training after the step under way.</param>
    public TorchTraining(
        Device device, TrainingSet train, TrainingSet? validation, TrainingOptions options, int networkNumber,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        (_device, _train, _validation, _options, _networkNumber, _progress, _cancellation) =
            (device, train, validation, options, networkNumber, progress, cancellation);
        set_num_threads(options.NumberOfThreads);
        manual_seed(options.Seed);
        _batches = new(train, options, isSparse: false);
        _network = new(train, options, device);
        _optimizers = [TorchOptimizer.Of(options.Optimizer, _network.Weights, decays: true), TorchOptimizer.Of(options.Optimizer, _network.Biases, decays: false)];
        _classWeights = train.ClassWeightsBy(options.ClassWeights);
        _averages = options.EmaDecay > 0 ? [.. _network.State.Select(values => values.detach().clone())] : [];
        _sums = zeros(2, ScalarType.Float64, device);
        if (options.Patience is { } patience)
            _stopping = new(patience);
    }

    public void Dispose()
    {
        foreach (var optimizer in _optimizers)
            optimizer.Dispose();
        _one.Dispose();
    }

    /// <summary>Trains.</summary>
    public TrainingResult Run()
    {
        var (isCancelled, isStopped) = (false, false);
        for (var epoch = 1; epoch <= _options.Epochs && !isCancelled && !isStopped; epoch++)
        {
            _epochStart = Stopwatch.GetTimestamp();
            _sums.zero_();
            _batches.Shuffle(epoch);
            Augment(epoch, step: 0);
            for (var step = 0; step < _batches.StepsPerEpoch && !isCancelled; step++)
            {
                Take(epoch, step);
                isCancelled = _cancellation.IsCancellationRequested;
                if (_progress != null && Stopwatch.GetElapsedTime(_lastReport) > _progressInterval)
                    Report(epoch, Sums(epoch, step), completed: null);
            }
            if (!isCancelled)
                isStopped = EndEpoch(epoch);
        }
        SwapAverages();
        return new TrainingResult(_stopping?.Network ?? ToTrained(), _history, _stopping?.Best?.Epoch, isCancelled, Seconds: 0)
        {
            Device = _device.ToString(),
        };
    }

    /// <summary>Takes a step: the next batch is augmented while the device is at work on this one.</summary>
    void Take(int epoch, int step)
    {
        using var scope = NewDisposeScope();
        var stepsDone = (long)(epoch - 1) * _batches.StepsPerEpoch + step;
        var examples = _batches.Examples(step);
        var (labels, weights) = LabelsAndWeights(examples);

        var logits = _network.Forward(Load(_batches.Input, _batches.Rows(step)), isTraining: true);
        var losses = functional.cross_entropy(logits, labels, reduction: Reduction.None, label_smoothing: _options.LabelSmoothing);
        foreach (var optimizer in _optimizers)
            optimizer.ZeroGradients();
        (weights is null ? losses : losses * weights).mean().backward();
        if (_options.GradientClipValue is { } clip)
            nn.utils.clip_grad_value_([.. _network.Weights, .. _network.Biases], clip);
        var rate = _options.LearningRate * _options.Schedule.FactorAt(stepsDone, _batches.StepsPerEpoch, _options.Epochs);
        foreach (var optimizer in _optimizers)
            optimizer.Step(rate);

        using var _ = no_grad();
        Count(logits, labels);
        if (_averages.Length > 0)
        {
            var share = tensor((float)OptimizerStep.ShareInAverage(_options.EmaDecay, stepsDone + 1)).to(_device);
            foreach (var (average, values) in _averages.Zip(_network.State))
                average.lerp_(values, share);
        }
        Augment(epoch, step + 1);
    }

    /// <summary>Adds a batch to the sums of the epoch; the reported loss is without smoothing and weights.</summary>
    void Count(Tensor logits, Tensor labels)
    {
        var losses = functional.cross_entropy(logits, labels, reduction: Reduction.Sum);
        var correct = logits.argmax(1).eq(labels).sum();
        _sums.add_(stack([losses.to(ScalarType.Float64), correct.to(ScalarType.Float64)]), _one);
    }

    /// <summary>Measures the network, with its averaged weights in place of the last ones if it has such.</summary>
    /// <returns>Whether it is time to stop.</returns>
    bool EndEpoch(int epoch)
    {
        var sums = Sums(epoch, _batches.StepsPerEpoch - 1);
        var (loss, accuracy) = ((double?)null, (double?)null);
        SwapAverages();
        if (_validation != null)
            (loss, accuracy) = Validate(_validation);
        if (!double.IsFinite(loss ?? 0))
            throw DivergedException.Of(_options, _networkNumber, $"in epoch {epoch}", network: null, _history);
        var summary = new EpochSummary(
            epoch, sums.MeanLoss, sums.Accuracy, loss, accuracy, Stopwatch.GetElapsedTime(_epochStart).TotalSeconds,
            _options.EnsembleSize > 1 ? _networkNumber : null);
        _history.Add(summary);
        var isStopped = _stopping?.ShouldStop(summary, ToTrained) ?? false;
        SwapAverages();
        Report(epoch, sums, summary);
        return isStopped;
    }

    /// <summary>Mean cross-entropy of examples that the network is not trained on, in nats, and accuracy.</summary>
    (double Loss, double Accuracy) Validate(TrainingSet examples)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (loss, correct, rows) = (0.0, 0.0, examples.Input.RowCount);
        for (var first = 0; first < rows; first += ValidationRows)
        {
            int[] batch = [.. Enumerable.Range(first, Math.Min(ValidationRows, rows - first))];
            var labels = tensor(examples.Labels.Span.Slice(first, batch.Length).ToArray()).to(ScalarType.Int64).to(_device);
            var logits = _network.Forward(Load(examples.Input, batch), isTraining: false);
            // As the engine's, so that they compare.
            foreach (var ofExample in functional.cross_entropy(logits, labels, reduction: Reduction.None).cpu().data<float>())
                loss += Math.Min(ofExample, -Math.Log(Loss.MinProbability));
            correct += logits.argmax(1).eq(labels).sum().item<long>();
        }
        return (loss / rows, correct / rows);
    }

    /// <summary>The sums of the epoch up to and with a step.</summary>
    /// <exception cref="DivergedException">The loss is no number.</exception>
    EpochSums Sums(int epoch, int step)
    {
        using var there = _sums.cpu();
        var sums = there.data<double>();
        if (!double.IsFinite(sums[0]))
            throw DivergedException.Of(_options, _networkNumber, $"in epoch {epoch}, step {step}", network: null, _history);
        return new(sums[0], (long)sums[1], Math.Min((long)(step + 1) * _batches.Capacity, _batches.ExampleCount));
    }

    void Report(int epoch, EpochSums sums, EpochSummary? completed)
    {
        _progress?.Report(new TrainingProgress(
            epoch, _options.Epochs, sums.Examples, _batches.ExampleCount, sums.MeanLoss, sums.Accuracy,
            Stopwatch.GetElapsedTime(_epochStart).TotalSeconds, completed, _networkNumber, _options.EnsembleSize));
        _lastReport = Stopwatch.GetTimestamp();
    }

    void Augment(int epoch, int step) =>
        Parallel.For(0, _options.NumberOfThreads, thread => _batches.Augment(epoch, step, thread));

    /// <summary>Examples as a tensor on the device: [rows, features].</summary>
    unsafe Tensor Load(Network.FeatureMatrix input, ReadOnlySpan<int> rows)
    {
        var values = new float[(long)rows.Length * input.FeatureCount];
        fixed (float* first = values)
        {
            for (var row = 0; row < rows.Length; row++)
                input.Load(rows[row], first + (nint)row * input.FeatureCount);
        }
        return tensor(values, [rows.Length, input.FeatureCount]).to(_device);
    }

    /// <summary>The classes of some examples, and how much each counts; null where all count 1.</summary>
    (Tensor Labels, Tensor? Weights) LabelsAndWeights(ReadOnlySpan<int> examples)
    {
        var labels = new long[examples.Length];
        var weights = _classWeights == null && _train.Weights.IsEmpty ? null : new float[examples.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            var label = _train.Labels.Span[examples[i]];
            labels[i] = label;
            if (weights != null)
                weights[i] = (_classWeights?[label] ?? 1) * (_train.Weights.IsEmpty ? 1 : _train.Weights.Span[examples[i]]);
        }
        return (tensor(labels).to(_device), weights == null ? null : tensor(weights).to(_device));
    }

    void SwapAverages()
    {
        using var _ = no_grad();
        foreach (var (average, values) in _averages.Zip(_network.State))
        {
            using var held = values.clone();
            values.copy_(average);
            average.copy_(held);
        }
    }

    TrainedNetwork ToTrained() => _train.TakingValues(_network.ToTrained(_train.ClassNames, _train.Scale));
}
