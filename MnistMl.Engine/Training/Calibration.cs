using MnistMl.Inference;
using MnistMl.Model;
using MnistMl.Numerics;

namespace MnistMl.Training;

/// <summary>
/// Temperature scaling (Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017): the logits are divided
/// by the number that gives the least loss on examples that the network was not trained on. No prediction changes, only how
/// sure it is.
/// </summary>
static class Calibration
{
    /// <summary>The most probabilities to keep: more examples would not change the temperature.</summary>
    const int MaxProbabilities = 1 << 24;

    /// <summary>Bounds of the temperature: few examples must not make a network all sure, nor all unsure.</summary>
    const double MinTemperature = 0.25, MaxTemperature = 4;

    /// <summary>How near to the least loss the inverse temperature is.</summary>
    const double Precision = 1e-6;

    /// <summary>The logarithm of a probability that is 0 as a float.</summary>
    const float MinLogProbability = -87;

    /// <summary>Examples that are scored at a time.</summary>
    const int ChunkRows = 4096;

    /// <summary>Calibrates a network.</summary>
    /// <param name="network">The network, which takes the values that the examples stand for.</param>
    /// <param name="validation">Examples that it was not trained on.</param>
    /// <returns>The same network with its last layer divided by the temperature, and that.</returns>
    public static (TrainedNetwork Network, double Temperature) Calibrate(TrainedNetwork network, TrainingSet validation)
    {
        var range = validation.Range;
        var predictor = new Predictor(range.IsBytes ? network : network.WithInput(range.Unit, range.Offset));
        var rows = Math.Clamp(MaxProbabilities / network.ClassNames.Count, 1, validation.Input.RowCount);
        var temperature = Temperature(
            Probabilities(predictor, validation, rows), network.ClassNames.Count, validation.Labels.Span);
        return (network.WithTemperature(temperature), temperature);
    }

    /// <summary>The temperature of the least cross-entropy.</summary>
    /// <param name="probabilities">[examples, classes]: at temperature 1.</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="labels">The class of each example, and perhaps of more.</param>
    /// <returns>1 where no example is wrong: by the least loss, a network would be all sure of them.</returns>
    public static double Temperature(ReadOnlySpan<float> probabilities, int classCount, ReadOnlySpan<int> labels)
    {
        var logits = new double[probabilities.Length];
        var isWrong = false;
        for (var start = 0; start < logits.Length; start += classCount)
        {
            var own = probabilities.Slice(start, classCount);
            isWrong |= own.IndexOfMax() != labels[start / classCount];
            for (var i = 0; i < classCount; i++)
                logits[start + i] = Math.Max(MathF.Log(own[i]), MinLogProbability);
        }
        if (!isWrong)
            return 1;

        // The loss is convex by the inverse temperature. Newton's method, halving the range where it would leave it.
        var (low, high, inverse) = (1 / MaxTemperature, 1 / MinTemperature, 1.0);
        for (var change = 1.0; Math.Abs(change) > Precision;)
        {
            var (slope, curvature) = LossDerivatives(logits, classCount, labels, inverse);
            (low, high) = slope > 0 ? (low, inverse) : (inverse, high);
            var next = inverse - slope / curvature;
            if (!(next > low && next < high))
                next = (low + high) / 2;
            change = next - inverse;
            inverse = next;
        }
        return 1 / inverse;
    }

    /// <summary>First and second derivative of the summed cross-entropy by the inverse temperature.</summary>
    static (double Slope, double Curvature) LossDerivatives(
        double[] logits, int classCount, ReadOnlySpan<int> labels, double inverse)
    {
        var (slope, curvature) = (0.0, 0.0);
        for (var start = 0; start < logits.Length; start += classCount)
        {
            var own = logits.AsSpan(start, classCount);
            var (sum, first, second) = (0.0, 0.0, 0.0);
            foreach (var logit in own)
            {
                var weight = Math.Exp(inverse * logit);
                sum += weight;
                first += weight * logit;
                second += weight * logit * logit;
            }
            var mean = first / sum;
            slope += mean - own[labels[start / classCount]];
            curvature += second / sum - mean * mean;
        }
        return (slope, curvature);
    }

    /// <summary>[rows, classes]: the probabilities of the first examples.</summary>
    static unsafe float[] Probabilities(Predictor predictor, TrainingSet examples, int rows)
    {
        var (features, classes) = (predictor.FeatureCount, predictor.ClassNames.Count);
        var probabilities = new float[rows * classes];
        var values = new float[Math.Min(ChunkRows, rows) * features];
        for (var start = 0; start < rows; start += ChunkRows)
        {
            var count = Math.Min(ChunkRows, rows - start);
            fixed (float* first = values)
            {
                for (var row = 0; row < count; row++)
                    examples.Input.Load(start + row, first + row * features);
            }
            // The network has the scale in its weights.
            for (var i = 0; i < count * features; i++)
                values[i] = examples.Scale[i % features] is not 0 and var scale ? values[i] / scale : 0;
            predictor.Probabilities(values.AsSpan(0, count * features), probabilities.AsSpan(start * classes, count * classes));
        }
        return probabilities;
    }
}
