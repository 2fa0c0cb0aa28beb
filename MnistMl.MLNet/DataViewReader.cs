using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.Network;
using MnistMl.Training;

namespace MnistMl.MLNet;

/// <summary>
/// The rows of a data view that can be trained on, in memory: as bytes while all features are such, then as floats; without zeros where
/// there are many features and the rows come so.
/// </summary>
sealed class DataViewReader
{
    /// <summary>Features from which on rows that come without zeros are kept so: with fewer, bytes take little and train faster.</summary>
    const int MinSparseFeatures = 4096;

    readonly int _featureCount;
    readonly long _expectedRows;
    readonly List<int> _labels = [];

    /// <summary>By row; none where all count alike.</summary>
    readonly List<float> _weights = [];

    // Dense rows are one of these.
    Dataset? _shared;
    byte[] _bytes = [];
    float[]? _floats;

    /// <summary>The first row of those shared, which all follow each other.</summary>
    int _firstShared;

    // Rows without zeros: by row, where it ends; by value, its feature and itself.
    List<int>? _ends;
    readonly List<int> _indices = [];
    readonly List<float> _values = [];

    DataViewReader(int featureCount, long expectedRows) => (_featureCount, _expectedRows) = (featureCount, expectedRows);

    /// <summary>Number of rows.</summary>
    public int Count => _labels.Count;

    /// <summary>Rows that were left out, because they have no label.</summary>
    public long Unlabelled { get; private set; }

    /// <summary>Rows that were left out, because their features are not all finite numbers.</summary>
    public long NotFinite { get; private set; }

    /// <summary>Rows that were left out, because their weight is negative or no finite number.</summary>
    public long BadlyWeighted { get; private set; }

    /// <summary>Reads the rows that have a label, finite features and, if there are such, a weight.</summary>
    public static DataViewReader Read(IDataView data, RowColumns columns)
    {
        var (features, label, range) = (columns.Features, data.Schema[columns.Label.Name], columns.Range);
        var values = range is null or { IsBytes: true } ? null : range.Values();
        const long unknown = 1024;
        var reader = new DataViewReader(((VectorDataViewType)features.Type).Size, data.GetRowCount() ?? unknown);
        var classes = columns.Label.Type.Count;

        // Of itself, ML.NET takes several cursors and puts their rows in order again, which takes thrice the time.
        using var cursor = data.GetRowCursorSet([features, label, .. columns.Weight is { } needed ? [needed] : (DataViewSchema.Column[])[]], 1)[0];
        var getFeatures = cursor.GetGetter<VBuffer<float>>(features);
        var getLabel = cursor.GetGetter<uint>(label);
        var getWeight = columns.Weight is { } weights ? cursor.GetGetter<float>(weights) : null;
        // The rows of a data set, where no transform changes them: they are bytes already.
        var source = getFeatures.Target as DatasetView.Cursor;
        if (source?.Dataset.Range.Equals(range ?? PixelRange.Bytes) == false)
            source = null;
        VBuffer<float> row = default;
        var dense = new float[reader._featureCount];
        var (key, weight) = (0u, 1f);
        while (cursor.MoveNext())
        {
            getLabel(ref key);
            // Keys count from 1; 0 is the missing one.
            if (key == 0 || key > classes)
            {
                reader.Unlabelled++;
                continue;
            }
            getWeight?.Invoke(ref weight);
            if (!(weight >= 0 && float.IsFinite(weight)))
            {
                reader.BadlyWeighted++;
                continue;
            }
            if (!(source != null && reader.TryShare(source.Dataset, source.Row) || TryAdd()))
            {
                reader.NotFinite++;
                continue;
            }
            reader._labels.Add((int)key - 1);
            if (getWeight != null)
                reader._weights.Add(weight);
        }
        return reader;

        bool TryAdd()
        {
            getFeatures(ref row);
            if (reader.Count == 0 && !row.IsDense && columns.MayBeSparse && reader._featureCount >= MinSparseFeatures)
                reader._ends = [];
            return reader._ends != null ? reader.TryAddSparse(row) : reader.TryAdd(row.IsDense && values == null ? row.GetValues() : Dense());
        }

        float[] Dense()
        {
            row.CopyTo(dense);
            for (var i = 0; values != null && i < dense.Length; i++)
            {
                var pixel = range!.ToByte(dense[i]);
                dense[i] = values[pixel] == dense[i] ? pixel : (float)((dense[i] - range.Offset) / range.Unit);
            }
            return dense;
        }
    }

