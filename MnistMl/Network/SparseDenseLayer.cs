namespace MnistMl.Network;

/// <summary>
/// A fully connected first layer for rows that are mostly zeros: it multiplies by the others only, forward and backward.
/// Its weights are most of a network's, and no thread ever sees another's share of them: before the rows are shared out,
/// each thread multiplies all rows by its own weights, and only the sums change hands.
/// </summary>
sealed unsafe class SparseDenseLayer : DenseLayer
{
    /// <summary>Rows of δ that the first-level cache holds beside the rest.</summary>
    const int RowBlock = 64;

    /// <summary>
    /// Groups of features that are summed up on their own, and then together: as many as threads can share, yet the same
    /// for any number of them, as are the roundings.
    /// </summary>
    const int MostGroups = 4;

    /// <summary>What a feature's non-zeros cost in a step, if all rows had it, over what its weights cost anyway.</summary>
    const double CostOfNonZeros = 10;

    readonly int[] _groupStarts;

    /// <param name="densities">[inputs]: in what share of the rows each is not zero.</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    public SparseDenseLayer(double[] densities, int outputs, bool relu) : base(0, densities.Length, outputs, relu)
    {
        _groupStarts = new int[Math.Min(MostGroups, Inputs) + 1];
        _groupStarts[^1] = Inputs;
        var costs = densities.Select(density => 1 + CostOfNonZeros * density).ToArray();
        var (total, cost, group) = (costs.Sum(), 0.0, 1);
        for (var feature = 0; feature < Inputs; feature++)
        {
            cost += costs[feature];
            while (group < Groups && cost >= total * group / Groups)
                _groupStarts[group++] = feature + 1;
        }
    }

    /// <summary>Number of groups of features.</summary>
    public int Groups => _groupStarts.Length - 1;

    /// <inheritdoc/>
    public override (int First, int End) Share(int thread, int threads) =>
        (_groupStarts[Groups * thread / threads], _groupStarts[Groups * (thread + 1) / threads]);

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
                cursors, _groupStarts[group + 1], Weights.Row(0), batch.SparseInput.Sums(group), accumulate: false,
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
}
