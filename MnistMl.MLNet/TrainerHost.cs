using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MnistMl.Training;

namespace MnistMl.MLNet;

/// <summary>
/// What a trainer has of its <see cref="MLContext"/>: the log, random numbers, so that the context's seed decides them, and the GPU
/// that it is set to. ML.NET gives them to the trainers of its own assemblies through internal interfaces. Should a version not have
/// these, there is no log, seeds are drawn at random, and no GPU is set.
/// </summary>
sealed class TrainerHost
{
    readonly IHostEnvironment? _environment;
    readonly IHost? _host;

    public TrainerHost(MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog)
        : this(catalog.GetType().GetInterface("Microsoft.ML.Data.IInternalCatalog")?.GetProperty("Environment")?.GetValue(catalog) as IHostEnvironment)
    {
    }

    /// <param name="environment">What the trainers of a context run in; null where that cannot be had.</param>
    public TrainerHost(IHostEnvironment? environment) =>
        (_environment, _host) = (environment, environment?.Register(nameof(NeuralNetworkMulticlassTrainer)));

    /// <summary><see cref="MLContext.GpuDeviceId"/>, as it is now.</summary>
    public int? GpuDeviceId => Internal(nameof(MLContext.GpuDeviceId)) as int?;

    /// <summary><see cref="MLContext.FallbackToCpu"/>, as it is now.</summary>
    public bool FallbackToCpu => Internal(nameof(MLContext.FallbackToCpu)) is true;

    /// <summary>Draws the seed of a training: each has another, as with ML.NET's own trainers.</summary>
    public int NextSeed()
    {
        var random = _host?.Rand ?? Random.Shared;
        lock (random)
            return random.Next();
    }

    object? Internal(string name) =>
        _environment?.GetType().GetInterface("Microsoft.ML.Runtime.IHostEnvironmentInternal")?.GetProperty(name)?.GetValue(_environment);

    /// <summary>Begins the log of a training.</summary>
    public TrainingLog OpenLog() => new(_host?.Start("Training"));
}

/// <summary>What a training says to the log of the <see cref="MLContext"/>.</summary>
/// <param name="channel">The log; null for none.</param>
sealed class TrainingLog(IChannel? channel) : IDisposable
{
    public void Dispose() => channel?.Dispose();

    /// <summary>Says how many rows are left out, if any are.</summary>
    public void LeftOut(DataViewReader rows, string role)
    {
        var counts = ((string Why, long Count)[])
        [
            ("have no label", rows.Unlabelled), ("have features that are not all finite numbers", rows.NotFinite),
            ("have a weight that is negative or no finite number", rows.BadlyWeighted),
        ];
        var leftOut = counts.Sum(count => count.Count);
        var reasons = counts.Where(count => count.Count > 0)
            .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Count:N0} {count.Why}"));
        if (leftOut > 0)
            Warn($"{leftOut:N0} of {rows.Count + leftOut:N0} {role} rows are left out: {string.Join(", ", reasons)}.");
    }

    /// <summary>Warns of features that hardly count because a value out of all proportion scales them.</summary>
    /// <param name="column">The column of the features.</param>
    /// <param name="features">The features, and their greatest magnitudes.</param>
    public void Squeezed(DataViewSchema.Column column, IReadOnlyList<(int Feature, float Magnitude)> features)
    {
        const int most = 5;
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (features.Count > 0 && column.HasSlotNames())
            column.GetSlotNames(ref names);
        foreach (var (feature, magnitude) in features.Take(most))
        {
            var name = names.Length > feature && names.GetItemOrDefault(feature) is { IsEmpty: false } text ? $"'{text}'" : $"{feature} of '{column.Name}'";
            Warn($"Feature {name} is divided by its greatest magnitude, {magnitude:G3}, and so most of its values by far too much: on average they come to less than a thousandth. Leave out the rows with such values, clip them, or normalize the column ahead of the trainer, as by NormalizeLogMeanVariance.");
        }
        if (features.Count > most)
            Warn($"{features.Count - most} more features are divided by far too much.");
    }

    /// <summary>Says which seed a training has, so that it can be repeated.</summary>
    public void Seed(TrainingOptions options) => Say($"Seed: {options.Seed}. To repeat this training, set the option Seed to it.");

    /// <summary>Says which device a backend trains on, if it has one to choose.</summary>
    public void Device(TrainingBackend backend)
    {
        if (backend.Device is { } device)
            Say($"Device: {device}.");
    }

    /// <summary>Warns of something.</summary>
    public void Warn(FormattableString message) => channel?.Warning(MessageSensitivity.Schema, message.ToString(CultureInfo.InvariantCulture));

    /// <summary>Tells the log of each epoch, and someone else of all there is to tell.</summary>
    public IProgress<TrainingProgress>? Progress(IProgress<TrainingProgress>? other) => channel == null ? other : new EpochLog(this, other);

    void Say(FormattableString message) => channel?.Info(MessageSensitivity.None, message.ToString(CultureInfo.InvariantCulture));

    sealed class EpochLog(TrainingLog log, IProgress<TrainingProgress>? other) : IProgress<TrainingProgress>
    {
        string? _failure;

        public void Report(TrainingProgress value)
        {
            if (value.Completed is { } epoch)
            {
                var network = value.NetworkCount > 1 ? $"Network {value.NetworkNumber} of {value.NetworkCount}, epoch" : "Epoch";
                var validation = epoch.ValidationLoss is { } loss
                    ? string.Create(CultureInfo.InvariantCulture, $", validation loss {loss:F4}, accuracy {epoch.ValidationAccuracy:P2}") : "";
                log.Say($"{network} {epoch.Epoch} of {value.Epochs}: loss {epoch.TrainLoss:F4}, accuracy {epoch.TrainAccuracy:P2}{validation}, {epoch.Seconds:F2} s.");
            }
            // All reports have it until a checkpoint is written again.
            if (value.CheckpointFailure != _failure && value.CheckpointFailure is { } failure)
                log.Warn($"No checkpoint was written: {failure}");
            _failure = value.CheckpointFailure;
            other?.Report(value);
        }
    }
}