    /// <summary>Takes rows out, at random and of each class in proportion, to measure on.</summary>
    /// <param name="share">Their share of all.</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="seed">Seed of the draw.</param>
    public (DataViewReader Kept, DataViewReader Held) HoldOut(double share, int classCount, int seed)
    {
        var train = TrainTestSplit.StratifiedRows(
            CollectionsMarshal.AsSpan(_labels), classCount, Count - (int)Math.Round(share * Count), seed).Train.ToHashSet();
        var (kept, held) = (new DataViewReader(_featureCount, train.Count), new DataViewReader(_featureCount, Count - train.Count));
        for (var row = 0; row < Count; row++)
        {
            var to = train.Contains(row) ? kept : held;
            if (_ends != null)
            {
                to._ends ??= [];
                var range = Sparse(row);
                to._indices.AddRange(CollectionsMarshal.AsSpan(_indices)[range]);
                to._values.AddRange(CollectionsMarshal.AsSpan(_values)[range]);
                to._ends.Add(to._values.Count);
            }
            else if (_floats != null)
            {
                to._floats ??= new float[to._expectedRows * _featureCount];
                Array.Copy(_floats, (long)row * _featureCount, to._floats, (long)to.Count * _featureCount, _featureCount);
            }
            else
            {
                to.Reserve(ref to._bytes, (long)to.Count * _featureCount);
                Bytes.Span.Slice(row * _featureCount, _featureCount).CopyTo(to._bytes.AsSpan(to.Count * _featureCount));
            }
            to._labels.Add(_labels[row]);
            if (_weights.Count > 0)
                to._weights.Add(_weights[row]);
        }
        return (kept, held);
    }

    /// <summary>One scale for all features, by which they are divided.</summary>
    public float[] Scale(float divisor)
    {
        var scale = new float[_featureCount];
        Array.Fill(scale, 1 / divisor);
        return scale;
    }

    /// <summary>For each feature what takes its greatest magnitude to 1; 0 where it is always 0.</summary>
    /// <param name="alike">Whether it is to be the same for all: what takes the greatest magnitude of any to 1.</param>
    /// <param name="squeezed">
    /// The features, and their greatest magnitudes, whose values other than 0 are by that scale less than a thousandth, in their geometric
    /// mean: those that one value out of all proportion makes count for nothing.
    /// </param>
    public float[] ScaleByMagnitude(bool alike, out (int Feature, float Magnitude)[] squeezed)
    {
        var magnitudes = new float[_featureCount];
        // Binary exponents stand in for logarithms.
        var (counts, exponents) = (new int[_featureCount], new long[_featureCount]);
        if (_ends != null)
        {
            foreach (var (i, value) in _values.Index())
                Count(_indices[i], value);
        }
        else
        {
            var floats = Floats();
            for (var start = 0L; start < (long)this.Count * _featureCount; start += _featureCount)
            {
                for (var i = 0; i < magnitudes.Length; i++)
                    Count(i, floats[start + i]);
            }
        }
        squeezed = alike
            ? magnitudes.Max() is var max && IsSqueezed(max, counts.Sum(count => (long)count), exponents.Sum()) ? [(magnitudes.IndexOf(max), max)] : []
            : [.. magnitudes.Index().Where(feature => IsSqueezed(feature.Item, counts[feature.Index], exponents[feature.Index]))];
        if (alike)
            Array.Fill(magnitudes, magnitudes.Max());
        // Below about 3e-39 the reciprocal is infinite: that is as good as 0.
        return Array.ConvertAll(magnitudes, magnitude => float.IsFinite(1 / magnitude) ? 1 / magnitude : 0);

        void Count(int feature, float value)
        {
            magnitudes[feature] = Math.Max(magnitudes[feature], Math.Abs(value));
            counts[feature] += value == 0 ? 0 : 1;
            exponents[feature] += Exponent(value);
        }

        static int Exponent(float value) => (BitConverter.SingleToInt32Bits(value) >> 23) & byte.MaxValue;

        static bool IsSqueezed(float magnitude, long count, long exponents)
        {
            const int thousandth = 10;
            return Exponent(magnitude) * count - exponents > thousandth * count;
        }
    }

    /// <summary>The rows in the engine's form, which takes them over.</summary>
    /// <param name="classNames">The classes' names.</param>
    /// <param name="scale">[features]: what each feature is multiplied by.</param>
    public TrainingSet ToTrainingSet(IReadOnlyList<string> classNames, float[] scale)
    {
        if (_ends != null)
        {
            var (indices, values) = (_indices.ToArray(), _values.ToArray());
            for (var i = 0; i < values.Length; i++)
                values[i] *= scale[indices[i]];
            var matrix = new SparseFloatMatrix([.. _ends], indices, values, _featureCount);
            return new TrainingSet(matrix, _labels.ToArray(), classNames, scale) { Weights = _weights.ToArray() };
        }
        if (_floats is null && !scale.ContainsAnyExcept(scale[0]))
        {
            var pixels = new ByteMatrix(Bytes, _featureCount, scale[0]);
            return new TrainingSet(pixels, _labels.ToArray(), classNames, scale) { Weights = _weights.ToArray() };
        }

        var floats = Floats();
        Array.Resize(ref floats, Count * _featureCount);
        for (var start = 0; start < floats.Length; start += _featureCount)
        {
            for (var i = 0; i < scale.Length; i++)
                floats[start + i] *= scale[i];
        }
        return new TrainingSet(new FloatMatrix(floats, _featureCount), _labels.ToArray(), classNames, scale) { Weights = _weights.ToArray() };
    }

