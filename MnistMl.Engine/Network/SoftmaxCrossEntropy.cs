using System.Runtime.CompilerServices;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Network;

/// <summary>The end of a network in training: softmax, categorical cross-entropy, and the latter's gradient.</summary>
static unsafe class SoftmaxCrossEntropy
{
    /// <summary>
    /// Turns a row of logits into probabilities p and writes the gradient of the batch's mean loss by the logits,
    /// (p − y) ÷ batch rows. The target y is 1 for the row's class and 0 for the others; smoothed (Szegedy et al.,
    /// "Rethinking the Inception architecture for computer vision", 2016) it is 1 − ε + ε ÷ classes and ε ÷ classes.
    /// </summary>
    /// <param name="logits">[stride], replaced by the probabilities.</param>
    /// <param name="δ">[stride]: the gradient.</param>
    /// <param name="target">The row's class.</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="stride">Row length, padding included.</param>
    /// <param name="batchRows">Rows in the batch.</param>
    /// <param name="smoothing">ε, the share of the target that all classes have in equal parts.</param>
    /// <param name="weight">How much the row counts: what its gradient is multiplied by.</param>
    /// <returns>
    /// The row's loss, −ln p[target], in nats, whatever the smoothing and the weight, so that losses compare; and whether its class
    /// had the highest logit.
    /// </returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Loss, bool Correct) Backward(
        float* logits, float* δ, int target, int classCount, int stride, int batchRows, float smoothing = 0, float weight = 1)
    {
        // From the logits: a probability may be too small for a float, its logarithm is not.
        var logit = logits[target];
        var (max, logSum) = KernelSet.Best.Softmax(logits, classCount, stride);

        var scale = weight / batchRows;
        KernelSet.Best.CrossEntropyGradient(logits, scale, δ, stride);
        δ[target] -= scale * (1 - smoothing);
        if (smoothing > 0)
        {
            for (var i = 0; i < classCount; i++)
                δ[i] -= scale * smoothing / classCount;
        }

        return (logSum - logit, logit == max);
    }
}
