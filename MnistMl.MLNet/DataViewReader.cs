using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.Data;
using MnistMl.Network;
using MnistMl.Training;

namespace MnistMl.MLNet;

/// <summary>
/// The rows of a data view that can be trained on, in memory: as bytes while all features are such, then as floats.
/// </summary>
sealed class DataViewReader
{
    readonly int _featureCount;
    readonly List<int> _labels = [];
    byte[] _bytes;
    float[]? _floats;

    DataViewReader(int featureCount, long expectedRows)
    {
        _featureCount = featureCount;
        _bytes = new byte[Math.Min(Array.MaxLength, featureCount * expectedRows)];
    }

    /// <summary>Number of rows.</summary>
    public int Count => _labels.Count;

    /// <summary>Reads the rows that have a label and finite features.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="features">The column of the features.</param>
    /// <param name="label">The column of the labels.</param>
    /// <param name="range">What bytes the features are to be taken for; null to take them as they are.</param>
    public static DataViewReader Read(IDataView data, DataViewSchema.Column features, LabelColumn label, PixelRange? range = null)
    {
        var values = range is null or { IsBytes: true } ? null : range.Values();
        const long unknown = 1024;
        var reader = new DataViewReader(((VectorDataViewType)features.Type).Size, data.GetRowCount() ?? unknown);
        var classes = label.Type.Count;

        // Of itself, ML.NET takes several cursors and puts their rows in order again, which takes thrice the time.
        using var cursor = data.GetRowCursorSet([features, data.Schema[label.Name]], 1)[0];
        var getFeatures = cursor.GetGetter<VBuffer<float>>(features);
        var getLabel = cursor.GetGetter<uint>(data.Schema[label.Name]);
        VBuffer<float> row = default;
        var dense = new float[reader._featureCount];
        var key = 0u;
        while (cursor.MoveNext())
        {
            getLabel(ref key);
            // Keys count from 1; 0 is the missing one.
            if (key == 0 || key > classes)
                continue;
            getFeatures(ref row);
            var isAdded = row.IsDense && values == null ? reader.TryAdd(row.GetValues()) : reader.TryAdd(Dense());
            if (isAdded)
                reader._labels.Add((int)key - 1);
        }
        return reader;

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

    /// <summary>One scale for all features, by which they are divided.</summary>
    public float[] Scale(float divisor)
    {
        var scale = new float[_featureCount];
        Array.Fill(scale, 1 / divisor);
        return scale;
    }

    /// <summary>For each feature what takes its greatest magnitude to 1; 0 where it is always 0.</summary>
    /// <param name="alike">Whether it is to be the same for all: what takes the greatest magnitude of any to 1.</param>
    public float[] ScaleByMagnitude(bool alike)
    {
        var floats = Floats();
        var magnitudes = new float[_featureCount];
        for (var start = 0; start < Count * _featureCount; start += _featureCount)
        {
            for (var i = 0; i < magnitudes.Length; i++)
                magnitudes[i] = Math.Max(magnitudes[i], Math.Abs(floats[start + i]));
        }
        if (alike)
            Array.Fill(magnitudes, magnitudes.Max());
        // Below about 3e-39 the reciprocal is infinite: that is as good as 0.
        return Array.ConvertAll(magnitudes, magnitude => float.IsFinite(1 / magnitude) ? 1 / magnitude : 0);
    }

    /// <summary>The rows in the engine's form, which takes them over.</summary>
    /// <param name="classNames">The classes' names.</param>
    /// <param name="scale">[features]: what each feature is multiplied by.</param>
    public TrainingSet ToTrainingSet(IReadOnlyList<string> classNames, float[] scale)
    {
        if (_floats is null && !scale.ContainsAnyExcept(scale[0]))
        {
            var pixels = new ByteMatrix(_bytes.AsMemory(0, Count * _featureCount), _featureCount, scale[0]);
            return new TrainingSet(pixels, _labels.ToArray(), classNames, scale);
        }

        var floats = Floats();
        Array.Resize(ref floats, Count * _featureCount);
        for (var start = 0; start < floats.Length; start += _featureCount)
        {
            for (var i = 0; i < scale.Length; i++)
                floats[start + i] *= scale[i];
        }
        return new TrainingSet(new FloatMatrix(floats, _featureCount), _labels.ToArray(), classNames, scale);
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
        if (start + _featureCount > Array.MaxLength)
        {
            throw new InvalidOperationException($"More than {Count} rows of {_featureCount} features are too many to keep "
                + "in memory. Train on a part of them, as TakeRows gives it.");
        }
        Array.Resize(ref rows, (int)Math.Min(Array.MaxLength, Math.Max(start + _featureCount, 2L * rows.Length)));
    }

    float[] Floats()
    {
        if (_floats is null)
        {
            _floats = new float[_bytes.Length];
            for (var i = 0; i < Count * _featureCount; i++)
                _floats[i] = _bytes[i];
            _bytes = [];
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
