using MnistMl.Optimizers;

namespace MnistMl.Network;

/// <summary>
/// The first layers of a network whose features are mostly zeros. Threads share them by weights, where they share all
/// other layers by rows of the batch: all rows pass through a thread's share of the weights, which stays in its core's
/// cache.
/// </summary>
/// <param name="first">The first layer.</param>
/// <param name="second">The layer after it, if there is one.</param>
sealed unsafe class SparseInput(SparseDenseLayer first, SplitDenseLayer? second)
{
    /// <summary>
    /// Computes, for all rows of the batch, this thread's share of the first outputs and of the second's sums.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="input">The matrix with the rows.</param>
    /// <param name="rows">The rows of the batch, by their number in <paramref name="input"/>.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    public void Forward(Batch batch, FeatureMatrix input, ReadOnlySpan<int> rows, int thread)
    {
        for (var row = 0; row < rows.Length; row++)
            input.Load(rows[row], batch.SparseBatch(thread), row);
        first.Forward(batch, rows.Length, thread);
        second?.Multiply(batch, rows.Length, thread);
    }

    /// <summary>
    /// Takes the loss's gradient by the second layer's sums back to this thread's share of the first layer's.
    /// </summary>
    public void Backward(Batch batch, int thread)
    {
        second?.InputGradient(batch, thread);
        first.Backward(batch, thread);
    }

    /// <summary>
    /// Updates this thread's share of the first layer's weights, and prefetches the rows of the next step.
    /// </summary>
    /// <inheritdoc cref="FeedForwardNetwork.Update"/>
    public void Update(
        Batch batch, in OptimizerStep step, float* gradient, int thread, FeatureMatrix input,
        ReadOnlySpan<int> nextRows)
    {
        first.Update(batch, step, gradient, thread);
        // Not before, or the layer's weights and moments would push the rows out of the cache again.
        foreach (var row in nextRows)
            input.Prefetch(row);
    }
}
