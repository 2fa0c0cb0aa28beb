
namespace MnistMl.Tests.Training.Reference;

/// <summary>Numbers that change in training, and their moving average.</summary>
class ReferenceNumbers(double[] values)
{
    public double[] Values { get; private set; } = values;

    public double[] Average { get; private set; } = [.. values];

    /// <summary>average = decay × average + (1 − decay) × values</summary>
    public void TakeIntoAverage(double decay)
    {
        for (var i = 0; i < Values.Length; i++)
            Average[i] = decay * Average[i] + (1 - decay) * Values[i];
    }

    public void SwapAverage() => (Values, Average) = (Average, Values);
}

/// <summary>Numbers that an optimizer moves against their gradient.</summary>
/// <param name="values">What they are at first.</param>
/// <param name="decays">Whether weight decay is meant for them: for weights, not for biases and scales.</param>
sealed class ReferenceParameters(double[] values, bool decays) : ReferenceNumbers(values)
{
    public bool Decays => decays;

    /// <summary>The loss's gradient, summed over the batch.</summary>
    public double[] Gradient { get; } = new double[values.Length];

    /// <summary>What an optimizer remembers of each: a mean of gradients, or a velocity, and a mean of their squares.</summary>
    public double[] Velocity { get; } = new double[values.Length];

    public double[] Squares { get; } = new double[values.Length];
}