    Range Sparse(int row) => (row == 0 ? 0 : _ends![row - 1]).._ends![row];

    /// <summary>[rows, features]</summary>
    ReadOnlyMemory<byte> Bytes => _shared == null
        ? _bytes.AsMemory(0, Count * _featureCount)
        : _shared.PixelMemory.Slice(_firstShared * _featureCount, Count * _featureCount);

    /// <summary>Takes a row of a data set without a copy, while each is the one after that before.</summary>
    bool TryShare(Dataset dataset, int row)
    {
        if (Count == 0)
            (_shared, _firstShared) = (dataset, row);
        if (_shared != null && row != _firstShared + Count)
        {
            _bytes = Bytes.ToArray();
            _shared = null;
        }
        return _shared != null;
    }

    bool TryAddSparse(in VBuffer<float> row)
    {
        var values = row.GetValues();
        if (values.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            return false;
        ThrowIfTooMany((long)_values.Count + values.Length, sizeof(float) + sizeof(int));
        if (row.IsDense)
        {
            for (var i = 0; i < values.Length; i++)
                _indices.Add(i);
        }
        else
        {
            _indices.AddRange(row.GetIndices());
        }
        _values.AddRange(values);
        _ends!.Add(_values.Count);
        return true;
    }

    bool TryAdd(ReadOnlySpan<float> row)
    {
        var start = Count * (long)_featureCount;
        if (_floats is null)
        {
            Reserve(ref _bytes, start);
            if (TryNarrow(row, _bytes.AsSpan((int)start)))
                return true;
        }
        if (row.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            return false;
        var floats = Floats();
        Reserve(ref floats, start);
        row.CopyTo(floats.AsSpan((int)start));
        _floats = floats;
        return true;
    }

    void Reserve<T>(ref T[] rows, long start)
    {
        if (start + _featureCount <= rows.Length)
            return;
        ThrowIfTooMany(start + _featureCount, Unsafe.SizeOf<T>());
        var length = Math.Max(start + _featureCount, rows.Length == 0 ? _expectedRows * _featureCount : 2L * rows.Length);
        Array.Resize(ref rows, (int)Math.Min(Array.MaxLength, length));
    }

    /// <summary>Refuses rows that do not fit into memory or into an array, before they take the memory of everyone else.</summary>
    void ThrowIfTooMany(long numbers, int size)
    {
        if (numbers > Array.MaxLength || numbers * size > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"More than {Count} rows of {_featureCount} features are too many to keep "
                + $"in memory: they take {numbers * size / 1e9:F1} GB. Train on a part of them, as TakeRows gives it, or give rows that are mostly zeros as sparse vectors."));
        }
    }

    float[] Floats()
    {
        if (_floats is null)
        {
            var bytes = Bytes.Span;
            _floats = new float[Math.Max(_bytes.Length, bytes.Length)];
            for (var i = 0; i < bytes.Length; i++)
                _floats[i] = bytes[i];
            (_bytes, _shared) = ([], null);
        }
        return _floats;
    }

    /// <summary>Whether all numbers of a row are whole and from 0 to 255; if so, they are written as bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool TryNarrow(ReadOnlySpan<float> row, Span<byte> bytes)
    {
        var i = 0;
        for (; i + Vector512<float>.Count <= row.Length; i += Vector512<float>.Count)
        {
            var floats = Vector512.Create(row[i..]);
            var whole = Vector512.ConvertToInt32Native(floats);
            if (Vector512.ConvertToSingle(whole) != floats || (whole & Vector512.Create(~0xFF)) != Vector512<int>.Zero)
                return false;
            var words = Vector256.Narrow(whole.GetLower().AsUInt32(), whole.GetUpper().AsUInt32());
            Vector128.Narrow(words.GetLower(), words.GetUpper()).CopyTo(bytes[i..]);
        }
        for (; i < row.Length; i++)
        {
            bytes[i] = (byte)row[i];
            if (bytes[i] != row[i])
                return false;
        }
        return true;
    }
}
