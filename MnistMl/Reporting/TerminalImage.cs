using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>Draws small gray images with characters.</summary>
static class TerminalImage
{
    /// <summary>From black to white.</summary>
    const string Shades = " .:-=+*#%@";

    /// <summary>
    /// Draws an image, a character for two pixels, one above the other: on a terminal as a half block in two grays, elsewhere as the
    /// plain character that is about as bright.
    /// </summary>
    /// <param name="image">[…, width]: from 0 for black to 255 for white.</param>
    /// <param name="width">Pixels in a line.</param>
    /// <param name="output">Where to draw it.</param>
    public static void Draw(ReadOnlySpan<byte> image, int width, TextWriter output)
    {
        var console = Terminal.Open(output);
        for (var line = 0; line + 1 < image.Length / width; line += 2)
        {
            for (var x = 0; x < width; x++)
            {
                var (upper, lower) = (image[line * width + x], image[(line + 1) * width + x]);
                if (console.Profile.Capabilities.Ansi)
                    console.Write("▀", new Style(new Color(upper, upper, upper), new Color(lower, lower, lower)));
                else
                    output.Write(Shades[(upper + lower) * (Shades.Length - 1) / (2 * byte.MaxValue)]);
            }
            output.WriteLine();
        }
    }
}
