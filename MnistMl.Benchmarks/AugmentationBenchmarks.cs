using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MnistMl.Augmentation;
using MnistMl.Data;

namespace MnistMl.Benchmarks;

/// <summary>Augmenting an image of MNIST with different transforms; times are for one image.</summary>
public class AugmentationBenchmarks
{
    const string Affine = "rotate 10, shift 1, scale 0.1, shear 0.1";
    const int Images = 1024;

    Dataset _train = null!;
    Augmenter _affine = null!, _elastic = null!, _all = null!, _strokes = null!, _tones = null!;
    byte[] _augmented = null!;
    long _epoch;

    // In this process, because a generated benchmark project could not see internal types.
    internal static void Run() =>
        BenchmarkRunner.Run<AugmentationBenchmarks>(
            DefaultConfig.Instance
                .AddJob(Job.ShortRun.WithIterationCount(10).WithToolchain(InProcessEmitToolchain.Instance))
                .WithOptions(ConfigOptions.DisableOptimizationsValidator));

    [GlobalSetup]
    public void SetUp()
    {
        (_train, _) = Benchmarks.ReadMnist();
        _augmented = new byte[_train.FeatureCount];
        (_affine, _elastic) = (Augmenter(Affine), Augmenter("elastic 34 4"));
        _all = Augmenter($"{Affine}, elastic 34 4, erase 0.5");
        _strokes = Augmenter($"{Affine}, thin 1 0.5, thicken 1.5 0.5, stretch 0.5");
        _tones = Augmenter($"{Affine}, contrast 0.5 1, brightness 40 1");
    }

    [Benchmark(Description = Affine, OperationsPerInvoke = Images)]
    public void TransformAffinely() => Augment(_affine);

    [Benchmark(Description = "elastic 34 4", OperationsPerInvoke = Images)]
    public void DistortElastically() => Augment(_elastic);

    [Benchmark(Description = "all of these, erase 0.5", OperationsPerInvoke = Images)]
    public void ApplyAll() => Augment(_all);

    [Benchmark(Description = "affine, thin 1 0.5, thicken 1.5 0.5, stretch 0.5", OperationsPerInvoke = Images)]
    public void ChangeStrokes() => Augment(_strokes);

    [Benchmark(Description = "affine, contrast 0.5 1, brightness 40 1", OperationsPerInvoke = Images)]
    public void ChangeTones() => Augment(_tones);

    Augmenter Augmenter(string options) => new(AugmentationOptions.Parse(options), _train.FeatureCount, seed: 1);

    void Augment(Augmenter augmenter)
    {
        _epoch++;
        for (var row = 0; row < Images; row++)
            augmenter.Apply(_train.Row(row), _augmented, _epoch, row, _train.ClassNames[_train.Labels[row]]);
    }
}
