using System.Globalization;

namespace MnistMl.Augmentation;

/// <summary>The words of <see cref="AugmentationOptions"/>: which numbers follow each, and what these may be.</summary>
static class AugmentationParser
{
    const string Nothing = "none";

    static readonly Term[] _terms =
    [
        new("rotate", new Strength("degrees", 0, 180, o => o.Rotation, (o, x) => o with { Rotation = x })),
        new("shift", new Strength("pixels", 0, 1000, o => o.Shift, (o, x) => o with { Shift = x })),
        new("scale", new Strength("share", 0, 0.9, o => o.Scale, (o, x) => o with { Scale = x })),
        new("shear", new Strength("slope", 0, 2, o => o.Shear, (o, x) => o with { Shear = x })),
        new("flip", new Strength("share", 0, 0.5, o => o.FlipProbability, (o, x) => o with { FlipProbability = x })),
        new("elastic",
            new Strength("alpha", 0, 1000, o => o.Elastic, (o, x) => o with { Elastic = x }),
            new Strength("sigma", 0.1, 100, o => o.ElasticSigma, (o, x) => o with { ElasticSigma = x })),
        new("erase",
            new Strength("share", 0, 1, o => o.EraseProbability, (o, x) => o with { EraseProbability = x }),
            new Strength("area", 0, 1, o => o.ErasedArea, (o, x) => o with { ErasedArea = x })),
    ];

    /// <summary>What may be written.</summary>
    public static string Usage { get; } = $"{string.Join<Term>(", ", _terms)}; or {Nothing}";

    /// <inheritdoc cref="AugmentationOptions.Parse"/>
    public static AugmentationOptions Parse(string text)
    {
        var options = AugmentationOptions.None;
        if (text.Trim() == Nothing)
            return options;

        var parser = new TermParser(text);
        var used = new HashSet<Term>();
        foreach (var words in parser.Terms())
        {
            var term = Array.Find(_terms, term => term.Word == words[0].Text) ?? throw parser.Wrong(
                words[0], $"'{words[0].Text}' is none of {string.Join(", ", _terms.Select(term => term.Word))}, {Nothing}.");
            if (!used.Add(term))
                throw parser.Wrong(words[0], $"'{term.Word}' is there twice.");
            if (words.Length == 1)
                throw parser.Wrong(words[0], $"'{term.Word}' lacks its number. Write: {term}.");
            if (words.Length > 1 + term.Strengths.Length)
                throw parser.Wrong(words[1 + term.Strengths.Length], $"'{term.Word}' has a number too many. Write: {term}.");
            foreach (var (word, strength) in words.Skip(1).Zip(term.Strengths))
            {
                if (!double.TryParse(word.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !strength.Takes(number))
                    throw parser.Wrong(word, $"'{word.Text}' is not {strength.Range}. Write: {term}.");
                options = strength.With(options, number);
            }
        }
        return options;
    }

    /// <inheritdoc cref="AugmentationOptions.ToString"/>
    public static string Format(AugmentationOptions options)
    {
        var changed = _terms.Where(term => term.Numbers(options) != term.Numbers(AugmentationOptions.None));
        var text = string.Join(", ", changed.Select(term => $"{term.Word} {term.Numbers(options)}"));
        return text.Length > 0 ? text : Nothing;
    }

    /// <inheritdoc cref="AugmentationOptions.Validate"/>
    public static void Validate(AugmentationOptions options)
    {
        foreach (var term in _terms)
        {
            foreach (var strength in term.Strengths)
            {
                var number = strength.Get(options);
                if (!strength.Takes(number))
                    throw new ArgumentOutOfRangeException(nameof(options), number, $"The {strength.Name} of '{term.Word}' is {strength.Range}.");
            }
        }
    }

    /// <inheritdoc cref="AugmentationOptions.Times"/>
    public static AugmentationOptions Times(AugmentationOptions options, double factor)
    {
        var product = AugmentationOptions.None;
        foreach (var term in _terms)
        {
            // The first says how much; the others, in which way, which is nothing to say of no change at all.
            var strength = Math.Round(Math.Min(factor * term.Strengths[0].Get(options), term.Strengths[0].Max), 4);
            if (strength == 0)
                continue;
            product = term.Strengths[0].With(product, strength);
            foreach (var other in term.Strengths.Skip(1))
                product = other.With(product, other.Get(options));
        }
        return product;
    }

    static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A change, and the numbers that say how much; those after the first may be left out.</summary>
    sealed record Term(string Word, params Strength[] Strengths)
    {
        public string Numbers(AugmentationOptions options) => string.Join(' ', Strengths.Select(strength => Text(strength.Get(options))));

        public override string ToString() =>
            string.Join(' ', [Word, Strengths[0].Name.ToUpperInvariant(), .. Strengths.Skip(1).Select(strength => $"[{strength.Name.ToUpperInvariant()}]")]);
    }

    sealed record Strength(
        string Name, double Min, double Max,
        Func<AugmentationOptions, double> Get, Func<AugmentationOptions, double, AugmentationOptions> With)
    {
        public string Range => $"a number from {Text(Min)} to {Text(Max)}";

        public bool Takes(double number) => number >= Min && number <= Max;
    }
}
