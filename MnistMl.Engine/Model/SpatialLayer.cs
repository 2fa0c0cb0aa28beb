namespace MnistMl.Model;

/// <summary>A trained layer of images: a convolution, with a ReLU after it, or a pooling, without.</summary>
public sealed record SpatialLayer
{
    readonly Window _window;

    /// <summary>Wraps a layer that is already in memory.</summary>
    /// <param name="options">Which layer it is: a convolution or a pooling.</param>
    /// <param name="input">The shape of what it takes.</param>
    /// <param name="weights">
    /// Of a convolution, [channels, window rows, window columns, input channels]; empty for a pooling.
    /// </param>
    /// <param name="biases">Of a convolution, [channels]; empty for a pooling.</param>
    /// <exception cref="ArgumentException">
    /// The layer is fully connected, its batch normalization is not folded into the weights, or the sizes do not fit.
    /// </exception>
    public SpatialLayer(LayerSpec options, ImageShape input, float[] weights, float[] biases)
    {
        _window = Window.Of(options)
            ?? throw new ArgumentException($"'{options}' is no convolution or pooling.", nameof(options));
        if (options is Conv2D { BatchNorm: true })
        {
            throw new ArgumentException(
                "In a trained layer, batch normalization is folded into the weights.", nameof(options));
        }
        (Options, Input, Weights, Biases) = (options, input, weights, biases);
        var channels = options is Conv2D convolution ? convolution.Channels : input.Channels;
        var output = _window.Over(new Volume(input.Height, input.Width, input.Channels), channels);
        Output = new(output.Height, output.Width, channels);
        var learned = options is Conv2D ? channels : 0;
        if (weights.Length != (long)learned * PatchLength || biases.Length != learned)
        {
            throw new ArgumentException(
                $"'{options}' on {input} takes {(long)learned * PatchLength} weights and {learned} biases.",
                nameof(weights));
        }
    }

    /// <summary>Which layer it is.</summary>
    public LayerSpec Options { get; }

    /// <summary>The shape of what it takes.</summary>
    public ImageShape Input { get; }

    /// <summary>The shape of what it makes.</summary>
    public ImageShape Output { get; }

    /// <summary>
    /// Of a convolution, [channels, window rows, window columns, input channels]; empty for a pooling.
    /// </summary>
    public float[] Weights { get; }

    /// <summary>Of a convolution, [channels]; empty for a pooling.</summary>
    public float[] Biases { get; }

    int PatchLength => _window.Height * _window.Width * Input.Channels;

    /// <summary>The one affine map that the layer is, its ReLU left out.</summary>
    /// <exception cref="MnistMlException">A maximum is not affine.</exception>
    public AffineLayer ToAffine() => ToSparse().ToAffine();

    /// <summary>The same map, without the zeros where an output sees nothing.</summary>
    /// <exception cref="MnistMlException">A maximum is not affine.</exception>
    internal SparseAffineLayer ToSparse()
    {
        if (Options is MaxPooling2D)
            throw new MnistMlException($"'{Options}' is no affine layer: a maximum is no sum. {MaxPooling2D.WayOut}");
        var biases = new float[Output.Count];
        for (var output = 0; output < biases.Length && Options is Conv2D; output++)
            biases[output] = Biases[output % Output.Channels];
        return SparseAffineLayer.Create(Input.Count, biases, AddWeights);
    }

    /// <summary>Adds the weights of an output of the affine map, where it sees something.</summary>
    void AddWeights(int output, SparseRow row)
    {
        var (position, channel) = Math.DivRem(output, Output.Channels);
        var top = position / Output.Width * _window.Stride - _window.Padding;
        var left = position % Output.Width * _window.Stride - _window.Padding;
        for (var place = 0; place < _window.Height * _window.Width; place++)
        {
            var (y, x) = (top + place / _window.Width, left + place % _window.Width);
            if (y < 0 || y >= Input.Height || x < 0 || x >= Input.Width)
                continue;
            var first = (y * Input.Width + x) * Input.Channels;
            if (Options is not Conv2D)
            {
                row.Add(first + channel, 1f / (_window.Height * _window.Width));
                continue;
            }
            var weights = Weights.AsSpan(channel * PatchLength + place * Input.Channels, Input.Channels);
            for (var i = 0; i < weights.Length; i++)
                row.Add(first + i, weights[i]);
        }
    }
}
