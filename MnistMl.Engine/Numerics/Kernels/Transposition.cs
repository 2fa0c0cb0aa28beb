using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MnistMl.Numerics.Kernels;

/// <summary>Transposes matrices.</summary>
static unsafe class Transposition
{
    /// <summary>destination[column, row] = source[row, column].</summary>
    /// <param name="source">[rows, sourceStride]</param>
    /// <param name="sourceStride">Row length of the source, in floats.</param>
    /// <param name="destination">[columns, destinationStride]</param>
    /// <param name="destinationStride">Row length of the destination, in floats.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source, a multiple of 4.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(
        float* source, nint sourceStride, float* destination, nint destinationStride, int rows, int columns)
    {
        // Down the source's columns: the destination's cache lines fill one after the other.
        var wholeRows = rows / 4 * 4;
        for (nint column = 0; column < columns; column += 4)
        {
            for (nint row = 0; row < wholeRows; row += 4)
            {
                var from = source + row * sourceStride + column;
                var (a, b) = (Vector128.Load(from), Vector128.Load(from + sourceStride));
                var (c, d) = (Vector128.Load(from + 2 * sourceStride), Vector128.Load(from + 3 * sourceStride));

                // Interleaves rows 0 with 2 and 1 with 3, then the results: columns come out whole.
                var (acLow, acHigh) = (Low(a, c), High(a, c));
                var (bdLow, bdHigh) = (Low(b, d), High(b, d));
                var to = destination + column * destinationStride + row;
                Low(acLow, bdLow).Store(to);
                High(acLow, bdLow).Store(to + destinationStride);
                Low(acHigh, bdHigh).Store(to + 2 * destinationStride);
                High(acHigh, bdHigh).Store(to + 3 * destinationStride);
            }
        }
        for (nint row = wholeRows; row < rows; row++)
        {
            for (nint column = 0; column < columns; column++)
                destination[column * destinationStride + row] = source[row * sourceStride + column];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        System.Runtime.Intrinsics.X86.Sse.IsSupported
            ? System.Runtime.Intrinsics.X86.Sse.UnpackLow(a, b)
            : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        System.Runtime.Intrinsics.X86.Sse.IsSupported
            ? System.Runtime.Intrinsics.X86.Sse.UnpackHigh(a, b)
            : Vector128.Create(a[2], b[2], a[3], b[3]);
}
