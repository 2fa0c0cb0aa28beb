namespace MnistMl.Numerics.Kernels;

/// <summary>
/// The loss's gradient by some weights of a first layer with sparse inputs, over up to 64 rows of a batch: not summed
/// up yet, so that an optimizer can do so and step at once.
/// </summary>
/// <param name="inputs">[weight rows, batch rows]</param>
/// <param name="δ">[batch rows, columns]: the gradient by the layer's outputs.</param>
/// <param name="stride">Distance between rows of δ.</param>
/// <param name="columns">Outputs, a multiple of <see cref="KernelSet.Alignment"/>.</param>
/// <param name="isFirst">Whether no rows of the batch come before these.</param>
readonly unsafe struct SparseGradient(SparseMatrix inputs, float* δ, int stride, int columns, bool isFirst)
{
    public readonly SparseMatrix Inputs = inputs;
    public readonly float* Δ = δ;
    public readonly int Stride = stride;
    public readonly int Columns = columns;
    public readonly bool IsFirst = isFirst;

    /// <summary>Adds it to the sums over the rows of the batch before, or stores it where there are none.</summary>
    /// <param name="sums">[weight rows, columns]</param>
    /// <param name="sumsStride">Distance between rows of the sums.</param>
    /// <param name="rows">Number of weight rows.</param>
    public void AddTo(float* sums, int sumsStride, int rows) =>
        KernelSet.Best.SparseProduct(
            Inputs, Δ, Stride, IsFirst ? null : sums, sumsStride, sums, sumsStride, rows, Columns);
}
