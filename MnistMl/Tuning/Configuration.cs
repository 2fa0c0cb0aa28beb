using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.Tuning;

/// <summary>Settings that a search tries.</summary>
/// <param name="Settings">What they are in words: those of two configurations differ.</param>
/// <param name="Options">What to train, and how, all epochs long.</param>
sealed record Configuration(string Settings, TrainingOptions Options)
{
    /// <summary>Whether the network can be saved as ONNX only.</summary>
    public bool NeedsOnnx => Options.HiddenLayers.Any(layer => layer is MaxPooling2D);

    /// <summary>Refuses to train what could not be saved then.</summary>
    /// <exception cref="MnistMlException">The layers do not fit each other or the rows, or no file can hold them.</exception>
    public void ThrowIfUnwritable(Dataset rows) =>
        ModelLimits.ThrowIfUnwritable(Options.HiddenLayers, Options.EnsembleSize, rows.FeatureCount, rows.ClassNames, NeedsOnnx);

    /// <summary>The same for fewer epochs, with the falls of a <see cref="StepDecay"/> in the same parts of them.</summary>
    public TrainingOptions For(int epochs) => Options with
    {
        Epochs = epochs,
        Schedule = Options.Schedule is StepDecay step
            ? step with { StepSize = Math.Max(1, (int)Math.Round((double)step.StepSize * epochs / Options.Epochs)) }
            : Options.Schedule,
    };
}
