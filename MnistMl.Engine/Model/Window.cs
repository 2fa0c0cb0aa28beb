namespace MnistMl.Model;

/// <summary>The part of an image that one output of a convolution or a pooling sees, moved over the image.</summary>
/// <param name="Height">Rows it covers, at least 1.</param>
/// <param name="Width">Positions it covers in a row, at least 1.</param>
/// <param name="Stride">How far it moves, down and across, at least 1.</param>
/// <param name="Padding">Zeros around the image on each side, at least 0.</param>
readonly record struct Window(int Height, int Width, int Stride = 1, int Padding = 0)
{
    /// <summary>Most numbers that a layer may make of an example, or take with their padding.</summary>
    const int MaxNumbers = 1 << 26;

    /// <summary>The window of a layer, or null for a layer that has none.</summary>
    public static Window? Of(LayerSpec layer) => layer switch
    {
        Conv2D o => new(o.Height, o.Width, o.Stride, o.Padding),
        Pooling2D o => new(o.Height, o.Width, o.Stride),
        _ => null,
    };

    /// <summary>What the window makes of an image.</summary>
    /// <param name="input">The image.</param>
    /// <param name="channels">Numbers at each position of the outcome.</param>
    /// <exception cref="ArgumentException">The window is larger than the padded image, or that too large.</exception>
    public Volume Over(Volume input, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Padding);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        var (height, width) = (input.Height + 2L * Padding - Height, input.Width + 2L * Padding - Width);
        if (height < 0 || width < 0)
            throw new ArgumentException($"A window of {this} does not fit an image of {input.Height}×{input.Width}.");
        if ((Int128)(height + Height) * (width + Width) * input.Channels > MaxNumbers)
            throw new ArgumentException($"Padded by {Padding:N0}, it is more than {MaxNumbers:N0} numbers.");
        var (rows, columns) = (height / Stride + 1, width / Stride + 1);
        if ((Int128)rows * columns * channels > MaxNumbers)
        {
            throw new ArgumentException(
                $"It makes {rows:N0}×{columns:N0}×{channels:N0} numbers of it, more than {MaxNumbers:N0}.");
        }
        return new Volume((int)rows, (int)columns, channels);
    }

    /// <summary>Where the windows begin in an image that has its padding around it, in its order.</summary>
    public IEnumerable<int> Starts(Volume padded, Volume output)
    {
        for (var y = 0; y < output.Height; y++)
        {
            for (var x = 0; x < output.Width; x++)
                yield return (y * padded.Width + x) * Stride * padded.ChannelStride;
        }
    }

    /// <summary>The positions in a window, counted from where it begins.</summary>
    public IEnumerable<int> Positions(Volume padded)
    {
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                yield return (y * padded.Width + x) * padded.ChannelStride;
        }
    }

    public override string ToString() =>
        $"{Height}×{Width}" + (Stride > 1 ? $" /{Stride}" : "") + (Padding > 0 ? $" padded by {Padding}" : "");
}
