using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MnistMl.Numerics;

namespace MnistMl.Network;

/// <summary>
/// The rows of a batch whose features are mostly zeros, copied together, with a bit for each feature of each row that
/// says whether it is not zero: by row and, transposed, by feature.
/// </summary>
sealed unsafe class SparseBatch
{
    /// <summary>Features or rows whose bits make a word.</summary>
    public const int Block = 64;

    readonly int _capacity, _featureCount, _stride, _rowBlocks;

    /// <summary>[feature blocks, rows]: a word holds a row's features.</summary>
    readonly AlignedArray<ulong> _rowBits;

    /// <summary>[row blocks, features]: a word holds the rows that have a feature.</summary>
    readonly AlignedArray<ulong> _featureBits;

    // The rows of a batch are one or the other.
    AlignedArray<byte>? _bytes;
    AlignedArray<float>? _floats;

    /// <summary>[256]: what each byte stands for; null where the rows are floats.</summary>
    float* _bytesToFloats;

    /// <param name="capacity">The most rows.</param>
    /// <param name="featureCount">Length of a row.</param>
    public SparseBatch(int capacity, int featureCount)
    {
        (_capacity, _featureCount) = (capacity, featureCount);
        FeatureBlocks = (featureCount + Block - 1) / Block;
        _rowBlocks = (capacity + Block - 1) / Block;

        // An odd number of cache lines: rows an even number apart would compete for few places in the cache.
        _stride = (FeatureBlocks | 1) * Block;
        _rowBits = new AlignedArray<ulong>((long)FeatureBlocks * capacity);
        _featureBits = new AlignedArray<ulong>((long)_rowBlocks * FeatureBlocks * Block);
    }

    /// <summary>Number of blocks of features; the last may be smaller.</summary>
    public int FeatureBlocks { get; }

    /// <summary>Copies a row of bytes.</summary>
    /// <param name="row">Its place in the batch.</param>
    /// <param name="bytes">[features]</param>
    /// <param name="bytesToFloats">[256]: what each byte stands for.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Set(int row, ReadOnlySpan<byte> bytes, float* bytesToFloats)
    {
        var copy = Bytes(row, bytesToFloats);
        bytes.CopyTo(new Span<byte>(copy, _featureCount));
        for (var block = 0; block < FeatureBlocks; block++)
        {
            var zeros = Vector512.Equals(Vector512.Load(copy + block * Block), Vector512<byte>.Zero);
            _rowBits.Pointer[block * (nint)_capacity + row] = ~zeros.ExtractMostSignificantBits();
        }
    }

    /// <summary>Copies a row of floats.</summary>
    /// <param name="row">Its place in the batch.</param>
    /// <param name="floats">[features]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Set(int row, ReadOnlySpan<float> floats)
    {
        _floats ??= new AlignedArray<float>((long)_capacity * _stride);
        _bytesToFloats = null;
        var copy = _floats.Pointer + row * (nint)_stride;
        floats.CopyTo(new Span<float>(copy, _featureCount));
        for (var block = 0; block < FeatureBlocks; block++)
        {
            var bits = 0ul;
            for (var i = 0; i < Block; i += Vector512<float>.Count)
            {
                var zeros = Vector512.Equals(Vector512.Load(copy + block * Block + i), Vector512<float>.Zero);
                bits |= (~zeros.ExtractMostSignificantBits() & 0xFFFF) << i;
            }
            _rowBits.Pointer[block * (nint)_capacity + row] = bits;
        }
    }

    /// <summary>Copies a row of floats without its zeros.</summary>
    /// <param name="row">Its place in the batch.</param>
    /// <param name="indices">The features that have values.</param>
    /// <param name="values">Their values.</param>
    public void Set(int row, ReadOnlySpan<int> indices, ReadOnlySpan<float> values)
    {
        _floats ??= new AlignedArray<float>((long)_capacity * _stride);
        _bytesToFloats = null;
        var copy = _floats.Pointer + row * (nint)_stride;
        for (var block = 0; block < FeatureBlocks; block++)
        {
            // What was there before is cleared where there is any.
            ref var bits = ref _rowBits.Pointer[block * (nint)_capacity + row];
            for (; bits != 0; bits &= bits - 1)
                copy[block * Block + BitOperations.TrailingZeroCount(bits)] = 0;
        }
        for (var i = 0; i < indices.Length; i++)
        {
            var feature = indices[i];
            copy[feature] = values[i];
            if (values[i] != 0)
                _rowBits.Pointer[feature / Block * (nint)_capacity + row] |= 1ul << (feature % Block);
        }
    }

    /// <summary>Copies a row of bytes without its zeros.</summary>
    /// <param name="row">Its place in the batch.</param>
    /// <param name="bits">[feature blocks]: the features that are not zero; their bytes follow.</param>
    /// <param name="bytesToFloats">[256]: what each byte stands for.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Set(int row, ulong* bits, float* bytesToFloats)
    {
        nint blocks = FeatureBlocks;
        var copy = Bytes(row, bytesToFloats);
        var rowBits = _rowBits.Pointer + row;
        var bytes = (byte*)(bits + blocks);
        for (nint block = 0; block < blocks; block++)
        {
            var here = bits[block];
            *rowBits = here;
            Expand(here, bytes).Store(copy);
            bytes += BitOperations.PopCount(here);
            rowBits += _capacity;
            copy += Block;
        }
    }

