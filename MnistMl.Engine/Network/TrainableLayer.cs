using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;
using MnistMl.Optimizers;

namespace MnistMl.Network;

/// <summary>
/// A layer with weights and biases, which threads share by rows of the weights when they update them.
/// </summary>
abstract unsafe class TrainableLayer(
    int index, Volume input, Volume output, Parameters weights, Parameters biases, bool relu)
    : Layer(index, input, output, relu)
{
    /// <summary>Weight rows go to threads in multiples of this: no two threads write to one cache line.</summary>
    const int RowGrain = KernelSet.Alignment;

    /// <summary>
    /// Gradients are computed and applied in pieces of about this many floats, which stay in the first-level cache.
    /// </summary>
    const int GradientPiece = 2048;

    public Parameters Weights { get; } = weights;

    public Parameters Biases { get; } = biases;

    /// <summary>All that training changes, and a moving average follows.</summary>
    protected virtual Parameters[] State => [Weights, Biases];

    /// <summary>Length of the buffer for a piece of the gradient, in floats.</summary>
    public int GradientLength => Math.Max(GradientPiece, RowGrain * Weights.Stride);

    /// <summary>Rows of weights whose gradient is a piece.</summary>
    protected int PieceRows => Math.Max(RowGrain, GradientPiece / Weights.Stride / RowGrain * RowGrain);

    /// <summary>Draws the initial weights; the biases are zero.</summary>
    public abstract void Initialize(Random random);

    /// <inheritdoc cref="Parameters.PrepareTraining"/>
    public void PrepareTraining(int moments, bool averaged)
    {
        foreach (var parameters in State)
            parameters.PrepareTraining(moments, averaged);
    }

    /// <summary>
    /// Swaps the weights and biases with their averages, to score with: before training goes on, they are swapped back.
    /// </summary>
    public void SwapAverages()
    {
        foreach (var parameters in State)
            parameters.SwapAverage();
    }

    /// <summary>Writes what a training has changed, to go on from there.</summary>
    public virtual void WriteState(BinaryWriter writer)
    {
        foreach (var parameters in State)
            parameters.Write(writer);
    }

    /// <summary>Reads what <see cref="WriteState"/> has written of the same layer.</summary>
    public virtual void ReadState(BinaryReader reader)
    {
        foreach (var parameters in State)
            parameters.Read(reader);
        WeightsChanged(0, Weights.RowCount);
    }

    /// <summary>Whether all that a training changes is finite numbers.</summary>
    public bool IsFinite => State.All(parameters => parameters.IsFinite);

    /// <summary>Called when rows of the weights have new values, through which gradients are to go back.</summary>
    public virtual void WeightsChanged(int firstRow, int rows) { }

    /// <summary>
    /// Sums the gradient of this thread's share of the weights over the batch, in row order, and has the optimizer
    /// apply it, piece by piece: the whole gradient is never stored.
    /// </summary>
    /// <param name="batch">A batch after its backward pass.</param>
    /// <param name="step">The optimizer's step.</param>
    /// <param name="gradient">A buffer of this thread's own, of <see cref="GradientLength"/> floats.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    public virtual void Update(Batch batch, in OptimizerStep step, float* gradient, int thread)
    {
        UpdateWeights(batch, step, gradient, thread, First(thread), First(thread + 1));
        if (thread == batch.Threads - 1)
            UpdateBiases(batch, step, gradient);

        int First(int thread) => (Weights.RowCount + RowGrain - 1) / RowGrain * thread / batch.Threads * RowGrain;
    }

    /// <summary>
    /// Updates the rows of the weights from one up to, not including, another, as far as there are such.
    /// </summary>
    protected void UpdateWeights(Batch batch, in OptimizerStep step, float* gradient, int thread, int first, int end)
    {
        end = Math.Min(end, Weights.RowCount);
        for (var row = first; row < end; row += PieceRows)
        {
            var rows = Math.Min(PieceRows, end - row);
            WeightGradient(batch, thread, row, rows, gradient);
            step.Update(Weights, row, rows, gradient, decays: true);
            WeightsChanged(row, rows);
        }
    }

    protected void UpdateBiases(Batch batch, in OptimizerStep step, float* gradient)
    {
        BiasGradient(batch, gradient);
        step.Update(Biases, 0, 1, gradient, decays: false);
    }

    /// <summary>The loss's gradient by some weight rows of a thread's share, summed over the batch.</summary>
    public abstract void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient);

    /// <summary>The loss's gradient by the biases, summed over the batch.</summary>
    public abstract void BiasGradient(Batch batch, float* gradient);
}
