using System.Globalization;
using System.Xml.Linq;
using MnistMl.Training;
using static MnistMl.Reporting.Document.Html;
using static MnistMl.Reporting.Document.HtmlDocument;

namespace MnistMl.Reporting.Document;

/// <summary>A report as HTML.</summary>
static class HtmlReport
{
    /// <summary>Colors for errors in the confusion matrix.</summary>
    const int Levels = 8;

    /// <summary>Above so many classes a cell of the matrix has no room for a share.</summary>
    const int MaxWithShares = 12;

    /// <summary>Most epochs that a table lists.</summary>
    const int MaxEpochs = 60;

    /// <summary>Writes a report.</summary>
    public static void Write(Stream stream, ReportContent content) => HtmlDocument.Write(
        stream, $"{content.Verdict}: {Path.GetFileName(content.Run.Model)}", Header(content), Sections(content));

    static XElement Header(ReportContent content) => Element(
        "header",
        Element("p", Class("eyebrow"), content.Run.Training == null ? "Evaluation of " : "Training of ", Element("b", Path.GetFileName(content.Run.Model))),
        Element("h1", Sentence(content.Verdict)),
        Element("p", Class("findings"), Sentence(string.Join(' ', content.Findings))),
        content.Run.Warnings.Select(warning => Element("p", Class("warning"), Element("b", "Warning: "), warning)),
        Element(
            "dl", Class("tiles"),
            content.Overall.Select(entry => Element(
                "div", Element("dt", entry.Name), Element("dd", entry.Figure, Element("small", entry.Meaning))))),
        Element("p", Class("repeat"), "Repeat with:"), Element("pre", Element("code", content.Command)));

    static IEnumerable<XElement> Sections(ReportContent content)
    {
        if (content.Run.Training is { History: { Count: > 0 } history })
            yield return Training(content, history);
        yield return ConfusionMatrix(content);
        if (content.Examples.Pairs.Count > 0)
            yield return Pairs(content);
        if (content.Examples.Mistakes.Count > 0)
        {
            yield return Section(
                "mistakes", "Surest mistakes", $"Wrong, and the model was sure of it: a wrong label, or something to learn. {Legend(content)}",
                Gallery(content.Examples.Mistakes, content, areWrong: true));
        }
        if (content.Examples.LeastSure.Count > 0)
        {
            yield return Section(
                "least-sure", "Barely right", "Right, with the least probability.",
                Gallery(content.Examples.LeastSure, content, areWrong: false));
        }
        yield return Classes(content);
        if (content.Run.Metrics.Reliability is { } reliability)
            yield return Calibration(reliability);
        if (content.Run.Robustness.Count > 0)
            yield return RobustnessSection(content);
        if (content.FirstLayer is { } layer)
            yield return FirstLayerSection(layer);
        if (content.Layers.Count > 0)
            yield return Layers(content);
        yield return Section(
            "run", "The run", null,
            Element("dl", Class("facts"), content.Facts.Select(fact => Element("div", Element("dt", fact.Name), Element("dd", fact.Text)))));
    }

    static string Legend(ReportContent content) => content.Examples.Mistakes.Any(example => example.Image != null)
        ? "Below each image, the guess and its probability; then the truth and its own."
        : "";

