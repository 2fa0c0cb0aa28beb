using System.Runtime.CompilerServices;
using MnistMl.Network.Kernels;

namespace MnistMl.Network;

/// <summary>The end of a network in training: softmax, categorical cross-entropy, and the latter's gradient.</summary>
static unsafe class SoftmaxCrossEntropy
{
    /// <summary>
    /// Turns a row of logits into probabilities p and writes the gradient of the batch's mean loss by the logits,
    /// (p − y) ÷ batch rows, where y is 1 for the row's class and 0 for the others.
    /// </summary>
    /// <param name="logits">[stride], replaced by the probabilities.</param>
    /// <param name="δ">[stride]: the gradient.</param>
    /// <param name="target">The row's class.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="stride">Row length, padding included.</param>
    /// <param name="batchRows">Rows in the batch.</param>
    /// <returns>The row's loss, −ln p[target], in nats, and whether its class had the highest probability.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Loss, bool Correct) Backward(float* logits, float* δ, int target, int classes, int stride, int batchRows)
    {
        // From the logits: a probability may be too small for a float, its logarithm is not.
        var logit = logits[target];
        var loss = KernelSet.Best.Softmax(logits, classes, stride) - logit;

        var scale = 1f / batchRows;
        KernelSet.Best.Scale(logits, scale, δ, stride);
        δ[target] -= scale;

        var correct = true;
        for (var i = 0; i < classes; i++)
            correct &= logits[i] <= logits[target];
        return (loss, correct);
    }
}
