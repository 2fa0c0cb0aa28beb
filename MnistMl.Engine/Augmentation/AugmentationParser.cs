using System.Globalization;

namespace MnistMl.Augmentation;

/// <summary>
/// The text form of <see cref="AugmentationOptions"/>, made from one table of all transforms and their parameters.
/// </summary>
static class AugmentationParser
{
    const string None = "none";

    static readonly Transform[] _transforms =
    [
        new("rotate", new Parameter("degrees", 0, 180, o => o.Rotation, (o, x) => o with { Rotation = x })),
        new("shift", new Parameter("pixels", 0, 1000, o => o.Shift, (o, x) => o with { Shift = x })),
        new("scale", new Parameter("share", 0, 0.9, o => o.Scale, (o, x) => o with { Scale = x })),
        new("shear", new Parameter("slope", 0, 2, o => o.Shear, (o, x) => o with { Shear = x })),
        new("flip",
            new Parameter("probability", 0, 0.5, o => o.FlipProbability, (o, x) => o with { FlipProbability = x })),
        new("elastic",
            new Parameter("alpha", 0, 1000, o => o.Elastic, (o, x) => o with { Elastic = x }),
            new Parameter("sigma", 0.1, 100, o => o.ElasticSigma, (o, x) => o with { ElasticSigma = x })),
        new("erase",
            Probability(o => o.EraseProbability, (o, x) => o with { EraseProbability = x }),
            new Parameter("area", 0, 1, o => o.ErasedArea, (o, x) => o with { ErasedArea = x })),
        new("thin",
            new Parameter("pixels", 0, 10, o => o.Thinning, (o, x) => o with { Thinning = x }),
            Probability(o => o.ThinningProbability, (o, x) => o with { ThinningProbability = x })),
        new("thicken",
            new Parameter("pixels", 0, 10, o => o.Thickening, (o, x) => o with { Thickening = x }),
            Probability(o => o.ThickeningProbability, (o, x) => o with { ThickeningProbability = x })),
        new("stretch", Probability(o => o.StretchProbability, (o, x) => o with { StretchProbability = x })),
        new("flag", Probability(o => o.FlagProbability, (o, x) => o with { FlagProbability = x })),
        new("blur",
            new Parameter("sigma", 0, 4, o => o.Blur, (o, x) => o with { Blur = x }),
            Probability(o => o.BlurProbability, (o, x) => o with { BlurProbability = x })),
        new("contrast",
            new Parameter("loss", 0, 1, o => o.Contrast, (o, x) => o with { Contrast = x }),
            Probability(o => o.ContrastProbability, (o, x) => o with { ContrastProbability = x })),
        new("brightness",
            new Parameter("level", 0, 255, o => o.Brightness, (o, x) => o with { Brightness = x }),
            Probability(o => o.BrightnessProbability, (o, x) => o with { BrightnessProbability = x })),
    ];

    /// <summary>All transforms with the names of their parameters, for the help.</summary>
    public static string Usage { get; } = $"{string.Join<Transform>(", ", _transforms)}; or {None}";

    /// <inheritdoc cref="AugmentationOptions.Parse"/>
    public static AugmentationOptions Parse(string text)
    {
        var options = AugmentationOptions.None;
        if (text.Trim() == None)
            return options;

        var parser = new TermParser(text);
        var used = new HashSet<Transform>();
        foreach (var words in parser.Terms())
        {
            var (name, numbers) = (words[0], words[1..]);
            var transform = Array.Find(_transforms, transform => transform.Name == name.Text)
                ?? throw parser.Wrong(name, $"'{name.Text}' is none of {Names()}, {None}.");
            if (!used.Add(transform))
                throw parser.Wrong(name, $"'{name.Text}' is there twice.");
            if (numbers.Length == 0)
                throw parser.Wrong(name, $"'{name.Text}' lacks its number. Write: {transform}.");
            if (numbers.Length > transform.Parameters.Length)
            {
                var surplus = numbers[transform.Parameters.Length];
                throw parser.Wrong(surplus, $"'{name.Text}' has a number too many. Write: {transform}.");
            }
            foreach (var (number, parameter) in numbers.Zip(transform.Parameters))
            {
                if (!double.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                    || !parameter.IsInRange(value))
                {
                    throw parser.Wrong(number, $"'{number.Text}' is not {parameter.Range}. Write: {transform}.");
                }
                options = parameter.With(options, value);
            }
        }
        return options;

        static string Names() => string.Join(", ", _transforms.Select(transform => transform.Name));
    }

    /// <inheritdoc cref="AugmentationOptions.ToString"/>
    public static string Format(AugmentationOptions options)
    {
        var text = string.Join(", ",
            from transform in _transforms
            let values = transform.Values(options)
            where values != transform.Values(AugmentationOptions.None)
            select $"{transform.Name} {values}");
        return text.Length > 0 ? text : None;
    }

    /// <inheritdoc cref="AugmentationOptions.Validate"/>
    public static void Validate(AugmentationOptions options)
    {
        foreach (var transform in _transforms)
        {
            foreach (var parameter in transform.Parameters)
            {
                var value = parameter.Get(options);
                if (!parameter.IsInRange(value))
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(options), value, $"The {parameter.Name} of '{transform.Name}' is {parameter.Range}.");
                }
            }
        }
    }

    /// <inheritdoc cref="AugmentationOptions.Times"/>
    public static AugmentationOptions Times(AugmentationOptions options, double factor)
    {
        var product = AugmentationOptions.None;
        foreach (var transform in _transforms)
        {
            var first = transform.Parameters[0];
            var value = Math.Round(Math.Min(factor * first.Get(options), first.Max), 4);
            // The other parameters of a transform that is not used keep their defaults.
            if (value == 0)
                continue;
            product = first.With(product, value);
            foreach (var other in transform.Parameters.Skip(1))
                product = other.With(product, other.Get(options));
        }
        return product;
    }

    static Parameter Probability(
        Func<AugmentationOptions, double> get, Func<AugmentationOptions, double, AugmentationOptions> with) =>
        new("probability", 0, 1, get, with);

    static string Format(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A transform and its parameters, of which all but the first are optional.</summary>
    sealed record Transform(string Name, params Parameter[] Parameters)
    {
        public string Values(AugmentationOptions options) =>
            string.Join(' ', Parameters.Select(parameter => Format(parameter.Get(options))));

        public override string ToString()
        {
            var placeholders = Parameters.Select(parameter => parameter.Name.ToUpperInvariant());
            return string.Join(' ', [Name, placeholders.First(), .. placeholders.Skip(1).Select(name => $"[{name}]")]);
        }
    }

    sealed record Parameter(
        string Name, double Min, double Max,
        Func<AugmentationOptions, double> Get, Func<AugmentationOptions, double, AugmentationOptions> With)
    {
        public string Range => $"a number from {Format(Min)} to {Format(Max)}";

        public bool IsInRange(double value) => value >= Min && value <= Max;
    }
}
