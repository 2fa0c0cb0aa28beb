using System.Globalization;
using System.Text;
using System.Text.Json;
using MnistMl.Images;
using MnistMl.Numerics;

namespace MnistMl.Reporting;

/// <summary>Writes predictions as they come, and keeps none of them.</summary>
/// <param name="classNames">The classes, in the order of the probabilities.</param>
/// <param name="output">Where to write them.</param>
/// <param name="hasFiles">Whether they are of several files or of pictures: each then has its file, its runner-up and its warnings.</param>
/// <param name="hasProbabilities">Whether the probabilities of all classes are written.</param>
/// <param name="quote">Makes of a text what stands for it in the output.</param>
abstract class PredictionWriter(
    IReadOnlyList<string> classNames, TextWriter output, bool hasFiles, bool hasProbabilities, Func<string, string> quote)
{
    readonly string[] _labels = [.. classNames.Select(quote)];
    readonly float[] _others = new float[classNames.Count];

    /// <summary>Whether predictions are of several files or of pictures.</summary>
    public bool HasFiles => hasFiles;

    /// <summary>Number of predictions that were written.</summary>
    public long Count { get; private set; }

    /// <summary>The classes, in the order of the probabilities.</summary>
    protected IReadOnlyList<string> ClassNames => classNames;

    /// <summary>Whether the probabilities of all classes are written.</summary>
    protected bool HasProbabilities => hasProbabilities;

    /// <summary>What is to be written next.</summary>
    protected StringBuilder Text { get; } = new();

    /// <summary>Writes the predictions of some rows, and flushes the output.</summary>
    /// <param name="file">Their file.</param>
    /// <param name="rowsBefore">Number of rows that came before them.</param>
    /// <param name="probabilities">[rows, classes]</param>
    public void WriteRows(string file, long rowsBefore, ReadOnlySpan<float> probabilities)
    {
        var name = hasFiles ? quote(file) : null;
        for (var row = rowsBefore + 1; !probabilities.IsEmpty; row++, probabilities = probabilities[classNames.Count..])
            Add(Of(name, row, probabilities[..classNames.Count], []));
        Flush();
    }

    /// <summary>Writes the prediction of a picture.</summary>
    /// <param name="file">Its file.</param>
    /// <param name="probabilities">[classes]</param>
    /// <param name="warnings">Why it may be wrong.</param>
    public void WritePicture(string file, ReadOnlySpan<float> probabilities, IReadOnlyList<string> warnings)
    {
        Add(Of(quote(file), null, probabilities, warnings));
        Flush();
    }

    /// <summary>Writes the prediction of a number: its digits, and the product of their probabilities.</summary>
    /// <param name="file">The picture's file.</param>
    /// <param name="digits">Where each digit is, and the probabilities of the classes.</param>
    /// <param name="warnings">Why it may be wrong.</param>
    public void WriteNumber(string file, IReadOnlyList<(Box Box, float[] Probabilities)> digits, IReadOnlyList<string> warnings)
    {
        int[] best = [.. digits.Select(digit => ((ReadOnlySpan<float>)digit.Probabilities).IndexOfMax())];
        Add(new()
        {
            File = quote(file),
            Label = quote(string.Concat(best.Select(label => classNames[label]))),
            Probability = digits.Aggregate(1f, (product, digit) => product * digit.Probabilities.Max()),
            Digits = [.. digits.Zip(best, (digit, label) => (digit.Box, _labels[label], digit.Probabilities[label]))],
            Warnings = warnings,
        });
        Flush();
    }

    /// <summary>Writes what follows the last prediction.</summary>
    /// <param name="warnings">What seems to be wrong with all rows.</param>
    /// <param name="errors">The files of which there is no prediction, and why.</param>
    /// <param name="isInterrupted">Whether rows or files were left out for an interrupt.</param>
    public void End(IReadOnlyList<string> warnings, IReadOnlyList<(string File, string Message)> errors, bool isInterrupted)
    {
        if (Count == 0)
            AppendStart();
        AppendEnd(warnings, errors, isInterrupted);
        Flush();
    }

    /// <summary>Appends what comes before the first prediction.</summary>
    protected virtual void AppendStart() { }

    /// <summary>Appends a prediction.</summary>
    protected abstract void Append(in Prediction prediction);

    /// <summary>Appends what comes after the last prediction.</summary>
    protected virtual void AppendEnd(IReadOnlyList<string> warnings, IReadOnlyList<(string File, string Message)> errors, bool isInterrupted) { }

    Prediction Of(string? file, long? row, ReadOnlySpan<float> probabilities, IReadOnlyList<string> warnings)
    {
        var best = probabilities.IndexOfMax();
        return new()
        {
            File = file,
            Row = row,
            Label = _labels[best],
            Probability = probabilities[best],
            RunnerUp = hasFiles ? RunnerUp(probabilities, best) : null,
            Probabilities = hasProbabilities ? probabilities : [],
            Warnings = warnings,
        };
    }

    (string, float) RunnerUp(ReadOnlySpan<float> probabilities, int best)
    {
        probabilities.CopyTo(_others);
        _others[best] = float.NegativeInfinity;
        var second = ((ReadOnlySpan<float>)_others).IndexOfMax();
        return (_labels[second], probabilities[second]);
    }

    void Add(in Prediction prediction)
    {
        if (Count == 0)
            AppendStart();
        Append(prediction);
        Count++;
    }

    void Flush()
    {
        output.Write(Text);
        output.Flush();
        Text.Clear();
    }
}

