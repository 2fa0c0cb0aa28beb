using System.Globalization;
using System.Text;
using MnistMl.Images;
using MnistMl.Numerics;

namespace MnistMl.Reporting;

/// <summary>Writes predictions of files as they come.</summary>
/// <param name="classNames">The classes, in the order of the probabilities.</param>
/// <param name="output">Where to write them.</param>
abstract class FilePredictionWriter(IReadOnlyList<string> classNames, TextWriter output)
{
    /// <summary>The classes, in the order of the probabilities.</summary>
    protected IReadOnlyList<string> ClassNames { get; } = classNames;

    /// <summary>What is to be written next.</summary>
    protected StringBuilder Text { get; } = new();

    /// <summary>Writes a prediction.</summary>
    /// <param name="file">The file.</param>
    /// <param name="row">The row in it, from 1; null for a picture.</param>
    /// <param name="probabilities">[classes]</param>
    /// <param name="warnings">Why it may be wrong.</param>
    public void Write(string file, long? row, ReadOnlySpan<float> probabilities, IReadOnlyList<string> warnings)
    {
        var best = probabilities.IndexOfMax();
        var others = probabilities.ToArray();
        others[best] = float.NegativeInfinity;
        Append(file, row, best, ((ReadOnlySpan<float>)others).IndexOfMax(), probabilities, warnings);
        Flush();
    }

    /// <summary>Writes the prediction of a number: its digits, and the product of their probabilities.</summary>
    /// <param name="file">The picture's file.</param>
    /// <param name="digits">Where each digit is, and the probabilities of the classes.</param>
    /// <param name="warnings">Why it may be wrong.</param>
    public void WriteNumber(string file, IReadOnlyList<(Box Box, float[] Probabilities)> digits, IReadOnlyList<string> warnings)
    {
        (Box, string, float)[] read = [.. digits.Select(digit =>
            (digit.Box, ClassNames[((ReadOnlySpan<float>)digit.Probabilities).IndexOfMax()], digit.Probabilities.Max()))];
        AppendNumber(file, string.Concat(read.Select(digit => digit.Item2)), read.Aggregate(1f, (product, digit) => product * digit.Item3), read, warnings);
        Flush();
    }

    /// <summary>Writes that there is no prediction, if there is a place for that.</summary>
    public virtual void WriteError(string file, string message) { }

    /// <summary>Writes what follows the last prediction.</summary>
    /// <param name="isInterrupted">Whether files were left out for an interrupt.</param>
    public void End(bool isInterrupted)
    {
        AppendEnd(isInterrupted);
        Flush();
    }

    /// <summary>Appends a prediction.</summary>
    protected abstract void Append(
        string file, long? row, int best, int second, ReadOnlySpan<float> probabilities, IReadOnlyList<string> warnings);

    /// <summary>Appends the prediction of a number.</summary>
    protected abstract void AppendNumber(
        string file, string label, float probability, IReadOnlyList<(Box Box, string Label, float Probability)> digits, IReadOnlyList<string> warnings);

    /// <summary>Appends what comes after the last prediction.</summary>
    protected virtual void AppendEnd(bool isInterrupted) { }

    void Flush()
    {
        output.Write(Text);
        output.Flush();
        Text.Clear();
    }
}

/// <summary>A line for each: file, label, probability, runner-up and its probability, warnings; separated by tabs.</summary>
/// <inheritdoc cref="FilePredictionWriter"/>
sealed class FilePredictionLines(IReadOnlyList<string> classNames, TextWriter output, bool hasProbabilities)
    : FilePredictionWriter(classNames, output)
{
    protected override void Append(
        string file, long? row, int best, int second, ReadOnlySpan<float> probabilities, IReadOnlyList<string> warnings)
    {
        Text.Append(file);
        if (row != null)
            Text.Append(CultureInfo.InvariantCulture, $":{row}");
        Text.Append(CultureInfo.InvariantCulture, $"\t{ClassNames[best]}\t{probabilities[best]:F4}\t{ClassNames[second]}\t{probabilities[second]:F4}");
        if (hasProbabilities)
        {
            foreach (var probability in probabilities)
                Text.Append(CultureInfo.InvariantCulture, $"\t{probability:F4}");
        }
        foreach (var warning in warnings)
            Text.Append('\t').Append(warning);
        Text.AppendLine();
    }

    protected override void AppendNumber(
        string file, string label, float probability, IReadOnlyList<(Box Box, string Label, float Probability)> digits, IReadOnlyList<string> warnings)
    {
        Text.Append(CultureInfo.InvariantCulture, $"{file}\t{label}\t{probability:F4}");
        foreach (var warning in warnings)
            Text.Append('\t').Append(warning);
        Text.AppendLine();
    }
}

/// <summary>A table in CSV.</summary>
/// <inheritdoc cref="FilePredictionWriter"/>
sealed class FilePredictionCsv : FilePredictionWriter
{
    readonly bool _hasProbabilities;

