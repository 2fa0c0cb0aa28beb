using MnistMl.Data;
using MnistMl.Model;

namespace MnistMl.Training;

/// <summary>
/// Learning from what other networks say of each row, besides the row's class (Hinton et al., "Distilling the knowledge in a
/// neural network", 2015): one network gets better by the doubts of a larger one, or of several, than by the truth alone.
/// </summary>
/// <param name="Teachers">
/// The other networks, at least one: what they say is averaged. They take the same pixels and have the same labels, in any
/// order. They should not have been trained on the rows that this one is validated or tested on.
/// </param>
/// <param name="Alpha">The teachers' share of the loss, above 0, at most 1; the class has the rest.</param>
/// <param name="Temperature">
/// What the logits of both are divided by before they are compared, at least 1: the higher, the more unlikely classes matter.
/// </param>
public sealed record Distillation(
    IReadOnlyList<TrainedNetwork> Teachers, double Alpha = Distillation.DefaultAlpha, double Temperature = Distillation.DefaultTemperature)
{
    internal const double DefaultAlpha = 0.9, DefaultTemperature = 2;

    /// <summary>The same with teachers that take the bytes of a range for its values.</summary>
    internal Distillation OnBytes(PixelRange range) => range.IsBytes
        ? this
        : this with { Teachers = [.. Teachers.Select(teacher => teacher.WithInput(range.Unit, range.Offset))] };

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Teachers);
        ArgumentOutOfRangeException.ThrowIfLessThan(Teachers.Count, 1, nameof(Teachers));
        if (!(Alpha is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(Alpha), Alpha, "The teachers' share is a number above 0 and at most 1.");
        if (!(Temperature >= 1 && double.IsFinite(Temperature)))
            throw new ArgumentOutOfRangeException(nameof(Temperature), Temperature, "The temperature is a number from 1 on.");
    }
}
