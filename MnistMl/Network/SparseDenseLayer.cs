using MnistMl.Network.Kernels;
using MnistMl.Network.Optimizers;

namespace MnistMl.Network;

/// <summary>
/// A fully connected first layer for rows that are mostly zeros: it multiplies by the others only, forward and backward.
/// Its outputs are shared out among threads, in panels of columns, each with the weights that lead to it: no thread ever
/// sees another's share of the weights, which are most of a network's, or of the outputs.
/// </summary>
sealed unsafe class SparseDenseLayer : DenseLayer
{
    /// <summary>The most outputs in a panel: so that the weights of a block of features stay in the first-level cache.</summary>
    const int PanelWidth = 64;

    /// <summary>Groups of panels, the most that threads can share, yet the same for any number of them.</summary>
    const int MostGroups = 4;

    /// <param name="inputs">Number of inputs.</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    public SparseDenseLayer(int inputs, int outputs, bool relu)
        : base(
            0, Volume.Flat(inputs), outputs, relu,
            new Parameters(Panels(outputs) * inputs, Width(outputs)), new Parameters(Panels(outputs), Width(outputs)))
    {
        Groups = Math.Min(MostGroups, Panels(outputs));
    }

    /// <summary>Number of groups of outputs, each in the care of one thread.</summary>
    public int Groups { get; }

    static int Width(int outputs) => Math.Min(PanelWidth, KernelSet.Pad(outputs));

    static int Panels(int outputs) => (outputs + PanelWidth - 1) / PanelWidth;

    /// <summary>The outputs of a group, padding included: from the first up to, not including, the second.</summary>
    public (int First, int End) GroupOutputs(int group) =>
        (FirstPanel(group) * PanelWidth, Math.Min(OutputColumns, FirstPanel(group + 1) * PanelWidth));

    /// <summary>The groups of a thread: from the first up to, not including, the second.</summary>
    public (int First, int End) ThreadGroups(int thread, int threads) => (Groups * thread / threads, Groups * (thread + 1) / threads);

    int FirstPanel(int group) => Panels(Outputs) * group / Groups;

    (int First, int End) ThreadPanels(Batch batch, int thread)
    {
        var (first, end) = ThreadGroups(thread, batch.Threads);
        return (FirstPanel(first), FirstPanel(end));
    }

    int PanelColumns(int panel) => Math.Min(PanelWidth, OutputColumns - panel * PanelWidth);

    public override float* Weight(int input, int output) => Weights.Row(output / PanelWidth * Inputs + input) + output % PanelWidth;

    /// <summary>Computes this thread's share of the outputs of all rows of the batch.</summary>
    public override void ForwardShare(Batch batch, int rows, int thread)
    {
        var (first, end) = ThreadPanels(batch, thread);
        var input = batch.SparseRows(thread);
        for (var panel = first; panel < end; panel++)
        {
            var outputs = batch.Values(1, 0) + panel * PanelWidth;
            for (var block = 0; block < input.FeatureBlocks; block++)
            {
                Kernels.SparseProduct(
                    input.Rows(block), Weights.Row(panel * Inputs + block * Network.SparseRows.Block), Weights.Stride,
                    block == 0 ? Biases.Row(panel) : outputs, block == 0 ? 0 : OutputStride,
                    outputs, OutputStride, rows, PanelColumns(panel));
            }
            if (HasRelu)
                Kernels.Relu(outputs, OutputStride, rows, PanelColumns(panel));
            Drop(batch, 0, rows, panel * PanelWidth, PanelColumns(panel));
        }
    }

    /// <summary>Takes this thread's share of the loss's gradient by the outputs back through the ReLU.</summary>
    public override void BackwardShare(Batch batch, int thread)
    {
        var (first, end) = ThreadPanels(batch, thread);
        for (var panel = first; panel < end && HasRelu; panel++)
        {
            Kernels.ReluGradient(
                batch.Values(1, 0) + panel * PanelWidth, batch.Δ(1, 0) + panel * PanelWidth, KeptFactor, OutputStride, batch.Rows, PanelColumns(panel));
        }
        if (first < end)
            batch.SparseRows(thread).Transpose(batch.Rows);
    }

    /// <summary>Does nothing: see <see cref="ForwardShare"/>.</summary>
    public override void Forward(Batch batch, int firstRow, int rows) { }

    /// <summary>Does nothing: see <see cref="BackwardShare"/>.</summary>
    public override void Backward(Batch batch, int firstRow, int rows) { }

    public override void Update(Batch batch, in OptimizerStep step, float* gradient, int thread)
    {
        var (first, end) = ThreadPanels(batch, thread);
        for (var panel = first; panel < end; panel++)
        {
            // What pads a narrower panel is to stay zero.
            if (PanelColumns(panel) < Weights.Stride)
                new Span<float>(gradient, GradientLength).Clear();
            UpdateWeights(batch, step, gradient, thread, panel * Inputs, (panel + 1) * Inputs);
            Kernels.ColumnSums(batch.Δ(1, 0) + panel * PanelWidth, OutputStride, gradient, batch.Rows, PanelColumns(panel));
            step.Update(Biases, panel, 1, gradient, decays: false);
        }
    }

    public override void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient)
    {
        var (panel, feature) = Math.DivRem(firstRow, Inputs);
        var input = batch.SparseRows(thread);
        for (var row = 0; row < batch.Rows; row += Network.SparseRows.Block)
        {
            Kernels.SparseProduct(
                input.Features(feature, row / Network.SparseRows.Block), batch.Δ(1, row) + panel * PanelWidth, OutputStride,
                row == 0 ? null : gradient, Weights.Stride, gradient, Weights.Stride, rows, PanelColumns(panel));
        }
    }
}
