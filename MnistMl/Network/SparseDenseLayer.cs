namespace MnistMl.Network;

/// <summary>
/// A fully connected first layer for rows that are mostly zeros: it multiplies by the others only, forward and backward.
/// Its weights are most of a network's, and no thread ever sees another's share of them: before the rows are shared out,
/// each thread multiplies all rows by its own weights, and only the sums change hands.
/// </summary>
sealed unsafe class SparseDenseLayer(int inputs, int outputs, bool relu) : DenseLayer(0, inputs, outputs, relu)
{
    /// <summary>Rows of δ that the first-level cache holds beside the rest.</summary>
    const int RowBlock = 64;

    /// <summary>
    /// Groups of features that are summed up on their own, and then together: as many as threads can share, yet the same
    /// for any number of them, as are the roundings.
    /// </summary>
    public int Groups { get; } = Math.Min(8, inputs);

    /// <inheritdoc/>
    public override (int First, int End) Share(int thread, int threads) =>
        (GroupStart(Groups * thread / threads), GroupStart(Groups * (thread + 1) / threads));

    /// <summary>Loads a thread's share of the features of some rows, and multiplies them by its share of the weights.</summary>
    public void MultiplyShare(Batch batch, InputRows input, ReadOnlySpan<int> rows, int thread)
    {
        var share = batch.SparseInput!.Share(thread);
        for (var row = 0; row < rows.Length; row++)
            input.Load(rows[row], share, row);

        var cursors = share.RowCursors(rows.Length);
        for (var group = Groups * thread / batch.Threads; group < Groups * (thread + 1) / batch.Threads; group++)
        {
            Kernels.SparseProduct(
                cursors, GroupStart(group + 1), Weights.Row(0), batch.SparseInput.Sums(group), accumulate: false,
                rows.Length, OutputColumns, OutputStride);
        }
    }

    protected override void Product(Batch batch, int firstRow, int rows)
    {
        var input = batch.SparseInput!;
        Kernels.SumWithBias(
            input.Sums(0) + firstRow * (nint)OutputStride, input.GroupStride, Groups,
            Biases.Row(0), batch.Values(1, firstRow), rows, OutputStride);
    }

    public override void PrepareGradient(Batch batch, int thread) =>
        batch.SparseInput!.Share(thread).Transpose(batch.Rows);

    public override void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient)
    {
        var cursors = batch.SparseInput!.Share(thread).ColumnCursors(firstRow);
        for (var start = 0; start < batch.Rows; start += RowBlock)
        {
            Kernels.SparseProduct(
                cursors, Math.Min(batch.Rows, start + RowBlock), batch.Δ(1, 0), gradient, accumulate: start > 0,
                rows, OutputColumns, OutputStride);
        }
    }

    int GroupStart(int group) => (int)((long)Inputs * group / Groups);
}
