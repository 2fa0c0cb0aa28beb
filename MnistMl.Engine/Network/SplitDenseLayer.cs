namespace MnistMl.Network;

/// <summary>
/// A fully connected layer after a <see cref="SparseDenseLayer"/>: each thread multiplies the inputs that it has computed
/// itself by the weights that belong to them, and only the sums change hands.
/// </summary>
/// <param name="previous">The layer before.</param>
/// <param name="outputs">Number of outputs.</param>
/// <param name="relu">Whether a ReLU follows.</param>
sealed unsafe class SplitDenseLayer(SparseDenseLayer previous, int outputs, bool relu)
    : DenseLayer(previous.Index + 1, previous.Output, outputs, relu, previous.Panels.GroupColumns, previous.Panels.GroupStride)
{
    /// <summary>Groups of inputs that are summed up on their own, and then together.</summary>
    public int Groups => previous.Panels.Groups;

    /// <summary>Multiplies this thread's share of the inputs of all rows of the batch by the weights.</summary>
    public override void ForwardShare(Batch batch, int rows, int thread)
    {
        var (firstGroup, endGroup) = previous.Panels.ThreadGroups(thread, batch.Threads);
        for (var group = firstGroup; group < endGroup; group++)
        {
            var (first, inputs) = previous.Panels.Outputs(group);
            Kernels.MatrixProduct(
                previous.GroupValues(batch, group), previous.Panels.GroupStride, 1,
                Weights.Row(first), Weights.Stride, null, batch.Sums(group), OutputStride, rows, inputs, OutputColumns);
        }
    }

    protected override void Product(Batch batch, int firstRow, int rows) =>
        Kernels.SumWithBias(
            batch.Sums(0) + firstRow * (nint)OutputStride, batch.SumsStride, Groups,
            Biases.Row(0), batch.Values(Index + 1, firstRow), rows, OutputStride);

    /// <summary>Does nothing: see <see cref="BackwardShare"/>.</summary>
    public override void InputGradient(Batch batch, int firstRow, int rows) { }

    /// <summary>Computes the loss's gradient by this thread's share of the inputs of all rows of the batch.</summary>
    public override void BackwardShare(Batch batch, int thread)
    {
        var (firstGroup, endGroup) = previous.Panels.ThreadGroups(thread, batch.Threads);
        for (var group = firstGroup; group < endGroup; group++)
        {
            var (_, inputs) = previous.Panels.Outputs(group);
            InputGradient(batch, 0, batch.RowCount, group, inputs, previous.GroupΔ(batch, group));
        }
    }

    protected override (int First, int End) Share(int thread, int threads)
    {
        var (first, end) = previous.Panels.ThreadGroups(thread, threads);
        return (Math.Min(Inputs, first * previous.Panels.GroupColumns), Math.Min(Inputs, end * previous.Panels.GroupColumns));
    }

    public override void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient)
    {
        for (var row = firstRow; row < firstRow + rows;)
        {
            var (group, column) = Math.DivRem(row, previous.Panels.GroupColumns);
            var here = Math.Min(firstRow + rows - row, previous.Panels.GroupColumns - column);
            WeightGradient(
                batch, previous.GroupValues(batch, group) + column, previous.Panels.GroupStride, here,
                gradient + (row - firstRow) * Weights.Stride);
            row += here;
        }
    }
}
