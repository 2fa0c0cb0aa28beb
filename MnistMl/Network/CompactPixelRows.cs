using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MnistMl.Network;

/// <summary>
/// Rows of bytes that are mostly zeros, without the zeros: three bytes for each other, read many times faster than they
/// are picked out.
/// </summary>
sealed unsafe class CompactPixelRows : InputRows
{
    /// <summary>The most features that rows may have to be kept so.</summary>
    public const int MaxFeatures = ushort.MaxValue + 1;

    const int BytesPerNonZero = sizeof(ushort) + sizeof(byte);
    const int CacheLine = 64;

    readonly float _scale;
    readonly long[] _starts;

    /// <summary>Row by row, first the places of all non-zeros, then the bytes there: a row is one run of memory.</summary>
    readonly AlignedArray<byte> _rows;

    /// <summary>Picks out what is not zero.</summary>
    /// <param name="pixels">[rows, features]</param>
    /// <param name="features">Length of a row, at most <see cref="MaxFeatures"/>.</param>
    /// <param name="scale">What a byte is multiplied by.</param>
    public CompactPixelRows(ReadOnlySpan<byte> pixels, int features, float scale)
    {
        (Rows, Features, _scale) = (pixels.Length / features, features, scale);
        _starts = new long[Rows + 1];
        _rows = new AlignedArray<byte>((long)BytesPerNonZero * (pixels.Length - pixels.Count((byte)0)));
        for (var row = 0; row < Rows; row++)
            _starts[row + 1] = _starts[row] + Compact(pixels.Slice(row * features, features), _rows.Pointer + _starts[row]);
    }

    public override int Rows { get; }

    public override int Features { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Compact(ReadOnlySpan<byte> bytes, byte* destination)
    {
        var count = bytes.Length - bytes.Count((byte)0);
        var indices = (ushort*)destination;
        var values = destination + count * sizeof(ushort);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != 0)
            {
                *indices++ = (ushort)i;
                *values++ = bytes[i];
            }
        }
        return count * BytesPerNonZero;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Load(int row, SparseRows batch, int batchRow)
    {
        var start = _rows.Pointer + _starts[row];
        var count = (nint)(_starts[row + 1] - _starts[row]) / BytesPerNonZero;
        var indices = (ushort*)start;
        var values = start + count * sizeof(ushort);
        if (batch.First > 0 || batch.End < Features)
        {
            var taken = CountBelow(indices, count, batch.First);
            indices += taken;
            values += taken;
            count = CountBelow(indices, count - taken, batch.End);
        }

        var scale = _scale;
        var nonZeros = batch.Row(batchRow);
        nint i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + 8 <= count; i += 8)
            {
                // Eight pairs at a time, each as one 64-bit number: the place below, the float's bits above.
                var floats = Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(values + i)) * scale;
                var places = Avx512F.ConvertToVector512UInt64(Vector128.Load(indices + i));
                var bits = Avx512F.ConvertToVector512UInt64(floats.AsUInt32());
                (places | (bits << 32)).Store((ulong*)(nonZeros + i));
            }
        }
        for (; i < count; i++)
            nonZeros[i] = new NonZero(indices[i], values[i] * scale);
        nonZeros[count] = NonZero.End;
    }

    /// <summary>How many of the indices, which rise, are below <paramref name="end"/>.</summary>
    static nint CountBelow(ushort* indices, nint count, int end)
    {
        nint below = 0;
        while (count > 0)
        {
            var half = (count + 1) / 2;
            below += indices[below + half - 1] < end ? half : 0;
            count -= half;
        }
        return below;
    }

    public override void Load(int row, float* destination)
    {
        new Span<float>(destination, Features).Clear();
        var start = _rows.Pointer + _starts[row];
        var count = (nint)(_starts[row + 1] - _starts[row]) / BytesPerNonZero;
        for (nint i = 0; i < count; i++)
            destination[((ushort*)start)[i]] = start[count * sizeof(ushort) + i] * _scale;
    }

    /// <summary>Rows come in random order, which no hardware foresees: it would wait for each of them.</summary>
    public override void Prefetch(int row)
    {
        if (!Sse.IsSupported)
            return;
        var end = _rows.Pointer + _starts[row + 1];
        for (var line = _rows.Pointer + _starts[row]; line < end; line += CacheLine)
            Sse.Prefetch1(line);
    }
}