    byte* Bytes(int row, float* bytesToFloats)
    {
        _bytes ??= new AlignedArray<byte>((long)_capacity * _stride);
        _bytesToFloats = bytesToFloats;
        return _bytes.Pointer + row * (nint)_stride;
    }

    /// <summary>Puts bytes where bits are set, zeros elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Expand(ulong bits, byte* bytes)
    {
        if (Avx512Vbmi2.IsSupported)
        {
            // Byte i gets the byte of the bits that holds bit i, and keeps that bit alone.
            var places = Vector512.Create(0x8040201008040201ul).AsByte();
            var holders = Avx512BW.Shuffle(
                Vector512.Create(bits).AsByte(),
                Vector512.Create(
                    0x0000000000000000ul, 0x0101010101010101ul, 0x0202020202020202ul, 0x0303030303030303ul,
                    0x0404040404040404ul, 0x0505050505050505ul, 0x0606060606060606ul, 0x0707070707070707ul).AsByte());
            return Avx512Vbmi2.Expand(
                Vector512<byte>.Zero, Vector512.Equals(holders & places, places), Vector512.Load(bytes));
        }

        var expanded = stackalloc byte[Block];
        Vector512<byte>.Zero.Store(expanded);
        for (; bits != 0; bits &= bits - 1)
            expanded[BitOperations.TrailingZeroCount(bits)] = *bytes++;
        return Vector512.Load(expanded);
    }

    /// <summary>The batch's rows, with a block of the features as columns.</summary>
    public SparseMatrix Rows(int featureBlock) =>
        Matrix(_rowBits.Pointer + featureBlock * (nint)_capacity, featureBlock * Block, _stride, 1);

    /// <summary>
    /// The features from one on, with a block of the batch's rows as columns. Only after <see cref="Transpose"/>.
    /// </summary>
    public SparseMatrix Features(int firstFeature, int rowBlock) =>
        Matrix(
            FeatureBits(rowBlock, 0) + firstFeature, rowBlock * (nint)Block * _stride + firstFeature, 1, _stride);

    ulong* FeatureBits(int rowBlock, int featureBlock) =>
        _featureBits.Pointer + (rowBlock * (nint)FeatureBlocks + featureBlock) * Block;

    SparseMatrix Matrix(ulong* bits, nint start, nint rowStep, nint columnStep) =>
        _bytesToFloats != null
            ? new(bits, _bytes!.Pointer + start, _bytesToFloats, rowStep, columnStep)
            : new(bits, _floats!.Pointer + start, null, rowStep, columnStep);

    /// <summary>Collects the rows that have each feature.</summary>
    /// <param name="rows">Number of rows now in the batch.</param>
    public void Transpose(int rows)
    {
        for (var rowBlock = 0; rowBlock * Block < rows; rowBlock++)
        {
            for (var featureBlock = 0; featureBlock < FeatureBlocks; featureBlock++)
            {
                TransposeBlock(
                    _rowBits.Pointer + featureBlock * (nint)_capacity + rowBlock * Block,
                    Math.Min(Block, rows - rowBlock * Block), FeatureBits(rowBlock, featureBlock));
            }
        }
    }

    /// <summary>
    /// Transposes a matrix of up to 64 × 64 bits: swaps the blocks off the diagonal, then those within them, down to
    /// single bits (Warren, Hacker's Delight, 2nd edition, 2012, section 7-3).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void TransposeBlock(ulong* source, int rows, ulong* destination)
    {
        new Span<ulong>(source, rows).CopyTo(new Span<ulong>(destination, Block));
        new Span<ulong>(destination + rows, Block - rows).Clear();
        var mask = 0x00000000FFFFFFFFul;
        nint distance = Block / 2;
        for (; distance >= Vector512<ulong>.Count; distance >>= 1)
        {
            for (nint i = 0; i < Block; i = (i + distance + Vector512<ulong>.Count) & ~distance)
            {
                var (left, right) = (Vector512.Load(destination + i), Vector512.Load(destination + i + distance));
                var swap = ((left >> (int)distance) ^ right) & Vector512.Create(mask);
                (left ^ (swap << (int)distance)).Store(destination + i);
                (right ^ swap).Store(destination + i + distance);
            }
            mask ^= mask << (int)(distance >> 1);
        }
        for (; distance > 0; distance >>= 1)
        {
            for (nint i = 0; i < Block; i = (i + distance + 1) & ~distance)
            {
                var swap = ((destination[i] >> (int)distance) ^ destination[i + distance]) & mask;
                destination[i] ^= swap << (int)distance;
                destination[i + distance] ^= swap;
            }
            mask ^= mask << (int)(distance >> 1);
        }
    }

    /// <summary>Counts the rows that have each feature.</summary>
    /// <param name="counts">[features], added to.</param>
    /// <param name="rows">Number of rows now in the batch.</param>
    public void CountNonZeros(Span<int> counts, int rows)
    {
        Transpose(rows);
        for (var rowBlock = 0; rowBlock * Block < rows; rowBlock++)
        {
            for (var feature = 0; feature < _featureCount; feature++)
                counts[feature] += BitOperations.PopCount(FeatureBits(rowBlock, 0)[feature]);
        }
    }
}
