using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;
using MnistMl.Optimizers;

namespace MnistMl.Network;

/// <summary>
/// A fully connected first layer for rows that are mostly zeros: it multiplies by the others only, forward and
/// backward. Threads share it by its outputs, in panels of columns, each with the weights that lead to it: no thread
/// ever sees another's share of the weights, which are most of a network's, or of the outputs.
/// </summary>
sealed unsafe class SparseDenseLayer : FullyConnectedLayer
{
    /// <param name="inputs">Number of inputs.</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="relu">
    /// Whether a ReLU follows; if not, this is the last layer, whose outputs are taken row by row.
    /// </param>
    public SparseDenseLayer(int inputs, int outputs, bool relu)
        : this(inputs, outputs, relu, new OutputPanels(outputs, together: !relu))
    {
    }

    SparseDenseLayer(int inputs, int outputs, bool relu, OutputPanels panels)
        : base(
            0, Volume.Flat(inputs), outputs, relu,
            new Parameters(panels.Count * inputs, panels.Width), new Parameters(panels.Count, panels.Width))
    {
        Panels = panels;
        OutputStride = panels.Groups * panels.GroupStride;
    }

    /// <summary>How the outputs are divided.</summary>
    public OutputPanels Panels { get; }

    public override float* Weight(int input, int output)
    {
        var (panel, column) = Panels.Find(output);
        return Weights.Row(panel * Inputs + input) + column;
    }

    public override float* Bias(int output)
    {
        var (panel, column) = Panels.Find(output);
        return Biases.Row(panel) + column;
    }

    /// <summary>[rows, <see cref="OutputPanels.GroupStride"/>]: the outputs of a group.</summary>
    /// <remarks>
    /// Away from those of other groups: processors prefetch the cache lines after those in use, and would take them
    /// from the thread that writes them.
    /// </remarks>
    public float* GroupValues(Batch batch, int group) => batch.Values(1, 0) + GroupStart(batch, group);

    /// <summary>
    /// [rows, <see cref="OutputPanels.GroupStride"/>]: the loss's gradient by the outputs of a group.
    /// </summary>
    public float* GroupΔ(Batch batch, int group) => batch.Δ(1, 0) + GroupStart(batch, group);

    nint GroupStart(Batch batch, int group) => (nint)group * batch.Capacity * Panels.GroupStride;

    float* Values(Batch batch, int panel)
    {
        var (group, column) = Panels.Place(panel);
        return GroupValues(batch, group) + column;
    }

    float* Δ(Batch batch, int panel)
    {
        var (group, column) = Panels.Place(panel);
        return GroupΔ(batch, group) + column;
    }

    /// <summary>Computes this thread's share of the outputs of all rows of the batch.</summary>
    public void Forward(Batch batch, int rows, int thread)
    {
        var (first, end) = Panels.ThreadPanels(thread, batch.Threads);
        var (input, stride) = (batch.SparseBatch(thread), Panels.GroupStride);
        for (var panel = first; panel < end; panel++)
        {
            var outputs = Values(batch, panel);
            var columns = Panels.Columns(panel);
            for (var block = 0; block < input.FeatureBlocks; block++)
            {
                Kernels.SparseProduct(
                    input.Rows(block), Weights.Row(panel * Inputs + block * SparseBatch.Block), Weights.Stride,
                    block == 0 ? Biases.Row(panel) : outputs, block == 0 ? 0 : stride, outputs, stride, rows, columns);
            }
            if (HasRelu)
                Kernels.Relu(outputs, stride, rows, columns);
            Drop(batch, outputs, stride, 0, rows, Panels.FirstOutput(panel), columns);
        }
    }

    /// <summary>Takes this thread's share of the loss's gradient by the outputs back through the ReLU.</summary>
    public void Backward(Batch batch, int thread)
    {
        var (first, end) = Panels.ThreadPanels(thread, batch.Threads);
        for (var panel = first; panel < end && HasRelu; panel++)
        {
            Kernels.ReluGradient(
                Values(batch, panel), Δ(batch, panel), KeptFactor, Panels.GroupStride, batch.RowCount,
                Panels.Columns(panel));
        }
        if (first < end)
            batch.SparseBatch(thread).Transpose(batch.RowCount);
    }

    public override void Update(Batch batch, in OptimizerStep step, float* gradient, int thread)
    {
        var (first, end) = Panels.ThreadPanels(thread, batch.Threads);
        for (var panel = first; panel < end; panel++)
        {
            if (Panels.Columns(panel) == 0)
                continue;
            // What pads a narrower panel is to stay zero.
            if (Panels.Columns(panel) < Weights.Stride)
                new Span<float>(gradient, GradientLength).Clear();
            var panelEnd = (panel + 1) * Inputs;
            for (var row = panel * Inputs; row < panelEnd; row += PieceRows)
                UpdatePiece(batch, step, gradient, thread, row, Math.Min(PieceRows, panelEnd - row));
            BiasGradient(batch, panel, gradient);
            step.Update(Biases, panel, 1, gradient, decays: false);
        }
    }

    /// <summary>Updates a piece of the weights: the optimizer itself sums the last part of the gradient.</summary>
    void UpdatePiece(Batch batch, in OptimizerStep step, float* gradient, int thread, int firstRow, int rows)
    {
        var lastBlock = (batch.RowCount - 1) / SparseBatch.Block * SparseBatch.Block;
        SumBlocks(batch, thread, firstRow, rows, gradient, lastBlock);
        step.Update(Weights, firstRow, rows, Gradient(batch, thread, firstRow, lastBlock), gradient);
    }

    public override void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient) =>
        SumBlocks(batch, thread, firstRow, rows, gradient, batch.RowCount);

    public override void BiasGradient(Batch batch, float* gradient)
    {
        for (var panel = 0; panel < Panels.Count; panel++)
            BiasGradient(batch, panel, gradient + panel * Biases.Stride);
    }

    void BiasGradient(Batch batch, int panel, float* gradient) =>
        Kernels.ColumnSums(Δ(batch, panel), Panels.GroupStride, gradient, batch.RowCount, Panels.Columns(panel));

    /// <summary>The gradient over the blocks of the batch's rows that begin before one of them.</summary>
    void SumBlocks(Batch batch, int thread, int firstRow, int rows, float* gradient, int batchRow)
    {
        for (var row = 0; row < batchRow; row += SparseBatch.Block)
            Gradient(batch, thread, firstRow, row).AddTo(gradient, Weights.Stride, rows);
    }

    /// <summary>The part of the gradient that is a block of the batch's rows'.</summary>
    SparseGradient Gradient(Batch batch, int thread, int firstRow, int batchRow)
    {
        var (panel, feature) = Math.DivRem(firstRow, Inputs);
        return new(
            batch.SparseBatch(thread).Features(feature, batchRow / SparseBatch.Block),
            Δ(batch, panel) + batchRow * (nint)Panels.GroupStride, Panels.GroupStride, Panels.Columns(panel),
            batchRow == 0);
    }
}
