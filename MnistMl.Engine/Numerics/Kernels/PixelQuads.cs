using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MnistMl.Numerics.Kernels;

/// <summary>
/// A square image for bilinear interpolation: for each pixel the four bytes that are interpolated from there on
/// (itself, its neighbours to the right, below, and below to the right) in one number, from the lowest byte to the
/// highest. A border of zeros surrounds the image.
/// </summary>
sealed unsafe class PixelQuads
{
    /// <summary>The greatest width of an image: up to there, its places are exact as floats.</summary>
    public const int MaxSize = 2048;

    const int Border = 1, AtOnce = 16;

    readonly int _size, _stride;
    readonly AlignedArray<uint> _quads;

    /// <summary>A byte, the image, and zeros for the rows below it.</summary>
    readonly AlignedArray<byte> _bytes;

    /// <summary>[stride + …]: which places of a row, from the border on, are in the image: all bits or none.</summary>
    readonly AlignedArray<byte> _inside;

    /// <param name="size">Width and height of the images, 1 to <see cref="MaxSize"/>.</param>
    public PixelQuads(int size)
    {
        (_size, _stride) = (size, Stride(size));
        _quads = new AlignedArray<uint>((long)(size + 2 * Border) * _stride);
        _bytes = new AlignedArray<byte>(Border + (long)(size + 2 * Border) * size + _stride);
        _inside = new AlignedArray<byte>(_stride + AtOnce);
        _inside.Span.Slice(Border, size).Fill(byte.MaxValue);
    }

    /// <summary>The pixel at (0, 0).</summary>
    public uint* Origin => _quads.Pointer + Border * _stride + Border;

    /// <summary>Quads in a row, borders included.</summary>
    public static int Stride(int size) => (size + 2 * Border + AtOnce - 1) / AtOnce * AtOnce;

    /// <summary>Packs an image.</summary>
    /// <param name="image">[size, size]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(ReadOnlySpan<byte> image)
    {
        image[..(_size * _size)].CopyTo(_bytes.Span[Border..]);
        for (nint column = 0; column < _stride; column += AtOnce)
        {
            var inside = Vector128.Load(_inside.Pointer + column);
            var nextInside = Vector128.Load(_inside.Pointer + column + 1);
            var below = _bytes.Pointer + column;
            var quads = _quads.Pointer + column;
            var pairsAbove = Vector256<ushort>.Zero;
            for (nint row = -Border; row < _size + Border; row++)
            {
                var left = Vector256.WidenLower((Vector128.Load(below) & inside).ToVector256Unsafe());
                var right = Vector256.WidenLower((Vector128.Load(below + 1) & nextInside).ToVector256Unsafe());
                var pairsBelow = left | (right << 8);
                Store(pairsAbove, pairsBelow, quads);
                pairsAbove = pairsBelow;
                below += _size;
                quads += _stride;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(Vector256<ushort> above, Vector256<ushort> below, uint* quads)
    {
        var low = Vector512.WidenLower(above.ToVector512Unsafe());
        var high = Vector512.WidenLower(below.ToVector512Unsafe());
        (low | (high << 16)).Store(quads);
    }
}
