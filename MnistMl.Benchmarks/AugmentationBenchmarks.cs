using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MnistMl.Augmentation;
using MnistMl.Data;

namespace MnistMl.Benchmarks;

/// <summary>Changing a row of MNIST at random, by what is done to it; times are for one row.</summary>
public class AugmentationBenchmarks
{
    const string Affine = "rotate 10, shift 1, scale 0.1, shear 0.1";
    const int Rows = 1024;

    Dataset _train = null!;
    Augmenter _affine = null!, _elastic = null!, _everything = null!;
    byte[] _changed = null!;
    long _epoch;

    // In this process: a benchmark project generated elsewhere could not see internal types.
    internal static void Run() =>
        BenchmarkRunner.Run<AugmentationBenchmarks>(
            DefaultConfig.Instance
                .AddJob(Job.ShortRun.WithIterationCount(10).WithToolchain(InProcessEmitToolchain.Instance))
                .WithOptions(ConfigOptions.DisableOptimizationsValidator));

    [GlobalSetup]
    public void SetUp()
    {
        (_train, _) = Benchmarks.ReadMnist();
        _changed = new byte[_train.FeatureCount];
        (_affine, _elastic, _everything) = (Augmenter(Affine), Augmenter("elastic 34 4"), Augmenter($"{Affine}, elastic 34 4, erase 0.5"));
    }

    [Benchmark(Description = Affine, OperationsPerInvoke = Rows)]
    public void ChangeAffinely() => Change(_affine);

    [Benchmark(Description = "elastic 34 4", OperationsPerInvoke = Rows)]
    public void Distort() => Change(_elastic);

    [Benchmark(Description = "all of these, erase 0.5", OperationsPerInvoke = Rows)]
    public void DoEverything() => Change(_everything);

    Augmenter Augmenter(string strengths) => new(AugmentationOptions.Parse(strengths), _train.FeatureCount, seed: 1);

    void Change(Augmenter augmenter)
    {
        _epoch++;
        for (var row = 0; row < Rows; row++)
            augmenter.Apply(_train.Row(row), _changed, _epoch, row);
    }
}
