using System.Globalization;

namespace MnistMl.Commands;

/// <summary>Parses the texts of options. A wrong text is a <see cref="MnistMlException"/>.</summary>
static class OptionText
{
    public static int WholeNumber(string text, int min = int.MinValue, int max = int.MaxValue)
    {
        var isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= min && number <= max)
            return number;
        var range = max < int.MaxValue ? $" from {min} to {max}" : min > int.MinValue ? $" from {min} on" : "";
        throw new MnistMlException($"'{text}' is not a whole number{range}.");
    }

    /// <param name="text">The text.</param>
    /// <param name="range">The range of numbers, in words.</param>
    /// <param name="contains">Whether a finite number is in it.</param>
    public static double Number(string text, string range, Predicate<double> contains) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number) && contains(number)
            ? number
            : throw new MnistMlException($"'{text}' is not {range}.");

    /// <summary>Finds the value that a word names.</summary>
    public static T OneOf<T>(string text, IReadOnlyList<T> values, Func<T, string> wordOf)
    {
        foreach (var value in values)
        {
            if (wordOf(value) == text)
                return value;
        }
        throw new MnistMlException($"'{text}' is not {Listed(values.Select(wordOf))}.");
    }

    /// <summary>Words as a sentence has them: "a, b or c".</summary>
    public static string Listed(IEnumerable<string> words) =>
        $"{string.Join(", ", words.SkipLast(1))} or {words.Last()}";
}