    static XElement Training(ReportContent content, IReadOnlyList<EpochSummary> history)
    {
        var networks = history.GroupBy(epoch => epoch.NetworkNumber).Select(network => network.ToArray()).ToArray();
        var hasValidation = history.Any(epoch => epoch.ValidationLoss != null);
        return Section(
            "training", "Training",
            ((hasValidation ? "Training examples are measured as they are trained on, with augmentation and dropout if there is any; validation examples after the epoch. " : "")
                + (networks.Length > 1 ? $"Each of the {networks.Length} networks is a line. " : "")
                + (content.BestEpoch is { } best ? $"Kept is the network of epoch {best}, the best on the validation rows: the upright line." : "")) is { Length: > 0 } lead ? lead.TrimEnd() : null,
            Element(
                "div", Class("charts"),
                Figure("Loss, in nats", hasValidation, LineChart.Draw(
                    $"Loss by epoch: at the end {Figures.Loss(history[^1].TrainLoss)} in training{Validated(history[^1].ValidationLoss, Figures.Loss)}.",
                    Curves(epoch => epoch.TrainLoss, epoch => epoch.ValidationLoss), Figures.Plain, isLog: true, content.BestEpoch)),
                Figure("Accuracy", hasValidation, LineChart.Draw(
                    $"Accuracy by epoch: at the end {Figures.Percent(history[^1].TrainAccuracy)} in training{Validated(history[^1].ValidationAccuracy, Figures.Percent)}.",
                    Curves(epoch => epoch.TrainAccuracy, epoch => epoch.ValidationAccuracy), share => $"{Figures.Plain(100 * share)} %", isLog: false, content.BestEpoch)),
                content.LearningRate.Count == 0 ? null : Figure("Learning rate", false, LineChart.Draw(
                    $"Learning rate by epoch: at most {Figures.Plain(content.LearningRate.Max(point => point.Rate))}.",
                    [new Curve("rate", [.. content.LearningRate])], Figures.Plain))),
            Details("Figures of each epoch", Table(
                [.. networks.Length > 1 ? ["Network"] : (string[])[], "Epoch", "Loss", "Accuracy", .. hasValidation ? ["Validation loss", "Validation accuracy"] : (string[])[], "Time"],
                LineChart.Thinned(history, MaxEpochs).Select(epoch => (string[])
                [
                    .. networks.Length > 1 ? [$"{epoch.NetworkNumber}"] : (string[])[], $"{epoch.Epoch}",
                    Figures.Loss(epoch.TrainLoss), Figures.Percent(epoch.TrainAccuracy),
                    .. hasValidation
                        ? [epoch.ValidationLoss is { } loss ? Figures.Loss(loss) : "", epoch.ValidationAccuracy is { } accuracy ? Figures.Percent(accuracy) : ""]
                        : (string[])[],
                    Figures.Duration(epoch.Seconds),
                ]))));

        Curve[] Curves(Func<EpochSummary, double> train, Func<EpochSummary, double?> validation) =>
        [
            .. networks.Select(epochs => new Curve("train", [.. LineChart.Thinned(epochs).Select(epoch => ((double)epoch.Epoch, train(epoch)))])),
            .. networks.Select(epochs => new Curve("validation", [.. LineChart.Thinned(epochs).Where(epoch => validation(epoch) != null)
                .Select(epoch => ((double)epoch.Epoch, validation(epoch)!.Value))])),
        ];

        static string Validated(double? figure, Func<double, string> format) => figure is { } number ? $", {format(number)} in validation" : "";
    }

    static XElement Figure(string caption, bool hasValidation, XElement chart) => Element(
        "figure",
        Element(
            "figcaption", caption,
            hasValidation ? Element("span", Class("key"), Element("i", Class("train")), "training", Element("i", Class("validation")), "validation") : null),
        chart,
        Element("p", Class("axis"), "epoch"));

    static XElement ConfusionMatrix(ReportContent content)
    {
        var grid = ConfusionGrid.Of(content.Run.Metrics);
        string[] names = [.. grid.Classes.Select(label => label is { } known ? content.Name(known) : "all others")];
        var hasShares = names.Length <= MaxWithShares;
        var lead = "A row for each truth, a column for each prediction" + (hasShares ? ", with counts and shares of the row. " : ". ")
            + (names.Length < content.Run.ClassNames.Count ? $"Of {Figures.Count(content.Run.ClassNames.Count)} classes, the {ConfusionGrid.Worst} with the most errors; all others are together." : "");
        return Section(
            "confusion", "Confusion matrix", lead.TrimEnd(),
            Wide(
                "Confusion matrix",
                Element(
                    "table", Class(string.Join(' ', "matrix", names.Max(name => name.Length) > 3 ? "long" : "short", hasShares ? "roomy" : "dense")),
                    Element("thead", Element("tr", Element("td"), names.Select(name => Element("th", Attribute("scope", "col"), Element("span", name))))),
                    Element("tbody", names.Select((name, truth) => Element(
                        "tr", Element("th", Attribute("scope", "row"), name),
                        names.Select((_, predicted) => Cell(truth, predicted))))))),
            Element(
                "p", Class("scale"), Attribute("aria-hidden", "true"), "Errors, by share of the row: ",
                Enumerable.Range(1, Levels).Where(level => level % 2 == 0 || level == 1).Select(level => Element(
                    "span", Element("i", Class($"e{level}")), $"{(level == Levels ? "over " : "to ")}{100 * ConfusionGrid.ShareOf(level == Levels ? level - 1 : level, Levels):0.#} %"))));

        XElement Cell(int truth, int predicted)
        {
            var (count, share) = (grid.Counts[truth][predicted], grid.Share(truth, predicted));
            if (count == 0)
                return Element("td", Class("none"), "0");
            var isOther = grid.Classes[truth] == null && grid.Classes[predicted] == null;
            var style = isOther ? null : truth == predicted ? "right" : $"e{ConfusionGrid.Level(share, Levels)}";
            return hasShares
                ? Element("td", Class(style), Figures.Count(count), Element("small", $"{100 * share:0.0} %"))
                : Element("td", Class(style), Attribute("title", Figures.Percent(share)), Figures.Count(count));
        }
    }

