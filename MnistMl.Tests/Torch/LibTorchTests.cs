using MnistMl.Torch;
using TorchSharp;

namespace MnistMl.Tests.Torch;

/// <summary>
/// Tests that take libtorch: without it they are skipped. <c>.ci/libtorch</c> runs them with it. The environment variable
/// <c>MNISTML_TEST_GPU</c> is the number of a GPU to run them on.
/// </summary>
public abstract class LibTorchTests
{
    protected LibTorchTests()
    {
        Assert.SkipWhen(LibTorch.Failure != null, LibTorch.Failure ?? "");
        // Convolutions would else be rounded to ten bits.
        if (Gpu != null)
            torch.backends.cudnn.allow_tf32 = false;
    }

    static int? Gpu { get; } = int.TryParse(Environment.GetEnvironmentVariable("MNISTML_TEST_GPU"), out var number) ? number : null;

    /// <summary>What trains.</summary>
    protected static TorchBackend Backend => new() { GpuDeviceId = Gpu, FallbackToCpu = false };
}
