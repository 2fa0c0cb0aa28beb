using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MnistMl.Numerics.Kernels;

/// <summary>What a step makes of a pixel and its neighbours.</summary>
enum NeighborhoodStep
{
    /// <summary>The least of it and its four neighbours, a cross: bright strokes become thinner (Sternberg, "Grayscale morphology", 1986).</summary>
    Erosion,

    /// <summary>The greatest of them: bright strokes become thicker.</summary>
    Dilation,

    /// <summary>
    /// The mean of it and its eight neighbours with weights of 1, 2 and 1 in each direction: steps converge to a Gaussian, the variance
    /// growing by a half with each (Burt, "Fast filter transforms for image processing", 1981).
    /// </summary>
    Smoothing,
}

/// <summary>
/// Changes square images step by step, each pixel by its neighbours; around the image all is 0. A part of a step is as far between
/// the pixel and what the whole step makes of it.
/// </summary>
sealed unsafe class NeighborhoodFilter
{
    /// <summary>Fractions of a step are multiples of 1 ÷ this, so that all is whole numbers, the same on every processor.</summary>
    const int FractionsOfStep = 256;

    const int AtOnce = 16;

    readonly int _size, _stride;

    /// <summary>[1 + size + 1, stride]: an image with a border, twice, and room to read beyond the ends.</summary>
    readonly AlignedArray<byte> _current, _next;

    /// <summary>[stride]: which places of a row are in the image: all bits or none.</summary>
    readonly AlignedArray<byte> _inside;

    readonly byte[] _result;

    /// <param name="size">Width and height of the images, in pixels.</param>
    public NeighborhoodFilter(int size)
    {
        // At least one place is left beside a row, which is the neighbour of its last pixel and of the next row's first.
        (_size, _stride) = (size, (size + AtOnce) / AtOnce * AtOnce);
        var length = 2 * AtOnce + (size + 2L) * _stride;
        (_current, _next) = (new AlignedArray<byte>(length), new AlignedArray<byte>(length));
        _inside = new AlignedArray<byte>(_stride);
        _inside.Span[..size].Fill(byte.MaxValue);
        _result = new byte[(long)size * size];
    }

    /// <summary>Changes an image.</summary>
    /// <param name="image">[size, size]</param>
    /// <param name="step">How.</param>
    /// <param name="count">How many steps, at least 0; not only whole ones.</param>
    /// <returns>[size, size]: valid until the next call.</returns>
    public ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> image, NeighborhoodStep step, float count)
    {
        for (var row = 0; row < _size; row++)
            image.Slice(row * _size, _size).CopyTo(Row(_current, row));
        var (current, next) = (_current, _next);
        var fractions = (int)MathF.Round(count * FractionsOfStep);
        for (; fractions > 0; fractions -= FractionsOfStep)
        {
            Step(Start(current), Start(next), step, (ushort)Math.Min(fractions, FractionsOfStep));
            (current, next) = (next, current);
        }
        for (var row = 0; row < _size; row++)
            Row(current, row).CopyTo(_result.AsSpan(row * _size));
        return _result;
    }

    /// <summary>The pixel at (0, 0).</summary>
    byte* Start(AlignedArray<byte> image) => image.Pointer + AtOnce + _stride;

    Span<byte> Row(AlignedArray<byte> image, int row) => new(Start(image) + row * _stride, _size);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Step(byte* source, byte* destination, NeighborhoodStep step, ushort fractions)
    {
        var (changed, kept) = (Vector256.Create(fractions), Vector256.Create((ushort)(FractionsOfStep - fractions)));
        var half = Vector256.Create((ushort)(FractionsOfStep / 2));
        for (nint row = 0; row < _size; row++)
        {
            for (nint column = 0; column < _stride; column += AtOnce)
            {
                var pixel = source + column;
                var center = Vector128.Load(pixel);
                var result = step == NeighborhoodStep.Smoothing ? Mean(pixel) : Widen(Extreme(pixel, step == NeighborhoodStep.Dilation));
                var sum = Widen(center) * kept + result * changed + half;
                var mean = sum >> 8;
                (Vector128.Narrow(mean.GetLower(), mean.GetUpper()) & Vector128.Load(_inside.Pointer + column)).Store(destination + column);
            }
            source += _stride;
            destination += _stride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Vector128<byte> Extreme(byte* pixel, bool isGreatest)
    {
        var (center, left, right) = (Vector128.Load(pixel), Vector128.Load(pixel - 1), Vector128.Load(pixel + 1));
        var (above, below) = (Vector128.Load(pixel - _stride), Vector128.Load(pixel + _stride));
        return isGreatest
            ? Vector128.Max(Vector128.Max(Vector128.Max(left, right), Vector128.Max(above, below)), center)
            : Vector128.Min(Vector128.Min(Vector128.Min(left, right), Vector128.Min(above, below)), center);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Vector256<ushort> Mean(byte* pixel) =>
        (Across(pixel - _stride) + (Across(pixel) << 1) + Across(pixel + _stride) + Vector256.Create((ushort)8)) >> 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<ushort> Across(byte* pixel) =>
        Widen(Vector128.Load(pixel - 1)) + (Widen(Vector128.Load(pixel)) << 1) + Widen(Vector128.Load(pixel + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<ushort> Widen(Vector128<byte> bytes) => Vector256.WidenLower(bytes.ToVector256Unsafe());
}
