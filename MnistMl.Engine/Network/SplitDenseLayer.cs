using MnistMl.Optimizers;

namespace MnistMl.Network;

/// <summary>
/// A fully connected layer after a <see cref="SparseDenseLayer"/>: each thread multiplies the inputs that it has
/// computed itself by the weights that belong to them, so that only partial sums cross cores.
/// </summary>
/// <param name="previous">The layer before.</param>
/// <param name="outputs">Number of outputs.</param>
/// <param name="relu">Whether a ReLU follows.</param>
sealed unsafe class SplitDenseLayer(SparseDenseLayer previous, int outputs, bool relu)
    : DenseLayer(
        previous.Index + 1, previous.Output, outputs, relu, previous.Panels.GroupColumns, previous.Panels.GroupStride)
{
    OutputPanels Panels => previous.Panels;

    /// <summary>[groups of inputs, batch capacity, outputs]: partial sums.</summary>
    public override long[] ScratchLengths(Batch batch) => [Panels.Groups * (long)PartialSumsStride(batch)];

    nint PartialSumsStride(Batch batch) => batch.Capacity * (nint)OutputStride;

    float* PartialSums(Batch batch, int group) => batch.Scratch(Index, 0) + group * PartialSumsStride(batch);

    /// <summary>Multiplies this thread's share of the inputs of all rows of the batch by the weights.</summary>
    public void Multiply(Batch batch, int rows, int thread)
    {
        var (firstGroup, endGroup) = Panels.ThreadGroups(thread, batch.Threads);
        for (var group = firstGroup; group < endGroup; group++)
        {
            var (first, inputs) = Panels.Outputs(group);
            Kernels.MatrixProduct(
                previous.GroupValues(batch, group), Panels.GroupStride, 1,
                Weights.Row(first), Weights.Stride, null, PartialSums(batch, group), OutputStride, rows, inputs,
                OutputColumns);
        }
    }

    /// <summary>Adds up the partial sums of some rows of the batch.</summary>
    public override void Forward(Batch batch, int firstRow, int rows)
    {
        Kernels.SumWithBias(
            PartialSums(batch, 0) + firstRow * (nint)OutputStride, PartialSumsStride(batch), Panels.Groups,
            Biases.Row(0), batch.Values(Index + 1, firstRow), rows, OutputStride);
        Activate(batch, firstRow, rows);
    }

    /// <summary>Takes the loss's gradient by the outputs of some rows back through the ReLU.</summary>
    public override void Backward(Batch batch, int firstRow, int rows) => ActivationGradient(batch, firstRow, rows);

    /// <summary>Computes the loss's gradient by this thread's share of the inputs of all rows of the batch.</summary>
    public void InputGradient(Batch batch, int thread)
    {
        var (firstGroup, endGroup) = Panels.ThreadGroups(thread, batch.Threads);
        for (var group = firstGroup; group < endGroup; group++)
        {
            var (_, inputs) = Panels.Outputs(group);
            InputGradient(batch, 0, batch.RowCount, group, inputs, previous.GroupΔ(batch, group));
        }
    }

    public override void Update(Batch batch, in OptimizerStep step, float* gradient, int thread)
    {
        var (firstGroup, endGroup) = Panels.ThreadGroups(thread, batch.Threads);
        UpdateWeights(batch, step, gradient, thread, firstGroup * Panels.GroupColumns, endGroup * Panels.GroupColumns);
        if (thread == batch.Threads - 1)
            UpdateBiases(batch, step, gradient);
    }

    public override void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient)
    {
        for (var row = firstRow; row < firstRow + rows;)
        {
            var (group, column) = Math.DivRem(row, Panels.GroupColumns);
            var here = Math.Min(firstRow + rows - row, Panels.GroupColumns - column);
            WeightGradient(
                batch, previous.GroupValues(batch, group) + column, Panels.GroupStride, here,
                gradient + (row - firstRow) * Weights.Stride);
            row += here;
        }
    }
}
