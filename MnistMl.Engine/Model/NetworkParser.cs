using System.Globalization;

namespace MnistMl.Model;

/// <summary>Hidden layers in words, such as <c>conv 24 5x5 /2, conv 48 5x5 /2, dense 128</c>.</summary>
public static class NetworkParser
{
    const string NothingWord = "none", DenseWord = "dense", ConvolutionWord = "conv", BatchNormWord = "bn";
    const string FormerBatchNormWord = "norm", AverageWord = "average", MaxWord = "max", DropoutWord = "dropout";

    // Small numbers are written with an exponent.
    const NumberStyles Unsigned = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>What may be written.</summary>
    internal static string Usage { get; } =
        $"{DenseWord} WIDTH (or its WIDTH alone), {ConvolutionWord} CHANNELS HxW [/STRIDE] [+PADDING] "
        + $"[{BatchNormWord}], {AverageWord} or {MaxWord} HxW [/STRIDE], {DropoutWord} RATE; or {NothingWord}";

    /// <summary>Reads hidden layers, from the input on.</summary>
    /// <exception cref="MnistMlException">The text is not that; the message shows where.</exception>
    public static IReadOnlyList<LayerSpec> Parse(string text)
    {
        if (text.Trim() == NothingWord)
            return [];
        var parser = new TermParser(text);
        return [.. parser.Terms().Select(words => new Term(parser, words).Layer())];
    }

    /// <summary>The text that <see cref="Parse"/> reads the same layers from.</summary>
    public static string Format(IReadOnlyList<LayerSpec> layers)
    {
        if (layers.Count == 0)
            return NothingWord;
        return layers.All(layer => layer is Dense)
            ? string.Join(',', layers.Cast<Dense>().Select(dense => dense.Width.ToString(CultureInfo.InvariantCulture)))
            : string.Join(", ", layers);
    }

    /// <summary>One layer's words, read from left to right.</summary>
    sealed class Term(TermParser text, Word[] words)
    {
        int _next;

        public LayerSpec Layer()
        {
            LayerSpec layer = words[0].Text switch
            {
                DenseWord => new Dense(Skip().Number("", "a width")),
                ConvolutionWord => Skip().ConvolutionLayer(),
                AverageWord => Skip().Pooling((height, width, stride) => new AveragePooling2D(height, width, stride)),
                MaxWord => Skip().Pooling((height, width, stride) => new MaxPooling2D(height, width, stride)),
                DropoutWord => new Dropout(Skip().Share()),
                _ when char.IsAsciiDigit(words[0].Text.FirstOrDefault()) => new Dense(Number("", "a width")),
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

        Conv2D ConvolutionLayer()
        {
            var channels = Number("", "a number of channels");
            var (height, width) = Size();
            return new Conv2D(
                channels, height, width, Optional("/", "a stride") ?? 1, Optional("+", "a padding") ?? 0,
                IsNext(BatchNormWord) || IsNext(FormerBatchNormWord));
        }

        LayerSpec Pooling(Func<int, int, int, LayerSpec> create)
        {
            var (height, width) = Size();
            return create(height, width, Optional("/", "a stride") ?? Side());

            int Side() => height == width
                ? height
                : throw text.Wrong(words[_next - 1],
                    $"After '{words[_next - 1].Text}', which is not square, a stride is missing. Write: {Usage}.");
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
            _next < words.Length && words[_next].Text.StartsWith(sign, StringComparison.Ordinal)
                ? Number(sign, what)
                : null;

        int Number(string sign, string what)
        {
            var word = Take(what);
            return TryNumber(word.Text[sign.Length..], out var number)
                ? number
                : throw text.Wrong(word,
                    $"'{word.Text}' is not {what}, {(sign.Length > 0 ? $"{sign} and " : "")}a whole number from 1 on.");
        }

        Word Take(string what) => _next < words.Length
            ? words[_next++]
            : throw text.Wrong(words[^1], $"After '{words[^1].Text}' {what} is missing. Write: {Usage}.");

        static bool TryNumber(string digits, out int number) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
    }
}
