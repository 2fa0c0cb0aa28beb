using MnistMl.Numerics.Kernels;

namespace MnistMl.Model;

/// <summary>
/// How the numbers between two layers lie in memory: position by position of an image, row by row, the channels of a
/// position together.
/// </summary>
/// <param name="Height">Rows of positions, at least 1.</param>
/// <param name="Width">Positions in a row, at least 1.</param>
/// <param name="Channels">Numbers at a position, at least 1.</param>
/// <param name="ChannelStride">Distance between positions; what is not a channel is zero.</param>
readonly unsafe record struct Volume(int Height, int Width, int Channels, int ChannelStride)
{
    /// <summary>A volume between layers: its channels are whole vectors.</summary>
    public Volume(int height, int width, int channels) : this(height, width, channels, KernelSet.Pad(channels)) { }

    /// <summary>Numbers without places.</summary>
    public static Volume Flat(int length) => new(1, 1, length, length);

    /// <summary>A square image of one channel, as it lies in a row of features.</summary>
    /// <param name="featureCount">Its pixels.</param>
    /// <exception cref="MnistMlException">Rows of that length are not square images.</exception>
    public static Volume Image(int featureCount) => SquareSize(featureCount) is { } size
        ? new Volume(size, size, 1, 1)
        : throw new MnistMlException(
            $"Convolutions take square images, but a row has {featureCount} pixels. Train fully connected layers.");

    /// <summary>Width and height of a square image of that many pixels, or null if there is none.</summary>
    public static int? SquareSize(int pixels)
    {
        var size = (int)Math.Round(Math.Sqrt(pixels));
        return size * size == pixels ? size : null;
    }

    /// <summary>The shape, without its place in memory.</summary>
    public ImageShape Shape => new(Height, Width, Channels);

    public int Positions => Height * Width;

    /// <summary>The numbers that are not padding.</summary>
    public int Count => Positions * Channels;

    /// <summary>Padding included.</summary>
    public int Length => Positions * ChannelStride;

    /// <summary>
    /// Distance between the volumes of a batch's examples, for several positions a whole number of them.
    /// </summary>
    public int Stride => KernelSet.Stride(Length, Positions > 1 ? KernelSet.Pad(ChannelStride) : KernelSet.Alignment);

    /// <summary>Where number <paramref name="index"/> of those that are not padding is.</summary>
    public int Offset(int index) => index / Channels * ChannelStride + index % Channels;

    /// <summary>Copies numbers that lie like this into the middle of a larger volume.</summary>
    public void CopyInto(float* source, float* destination, Volume larger, int top, int left)
    {
        var length = Width * ChannelStride;
        for (var y = 0; y < Height; y++)
        {
            var row = destination + ((nint)(top + y) * larger.Width + left) * ChannelStride;
            new ReadOnlySpan<float>(source + y * length, length).CopyTo(new Span<float>(row, length));
        }
    }

    public override string ToString() => Positions > 1 ? $"{Height}×{Width}×{Channels}" : $"{Channels}";
}
