using System.Globalization;

namespace MnistMl.Model;

/// <summary>Hidden layers in words, such as <c>conv 24 5x5 /2, conv 48 5x5 /2, dense 128</c>.</summary>
public static class NetworkText
{
    const string Nothing = "none", Dense = "dense", Convolution = "conv", Normalized = "norm", Average = "average", Max = "max", Dropout = "dropout";

    // Small numbers are written with an exponent.
    const NumberStyles Unsigned = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>What may be written.</summary>
    public static string Usage { get; } =
        $"{Dense} WIDTH (or its WIDTH alone), {Convolution} CHANNELS HxW [/STRIDE] [+PADDING] [{Normalized}], {Average} or {Max} HxW [/STRIDE], {Dropout} SHARE; or {Nothing}";

    /// <summary>Reads hidden layers, from the input on.</summary>
    /// <exception cref="MnistMlException">The text is not that; the message shows where.</exception>
    public static IReadOnlyList<LayerOptions> Parse(string text)
    {
        if (text.Trim() == Nothing)
            return [];
        var optionText = new OptionText(text);
        return [.. optionText.Terms().Select(words => new Term(optionText, words).Layer())];
    }

    /// <summary>The text that <see cref="Parse"/> reads the same layers from.</summary>
    public static string Format(IReadOnlyList<LayerOptions> layers)
    {
        if (layers.Count == 0)
            return Nothing;
        return layers.All(layer => layer is DenseOptions)
            ? string.Join(',', layers.Cast<DenseOptions>().Select(dense => dense.Width.ToString(CultureInfo.InvariantCulture)))
            : string.Join(", ", layers);
    }

    /// <summary>One layer's words, read from left to right.</summary>
    sealed class Term(OptionText text, Word[] words)
    {
        int _next;

        public LayerOptions Layer()
        {
            LayerOptions layer = words[0].Text switch
            {
                Dense => new DenseOptions(Skip().Number("", "a width")),
                Convolution => Skip().ConvolutionLayer(),
                Average => Skip().Pooling((height, width, stride) => new AveragePoolingOptions(height, width, stride)),
                Max => Skip().Pooling((height, width, stride) => new MaxPoolingOptions(height, width, stride)),
                Dropout => new DropoutOptions(Skip().Share()),
                _ when char.IsAsciiDigit(words[0].Text.FirstOrDefault()) => new DenseOptions(Number("", "a width")),
                _ => throw text.Wrong(words[0], $"'{words[0].Text}' is no layer. Write: {Usage}."),
            };
            if (_next < words.Length)
                throw text.Wrong(words[_next], $"'{words[_next].Text}' is too much here. Write: {Usage}.");
            return layer;
        }

        Term Skip()
        {
            _next++;
            return this;
        }

        ConvolutionOptions ConvolutionLayer()
        {
            var channels = Number("", "a number of channels");
            var (height, width) = Size();
            return new ConvolutionOptions(
                channels, height, width, Optional("/", "a stride") ?? 1, Optional("+", "a padding") ?? 0, IsNext(Normalized));
        }

        LayerOptions Pooling(Func<int, int, int, LayerOptions> create)
        {
            var (height, width) = Size();
            return create(height, width, Optional("/", "a stride") ?? Side());

            int Side() => height == width
                ? height
                : throw text.Wrong(words[_next - 1], $"After '{words[_next - 1].Text}', which is not square, a stride is missing. Write: {Usage}.");
        }

        (int Height, int Width) Size()
        {
            var word = Take("a size such as 5x5");
            var parts = word.Text.Split('x', '×');
            return parts.Length == 2 && TryNumber(parts[0], out var height) && TryNumber(parts[1], out var width)
                ? (height, width)
                : throw text.Wrong(word, $"'{word.Text}' is not a size such as 5x5.");
        }

        double Share()
        {
            var word = Take("a share such as 0.4");
            return double.TryParse(word.Text, Unsigned, CultureInfo.InvariantCulture, out var share) && (float)share < 1
                ? share
                : throw text.Wrong(word, $"'{word.Text}' is not a share, from 0 to below 1.");
        }

        bool IsNext(string word)
        {
            var isNext = _next < words.Length && words[_next].Text == word;
            _next += isNext ? 1 : 0;
            return isNext;
        }

        int? Optional(string sign, string what) =>
            _next < words.Length && words[_next].Text.StartsWith(sign, StringComparison.Ordinal) ? Number(sign, what) : null;

        int Number(string sign, string what)
        {
            var word = Take(what);
            return TryNumber(word.Text[sign.Length..], out var number)
                ? number
                : throw text.Wrong(word, $"'{word.Text}' is not {what}, {(sign.Length > 0 ? $"{sign} and " : "")}a whole number from 1 on.");
        }

        Word Take(string what) => _next < words.Length
            ? words[_next++]
            : throw text.Wrong(words[^1], $"After '{words[^1].Text}' {what} is missing. Write: {Usage}.");

        static bool TryNumber(string digits, out int number) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
    }
}
