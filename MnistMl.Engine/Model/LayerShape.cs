namespace MnistMl.Model;

/// <summary>The shapes of what a layer takes and makes, and its size, before it has any weights.</summary>
/// <param name="Options">Which layer it is.</param>
/// <param name="Input">What it takes.</param>
/// <param name="Output">What it makes.</param>
sealed record LayerShape(LayerSpec Options, Volume Input, Volume Output)
{
    /// <summary>Most weights and biases of a layer, which take four times that many bytes.</summary>
    const int MaxParameters = 1 << 30;

    /// <summary>How many inputs one output is made of.</summary>
    public long FanIn => Options switch
    {
        Dense => Input.Count,
        Conv2D o => (long)o.Height * o.Width * Input.Channels,
        Pooling2D o => (long)o.Height * o.Width,
        _ => 0,
    };

    /// <summary>Number of weights and biases.</summary>
    public long Parameters => Options switch
    {
        Dense o => (FanIn + 1) * o.Width,
        Conv2D o => (FanIn + (o.BatchNorm ? 2 : 1)) * o.Channels,
        _ => 0,
    };

    /// <summary>Multiplications, each with an addition, that an example takes.</summary>
    public long MultiplyAdds => FanIn * Output.Count;

    /// <summary>Works out what each layer of a network takes and makes.</summary>
    /// <param name="featureCount">Number of features of an example.</param>
    /// <param name="hidden">The hidden layers; may be none.</param>
    /// <param name="classCount">Number of classes, which a last layer makes.</param>
    /// <exception cref="MnistMlException">A layer does not fit what it is given, or is too large.</exception>
    public static LayerShape[] Of(int featureCount, IReadOnlyList<LayerSpec> hidden, int classCount)
    {
        var shapes = new List<LayerShape>();
        var volume = hidden is [Conv2D or Pooling2D, ..]
            ? Volume.Image(featureCount)
            : Volume.Flat(featureCount);
        foreach (var options in hidden.Append(classCount))
        {
            try
            {
                shapes.Add(After(shapes, volume, options));
            }
            catch (ArgumentException wrong)
            {
                throw new MnistMlException(
                    $"Layer {shapes.Count + 1} of the network, '{options}', takes {volume}: {wrong.Message}", wrong);
            }
            volume = shapes[^1].Output;
        }
        return [.. shapes];
    }

    static LayerShape After(List<LayerShape> before, Volume input, LayerSpec options)
    {
        if (options is Dropout && before is [] or [.., { Options: Dropout }])
            throw new ArgumentException("It would have to come after a layer with outputs to drop, once.");
        if (Window.Of(options) != null && before.Exists(layer => layer.Options is Dense))
            throw new ArgumentException("It would have to come before all that is fully connected.");
        if (options is Pooling2D && before.Count == 0)
            throw new ArgumentException("A pooling cannot come first. Put a convolution before it.");
        var shape = new LayerShape(options, input, options switch
        {
            Dropout => input,
            Dense dense => Volume.Flat(dense.Width),
            Conv2D convolution => Window.Of(options)!.Value.Over(input, convolution.Channels),
            Pooling2D => Window.Of(options)!.Value.Over(input, input.Channels),
            _ => throw new ArgumentException("That is no layer to train."),
        });
        return shape.Parameters <= MaxParameters
            ? shape
            : throw new ArgumentException($"It would have {shape.Parameters:N0} weights, more than {MaxParameters:N0}. "
                + "Make it, or what is before it, smaller.");
    }
}