    static XElement Pairs(ReportContent content) => Section(
        "pairs", "Most confused pairs", null,
        Element("ol", Class("pairs"), content.Examples.Pairs.Select(pair => Element(
            "li",
            Element(
                "p", Element("b", content.Name(pair.Confusion.Truth)), " taken for ", Element("b", content.Name(pair.Confusion.Predicted)),
                Element("small", $"{ReportContent.Times(pair.Confusion.Count)}, "
                    + $"{Figures.Percent((double)pair.Confusion.Count / content.Run.Metrics.Classes[pair.Confusion.Truth].Rows)} of its {content.Rows}")),
            pair.Examples.Any(example => example.Image != null)
                ? Element("div", Class("strip"), pair.Examples.Select(example => Image(example)))
                : Element("p", Class("quiet"), $"Test row {string.Join(", ", pair.Examples.Select(example => Figures.Count(example.Row)))}")))));

    static XElement Gallery(IReadOnlyList<Example> examples, ReportContent content, bool areWrong)
    {
        if (examples.All(example => example.Image == null))
        {
            return Wide("Test rows", Table(
                areWrong ? ["Test row", "Truth", "Guess", Probability(content), "Of the truth"] : ["Test row", "Class", Probability(content)],
                examples.Select(example => areWrong
                    ? (string[])[Figures.Count(example.Row), ReportContent.Short(example.Truth), ReportContent.Short(example.Predicted), Score(example.Probability, content), Score(example.OfTruth, content)]
                    : [Figures.Count(example.Row), ReportContent.Short(example.Truth), Score(example.Probability, content)])));
        }
        return Element("div", Class("gallery"), examples.Select(example => Element(
            "figure",
            Image(example),
            Element(
                "figcaption",
                Element("span", Class(areWrong ? "guess" : "sure"), Element("b", ReportContent.Short(example.Predicted)), " ", Score(example.Probability, content)),
                areWrong ? Element("span", "is ", Element("b", ReportContent.Short(example.Truth)), " ", Score(example.OfTruth, content)) : null,
                Element("small", $"row {Figures.Count(example.Row)}")))));
    }

    static XElement Image(Example example) => Element(
        "img", Attribute("src", example.Image!.Address), Attribute("width", "64"),
        Attribute("height", $"{64 * example.Image.Height / example.Image.Width}"),
        Attribute("alt", $"Test row {Figures.Count(example.Row)}: {ReportContent.Short(example.Truth)}"));

    static string Probability(ReportContent content) => content.Run.Metrics.Reliability != null ? "Probability" : "Score";

    /// <summary>A probability, or a score of a model that has none.</summary>
    static string Score(float score, ReportContent content) => content.Run.Metrics.Reliability == null
        ? score.ToString("0.###", CultureInfo.InvariantCulture)
        : (100 * score).ToString("F1", CultureInfo.InvariantCulture) + "\u00A0%";

