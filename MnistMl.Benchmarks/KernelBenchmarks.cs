using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MnistMl.Network;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Benchmarks;

/// <summary>The inner loops, one by one, with the sizes of a batch of 64 images of MNIST in 784-128-64-10.</summary>
public unsafe class KernelBenchmarks
{
    const int Rows = 64, Features = 784, Outputs = 128, NextOutputs = 64, Classes = 10;

    static readonly Adam _optimizer = new();

    AlignedArray<float> _gradient = null!, _logits = null!;
    Parameters _parameters = null!;
    FeedForwardNetwork _network = null!;
    readonly int[] _rows = [.. Enumerable.Range(0, Rows)];
    FeatureMatrix _input = null!;
    Batch _batch = null!;

    internal static void Run()
    {
        var (train, _) = Benchmarks.ReadMnist();
        var nonZeros = train.Pixels[..(Rows * Features)];
        var sparseOperations = 2.0 * Outputs * (nonZeros.Length - nonZeros.Count((byte)0));
        var operations = new Dictionary<string, double>
        {
            [nameof(SparseForward)] = sparseOperations,
            [nameof(SparseGradient)] = sparseOperations,
            [nameof(SparseUpdate)] = sparseOperations,
            [nameof(DenseForward)] = 2.0 * Rows * Outputs * NextOutputs,
            [nameof(DenseBackward)] = 2.0 * Rows * Outputs * NextOutputs,
            [nameof(DenseGradient)] = 2.0 * Rows * Outputs * NextOutputs,
        };

        // In this process, because a generated benchmark project could not see internal types.
        BenchmarkRunner.Run<KernelBenchmarks>(
            DefaultConfig.Instance
                .AddJob(Job.ShortRun.WithIterationCount(10).WithToolchain(InProcessEmitToolchain.Instance))
                .AddColumn(new RateColumn(operations))
                .WithOptions(ConfigOptions.DisableOptimizationsValidator));
    }

    [GlobalSetup]
    public void SetUp()
    {
        var random = new Random(1);
        (_gradient, _logits) = (Random(Features * Outputs, random), Random(Rows * KernelSet.Pad(Classes), random));
        _parameters = new Parameters(Features, Outputs);
        _parameters.PrepareTraining(_optimizer.Moments, averaged: false);

        var (train, _) = Benchmarks.ReadMnist();
        var input = TrainingSet.From(train).Input;
        _network = FeedForwardNetwork.Create(input.Densities(), [Outputs, NextOutputs], Classes, random);
        _input = input;
        _batch = new Batch(_network, Rows, threads: 1, training: true) { RowCount = Rows };
        SparseForward();
        _network.Forward(_batch, _input, _rows, 0, Rows);
        _network.PrepareTraining(_optimizer.Moments, averaged: false);
        foreach (var layer in _network.Layers)
        {
            var δ = Random(Rows * layer.OutputStride, random).Span;
            δ.CopyTo(new Span<float>(_batch.Δ(layer.Index + 1, 0), δ.Length));
        }
    }

    [Benchmark(Description = "first layer, loading and forward")]
    public void SparseForward() => _network.ForwardShare(_batch, _input, _rows, thread: 0);

    [Benchmark(Description = "first layer, transposition of its input")]
    public void Transposition() => _batch.SparseBatch(0).Transpose(Rows);

    [Benchmark(Description = "first layer, transposition and gradient")]
    public void SparseGradient()
    {
        Transposition();
        Gradient(First);
    }

    [Benchmark(Description = "first layer, Adam")]
    public void Adam() => new OptimizerStep(_optimizer, 0.001, 1000)
        .Update(_parameters, 0, Features, _gradient.Pointer, decays: true);

    [Benchmark(Description = "first layer, gradient and Adam in one")]
    public void SparseUpdate() => First.Update(_batch, new OptimizerStep(_optimizer, 1e-9, 1000), _gradient.Pointer, 0);

    [Benchmark(Description = "second layer, forward")]
    public void DenseForward() => Second.Multiply(_batch, Rows, thread: 0);

    [Benchmark(Description = "second layer, backward")]
    public void DenseBackward() => Second.InputGradient(_batch, thread: 0);

    [Benchmark(Description = "second layer, gradient")]
    public void DenseGradient() => Gradient(Second);

    [Benchmark(Description = "softmax")]
    public void Softmax()
    {
        for (var row = 0; row < Rows; row++)
            KernelSet.Best.Softmax(_logits.Pointer + row * KernelSet.Pad(Classes), Classes, KernelSet.Pad(Classes));
    }

    SparseDenseLayer First => (SparseDenseLayer)_network.Layers[0];

    SplitDenseLayer Second => (SplitDenseLayer)_network.Layers[1];

    void Gradient(TrainableLayer layer)
    {
        // In pieces that fit the first-level cache.
        const int Piece = 16;
        for (var row = 0; row < layer.Weights.RowCount; row += Piece)
            layer.WeightGradient(_batch, 0, row, Piece, _gradient.Pointer);
    }

    static AlignedArray<float> Random(int length, Random random)
    {
        var floats = new AlignedArray<float>(length);
        foreach (ref var x in floats.Span)
            x = (float)(2 * random.NextDouble() - 1);
        return floats;
    }

    /// <summary>Floating-point operations per second; a multiply-add counts as two.</summary>
    sealed class RateColumn(IReadOnlyDictionary<string, double> operations) : IColumn
    {
        public string Id => nameof(RateColumn);
        public string ColumnName => "GFLOP/s";
        public string Legend => "10⁹ floating-point operations per second";
        public bool AlwaysShow => true;
        public ColumnCategory Category => ColumnCategory.Custom;
        public int PriorityInCategory => 0;
        public bool IsNumeric => true;
        public UnitType UnitType => UnitType.Dimensionless;

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
            operations.TryGetValue(benchmarkCase.Descriptor.WorkloadMethod.Name, out var count)
            && summary[benchmarkCase]?.ResultStatistics is { } nanoseconds
                ? FormattableString.Invariant($"{count / nanoseconds.Median:F1}")
                : "";

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
            GetValue(summary, benchmarkCase);
    }
}
