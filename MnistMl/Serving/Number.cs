using MnistMl.Images;
using MnistMl.Numerics;

namespace MnistMl.Serving;

/// <summary>Several digits in one image, read as a number.</summary>
/// <param name="Digits">The digits from left to right, two at least.</param>
/// <param name="Warnings">Why it may be wrong.</param>
sealed record Number(IReadOnlyList<NumberDigit> Digits, IReadOnlyList<string> Warnings)
{
    /// <summary>What was done to the whole image; null if that was not asked for.</summary>
    public IReadOnlyList<StepJson>? Steps => ImageFile.StepsOf(Digits[0].Image.Steps.TakeWhile(step => step.Name != MnistForm.Pieces));

    /// <summary>Reads the digits of an image; null if they are not several.</summary>
    public static Number? Read(Picture picture, ServedModel model, bool keepSteps)
    {
        var number = NumberForm.Of(picture, pixels => Score(pixels).Max(), keepSteps);
        return number.Digits.Count < 2 ? null : new([.. number.Digits.Select(digit => new NumberDigit(Score(digit.Pixels!), digit))], number.Warnings);

        float[] Score(byte[] pixels)
        {
            var probabilities = new float[model.Labels.Count];
            model.Score(pixels, probabilities);
            return probabilities;
        }
    }
}

/// <summary>A digit of a number.</summary>
/// <param name="Probabilities">[classes]</param>
/// <param name="Image">What the network sees of it.</param>
readonly record struct NumberDigit(float[] Probabilities, DigitImage Image)
{
    /// <summary>What was done to this digit alone; null if that was not asked for.</summary>
    public IReadOnlyList<StepJson>? Steps => ImageFile.StepsOf(Image.Steps.SkipWhile(step => step.Name != MnistForm.Pieces));

    /// <summary>The most probable class.</summary>
    public int Class => ((ReadOnlySpan<float>)Probabilities).IndexOfMax();
}
