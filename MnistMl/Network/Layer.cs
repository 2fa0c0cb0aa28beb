using MnistMl.Network.Kernels;

namespace MnistMl.Network;

/// <summary>
/// One layer of a network: a map with trainable weights and an optional ReLU after it. In a training step, threads share
/// first the weights, for <see cref="ForwardShare"/>, then the rows of the batch, for <see cref="Forward"/> and
/// <see cref="Backward"/>, then the weights again, for <see cref="BackwardShare"/> and <see cref="Update"/>; in between,
/// all meet.
/// </summary>
abstract unsafe class Layer
{
    /// <summary>Weight rows go to threads in multiples of this: no two threads write to one cache line.</summary>
    protected const int RowGrain = KernelSet.Alignment;

    /// <summary>Gradients are made and used up in pieces of about this many floats, which stay in the first-level cache.</summary>
    const int GradientPiece = 2048;

    protected Layer(int index, int inputs, int outputs, bool relu, Parameters weights, Parameters biases)
    {
        (Index, Inputs, Outputs, HasRelu, Weights, Biases) = (index, inputs, outputs, relu, weights, biases);
        (OutputColumns, OutputStride) = (KernelSet.Pad(outputs), KernelSet.Stride(outputs));
    }

    /// <summary>The layer's place in the network, from 0.</summary>
    public int Index { get; }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>The outputs, padded to whole vectors.</summary>
    public int OutputColumns { get; }

    /// <summary>Distance between rows of outputs, and of weights.</summary>
    public int OutputStride { get; }

    /// <summary>Whether a ReLU follows: every layer but the last.</summary>
    public bool HasRelu { get; }

    public Parameters Weights { get; }

    public Parameters Biases { get; }

    /// <summary>Makes room for the optimiser: scoring does without.</summary>
    public void AllocateMoments()
    {
        Weights.AllocateMoments();
        Biases.AllocateMoments();
    }

    protected static KernelSet Kernels => KernelSet.Best;

    /// <summary>What is computed of the outputs of the first rows by this thread's share of the weights.</summary>
    public virtual void ForwardShare(Batch batch, int rows, int thread) { }

    /// <summary>Computes the outputs of <paramref name="rows"/> rows of the batch.</summary>
    public virtual void Forward(Batch batch, int firstRow, int rows)
    {
        Product(batch, firstRow, rows);
        if (HasRelu)
            Kernels.Relu(batch.Values(Index + 1, firstRow), OutputStride, rows, OutputColumns);
    }

    /// <summary>
    /// Takes the loss's gradient by the outputs of <paramref name="rows"/> rows back through the ReLU, and, unless this
    /// is the first layer, on to the inputs.
    /// </summary>
    public virtual void Backward(Batch batch, int firstRow, int rows)
    {
        if (HasRelu)
            Kernels.ReluGradient(batch.Values(Index + 1, firstRow), batch.Δ(Index + 1, firstRow), OutputStride, rows, OutputColumns);
        if (Index > 0)
            InputGradient(batch, firstRow, rows);
    }

    /// <summary>What is computed of the loss's gradients of all rows by this thread's share of the weights.</summary>
    public virtual void BackwardShare(Batch batch, int thread) { }

    /// <summary>
    /// Sums the gradient of this thread's share of the weights over the batch, in row order, and has the optimiser
    /// apply it, piece by piece: the whole gradient is never stored.
    /// </summary>
    /// <param name="batch">A batch after its backward pass.</param>
    /// <param name="optimizer">What moves the weights.</param>
    /// <param name="gradient">Room for a piece of the gradient, this thread's own: <see cref="GradientLength"/> floats.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    public virtual void Update(Batch batch, Adam optimizer, float* gradient, int thread)
    {
        var (first, end) = Share(thread, batch.Threads);
        UpdateWeights(batch, optimizer, gradient, thread, first, end);
        if (thread == batch.Threads - 1)
        {
            Kernels.ColumnSums(batch.Δ(Index + 1, 0), OutputStride, gradient, batch.Rows, OutputColumns);
            optimizer.Update(Biases, 0, 1, gradient);
        }
    }

    /// <summary>What <see cref="Update"/> does to some rows of the weights.</summary>
    protected void UpdateWeights(Batch batch, Adam optimizer, float* gradient, int thread, int first, int end)
    {
        var pieceRows = Math.Max(RowGrain, GradientPiece / Weights.Stride / RowGrain * RowGrain);
        for (var row = first; row < end; row += pieceRows)
        {
            var rows = Math.Min(pieceRows, end - row);
            WeightGradient(batch, thread, row, rows, gradient);
            optimizer.Update(Weights, row, rows, gradient);
            WeightsChanged(row, rows);
        }
    }

    /// <summary>Floats that <see cref="Update"/> needs for a piece of the gradient.</summary>
    public int GradientLength => Math.Max(GradientPiece, RowGrain * OutputStride);

    /// <summary>The weight rows of a thread: from the first up to, not including, the second.</summary>
    protected virtual (int First, int End) Share(int thread, int threads)
    {
        var grains = (Weights.Rows + RowGrain - 1) / RowGrain;
        return (Math.Min(Weights.Rows, grains * thread / threads * RowGrain), Math.Min(Weights.Rows, grains * (thread + 1) / threads * RowGrain));
    }

    /// <summary>The map itself, before the ReLU.</summary>
    protected abstract void Product(Batch batch, int firstRow, int rows);

    /// <summary>The loss's gradient by the inputs, from that by the map's outputs.</summary>
    protected abstract void InputGradient(Batch batch, int firstRow, int rows);

    /// <summary>The loss's gradient by some weight rows of a thread's share, summed over the batch.</summary>
    public abstract void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient);

    /// <summary>Called when weight rows have new values.</summary>
    protected virtual void WeightsChanged(int firstRow, int rows) { }
}
