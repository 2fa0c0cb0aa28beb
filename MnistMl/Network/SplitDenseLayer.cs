namespace MnistMl.Network;

/// <summary>
/// A fully connected layer after a <see cref="SparseDenseLayer"/>: each thread multiplies the inputs that it has computed
/// itself by the weights that belong to them, and only the sums change hands.
/// </summary>
/// <param name="previous">The layer before.</param>
/// <param name="outputs">Number of outputs.</param>
/// <param name="relu">Whether a ReLU follows.</param>
sealed unsafe class SplitDenseLayer(SparseDenseLayer previous, int outputs, bool relu) : DenseLayer(previous.Index + 1, previous.Output, outputs, relu)
{
    /// <summary>Groups of inputs that are summed up on their own, and then together.</summary>
    public int Groups => previous.Groups;

    /// <summary>Multiplies this thread's share of the inputs of all rows of the batch by the weights.</summary>
    public override void ForwardShare(Batch batch, int rows, int thread)
    {
        var (firstGroup, endGroup) = previous.ThreadGroups(thread, batch.Threads);
        for (var group = firstGroup; group < endGroup; group++)
        {
            var (first, end) = Group(group);
            Kernels.MatrixProduct(
                batch.Values(Index, 0) + first, batch.Stride(Index), 1,
                Weights.Row(first), null, batch.Sums(group), rows, end - first, OutputColumns, OutputStride);
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
        var (first, end) = Share(thread, batch.Threads);
        InputGradient(batch, 0, batch.Rows, first, end - first);
    }

    protected override (int First, int End) Share(int thread, int threads)
    {
        var (first, end) = previous.ThreadGroups(thread, threads);
        return first == end ? (0, 0) : (Group(first).First, Group(end - 1).End);
    }

    (int First, int End) Group(int group)
    {
        var (first, end) = previous.GroupOutputs(group);
        return (first, Math.Min(Inputs, end));
    }
}