    static XElement Classes(ReportContent content)
    {
        var classes = content.Classes;
        return Section(
            "classes", "Classes",
            classes.Count < content.Run.ClassNames.Count ? $"Of {Figures.Count(content.Run.ClassNames.Count)}, the {classes.Count} with the least F1." : null,
            Wide("Figures of the classes", Table(
                ["Class", "Rows", "Precision", "Recall", "F1"],
                classes.Select(entry => (string[])
                [
                    entry.Name, Figures.Count(entry.Figures.Rows),
                    entry.Figures.Predicted > 0 ? Figures.Percent(entry.Figures.Precision) : "-",
                    entry.Figures.Rows > 0 ? Figures.Percent(entry.Figures.Recall) : "-",
                    entry.Figures.Rows > 0 ? Figures.Percent(entry.Figures.F1) : "-",
                ]))));
    }

    static XElement Calibration(Reliability reliability) => Section(
        "calibration", "Calibration",
        $"Of the predictions with a probability of 70 %, 70 % should be right: the points should be on the line. In the mean they are {Figures.Percent(reliability.ExpectedCalibrationError)} off.",
        Element(
            "div", Class("sides"),
            Element(
                "figure", Element("figcaption", "Accuracy, and number of rows, by probability"),
                ReliabilityDiagram.Draw(reliability), Element("p", Class("axis"), "probability")),
            Wide("Figures of the diagram", Table(
                ["Probability", "Rows", "Mean", "Right"],
                reliability.Bins.Where(bin => bin.Rows > 0).Select(bin => (string[])
                [
                    $"{Figures.Percent(bin.From)} to {Figures.Percent(bin.To)}", Figures.Count(bin.Rows), Figures.Percent(bin.Probability), Figures.Percent(bin.Accuracy),
                ])))));

    static XElement RobustnessSection(ReportContent content) => Section(
        "robustness", "Robustness",
        $"How many of the {content.Rows} are right when all of them are corrupted: other pens, papers, hands and scanners. The first of them is shown.",
        Element("div", Class("gallery corrupted"), content.Run.Robustness.Zip(content.Corrupted).Select(entry => Element(
            "figure",
            Element(
                "img", Attribute("src", entry.Second.Address), Attribute("width", "64"), Attribute("height", "64"), Attribute("alt", "")),
            Element(
                "figcaption",
                Meter(entry.First.Accuracy),
                Element("span", Element("b", Figures.Percent(entry.First.Accuracy))),
                Element("span", entry.First.Corruption))))));

    /// <summary>A bar as long as a share, for the eye alone.</summary>
    static XElement Meter(double share) => Element(
        "svg", Class("meter"), Attribute("viewBox", "0 0 100 4"), Attribute("preserveAspectRatio", "none"), Attribute("aria-hidden", "true"),
        Svg.Rectangle("track", 0, 0, 100, 4), Svg.Rectangle("share", 0, 0, 100 * share, 4));

    static XElement FirstLayerSection(FirstLayer layer)
    {
        const int Width = 1040;
        var unit = layer.IsConvolution ? "channel" : "unit";
        var scale = Math.Max(1, Width * Math.Min(FirstLayer.Columns, layer.Shown) / FirstLayer.Columns / layer.Sheet.Width);
        return Section(
            "first-layer", "What the first layer looks at",
            $"The weights of {(layer.Shown < layer.Count ? $"{layer.Shown} of {Figures.Count(layer.Count)} {unit}s, those with the largest" : $"its {layer.Count} {unit}s")}: "
                + $"orange where a bright pixel excites a {unit}, blue where it inhibits it.",
            Element(
                "img", Class("sheet"), Attribute("src", layer.Sheet.Address), Attribute("width", $"{layer.Sheet.Width * scale}"), Attribute("height", $"{layer.Sheet.Height * scale}"),
                Attribute("alt", $"The weights of {layer.Shown} {unit}s as images.")));
    }

    static XElement Layers(ReportContent content) => Section(
        "layers", "Layers", null,
        Wide("Layers", Table(
            ["Layer", "Output", "Parameters", "Multiply-adds"],
            [
                .. content.Layers.Select((layer, i) => (string[])
                [
                    i < content.Layers.Count - 1 ? $"{layer.Options}" : "dense, softmax", $"{layer.Output}",
                    Figures.Count(layer.Parameters), Figures.Count(layer.MultiplyAdds),
                ]),
                ["all", "", Figures.Count(content.Layers.Sum(layer => layer.Parameters)), Figures.Count(content.Layers.Sum(layer => layer.MultiplyAdds))],
            ])));
}
