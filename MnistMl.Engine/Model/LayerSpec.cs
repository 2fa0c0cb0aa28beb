using System.Globalization;

namespace MnistMl.Model;

/// <summary>A hidden layer to train. A number stands for a fully connected one of that width.</summary>
public abstract record LayerSpec
{
    private protected LayerSpec() { }

    /// <summary>A fully connected layer.</summary>
    public static implicit operator LayerSpec(int width) => new Dense(width);

    /// <summary>A fully connected layer.</summary>
    public static LayerSpec FromInt32(int width) => width;

    /// <summary>The same layer with another number of outputs, or of channels, if it has one of its own.</summary>
    /// <param name="width">That number, from what it is now.</param>
    internal LayerSpec WithWidth(Func<int, int> width) => this switch
    {
        Conv2D convolution => convolution with { Channels = width(convolution.Channels) },
        Dense dense => dense with { Width = width(dense.Width) },
        _ => this,
    };
}

/// <summary>A fully connected layer with a ReLU after it.</summary>
/// <param name="Width">Number of outputs, at least 1.</param>
public sealed record Dense(int Width) : LayerSpec
{
    /// <summary>The layer in words, such as <c>dense 128</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"dense {Width}");
}

/// <summary>
/// A two-dimensional convolution with a ReLU after it: the same weights look at each part of an image (LeCun et al.,
/// "Gradient-based learning applied to document recognition", 1998).
/// </summary>
/// <param name="Channels">Outputs at each position, at least 1.</param>
/// <param name="Height">Rows that an output sees, at least 1.</param>
/// <param name="Width">Positions in each row that an output sees, at least 1.</param>
/// <param name="Stride">Distance between the parts seen, down and across, at least 1.</param>
/// <param name="Padding">Zeros put around the image on each side, at least 0.</param>
/// <param name="BatchNorm">
/// Whether each channel is normalized before the ReLU (Ioffe and Szegedy, "Batch normalization", 2015): in training by
/// the mean and variance of a ghost batch, an eighth of the batch and at least 8 examples, unless they are its last. On
/// export, batch normalization, by its running averages, is folded into the weights.
/// </param>
public sealed record Conv2D(
    int Channels, int Height, int Width, int Stride = 1, int Padding = 0, bool BatchNorm = false) : LayerSpec
{
    /// <summary>The layer in words, such as <c>conv 24 5x5 /2 +1 bn</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"conv {Channels} {Height}x{Width}{(Stride > 1 ? $" /{Stride}" : "")}{(Padding > 0 ? $" +{Padding}" : "")}"
            + $"{(BatchNorm ? " bn" : "")}");
}

/// <summary>
/// Zeroes a random share of the outputs of the layer before, for each example of a training batch (Srivastava et al.,
/// "Dropout", 2014). The others are divided by what is left of 1, so that nothing is left to do after training.
/// </summary>
/// <param name="Rate">The share, from 0 to below 1.</param>
public sealed record Dropout(double Rate) : LayerSpec
{
    /// <summary>The layer in words, such as <c>dropout 0.4</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"dropout {Rate}");
}

/// <summary>One number for each channel of each part of an image.</summary>
/// <param name="Height">Rows in a part, at least 1.</param>
/// <param name="Width">Positions in each row, at least 1.</param>
/// <param name="Stride">Distance between parts, down and across, at least 1.</param>
public abstract record Pooling2D(int Height, int Width, int Stride) : LayerSpec;

/// <summary>The mean of each channel over parts of an image.</summary>
/// <param name="Height">Rows in a part, at least 1.</param>
/// <param name="Width">Positions in each row, at least 1.</param>
/// <param name="Stride">Distance between parts, down and across, at least 1.</param>
public sealed record AveragePooling2D(int Height, int Width, int Stride) : Pooling2D(Height, Width, Stride)
{
    /// <summary>The layer in words, such as <c>average 2x2 /2</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"average {Height}x{Width} /{Stride}");
}

/// <summary>
/// The maximum of each channel over parts of an image. ML.NET runs it with the package Microsoft.ML.OnnxTransformer: see
/// docs/model-file.md.
/// </summary>
/// <param name="Height">Rows in a part, at least 1.</param>
/// <param name="Width">Positions in each row, at least 1.</param>
/// <param name="Stride">Distance between parts, down and across, at least 1.</param>
public sealed record MaxPooling2D(int Height, int Width, int Stride) : Pooling2D(Height, Width, Stride)
{
    /// <summary>What to do where it cannot be had.</summary>
    internal const string WayOut = "Use 'average', or a convolution with a stride.";

    /// <summary>The layer in words, such as <c>max 2x2 /2</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"max {Height}x{Width} /{Stride}");
}
