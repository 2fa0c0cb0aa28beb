using System.Globalization;
using System.Text;
using System.Text.Json;
using MnistMl.Numerics;

namespace MnistMl.Reporting;

/// <summary>Writes predictions as they come, and keeps none of them.</summary>
/// <param name="classNames">The classes, in the order of the probabilities.</param>
/// <param name="output">Where to write them.</param>
abstract class PredictionWriter(IReadOnlyList<string> classNames, TextWriter output)
{
    /// <summary>The classes, in the order of the probabilities.</summary>
    protected IReadOnlyList<string> ClassNames { get; } = classNames;

    /// <summary>What is to be written next.</summary>
    protected StringBuilder Text { get; } = new();

    /// <summary>Number of rows that were written.</summary>
    public long RowCount { get; private set; }

    /// <summary>Writes the predictions of some rows, and flushes the output.</summary>
    /// <param name="probabilities">[rows, classes]</param>
    public void Write(ReadOnlySpan<float> probabilities)
    {
        if (RowCount == 0)
            AppendStart();
        for (; !probabilities.IsEmpty; probabilities = probabilities[ClassNames.Count..])
        {
            var row = probabilities[..ClassNames.Count];
            Append(++RowCount, row.IndexOfMax(), row);
        }
        Flush();
    }

    /// <summary>Writes what follows the last row.</summary>
    /// <param name="warnings">What seems to be wrong with the rows.</param>
    /// <param name="isInterrupted">Whether rows were left out for an interrupt.</param>
    public void End(IReadOnlyList<string> warnings, bool isInterrupted = false)
    {
        if (RowCount == 0)
            AppendStart();
        AppendEnd(warnings, isInterrupted);
        Flush();
    }

    /// <summary>Appends what comes before the first row.</summary>
    protected virtual void AppendStart() { }

    /// <summary>Appends a prediction.</summary>
    /// <param name="row">The row's number, from 1.</param>
    /// <param name="best">Its most probable class.</param>
    /// <param name="probabilities">[classes]</param>
    protected abstract void Append(long row, int best, ReadOnlySpan<float> probabilities);

    /// <summary>Appends what comes after the last row.</summary>
    protected virtual void AppendEnd(IReadOnlyList<string> warnings, bool isInterrupted) { }

    void Flush()
    {
        output.Write(Text);
        output.Flush();
        Text.Clear();
    }
}

/// <summary>A line for each row: label and probability, separated by a tab, and perhaps the probabilities of all classes.</summary>
/// <inheritdoc cref="PredictionWriter"/>
sealed class PredictionLines(IReadOnlyList<string> classNames, TextWriter output, bool hasProbabilities) : PredictionWriter(classNames, output)
{
    protected override void Append(long row, int best, ReadOnlySpan<float> probabilities)
    {
        Text.Append(CultureInfo.InvariantCulture, $"{ClassNames[best]}\t{probabilities[best]:F4}");
        if (hasProbabilities)
        {
            foreach (var probability in probabilities)
                Text.Append(CultureInfo.InvariantCulture, $"\t{probability:F4}");
        }
        Text.AppendLine();
    }
}

/// <summary>A table in CSV: row, label, probability, and perhaps the probabilities of all classes; or what Kaggle takes.</summary>
/// <inheritdoc cref="PredictionWriter"/>
sealed class PredictionCsv(IReadOnlyList<string> classNames, TextWriter output, bool hasProbabilities, bool isForKaggle)
    : PredictionWriter(classNames, output)
{
    readonly string[] _cells = [.. classNames.Select(Quoted)];

    protected override void AppendStart()
    {
        Text.Append(isForKaggle ? "ImageId,Label" : "row,label,probability");
        if (hasProbabilities)
            Text.AppendJoin("", ClassNames.Select(name => "," + Quoted($"p_{name}")));
        Text.Append('\n');
    }

    protected override void Append(long row, int best, ReadOnlySpan<float> probabilities)
    {
        Text.Append(CultureInfo.InvariantCulture, $"{row},{_cells[best]}");
        if (!isForKaggle)
            Text.Append(CultureInfo.InvariantCulture, $",{probabilities[best]}");
        if (hasProbabilities)
        {
            foreach (var probability in probabilities)
                Text.Append(CultureInfo.InvariantCulture, $",{probability}");
        }
        Text.Append('\n');
    }

    internal static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}

/// <summary>One JSON object on one line.</summary>
/// <inheritdoc cref="PredictionWriter"/>
sealed class PredictionJson(IReadOnlyList<string> classNames, TextWriter output, bool hasProbabilities, string model)
    : PredictionWriter(classNames, output)
{
    readonly string[] _labels = [.. classNames.Select(Quoted)];

    protected override void AppendStart()
    {
        Text.Append("{\"model\":").Append(Quoted(model));
        if (hasProbabilities)
            Text.Append(",\"labels\":[").AppendJoin(',', _labels).Append(']');
        Text.Append(",\"predictions\":[");
    }

    protected override void Append(long row, int best, ReadOnlySpan<float> probabilities)
    {
        if (row > 1)
            Text.Append(',');
        Text.Append(CultureInfo.InvariantCulture, $"{{\"row\":{row},\"label\":{_labels[best]},\"probability\":");
        AppendNumber(probabilities[best]);
        if (hasProbabilities)
        {
            Text.Append(",\"probabilities\":");
            for (var i = 0; i < probabilities.Length; i++)
            {
                Text.Append(i == 0 ? '[' : ',');
                AppendNumber(probabilities[i]);
            }
            Text.Append(']');
        }
        Text.Append('}');
    }

    protected override void AppendEnd(IReadOnlyList<string> warnings, bool isInterrupted)
    {
        Text.Append(']');
        if (warnings.Count > 0)
            Text.Append(",\"warnings\":[").AppendJoin(',', warnings.Select(Quoted)).Append(']');
        if (isInterrupted)
            Text.Append(",\"interrupted\":true");
        Text.AppendLine("}");
    }

    void AppendNumber(float number) => Text.Append(CultureInfo.InvariantCulture, $"{number}");

    internal static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
