using MnistMl.Images;

namespace MnistMl.Reporting;

/// <summary>What is written of a prediction: names as they stand in the output.</summary>
readonly ref struct Prediction
{
    /// <summary>The file; null where all are rows of the same.</summary>
    public string? File { get; init; }

    /// <summary>The row in it, from 1; null for a picture.</summary>
    public long? Row { get; init; }

    /// <summary>The most probable class, or all digits of a number.</summary>
    public required string Label { get; init; }

    /// <summary>How probable that is.</summary>
    public required float Probability { get; init; }

    /// <summary>The second most probable class; null where it is not written.</summary>
    public (string Label, float Probability)? RunnerUp { get; init; }

    /// <summary>[classes]; empty where they are not written.</summary>
    public ReadOnlySpan<float> Probabilities { get; init; }

    /// <summary>The digits of a number; null if it is none.</summary>
    public IReadOnlyList<(Box Box, string Label, float Probability)>? Digits { get; init; }

    /// <summary>Why it may be wrong.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
