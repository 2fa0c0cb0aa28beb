namespace MnistMl.Network;

/// <summary>
/// A fully connected first layer for rows that are mostly zeros: it multiplies by the others only, forward and backward.
/// </summary>
sealed unsafe class SparseDenseLayer(int inputs, int outputs, bool relu) : DenseLayer(0, inputs, outputs, relu)
{
    protected override void Product(Batch batch, int firstRow, int rows)
    {
        var input = batch.SparseInput!;
        for (var row = firstRow; row < firstRow + rows; row++)
        {
            Kernels.SparseRowProduct(
                input.Row(row), input.RowCount(row),
                Weights.Row(0), Biases.Row(0), batch.Values(1, row), OutputStride);
        }
    }

    public override void PrepareGradient(Batch batch, int first, int end) =>
        batch.SparseInput!.Transpose(batch.Rows, first, end);

    public override void WeightGradient(Batch batch, int firstRow, int rows, float* gradient)
    {
        var input = batch.SparseInput!;
        for (var row = firstRow; row < firstRow + rows; row++)
        {
            Kernels.SparseRowProduct(
                input.Column(row), input.ColumnCount(row),
                batch.Δ(1, 0), null, gradient, OutputStride);
            gradient += OutputStride;
        }
    }
}
