namespace MnistMl.Training;

/// <summary>What does the work of a training: the engine, or another library that takes the same steps.</summary>
public abstract class TrainingBackend
{
    private protected TrainingBackend() { }

    /// <summary>The engine, which is the default: the processor's vector instructions, in C#.</summary>
    public static TrainingBackend Engine { get; } = new EngineBackend();

    /// <summary>The device that it computes on, such as <c>cuda:0</c>; null for the engine, which has none to choose.</summary>
    /// <exception cref="MnistMlException">The device, or the library, cannot be had; the message says why.</exception>
    public virtual string? Device => null;

    /// <summary>The same backend on the device of an <c>MLContext</c>, where it names none of its own.</summary>
    /// <param name="gpuDeviceId">The GPU; null for the processor.</param>
    /// <param name="fallbackToCpu">Whether the processor will do where there is no such GPU.</param>
    internal virtual TrainingBackend WithDefaults(int? gpuDeviceId, bool fallbackToCpu) => this;

    /// <summary>Throws where it cannot do what options ask for.</summary>
    /// <exception cref="ArgumentException">It cannot; the message says what.</exception>
    internal virtual void Validate(TrainingOptions options) { }

    /// <summary>Trains one network.</summary>
    /// <param name="train">The examples to train on.</param>
    /// <param name="validation">Examples to measure each epoch on; null for none.</param>
    /// <param name="options">What to train, and how; its seed is this network's.</param>
    /// <param name="networkNumber">The network's number in its ensemble, from 1.</param>
    /// <param name="checkpoints">The training's checkpoints; null for none.</param>
    /// <param name="progress">Told about 20 times a second, and after every epoch.</param>
    /// <param name="cancellation">Ends the training after the step under way.</param>
    internal abstract TrainingResult Train(
        TrainingSet train, TrainingSet? validation, TrainingOptions options, int networkNumber, Checkpoints? checkpoints,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation);

    sealed class EngineBackend : TrainingBackend
    {
        internal override TrainingResult Train(
            TrainingSet train, TrainingSet? validation, TrainingOptions options, int networkNumber, Checkpoints? checkpoints,
            IProgress<TrainingProgress>? progress, CancellationToken cancellation) =>
            new NetworkTraining(train, validation, options, networkNumber, checkpoints, progress, cancellation).Run();
    }
}
