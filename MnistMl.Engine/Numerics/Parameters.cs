using System.Runtime.InteropServices;

namespace MnistMl.Numerics;

/// <summary>A matrix of trainable numbers, [rows, stride], with the optimizer's moments of each.</summary>
/// <param name="rows">Number of rows.</param>
/// <param name="stride">Row length, padding included: see the kernels.</param>
sealed unsafe class Parameters(int rows, int stride)
{
    AlignedArray<float> _values = new((long)rows * stride);
    AlignedArray<float>[] _moments = [];
    AlignedArray<float>? _average;

    public int RowCount => rows;

    public int Stride => stride;

    public float* Row(int row) => _values.Pointer + (nint)row * stride;

    /// <summary>
    /// Draws a weight from a normal distribution of variance 2 ÷ <paramref name="fanIn"/>, after He et al., "Delving
    /// deep into rectifiers" (2015).
    /// </summary>
    public static float HeNormal(int fanIn, Random random)
    {
        // Box–Muller; 1 − u keeps the logarithm's argument above zero.
        var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return (float)(Math.Sqrt(2.0 / fanIn) * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
    }

    /// <summary>The optimizer's moments. Only after <see cref="PrepareTraining"/>.</summary>
    public float* Moment(int index, int row) => _moments[index].Pointer + (nint)row * stride;

    /// <summary>The running average of the values. Only after <see cref="PrepareTraining"/> with an average.</summary>
    public float* Average(int row) => _average!.Pointer + (nint)row * stride;

    /// <summary>Allocates moments and averages, which only training needs.</summary>
    /// <param name="moments">The optimizer's moments of each value, 0 to 2; they begin as zero.</param>
    /// <param name="averaged">Whether a running average is kept; it begins as the values.</param>
    public void PrepareTraining(int moments, bool averaged)
    {
        _moments = new AlignedArray<float>[moments];
        for (var i = 0; i < moments; i++)
            _moments[i] = new AlignedArray<float>(_values.Length);
        if (averaged)
        {
            _average = new AlignedArray<float>(_values.Length);
            _values.Span.CopyTo(_average.Span);
        }
    }

    /// <summary>Writes values, moments and average.</summary>
    public void Write(BinaryWriter writer)
    {
        foreach (var part in State)
            writer.Write(MemoryMarshal.AsBytes<float>(part.Span));
    }

    /// <summary>Reads what <see cref="Write"/> has written of parameters of the same size, prepared for the same training.</summary>
    public void Read(BinaryReader reader)
    {
        foreach (var part in State)
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(part.Span));
    }

    /// <summary>Whether values, moments and average are finite numbers.</summary>
    public bool IsFinite => State.All(part => !part.Span.ContainsAnyExceptInRange(float.MinValue, float.MaxValue));

    IEnumerable<AlignedArray<float>> State => [_values, .. _moments, .. _average == null ? [] : (AlignedArray<float>[])[_average]];

    /// <summary>Swaps the values with their average.</summary>
    public void SwapAverage() => (_values, _average) = (_average!, _values);
}
