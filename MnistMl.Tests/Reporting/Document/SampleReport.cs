using System.Text;
using System.Xml.Linq;
using MnistMl.Data;
using MnistMl.Inference;
using MnistMl.Model;
using MnistMl.Reporting;
using MnistMl.Reporting.Document;
using MnistMl.Training;

namespace MnistMl.Tests.Reporting.Document;

/// <summary>Reports of untrained networks on images of noise: wrong often, and in every way.</summary>
sealed class SampleReport
{
    /// <param name="classNames">The classes.</param>
    /// <param name="side">Height and width of an image.</param>
    /// <param name="rows">Number of test rows.</param>
    /// <param name="unknown">Further classes of test rows, which the network does not know.</param>
    public SampleReport(string[] classNames, int side = 10, int rows = 400, params string[] unknown)
    {
        var random = new Random(1);
        string[] all = [.. classNames, .. unknown];
        var pixels = new byte[rows * side * side];
        random.NextBytes(pixels);
        Test = new Dataset(pixels, Enumerable.Range(0, rows).Select(_ => random.Next(all.Length)).ToArray(), side * side, all);
        Predictor = new Predictor(new TrainedNetwork(
            [Layer(random, side * side, 60, 0.01f), Layer(random, 60, classNames.Length, 1)], classNames));
        var model = new LoadedModel(Predictor);
        Content = ReportContent.Of(
            new RunResult
            {
                Metrics = model.Evaluate(Test),
                ClassNames = classNames,
                UnknownClasses = unknown,
                EvaluateSeconds = 0.25,
                Model = "models/noise.zip",
                ModelBytes = 430_512,
                Parameters = Predictor.Network.Parameters,
                Data = Described(rows, side),
            },
            Test, model, "mnistml evaluate --model 'models/noise.zip' --data \"a & b.csv\"", "MnistMl 2.0.0");
    }

    public Dataset Test { get; }

    public Predictor Predictor { get; }

    public ReportContent Content { get; private set; }

    /// <summary>Names of so many classes.</summary>
    public static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(label => $"class {label}")];

    /// <summary>Adds accuracies after each corruption, 0.5 and 0.01 less from one to the next; for images of 28 × 28 pixels.</summary>
    public SampleReport Corrupted()
    {
        CorruptedAccuracy[] robustness = [.. Corruption.All.Select((corruption, index) => new CorruptedAccuracy(corruption.Name, 0.5 - 0.01 * index))];
        Content = ReportContent.Of(Content.Run with { Robustness = robustness }, Test, new LoadedModel(Predictor), Content.Command, Content.Version);
        return this;
    }

    /// <summary>The content as after a training of so many epochs.</summary>
    public ReportContent Trained(int epochs, int networks = 1, int? bestEpoch = null)
    {
        var history = Enumerable.Range(1, networks).SelectMany(network => Enumerable.Range(1, epochs).Select(epoch => new EpochSummary(
            epoch, 1.0 / epoch, 1 - 0.5 / epoch, 1.5 / epoch, 1 - 0.6 / epoch, 0.5, networks > 1 ? network : null)));
        var training = new TrainingRun(1000, [.. history], 2.5, IsInterrupted: false, networks, Seed: 1, Threads: 2);
        return (Content with { Run = Content.Run with { Training = training } })
            .WithTraining(new TrainingOptions { Epochs = epochs, BatchSize = 100 }, 1000, bestEpoch);
    }

    /// <summary>A report as HTML.</summary>
    public static string Html(ReportContent content)
    {
        using var stream = new MemoryStream();
        HtmlReport.Write(stream, content);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A report as the elements of its HTML, which is well formed.</summary>
    public static XElement Parse(ReportContent content)
    {
        const string Doctype = "<!doctype html>\n";
        var html = Html(content);
        Assert.StartsWith(Doctype, html, StringComparison.Ordinal);
        return XElement.Parse(html[Doctype.Length..]);
    }

    /// <summary>A report as Markdown.</summary>
    public static string Markdown(ReportContent content)
    {
        using var stream = new MemoryStream();
        MarkdownReport.Write(stream, content);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>A layer whose outputs differ from row to row: the mean of the inputs does not get through.</summary>
    static AffineLayer Layer(Random random, int inputs, int outputs, float scale) => new(
        inputs, outputs,
        [
            .. Enumerable.Range(0, inputs * outputs).Select(_ => (random.NextSingle() - 0.5f) * scale).Chunk(inputs)
                .SelectMany(weights => weights.Select(weight => weight - weights.Average())),
        ],
        new float[outputs]);

    static DescriptionJson Described(int rows, int side) => DescriptionJson.From("noise.csv", new DataDescription
    {
        Format = "CSV",
        RowCount = rows,
        FeatureCount = side * side,
        Height = side,
        Width = side,
        Range = PixelRange.Bytes,
    });
}
