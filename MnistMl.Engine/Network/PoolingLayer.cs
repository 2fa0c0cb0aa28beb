using MnistMl.Model;

namespace MnistMl.Network;

/// <summary>A layer that reduces each window to one number, channel by channel.</summary>
abstract unsafe class PoolingLayer : Layer, ISpatialLayer
{
    readonly Pooling2D _options;
    readonly int[] _starts, _places;

    /// <param name="index">The layer's place in the network, from 1: channels are whole vectors.</param>
    /// <param name="input">The shape of an image.</param>
    /// <param name="options">Which pooling it is.</param>
    /// <exception cref="ArgumentException">The window does not fit the image.</exception>
    protected PoolingLayer(int index, Volume input, Pooling2D options)
        : this(index, input, options, Window.Of(options)!.Value)
    {
    }

    PoolingLayer(int index, Volume input, Pooling2D options, Window window)
        : base(index, input, window.Over(input, input.Channels), relu: false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(index, 1);
        _options = options;
        (_starts, _places) = ([.. window.Starts(input, Output)], [.. window.Positions(input)]);
    }

    /// <summary>Where windows begin.</summary>
    protected ReadOnlySpan<int> Starts => _starts;

    /// <summary>From there, the positions in a window.</summary>
    protected ReadOnlySpan<int> Places => _places;

    public SpatialLayer ToTrained(float scale) => new(_options, Input.Shape, [], []);

    public void Forward(Batch batch, int firstRow, int rows)
    {
        for (var row = firstRow; row < firstRow + rows; row++)
            Pool(batch.Values(Index, row), batch.Values(Index + 1, row));
        Activate(batch, firstRow, rows);
    }

    public void Backward(Batch batch, int firstRow, int rows)
    {
        ActivationGradient(batch, firstRow, rows);
        for (var row = firstRow; row < firstRow + rows; row++)
        {
            new Span<float>(batch.Δ(Index, row), Input.Length).Clear();
            AddGradient(batch, row);
        }
    }

    /// <summary>Computes one image's outputs.</summary>
    protected abstract void Pool(float* source, float* outputs);

    /// <summary>Adds the loss's gradient by one image, from that by its outputs.</summary>
    protected abstract void AddGradient(Batch batch, int row);
}
