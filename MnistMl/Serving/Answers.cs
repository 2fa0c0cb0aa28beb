using Microsoft.AspNetCore.Mvc;

namespace MnistMl.Serving;

/// <summary>What an image became on the way to MNIST's form.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Image">The image, as a data URL of a PNG.</param>
sealed record StepJson(string Name, string Image);

/// <summary>A digit of a number.</summary>
/// <param name="Label">The most probable class.</param>
/// <param name="Probabilities">Of all classes, in the order of the model's labels.</param>
/// <param name="Box">Left, top, right and bottom of the digit in the image, in pixels.</param>
/// <param name="Image">What the network sees of it, as a data URL of a PNG; if the steps were asked for.</param>
/// <param name="Steps">What was done to this digit alone, if it was asked for; it follows what was done to the whole image.</param>
sealed record DigitJson(
    string Label, IReadOnlyList<float> Probabilities, IReadOnlyList<int> Box, string? Image = null, IReadOnlyList<StepJson>? Steps = null);

/// <summary>An example: either of the two.</summary>
/// <param name="Pixels">The pixels, line by line, from 0 for paper to 255 for ink.</param>
/// <param name="Image">A PNG, JPEG or WebP file in Base64, or as a data URL.</param>
sealed record ExampleJson(IReadOnlyList<float>? Pixels = null, string? Image = null);

/// <summary>Examples.</summary>
/// <param name="Examples">The examples.</param>
sealed record BatchJson(IReadOnlyList<ExampleJson> Examples);

/// <summary>A prediction.</summary>
/// <param name="Label">The most probable class.</param>
/// <param name="Probabilities">Of all classes, in the order of the model's labels.</param>
/// <param name="Warnings">Why it may be wrong.</param>
/// <param name="Model">SHA-256 of the model's file.</param>
/// <param name="Image">What the network sees of an image, as a data URL of a PNG; if the steps were asked for.</param>
/// <param name="Steps">What the image became on the way, if it was asked for; where there is a number, up to where its digits' own steps begin.</param>
/// <param name="Number">What several digits of an image are, from left to right, if it was asked for.</param>
/// <param name="Digits">Those digits.</param>
sealed record PredictionJson(
    string Label, IReadOnlyList<float> Probabilities, IReadOnlyList<string> Warnings, string Model, string? Image = null,
    IReadOnlyList<StepJson>? Steps = null, string? Number = null, IReadOnlyList<DigitJson>? Digits = null);

/// <summary>A prediction of several: it has either a label or an error.</summary>
/// <param name="Label">The most probable class.</param>
/// <param name="Probabilities">Of all classes, in the order of the model's labels.</param>
/// <param name="Warnings">Why it may be wrong.</param>
/// <param name="Error">Why there is none.</param>
sealed record BatchPredictionJson(
    string? Label = null, IReadOnlyList<float>? Probabilities = null, IReadOnlyList<string>? Warnings = null, string? Error = null);

/// <summary>Predictions, in the order of the examples.</summary>
/// <param name="Predictions">The predictions.</param>
/// <param name="Model">SHA-256 of the model's file.</param>
sealed record BatchAnswerJson(IReadOnlyList<BatchPredictionJson> Predictions, string Model);

/// <summary>The model in service.</summary>
/// <param name="Model">SHA-256 of its file.</param>
/// <param name="File">The file's name.</param>
/// <param name="LoadedAt">When it was loaded.</param>
/// <param name="Labels">The classes, in the order of the probabilities.</param>
/// <param name="Pixels">Pixels of an example.</param>
/// <param name="TakesImages">Whether images in MNIST's form, of 28 × 28 pixels, are what it takes.</param>
/// <param name="Network">The layers; null where ML.NET runs the model.</param>
/// <param name="Parameters">Number of weights and biases; null where ML.NET runs the model.</param>
/// <param name="Error">Why the file as it is now is not in service; null if it is.</param>
/// <param name="Metrics">What came of its test; null where the file is not in the folder of its run.</param>
sealed record ModelJson(
    string Model, string File, DateTimeOffset LoadedAt, IReadOnlyList<string> Labels, int Pixels, bool TakesImages,
    string? Network = null, long? Parameters = null, string? Error = null, MetricsJson? Metrics = null);

/// <summary>How well a model did on test rows.</summary>
/// <param name="MicroAccuracy">Share of the rows that are right.</param>
/// <param name="MacroAccuracy">Mean of that over the classes.</param>
/// <param name="LogLoss">Mean cross-entropy, in nats.</param>
/// <param name="RowsTested">Number of rows.</param>
sealed record MetricsJson(double? MicroAccuracy, double? MacroAccuracy, double? LogLoss, long? RowsTested);

/// <summary>That the server is up.</summary>
/// <param name="Status">"healthy".</param>
/// <param name="Model">SHA-256 of the model's file.</param>
sealed record HealthJson(string Status, string Model);

/// <summary>Why a request is refused (RFC 9457).</summary>
sealed class ProblemJson : ProblemDetails
{
    /// <summary>SHA-256 of the model's file.</summary>
    public string? Model { get; init; }

    /// <summary>What the image became on the way, if it was asked for.</summary>
    public IReadOnlyList<StepJson>? Steps { get; init; }
}
