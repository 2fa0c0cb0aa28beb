namespace MnistMl.Model;

/// <summary>The shape of an image, whose numbers lie row by row, the channels of a position together.</summary>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Width">Positions in a row, at least 1.</param>
/// <param name="Channels">Numbers at a position, at least 1.</param>
public readonly record struct ImageShape(int Height, int Width, int Channels)
{
    /// <summary>How many numbers the image has.</summary>
    public int Count => Height * Width * Channels;
}
