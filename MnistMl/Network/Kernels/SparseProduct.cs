using System.Runtime.CompilerServices;

namespace MnistMl.Network.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    /// <inheritdoc/>
    public override void SparseProduct(
        NonZero** a, int end, float* b, float* c, bool accumulate, int rows, int columns, int stride)
    {
        nint column = 0;
        for (; column + 8 * TSimd.Count <= columns; column += 8 * TSimd.Count)
            ColumnPanel(&Columns8, a, end, b + column, c + column, accumulate, rows, stride, isLast: column + 8 * TSimd.Count == columns);
        for (; column + 4 * TSimd.Count <= columns; column += 4 * TSimd.Count)
            ColumnPanel(&Columns4, a, end, b + column, c + column, accumulate, rows, stride, isLast: column + 4 * TSimd.Count == columns);
        for (; column < columns; column += TSimd.Count)
            ColumnPanel(&Columns1, a, end, b + column, c + column, accumulate, rows, stride, isLast: column + TSimd.Count == columns);
    }

    static void ColumnPanel(
        delegate*<NonZero*, int, float*, float*, float*, nint, NonZero*> sum,
        NonZero** a, int end, float* b, float* c, bool accumulate, int rows, nint stride, bool isLast)
    {
        for (nint row = 0; row < rows; row++)
        {
            var rest = sum(a[row], end, b, accumulate ? c : null, c, stride);
            if (isLast)
                a[row] = rest;
            c += stride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static NonZero* Columns8(NonZero* entry, int end, float* b, float* start, float* output, nint stride)
    {
        TVector s0 = TSimd.Zero, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        if (start != null)
        {
            s0 = TSimd.Load(start);
            s1 = TSimd.Load(start + TSimd.Count);
            s2 = TSimd.Load(start + 2 * TSimd.Count);
            s3 = TSimd.Load(start + 3 * TSimd.Count);
            s4 = TSimd.Load(start + 4 * TSimd.Count);
            s5 = TSimd.Load(start + 5 * TSimd.Count);
            s6 = TSimd.Load(start + 6 * TSimd.Count);
            s7 = TSimd.Load(start + 7 * TSimd.Count);
        }
        for (; entry->Index < end; entry++)
        {
            var x = TSimd.Create(entry->Value);
            var row = b + entry->Index * stride;
            s0 = TSimd.MultiplyAdd(x, TSimd.Load(row), s0);
            s1 = TSimd.MultiplyAdd(x, TSimd.Load(row + TSimd.Count), s1);
            s2 = TSimd.MultiplyAdd(x, TSimd.Load(row + 2 * TSimd.Count), s2);
            s3 = TSimd.MultiplyAdd(x, TSimd.Load(row + 3 * TSimd.Count), s3);
            s4 = TSimd.MultiplyAdd(x, TSimd.Load(row + 4 * TSimd.Count), s4);
            s5 = TSimd.MultiplyAdd(x, TSimd.Load(row + 5 * TSimd.Count), s5);
            s6 = TSimd.MultiplyAdd(x, TSimd.Load(row + 6 * TSimd.Count), s6);
            s7 = TSimd.MultiplyAdd(x, TSimd.Load(row + 7 * TSimd.Count), s7);
        }
        TSimd.Store(s0, output);
        TSimd.Store(s1, output + TSimd.Count);
        TSimd.Store(s2, output + 2 * TSimd.Count);
        TSimd.Store(s3, output + 3 * TSimd.Count);
        TSimd.Store(s4, output + 4 * TSimd.Count);
        TSimd.Store(s5, output + 5 * TSimd.Count);
        TSimd.Store(s6, output + 6 * TSimd.Count);
        TSimd.Store(s7, output + 7 * TSimd.Count);
        return entry;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static NonZero* Columns4(NonZero* entry, int end, float* b, float* start, float* output, nint stride)
    {
        TVector s0 = TSimd.Zero, s1 = s0, s2 = s0, s3 = s0;
        if (start != null)
        {
            s0 = TSimd.Load(start);
            s1 = TSimd.Load(start + TSimd.Count);
            s2 = TSimd.Load(start + 2 * TSimd.Count);
            s3 = TSimd.Load(start + 3 * TSimd.Count);
        }
        for (; entry->Index < end; entry++)
        {
            var x = TSimd.Create(entry->Value);
            var row = b + entry->Index * stride;
            s0 = TSimd.MultiplyAdd(x, TSimd.Load(row), s0);
            s1 = TSimd.MultiplyAdd(x, TSimd.Load(row + TSimd.Count), s1);
            s2 = TSimd.MultiplyAdd(x, TSimd.Load(row + 2 * TSimd.Count), s2);
            s3 = TSimd.MultiplyAdd(x, TSimd.Load(row + 3 * TSimd.Count), s3);
        }
        TSimd.Store(s0, output);
        TSimd.Store(s1, output + TSimd.Count);
        TSimd.Store(s2, output + 2 * TSimd.Count);
        TSimd.Store(s3, output + 3 * TSimd.Count);
        return entry;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static NonZero* Columns1(NonZero* entry, int end, float* b, float* start, float* output, nint stride)
    {
        var sum = start == null ? TSimd.Zero : TSimd.Load(start);
        for (; entry->Index < end; entry++)
            sum = TSimd.MultiplyAdd(TSimd.Create(entry->Value), TSimd.Load(b + entry->Index * stride), sum);
        TSimd.Store(sum, output);
        return entry;
    }
}
