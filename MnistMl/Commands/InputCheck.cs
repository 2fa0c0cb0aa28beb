using System.Globalization;
using MnistMl.Data;
using MnistMl.Numerics;

namespace MnistMl.Commands;

/// <summary>
/// Tells from the first rows whether they are in the form of those that the model was trained on. A model file does not say
/// what form that was, but its weights and its scores do.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="name">What warnings call it.</param>
/// <param name="transform">What was done to the images.</param>
sealed class InputCheck(LoadedModel model, string name, ImageTransform transform)
{
    /// <summary>Rows that are looked at, and rows that are enough for an answer before the last is read.</summary>
    const int MaxRows = 100, EnoughRows = 20;

    /// <summary>The least side of an image: of other features nothing is known.</summary>
    const int MinSide = 8;

    readonly int _side = (int)Math.Sqrt(model.FeatureCount);
    readonly List<float> _values = [];

    /// <summary>Looks at the first rows of data that a model is tested on, and prints what seems to be wrong with them.</summary>
    public static IReadOnlyList<string> Warn(LoadedModel model, string name, ImageTransform transform, Dataset rows, TextWriter error)
    {
        var form = new InputCheck(model, name, transform);
        form.Add(RowBatches.Of(rows).First());
        return form.Warn(error);
    }

    /// <summary>Prints what seems to be wrong with the rows, and returns it.</summary>
    public IReadOnlyList<string> Warn(TextWriter error)
    {
        var warnings = Warnings();
        foreach (var warning in warnings)
            CommandLine.PrintWarning(warning, error);
        return warnings;
    }

    /// <summary>Whether enough rows have been looked at, or it cannot be told from any.</summary>
    public bool IsDone => !IsImage || _values.Count >= EnoughRows * model.FeatureCount;

    bool IsImage => _side >= MinSide && _side * _side == model.FeatureCount;

    int RowCount => _values.Count / model.FeatureCount;

    /// <summary>Looks at some rows.</summary>
    public void Add(RowBatch rows)
    {
        if (!IsImage)
            return;
        var count = Math.Min(rows.RowCount, MaxRows - RowCount) * model.FeatureCount;
        for (var i = 0; i < count; i++)
            _values.Add(rows.AreBytes ? rows.Bytes.Span[i] : rows.Floats.Span[i]);
    }

    /// <summary>What seems to be wrong with the rows, a sentence or two each.</summary>
    public IReadOnlyList<string> Warnings()
    {
        if (RowCount == 0)
            return [];
        var values = _values.ToArray();
        var (min, max) = (values.Min(), values.Max());
        if (RangeWarning(min, max) is { } range)
            return [range];
        return PaperWarning(values, min + max) is { } paper ? [paper] : [];
    }

    /// <summary>Ranges that people have are a factor of 16 apart: 1, 16, 255.</summary>
    string? RangeWarning(float min, float max)
    {
        const double tooSmall = 0.3, tooLarge = 10;
        if (RowCount < EnoughRows || model.Network is not { } network || max <= min)
            return null;
        var ratio = (max - min) / network.InputSpan;
        return ratio is >= tooSmall and <= tooLarge ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"The pixels of these rows are from {min:0.###} to {max:0.###}, but {name} was trained on a range "
            + $"about {Factor(ratio < 1 ? 1 / ratio : ratio)} times as {(ratio < 1 ? "large" : "small")}. Scale them as the training rows were.");

        // One significant digit: more is not known.
        static double Factor(double ratio) => Math.Round(ratio / Math.Pow(10, Math.Floor(Math.Log10(ratio)))) * Math.Pow(10, Math.Floor(Math.Log10(ratio)));
    }

    /// <summary>
    /// The paper is what is at the border. To a model of the other paper images are all alike: it finds few classes in them. Where
    /// the paper is black, as it mostly is in training, it takes more to say so: the model must be surer of its classes, too.
    /// </summary>
    string? PaperWarning(float[] values, float sum)
    {
        const double clearlyMore = 0.15, clearlySurer = 1.2;
        var brighter = Enumerable.Range(0, RowCount).Sum(row => Math.Sign(BorderExcess(values.AsSpan(row * model.FeatureCount, model.FeatureCount))));
        if (brighter == 0 || brighter < 0 && RowCount < EnoughRows)
            return null;
        var (classes, doubt) = Judge(values);
        var (invertedClasses, invertedDoubt) = Judge(Array.ConvertAll(values, value => sum - value));
        var isOther = brighter > 0
            ? invertedClasses >= classes
            : invertedClasses > classes + clearlyMore && doubt > clearlySurer * invertedDoubt;
        if (!isOther)
            return null;
        var (ink, paper) = brighter > 0 ? ("dark", "white") : ("light", "black");
        return $"These images look like {ink} ink on {paper} paper, and {name} seems to be trained on the reverse. "
            + (transform.Invert ? $"Leave out {ReadingOptions.Invert.Name}." : $"{ReadingOptions.Invert.Name} swaps ink and paper.");
    }

    /// <summary>By how much the border of an image is brighter than the rest.</summary>
    float BorderExcess(ReadOnlySpan<float> image)
    {
        var (border, inner) = (0f, 0f);
        for (var i = 0; i < image.Length; i++)
        {
            if (i / _side == 0 || i / _side == _side - 1 || i % _side == 0 || i % _side == _side - 1)
                border += image[i];
            else
                inner += image[i];
        }
        var inside = (_side - 2) * (_side - 2);
        return border / (image.Length - inside) - inner / inside;
    }

    /// <summary>How many classes the model finds, as the entropy of its predictions, and its doubt, the mean of −ln of the greatest probability.</summary>
    (double Classes, double Doubt) Judge(float[] values)
    {
        var probabilities = new float[RowCount * model.ClassNames.Count];
        model.Score(new RowBatch(default, values, RowCount), probabilities);
        var counts = new int[model.ClassNames.Count];
        var doubt = 0.0;
        foreach (var row in probabilities.Chunk(counts.Length))
        {
            var best = ((ReadOnlySpan<float>)row).IndexOfMax();
            counts[best]++;
            doubt -= Math.Log(row[best]) / RowCount;
        }
        return (counts.Where(count => count > 0).Sum(count => -(double)count / RowCount * Math.Log((double)count / RowCount)), doubt);
    }
}