/// <summary>
/// A line for each: label and probability, separated by a tab, and perhaps the probabilities of all classes; of files, the file before
/// them, the runner-up and its probability, and the warnings.
/// </summary>
/// <inheritdoc cref="PredictionWriter"/>
sealed class PredictionLines(IReadOnlyList<string> classNames, TextWriter output, bool hasFiles, bool hasProbabilities)
    : PredictionWriter(classNames, output, hasFiles, hasProbabilities, text => text)
{
    protected override void Append(in Prediction prediction)
    {
        if (prediction.File != null)
        {
            Text.Append(prediction.File);
            if (prediction.Row is { } row)
                Text.Append(CultureInfo.InvariantCulture, $":{row}");
            Text.Append('\t');
        }
        Text.Append(CultureInfo.InvariantCulture, $"{prediction.Label}\t{prediction.Probability:F4}");
        if (prediction.RunnerUp is { } second)
            Text.Append(CultureInfo.InvariantCulture, $"\t{second.Label}\t{second.Probability:F4}");
        foreach (var probability in prediction.Probabilities)
            Text.Append(CultureInfo.InvariantCulture, $"\t{probability:F4}");
        foreach (var warning in prediction.Warnings)
            Text.Append('\t').Append(warning);
        Text.AppendLine();
    }
}

/// <summary>A table in CSV; or what Kaggle takes.</summary>
/// <inheritdoc cref="PredictionWriter"/>
sealed class PredictionCsv(IReadOnlyList<string> classNames, TextWriter output, bool hasFiles, bool hasProbabilities, bool isForKaggle = false)
    : PredictionWriter(classNames, output, hasFiles, hasProbabilities, Quoted)
{
    protected override void AppendStart()
    {
        Text.Append(isForKaggle ? "ImageId,Label"
            : HasFiles ? "file,row,label,probability,runner_up,runner_up_probability,warnings"
            : "row,label,probability");
        if (HasProbabilities)
            Text.AppendJoin("", ClassNames.Select(name => "," + Quoted($"p_{name}")));
        Text.Append('\n');
    }

    protected override void Append(in Prediction prediction)
    {
        if (prediction.File != null)
            Text.Append(prediction.File).Append(',');
        if (prediction.Row is { } row)
            Text.Append(CultureInfo.InvariantCulture, $"{row}");
        Text.Append(',').Append(prediction.Label);
        if (!isForKaggle)
            AppendNumber(prediction.Probability);
        if (prediction.RunnerUp is { } second)
        {
            Text.Append(',').Append(second.Label);
            AppendNumber(second.Probability);
        }
        if (prediction.Digits != null)
            Text.Append(",,");
        if (HasFiles)
            Text.Append(',').Append(Quoted(string.Join(' ', prediction.Warnings)));
        foreach (var probability in prediction.Probabilities)
            AppendNumber(probability);
        if (prediction.Digits != null && HasProbabilities)
            Text.Append(',', ClassNames.Count);
        Text.Append('\n');
    }

    void AppendNumber(float number) => Text.Append(CultureInfo.InvariantCulture, $",{number}");

    internal static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}

/// <summary>One JSON object on one line.</summary>
/// <inheritdoc cref="PredictionWriter"/>
sealed class PredictionJson(IReadOnlyList<string> classNames, TextWriter output, bool hasFiles, bool hasProbabilities, string model)
    : PredictionWriter(classNames, output, hasFiles, hasProbabilities, Quoted)
{
    protected override void AppendStart()
    {
        Text.Append("{\"model\":").Append(Quoted(model));
        if (HasProbabilities)
            AppendArray("labels", ClassNames.Select(Quoted));
        Text.Append(",\"predictions\":[");
    }

    protected override void Append(in Prediction prediction)
    {
        Text.Append(Count > 0 ? ",{" : "{");
        if (prediction.File != null)
            Text.Append("\"file\":").Append(prediction.File).Append(',');
        if (prediction.Row is { } row)
            Text.Append(CultureInfo.InvariantCulture, $"\"row\":{row},");
        Text.Append(CultureInfo.InvariantCulture, $"\"label\":{prediction.Label},\"probability\":{prediction.Probability}");
        if (prediction.RunnerUp is { } second)
            Text.Append(CultureInfo.InvariantCulture, $",\"runnerUp\":{second.Label},\"runnerUpProbability\":{second.Probability}");
        for (var i = 0; i < prediction.Probabilities.Length; i++)
            Text.Append(i == 0 ? ",\"probabilities\":[" : ",").Append(CultureInfo.InvariantCulture, $"{prediction.Probabilities[i]}");
        if (!prediction.Probabilities.IsEmpty)
            Text.Append(']');
        if (prediction.Digits != null)
        {
            AppendArray("digits", prediction.Digits.Select(digit => string.Create(CultureInfo.InvariantCulture,
                $"{{\"label\":{digit.Label},\"probability\":{digit.Probability},\"box\":{{\"left\":{digit.Box.Left},\"top\":{digit.Box.Top},\"width\":{digit.Box.Width},\"height\":{digit.Box.Height}}}}}")));
        }
        if (HasFiles)
            AppendArray("warnings", prediction.Warnings.Select(Quoted));
        Text.Append('}');
    }

    protected override void AppendEnd(IReadOnlyList<string> warnings, IReadOnlyList<(string File, string Message)> errors, bool isInterrupted)
    {
        Text.Append(']');
        if (warnings.Count > 0)
            AppendArray("warnings", warnings.Select(Quoted));
        if (errors.Count > 0)
            AppendArray("errors", errors.Select(error => $"{{\"file\":{Quoted(error.File)},\"message\":{Quoted(error.Message)}}}"));
        if (isInterrupted)
            Text.Append(",\"interrupted\":true");
        Text.AppendLine("}");
    }

    void AppendArray(string name, IEnumerable<string> values) => Text.Append($",\"{name}\":[").AppendJoin(',', values).Append(']');

    static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
