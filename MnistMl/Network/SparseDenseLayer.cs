namespace MnistMl.Network;

/// <summary>
/// A fully connected first layer for rows that are mostly zeros: it multiplies by the others only, forward and backward.
/// </summary>
sealed unsafe class SparseDenseLayer(int inputs, int outputs, bool relu) : DenseLayer(0, inputs, outputs, relu)
{
    protected override void Product(Batch batch, int firstRow, int rows)
    {
        var input = batch.SparseInput!;
        Kernels.SparseProduct(
            input.Row(firstRow), input.RowStride, Weights.Row(0), Inputs, Biases.Row(0), batch.Values(1, firstRow), rows, OutputStride);
    }

    public override void PrepareGradient(Batch batch, int first, int end) =>
        batch.SparseInput!.Transpose(batch.Rows, first, end);

    public override void WeightGradient(Batch batch, int firstRow, int rows, float* gradient)
    {
        var input = batch.SparseInput!;
        Kernels.SparseProduct(
            input.Column(firstRow), input.ColumnStride, batch.Δ(1, 0), batch.Rows, null, gradient, rows, OutputStride);
    }
}
