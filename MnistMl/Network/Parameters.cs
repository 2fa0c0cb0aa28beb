namespace MnistMl.Network;

/// <summary>A matrix of trainable numbers, [rows, stride], with what an optimiser remembers of each.</summary>
/// <param name="rows">Number of rows.</param>
/// <param name="stride">Row length, padding included; the padding is zero and stays it.</param>
sealed unsafe class Parameters(int rows, int stride)
{
    readonly AlignedArray<float> _values = new((long)rows * stride);
    AlignedArray<float>? _firstMoment, _secondMoment;

    public int Rows => rows;

    public int Stride => stride;

    public float* Row(int row) => _values.Pointer + (nint)row * stride;

    /// <summary>
    /// Draws a weight from a normal distribution of variance 2 ÷ <paramref name="fanIn"/>, after He et al., "Delving deep
    /// into rectifiers" (2015).
    /// </summary>
    public static float Draw(int fanIn, Random random)
    {
        // Box–Muller; 1 − u keeps the logarithm's argument above zero.
        var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return (float)(Math.Sqrt(2.0 / fanIn) * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
    }

    /// <summary>Running means of the gradients. Only after <see cref="AllocateMoments"/>.</summary>
    public float* FirstMoment(int row) => _firstMoment!.Pointer + (nint)row * stride;

    /// <summary>Running means of the gradients' squares. Only after <see cref="AllocateMoments"/>.</summary>
    public float* SecondMoment(int row) => _secondMoment!.Pointer + (nint)row * stride;

    /// <summary>Makes room for the optimiser, zeroed: scoring does without.</summary>
    public void AllocateMoments()
    {
        _firstMoment = new AlignedArray<float>(_values.Length);
        _secondMoment = new AlignedArray<float>(_values.Length);
    }
}
