using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;
using MnistMl.Optimizers;

namespace MnistMl.Network;

/// <summary>
/// One layer of a network: a map with trainable weights, an optional ReLU after it, and dropout. In a training step, threads share
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

    /// <param name="index">The layer's place in the network, from 0.</param>
    /// <param name="input">What it takes.</param>
    /// <param name="output">What it makes.</param>
    /// <param name="weights">Its weights: no rows for a layer that has nothing to learn.</param>
    /// <param name="biases">Its biases.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    protected Layer(int index, Volume input, Volume output, Parameters weights, Parameters biases, bool relu)
    {
        (Index, Input, Output, Weights, Biases, HasRelu) = (index, input, output, weights, biases, relu);
        OutputStride = output.Stride;
    }

    /// <summary>The layer's place in the network, from 0.</summary>
    public int Index { get; }

    public Volume Input { get; }

    public Volume Output { get; }

    public int Inputs => Input.Count;

    public int Outputs => Output.Count;

    /// <summary>Distance between rows of outputs; room for a row of them, where they lie in groups.</summary>
    public int OutputStride { get; protected init; }

    /// <summary>Whether a ReLU follows: every layer but the last.</summary>
    public bool HasRelu { get; }

    /// <summary>
    /// Share of the outputs, from 0 to below 1, that each row of a training batch does without (Srivastava et al. 2014); the
    /// others are divided by what is left of 1. For outputs that are not negative: what is zero stays it on the way back.
    /// </summary>
    public float DropoutRate { get; set; }

    public Parameters Weights { get; }

    public Parameters Biases { get; }

    /// <inheritdoc cref="Parameters.PrepareTraining"/>
    public virtual void PrepareTraining(int moments, bool averaged)
    {
        Weights.PrepareTraining(moments, averaged);
        Biases.PrepareTraining(moments, averaged);
    }

    /// <summary>Has the weights and biases change places with their averages.</summary>
    public virtual void SwapAverages()
    {
        Weights.SwapAverage();
        Biases.SwapAverage();
        WeightsChanged(0, Weights.RowCount);
    }

    /// <summary>Draws the weights that training starts from; the biases are zero.</summary>
    public abstract void Initialize(Random random);

    protected static KernelSet Kernels => KernelSet.Best;

    /// <summary>What is computed of the outputs of the first rows by this thread's share of the weights.</summary>
    public virtual void ForwardShare(Batch batch, int rows, int thread) { }

    /// <summary>Computes the outputs of <paramref name="rows"/> rows of the batch.</summary>
    public virtual void Forward(Batch batch, int firstRow, int rows)
    {
        Product(batch, firstRow, rows);
        Activate(batch, firstRow, rows);
        Drop(batch, batch.Values(Index + 1, firstRow), OutputStride, firstRow, rows, 0, OutputStride);
    }

    /// <summary>
    /// Takes the loss's gradient by the outputs of <paramref name="rows"/> rows back through the ReLU, and, unless this
    /// is the first layer, on to the inputs. The rows are whole groups of the batch.
    /// </summary>
    public virtual void Backward(Batch batch, int firstRow, int rows)
    {
        ActivationGradient(batch, firstRow, rows);
        SumGradients(batch, firstRow, rows);
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
    /// <param name="step">What moves the weights.</param>
    /// <param name="gradient">Room for a piece of the gradient, this thread's own: <see cref="GradientLength"/> floats.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    public virtual void Update(Batch batch, in OptimizerStep step, float* gradient, int thread)
    {
        var (first, end) = Share(thread, batch.Threads);
        UpdateWeights(batch, step, gradient, thread, first, end);
        if (thread == batch.Threads - 1 && Biases.RowCount > 0)
        {
            BiasGradient(batch, gradient);
            step.Update(Biases, 0, 1, gradient, decays: false);
        }
    }

    /// <summary>What <see cref="Update"/> does to some rows of the weights.</summary>
    protected void UpdateWeights(Batch batch, in OptimizerStep step, float* gradient, int thread, int first, int end)
    {
        var pieceRows = Math.Max(RowGrain, GradientPiece / Weights.Stride / RowGrain * RowGrain);
        for (var row = first; row < end; row += pieceRows)
        {
            var rows = Math.Min(pieceRows, end - row);
            UpdatePiece(batch, step, gradient, thread, row, rows);
            WeightsChanged(row, rows);
        }
    }

    /// <summary>What <see cref="Update"/> does to as many rows as their gradient has room for.</summary>
    protected virtual void UpdatePiece(Batch batch, in OptimizerStep step, float* gradient, int thread, int firstRow, int rows)
    {
        WeightGradient(batch, thread, firstRow, rows, gradient);
        step.Update(Weights, firstRow, rows, gradient, decays: true);
    }

    /// <summary>Floats that <see cref="Update"/> needs for a piece of the gradient.</summary>
    public int GradientLength => Math.Max(GradientPiece, RowGrain * Weights.Stride);

    /// <summary>The weight rows of a thread: from the first up to, not including, the second.</summary>
    protected virtual (int First, int End) Share(int thread, int threads)
    {
        var grains = (Weights.RowCount + RowGrain - 1) / RowGrain;
        return (Math.Min(Weights.RowCount, grains * thread / threads * RowGrain), Math.Min(Weights.RowCount, grains * (thread + 1) / threads * RowGrain));
    }

    /// <summary>The map itself, before the ReLU.</summary>
    protected abstract void Product(Batch batch, int firstRow, int rows);

    /// <summary>What follows the map: the ReLU.</summary>
    protected virtual void Activate(Batch batch, int firstRow, int rows)
    {
        if (HasRelu)
            Kernels.Relu(batch.Values(Index + 1, firstRow), OutputStride, rows, OutputStride);
    }

    /// <summary>The loss's gradient by the map's outputs, from that by what follows it, in its place.</summary>
    protected virtual void ActivationGradient(Batch batch, int firstRow, int rows)
    {
        if (HasRelu || DropoutRate > 0)
        {
            Kernels.ReluGradient(
                batch.Values(Index + 1, firstRow), batch.Δ(Index + 1, firstRow), KeptFactor, OutputStride, rows, OutputStride);
        }
    }

    /// <summary>What dropout multiplies the outputs by that it keeps.</summary>
    protected float KeptFactor => 1 / (1 - DropoutRate);

    /// <summary>Drops some of the outputs in some columns, which are at <paramref name="values"/>.</summary>
    protected void Drop(Batch batch, float* values, nint stride, int firstRow, int rows, int firstColumn, int columns)
    {
        if (DropoutRate == 0 || !batch.IsTraining)
            return;
        for (var row = firstRow; row < firstRow + rows; row++)
        {
            var key = (uint)SplitMix64.For(Index, batch.Seed, row).Next() + (uint)firstColumn;
            DropoutMask.Apply(values + (row - firstRow) * stride, columns, key, DropoutRate);
        }
    }

    /// <summary>The loss's gradient by the inputs, from that by the map's outputs.</summary>
    public abstract void InputGradient(Batch batch, int firstRow, int rows);

    /// <summary>
    /// Called with rows that are whole groups of the batch: what <see cref="WeightGradient"/> is to add up may be summed here,
    /// group by group, while the rows are at hand.
    /// </summary>
    public virtual void SumGradients(Batch batch, int firstRow, int rows) { }

    /// <summary>The loss's gradient by some weight rows of a thread's share, summed over the batch.</summary>
    public abstract void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient);

    /// <summary>The loss's gradient by the biases, summed over the batch.</summary>
    public virtual void BiasGradient(Batch batch, float* gradient) =>
        Kernels.ColumnSums(batch.Δ(Index + 1, 0), OutputStride, gradient, batch.RowCount, OutputStride);

    /// <summary>Floats that the layer needs for each group of rows of a batch; <see cref="Batch.Scratch"/> has them.</summary>
    /// <param name="groupRows">The most rows in a group.</param>
    /// <param name="training">Whether there will be a backward pass.</param>
    public virtual int ScratchLength(int groupRows, bool training) => 0;

    /// <summary>Rows that a group of a training batch is to have at least, where there are as many.</summary>
    public virtual int MinGroupRows => 1;

    /// <summary>Called when weight rows have new values.</summary>
    public virtual void WeightsChanged(int firstRow, int rows) { }
}
