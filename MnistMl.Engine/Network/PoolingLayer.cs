using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Network;

/// <summary>A layer that makes one number of each window, channel by channel, and has nothing to learn.</summary>
abstract unsafe class PoolingLayer : Layer
{
    readonly Pooling2D _options;
    readonly int[] _starts, _places;

    /// <param name="index">The layer's place in the network, from 1: channels are whole vectors.</param>
    /// <param name="input">The picture.</param>
    /// <param name="options">Which pooling it is.</param>
    /// <exception cref="ArgumentException">The window does not fit the picture.</exception>
    protected PoolingLayer(int index, Volume input, Pooling2D options)
        : this(index, input, options, Window.Of(options)!.Value)
    {
    }

    PoolingLayer(int index, Volume input, Pooling2D options, Window window)
        : base(index, input, window.Over(input, input.Channels), new Parameters(0, KernelSet.Alignment), new Parameters(0, KernelSet.Alignment), relu: false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(index, 1);
        _options = options;
        (_starts, _places) = ([.. window.Starts(input, Output)], [.. window.Positions(input)]);
    }

    /// <summary>Where windows begin.</summary>
    protected ReadOnlySpan<int> Starts => _starts;

    /// <summary>From there, the positions in a window.</summary>
    protected ReadOnlySpan<int> Places => _places;

    public override void Initialize(Random random) { }

    /// <summary>The layer as a trained one has it.</summary>
    public SpatialLayer ToTrained() => new(_options, Input.Shape, [], []);

    protected override void Product(Batch batch, int firstRow, int rows)
    {
        for (var row = firstRow; row < firstRow + rows; row++)
            Pool(batch.Values(Index, row), batch.Values(Index + 1, row));
    }

    public override void InputGradient(Batch batch, int firstRow, int rows)
    {
        for (var row = firstRow; row < firstRow + rows; row++)
        {
            new Span<float>(batch.Δ(Index, row), Input.Length).Clear();
            AddGradient(batch, row);
        }
    }

    /// <summary>One picture's outputs.</summary>
    protected abstract void Pool(float* source, float* outputs);

    /// <summary>Adds the loss's gradient by one picture, from that by its outputs.</summary>
    protected abstract void AddGradient(Batch batch, int row);

    public override void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient) { }
}
