namespace MnistMl.Optimizers;

/// <summary>
/// <see cref="Adam"/> with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularization",
/// 2019): before each step, the weights are multiplied by 1 − learning rate × decay. Biases do not decay.
/// </summary>
/// <param name="WeightDecay">The decay, at least 0.</param>
public sealed record AdamW(double WeightDecay = 0.1) : Adam
{
    internal override StepFactors At(double learningRate, long number) =>
        base.At(learningRate, number) with { Kept = (float)(1 - learningRate * WeightDecay) };

    internal override void Validate()
    {
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(WeightDecay), WeightDecay, "The weight decay is a number from 0 on.");
        }
    }
}
