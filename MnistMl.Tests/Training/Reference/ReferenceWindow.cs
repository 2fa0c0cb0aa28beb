using MnistMl.Model;

namespace MnistMl.Tests.Training.Reference;

/// <summary>A window that is moved over an image.</summary>
/// <param name="Input">The image.</param>
/// <param name="Height">Rows that the window covers.</param>
/// <param name="Width">Positions that it covers in a row.</param>
/// <param name="Stride">How far it moves.</param>
/// <param name="Padding">Zeros around the image.</param>
sealed record ReferenceWindow(ImageShape Input, int Height, int Width, int Stride, int Padding = 0)
{
    public int OutputHeight => (Input.Height + 2 * Padding - Height) / Stride + 1;

    public int OutputWidth => (Input.Width + 2 * Padding - Width) / Stride + 1;

    /// <summary>
    /// Everything that the window sees in the image, padding left out: for which output position, at which place of the
    /// window, at which position of the image.
    /// </summary>
    public IEnumerable<(int Output, int Place, int Position)> Views()
    {
        for (var top = 0; top < OutputHeight; top++)
        {
            for (var left = 0; left < OutputWidth; left++)
            {
                for (var down = 0; down < Height; down++)
                {
                    for (var across = 0; across < Width; across++)
                    {
                        var (y, x) = (top * Stride + down - Padding, left * Stride + across - Padding);
                        if (y >= 0 && y < Input.Height && x >= 0 && x < Input.Width)
                            yield return (top * OutputWidth + left, down * Width + across, y * Input.Width + x);
                    }
                }
            }
        }
    }
}
