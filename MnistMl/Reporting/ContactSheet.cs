namespace MnistMl.Reporting;

/// <summary>Grayscale images of one size in rows and columns, magnified.</summary>
sealed class ContactSheet
{
    const int Gap = 4, MinShown = 84;
    const byte GapColor = 96;

    readonly int _size, _magnification;
    readonly byte[] _pixels;

    /// <param name="rows">Rows of images, at least 1.</param>
    /// <param name="columns">Images in a row, at least 1.</param>
    /// <param name="size">Width and height of an image.</param>
    public ContactSheet(int rows, int columns, int size)
    {
        (_size, _magnification) = (size, (MinShown + size - 1) / size);
        Width = Gap + columns * Pitch;
        _pixels = new byte[Width * (Gap + rows * Pitch)];
        Array.Fill(_pixels, GapColor);
    }

    /// <summary>Pixels in a row of the sheet.</summary>
    public int Width { get; }

    /// <summary>[…, width]: the sheet, from 0 for black to 255 for white.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>Distance from one image to the next.</summary>
    int Pitch => _size * _magnification + Gap;

    /// <summary>Draws an image.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column, from 0.</param>
    /// <param name="image">[size, size]</param>
    public void Place(int row, int column, ReadOnlySpan<byte> image)
    {
        for (var y = 0; y < _size * _magnification; y++)
        {
            var start = (Gap + row * Pitch + y) * Width + Gap + column * Pitch;
            for (var x = 0; x < _size * _magnification; x++)
                _pixels[start + x] = image[y / _magnification * _size + x / _magnification];
        }
    }

    /// <summary>Saves the sheet as a PNG file.</summary>
    /// <exception cref="MnistMlException">It cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, "image", file => PngFile.Write(file, Pixels, Width));
}
