using MnistMl.Training;
using TorchSharp;

namespace MnistMl.Torch;

/// <summary>
/// Trains by libtorch, on the processor or a GPU, what the engine would train: the same network from the same initial weights, by
/// the same batches, losses, optimizers and schedules. What comes of it is the engine's trained network, which needs no libtorch.
/// Sums are rounded otherwise, and dropout draws other masks, so that it is the engine's network but for small differences.
/// </summary>
public sealed class TorchBackend : TrainingBackend
{
    static readonly Lock _lock = new();

    /// <summary>
    /// The GPU to train on, by its number; null for the one that <c>MLContext.GpuDeviceId</c> names, or else the processor.
    /// </summary>
    public int? GpuDeviceId { get; init; }

    /// <summary>
    /// Whether the processor will do where there is no such GPU; null for what <c>MLContext.FallbackToCpu</c> says, which is false by
    /// default.
    /// </summary>
    public bool? FallbackToCpu { get; init; }

    /// <inheritdoc/>
    public override string Device => Find().ToString();

    internal override TrainingBackend WithDefaults(int? gpuDeviceId, bool fallbackToCpu) =>
        new TorchBackend { GpuDeviceId = GpuDeviceId ?? gpuDeviceId, FallbackToCpu = FallbackToCpu ?? fallbackToCpu };

    internal override void Validate(TrainingOptions options)
    {
        if (options.CheckpointPath != null)
            throw new ArgumentException("Training by libtorch writes no checkpoints.", nameof(options));
        if (options.Distillation != null)
            throw new ArgumentException("Training by libtorch does not distill.", nameof(options));
    }

    internal override TrainingResult Train(
        TrainingSet train, TrainingSet? validation, TrainingOptions options, int networkNumber, Checkpoints? checkpoints,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var device = Find();
        // Its threads and random numbers are the process's.
        lock (_lock)
        {
            using var scope = torch.NewDisposeScope();
            using var training = new TorchTraining(device, train, validation, options, networkNumber, progress, cancellation);
            return training.Run();
        }
    }

    /// <summary>The device, as ML.NET's own trainers by libtorch choose it.</summary>
    torch.Device Find()
    {
        LibTorch.Load();
        if (GpuDeviceId is not { } gpu)
            return torch.CPU;
        if (torch.cuda.is_available() && gpu >= 0 && gpu < torch.cuda.device_count())
            return torch.device(DeviceType.CUDA, gpu);
        if (FallbackToCpu == true)
            return torch.CPU;
        throw new MnistMlException(torch.cuda.is_available()
            ? $"There is no GPU {gpu}: libtorch finds {torch.cuda.device_count()}, numbered from 0."
            : "libtorch finds no GPU: it takes one of NVIDIA's with its driver, and a libtorch that is built with CUDA (docs/torch.md).");
    }
}