    public FilePredictionCsv(IReadOnlyList<string> classNames, TextWriter output, bool hasProbabilities) : base(classNames, output)
    {
        _hasProbabilities = hasProbabilities;
        Text.Append("file,row,label,probability,runner_up,runner_up_probability,warnings");
        if (hasProbabilities)
            Text.AppendJoin("", classNames.Select(name => "," + PredictionCsv.Quoted($"p_{name}")));
        Text.Append('\n');
    }

    protected override void Append(
        string file, long? row, int best, int second, ReadOnlySpan<float> probabilities, IReadOnlyList<string> warnings)
    {
        Text.Append(CultureInfo.InvariantCulture, $"{PredictionCsv.Quoted(file)},{row},{PredictionCsv.Quoted(ClassNames[best])},{probabilities[best]}");
        Text.Append(CultureInfo.InvariantCulture, $",{PredictionCsv.Quoted(ClassNames[second])},{probabilities[second]},{PredictionCsv.Quoted(string.Join(' ', warnings))}");
        if (_hasProbabilities)
        {
            foreach (var probability in probabilities)
                Text.Append(CultureInfo.InvariantCulture, $",{probability}");
        }
        Text.Append('\n');
    }

    protected override void AppendNumber(
        string file, string label, float probability, IReadOnlyList<(Box Box, string Label, float Probability)> digits, IReadOnlyList<string> warnings)
    {
        Text.Append(CultureInfo.InvariantCulture, $"{PredictionCsv.Quoted(file)},,{PredictionCsv.Quoted(label)},{probability}");
        Text.Append(CultureInfo.InvariantCulture, $",,,{PredictionCsv.Quoted(string.Join(' ', warnings))}");
        Text.Append(',', _hasProbabilities ? ClassNames.Count : 0).Append('\n');
    }
}

/// <summary>One JSON object on one line.</summary>
/// <inheritdoc cref="FilePredictionWriter"/>
sealed class FilePredictionJson : FilePredictionWriter
{
    readonly bool _hasProbabilities;
    readonly List<(string File, string Message)> _errors = [];
    bool _isFirst = true;

    public FilePredictionJson(IReadOnlyList<string> classNames, TextWriter output, bool hasProbabilities, string model) : base(classNames, output)
    {
        _hasProbabilities = hasProbabilities;
        Text.Append("{\"model\":").Append(Quoted(model));
        if (hasProbabilities)
            Text.Append(",\"labels\":[").AppendJoin(',', classNames.Select(Quoted)).Append(']');
        Text.Append(",\"predictions\":[");
    }

    public override void WriteError(string file, string message) => _errors.Add((file, message));

    protected override void Append(
        string file, long? row, int best, int second, ReadOnlySpan<float> probabilities, IReadOnlyList<string> warnings)
    {
        if (!_isFirst)
            Text.Append(',');
        _isFirst = false;
        Text.Append("{\"file\":").Append(Quoted(file));
        if (row != null)
            Text.Append(CultureInfo.InvariantCulture, $",\"row\":{row}");
        Text.Append(CultureInfo.InvariantCulture, $",\"label\":{Quoted(ClassNames[best])},\"probability\":{probabilities[best]}");
        Text.Append(CultureInfo.InvariantCulture, $",\"runnerUp\":{Quoted(ClassNames[second])},\"runnerUpProbability\":{probabilities[second]}");
        if (_hasProbabilities)
        {
            Text.Append(",\"probabilities\":[");
            for (var i = 0; i < probabilities.Length; i++)
                Text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}{probabilities[i]}");
            Text.Append(']');
        }
        Text.Append(",\"warnings\":[").AppendJoin(',', warnings.Select(Quoted)).Append("]}");
    }

    protected override void AppendNumber(
        string file, string label, float probability, IReadOnlyList<(Box Box, string Label, float Probability)> digits, IReadOnlyList<string> warnings)
    {
        Text.Append(_isFirst ? "" : ",");
        _isFirst = false;
        Text.Append(CultureInfo.InvariantCulture, $"{{\"file\":{Quoted(file)},\"label\":{Quoted(label)},\"probability\":{probability},\"digits\":[");
        Text.AppendJoin(',', digits.Select(digit => string.Create(CultureInfo.InvariantCulture,
            $"{{\"label\":{Quoted(digit.Label)},\"probability\":{digit.Probability},\"box\":{{\"left\":{digit.Box.Left},\"top\":{digit.Box.Top},\"width\":{digit.Box.Width},\"height\":{digit.Box.Height}}}}}")));
        Text.Append("],\"warnings\":[").AppendJoin(',', warnings.Select(Quoted)).Append("]}");
    }

    protected override void AppendEnd(bool isInterrupted)
    {
        Text.Append(']');
        if (_errors.Count > 0)
        {
            Text.Append(",\"errors\":[")
                .AppendJoin(',', _errors.Select(error => $"{{\"file\":{Quoted(error.File)},\"message\":{Quoted(error.Message)}}}")).Append(']');
        }
        if (isInterrupted)
            Text.Append(",\"interrupted\":true");
        Text.AppendLine("}");
    }

    static string Quoted(string text) => PredictionJson.Quoted(text);
}
