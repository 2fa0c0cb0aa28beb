using System.Runtime.CompilerServices;

namespace MnistMl.Data;

/// <summary>
/// The pixels of the rows read so far: bytes until one is none, then floats, which become bytes in the end, by the range that
/// they turn out to have.
/// </summary>
/// <param name="name">The file's name, for error messages.</param>
/// <param name="featureCount">Number of pixels in a row.</param>
sealed class PixelRows(string name, int featureCount)
{
    byte[] _bytes = []; // [capacity, features]
    float[]? _floats; // [capacity, features]
    int _lastOutOfRange = -1, _lastFraction = -1;
    long _rowsOutOfRange, _rowsWithFraction, _rowsOfBytes;
    MnistMlException? _firstOutOfRange, _firstFraction;

    /// <summary>How many rows there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>Whether pixels are floats by now.</summary>
    public bool AreFloats => _floats != null;

    /// <summary>[capacity, features]: all that there is room for.</summary>
    public Memory<byte> AllBytes => _bytes;

    /// <inheritdoc cref="AllBytes"/>
    public Memory<float> AllFloats => _floats;

    /// <summary>[features]: a row of bytes.</summary>
    public Span<byte> Bytes(int row) => _bytes.AsSpan(row * featureCount, featureCount);

    /// <summary>[features]: a row of floats.</summary>
    public Span<float> Floats(int row) => _floats.AsSpan(row * featureCount, featureCount);

    /// <summary>Counts a row with a value that is not from 0 to 255, and says whether to report it: of the first, and of one unlike most before.</summary>
    public bool CountOutOfRange(int row) => Count(row, ref _lastOutOfRange, ref _rowsOutOfRange);

    /// <summary>Counts a row with a value that is not whole, and says whether to report it.</summary>
    public bool CountFraction(int row) => Count(row, ref _lastFraction, ref _rowsWithFraction);

    /// <summary>Reports a value that is not from 0 to 255: whether it is a mistake may be known when all rows are read.</summary>
    public void ReportOutOfRange(MnistMlException wrong) => Report(wrong, _rowsOutOfRange, ref _firstOutOfRange);

    /// <summary>Reports a value that is not whole.</summary>
    public void ReportFraction(MnistMlException wrong) => Report(wrong, _rowsWithFraction, ref _firstFraction);

    bool Count(int row, ref int last, ref long rows)
    {
        if (row == last)
            return false;
        last = row;
        return ++rows == 1 || rows < _rowsOfBytes;
    }

    void Report(MnistMlException wrong, long rows, ref MnistMlException? first)
    {
        if (rows < _rowsOfBytes)
            throw wrong;
        first ??= wrong;
    }

    /// <summary>Has rows take the place of those before.</summary>
    public void StartBatch() => (_lastOutOfRange, _lastFraction) = (-1, -1);

    /// <summary>Counts a row of a batch that has nothing but bytes, among them one that no range up to 1 has.</summary>
    public void EndRow(int row)
    {
        if (row == _lastOutOfRange || row == _lastFraction)
            return;
        if (AreFloats ? Floats(row).ContainsAnyExceptInRange(0f, 1f) : Bytes(row).ContainsAnyExceptInRange((byte)0, (byte)1))
            _rowsOfBytes++;
    }

    /// <summary>The range of the values of the first rows.</summary>
    public PixelRange RangeOf(int rowCount) =>
        _floats == null ? PixelRange.OfBytes(Max(_bytes.AsSpan(0, rowCount * featureCount))) : PixelRange.Of(_floats.AsSpan(0, rowCount * featureCount));

    /// <summary>Makes room for more rows.</summary>
    /// <param name="rowCount">How many there are.</param>
    /// <param name="wanted">How many there may be.</param>
    /// <exception cref="MnistMlException">There are as many as fit into memory.</exception>
    public void Grow(int rowCount, double wanted)
    {
        Capacity = (int)Math.Min(wanted, Array.MaxLength / featureCount);
        if (Capacity == rowCount)
        {
            throw new MnistMlException($"{name} has more than {rowCount} rows of {featureCount} pixels. "
                + "They cannot all be held in memory; use a part of the file.");
        }
        if (_floats != null)
            _floats = Grown(_floats, rowCount);
        else
            _bytes = Grown(_bytes, rowCount);
    }

    T[] Grown<T>(T[] pixels, int rowCount)
    {
        var grown = GC.AllocateUninitializedArray<T>(Capacity * featureCount);
        pixels.AsSpan(0, rowCount * featureCount).CopyTo(grown);
        return grown;
    }

    /// <summary>Has pixels be floats from now on.</summary>
    /// <param name="rowCount">How many rows there are.</param>
    public void ToFloats(int rowCount)
    {
        _floats = GC.AllocateUninitializedArray<float>(Capacity * featureCount);
        for (var i = 0; i < rowCount * featureCount; i++)
            _floats[i] = _bytes[i];
        _bytes = [];
    }

    /// <summary>All pixels as bytes, and what values these stand for.</summary>
    /// <param name="rowCount">How many rows there are.</param>
    /// <exception cref="MnistMlException">Less than half of the rows have values that the others have not.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (ReadOnlyMemory<byte> Pixels, PixelRange Range) ToBytes(int rowCount)
    {
        var count = rowCount * featureCount;
        if (_floats == null)
            return ToBytes(_bytes.AsMemory(0, count));

        var floats = _floats.AsSpan(0, count);
        if (floats.ContainsAnyExceptInRange(-1f, 1f))
        {
            if (_rowsOutOfRange * 2 < rowCount && _firstOutOfRange is { } outOfRange)
                throw outOfRange;
            if (_rowsWithFraction * 2 < rowCount && _firstFraction is { } fraction)
                throw fraction;
        }
        var floatRange = PixelRange.Of(floats);
        var bytes = GC.AllocateUninitializedArray<byte>(count);
        for (var i = 0; i < count; i++)
            bytes[i] = floatRange.ToByte(floats[i]);
        return (bytes, floatRange);
    }

    /// <summary>Bytes stretched, where these are whole numbers of a lesser range, and what values they stand for.</summary>
    /// <param name="bytes">The pixels, which are changed.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (ReadOnlyMemory<byte> Pixels, PixelRange Range) ToBytes(Memory<byte> bytes)
    {
        var range = PixelRange.OfBytes(Max(bytes.Span));
        if (!range.IsBytes)
        {
            var factor = (byte)Math.Round(1 / range.Unit);
            foreach (ref var pixel in bytes.Span)
                pixel *= factor;
        }
        return (bytes, range);
    }

    /// <summary>The greatest pixel; any above 127 for a greatest above 127.</summary>
    static int Max(ReadOnlySpan<byte> pixels)
    {
        const int half = byte.MaxValue / 2;
        if (pixels.IndexOfAnyInRange((byte)(half + 1), byte.MaxValue) is >= 0 and var above)
            return pixels[above];
        var max = half;
        while (max > 0 && !pixels.Contains((byte)max))
            max--;
        return max;
    }
}
