using System.Xml.Linq;
using MnistMl.Data;
using MnistMl.Reporting;
using MnistMl.Reporting.Document;
using MnistMl.Training;
using static MnistMl.Reporting.Document.Html;
using static MnistMl.Reporting.Document.HtmlDocument;

namespace MnistMl.Runs;

/// <summary>A comparison as HTML.</summary>
static class HtmlComparison
{
    /// <summary>Colors of curves; further runs have them once more, with dashes.</summary>
    const int Colors = 8;

    /// <summary>Writes a comparison.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="comparison">The comparison.</param>
    /// <param name="command">The command that repeats it, as it is typed.</param>
    public static void Write(Stream stream, Comparison comparison, string command) => HtmlDocument.Write(
        stream, $"{comparison.Verdict}: {comparison.Runs.Count} runs", Header(comparison, command), Sections(comparison));

    static XElement Header(Comparison comparison, string command) => Element(
        "header",
        Element("p", Class("eyebrow"), $"Comparison of {comparison.Runs.Count} runs"),
        Element("h1", Html.Sentence(comparison.Verdict)),
        Element("p", Class("repeat"), "Repeat with:"), Element("pre", Element("code", command)));

    static IEnumerable<XElement> Sections(Comparison comparison)
    {
        yield return Section("figures", "Figures", null, Wide("Figures of the runs", Element(
            "table", Class("figures"),
            Element("thead", Element("tr", comparison.KnownColumns.Select(column => Element("th", Attribute("scope", "col"), column.Name)).Prepend(Element("th", Attribute("scope", "col"), "Run")))),
            Element("tbody", comparison.Runs.Select((run, index) => Element(
                "tr",
                Element(
                    "th", Attribute("scope", "row"), Key(index), $"{Comparison.Letter(index)} ",
                    Element("small", run.Name, run.Ending is { } ending ? $", {ending}" : "")),
                comparison.KnownColumns.Select(column => Element("td", column.Of(run) ?? "-"))))))));

        XElement?[] charts =
        [
            Chart(comparison, "Training loss, in nats", epoch => epoch.TrainLoss, isLog: true),
            Chart(comparison, "Validation loss, in nats", epoch => epoch.ValidationLoss, isLog: true),
            Chart(comparison, "Training accuracy", epoch => epoch.TrainAccuracy, isLog: false),
            Chart(comparison, "Validation accuracy", epoch => epoch.ValidationAccuracy, isLog: false),
        ];
        if (charts.Any(chart => chart != null))
            yield return Section("training", "Training", "Colors are those of the runs in the table.", Element("div", Class("charts two"), charts));

        for (var index = 1; index < comparison.Runs.Count; index++)
            yield return Against(comparison, index);
    }

    static XElement Key(int run) => Element("i", Class($"run {Style(run)}"), Attribute("aria-hidden", "true"));

    static string Style(int run) => $"run{run % Colors}{(run < Colors ? "" : $" again{run / Colors}")}";

    /// <summary>A chart of one figure over the epochs, a line for each network; null where no run has it.</summary>
    static XElement? Chart(Comparison comparison, string name, Func<EpochSummary, double?> figureOf, bool isLog)
    {
        var curves = comparison.Runs.SelectMany((run, index) => run.History
            .Where(epoch => figureOf(epoch) is { } figure && double.IsFinite(figure) && (!isLog || figure > 0))
            .GroupBy(epoch => epoch.NetworkNumber).Select(network => new Curve(
                Style(index), [.. LineChart.Thinned([.. network]).Select(epoch => ((double)epoch.Epoch, figureOf(epoch)!.Value))]))).ToArray();
        if (curves.Length == 0)
            return null;
        var ends = comparison.Runs.Index().Where(run => run.Item.History is [.., var last] && figureOf(last) != null)
            .Select(run => $"{Comparison.Letter(run.Index)} {Format(figureOf(run.Item.History[^1])!.Value)}");
        return Element(
            "figure",
            Element("figcaption", name),
            LineChart.Draw($"{name} by epoch, at the end: {string.Join(", ", ends)}.", curves, tick => isLog ? Figures.Plain(tick) : $"{Figures.Plain(100 * tick)} %", isLog),
            Element("p", Class("axis"), "epoch"));

        string Format(double figure) => isLog ? Figures.Loss(figure) : Figures.Percent(figure);
    }

    static XElement Against(Comparison comparison, int index)
    {
        var (a, b) = (Comparison.Letter(0), Comparison.Letter(index));
        var rows = comparison.TellingRows(index);
        // They are the same rows, or none would be telling.
        var test = comparison.Runs[0].TestRows ?? comparison.Runs[index].TestRows;
        return Section(
            $"against-{b}", $"{a} and {b}", comparison.Sentence(index),
            rows.Count == 0 ? null : test != null && DataDescription.SquareOf(test.FeatureCount) is { } side ? Gallery(test, side) : Listed());

        XElement Listed() => Wide($"Rows that only {a} or only {b} gets right", Table(["Test row", "Truth", a, b], rows.Select(row => (string[])
        [
            Figures.Count(row + 1), ReportContent.Short(comparison.Runs[0].Predictions!.Labels[row]), Say(0, row), Say(index, row),
        ])));

        XElement Gallery(Dataset test, int side) => Element("div", Class("gallery"), rows.Select(row => Element(
            "figure",
            Picture(test, row, side),
            Element("figcaption", Said(0, row), Said(index, row), Element("small", $"row {Figures.Count(row + 1)}")))));

        XElement Picture(Dataset test, int row, int side)
        {
            var image = SmallImage.Of(test.Row(row), test.Range.MaxByte, side, side);
            return Element(
                "img", Attribute("src", image.Address), Attribute("width", $"{image.Width}"), Attribute("height", $"{image.Height}"),
                Attribute("alt", $"Test row {Figures.Count(row + 1)}, {ReportContent.Short(comparison.Runs[0].Predictions!.Labels[row])}."));
        }

        XElement Said(int run, int row) => Element(
            "span", Class(comparison.Runs[run].Predictions!.IsRight(row) ? null : "guess"), $"{Comparison.Letter(run)}: ", Element("b", ReportContent.Short(comparison.Runs[run].Predictions!.Predicted[row])), " ", Probability(run, row));

        string Say(int run, int row)
        {
            var predictions = comparison.Runs[run].Predictions!;
            return $"{ReportContent.Short(predictions.Predicted[row])} {Probability(run, row)}{(predictions.IsRight(row) ? "" : " ×")}";
        }

        string Probability(int run, int row) => Html.Sentence(Figures.Percent(comparison.Runs[run].Predictions!.Probabilities[row]));
    }
}
