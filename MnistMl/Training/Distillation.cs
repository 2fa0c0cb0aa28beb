using MnistMl.Models;

namespace MnistMl.Training;

/// <summary>
/// Learning from what another network says of each row, besides the row's class (Hinton et al., "Distilling the knowledge in a
/// neural network", 2015): a small network gets better by a large one's doubts than by the truth alone.
/// </summary>
/// <param name="Teacher">
/// The other network. It takes the same pixels and has the same labels, in any order. It should not have been trained on the
/// rows that this one is validated or tested on.
/// </param>
/// <param name="Share">The teacher's share of the loss, above 0, at most 1; the class has the rest.</param>
/// <param name="Temperature">
/// What the logits of both are divided by before they are compared, at least 1: the higher, the more unlikely classes matter.
/// </param>
public sealed record Distillation(
    TrainedNetwork Teacher, double Share = Distillation.DefaultShare, double Temperature = Distillation.DefaultTemperature)
{
    internal const double DefaultShare = 0.9, DefaultTemperature = 2;

    internal void Validate()
    {
        if (!(Share is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(Share), Share, "The teacher's share is a number above 0 and at most 1.");
        if (!(Temperature >= 1 && double.IsFinite(Temperature)))
            throw new ArgumentOutOfRangeException(nameof(Temperature), Temperature, "The temperature is a number from 1 on.");
    }
}
