using System.Runtime.CompilerServices;

namespace MnistMl.Numerics;

/// <summary>
/// A matrix with up to 64 columns that is mostly zeros. Bits say where it is not; the values stay in a larger dense
/// matrix, of bytes or of floats, which may be read transposed.
/// </summary>
/// <param name="bits">[rows]: the columns that are not zero, the first in the lowest bit.</param>
/// <param name="numbers">The first number.</param>
/// <param name="bytesToFloats">[256]: what each number stands for, if they are bytes; null if they are floats.</param>
/// <param name="rowStep">Distance between rows, in numbers.</param>
/// <param name="columnStep">Distance between columns, in numbers.</param>
readonly unsafe struct SparseMatrix(ulong* bits, void* numbers, float* bytesToFloats, nint rowStep, nint columnStep)
{
    public readonly ulong* Bits = bits;
    public readonly void* Numbers = numbers;
    public readonly float* BytesToFloats = bytesToFloats;
    public readonly nint RowStep = rowStep;
    public readonly nint ColumnStep = columnStep;
}

/// <summary>How a number of a <see cref="SparseMatrix"/> is read.</summary>
unsafe interface INumber
{
    /// <summary>In bytes.</summary>
    static abstract int Size { get; }

    /// <summary>The number at a distance from the first, or 0 where <paramref name="mask"/> is 0 and not −1.</summary>
    static abstract float Read(void* numbers, float* bytesToFloats, nint at, nint mask);
}

readonly unsafe struct ByteNumber : INumber
{
    public static int Size => sizeof(byte);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(void* numbers, float* bytesToFloats, nint at, nint mask) =>
        bytesToFloats[((byte*)numbers)[at] & mask];
}

readonly unsafe struct FloatNumber : INumber
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(void* numbers, float* bytesToFloats, nint at, nint mask) =>
        BitConverter.Int32BitsToSingle(((int*)numbers)[at] & (int)mask);
}
