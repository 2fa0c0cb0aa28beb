using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.Tuning;

/// <summary>A configuration that a search tries.</summary>
/// <param name="Settings">Its differences from the start, as arguments; unique among configurations.</param>
/// <param name="Options">What to train, and how, for all epochs.</param>
sealed record Configuration(string Settings, TrainingOptions Options)
{
    /// <summary>Throws if the network could not be saved after training.</summary>
    /// <exception cref="MnistMlException">
    /// The layers do not fit each other or the rows, or the network is too large for a file.
    /// </exception>
    public void ThrowIfUnwritable(Dataset rows) => ModelLimits.ThrowIfUnwritable(
        Options.HiddenLayers, Options.EnsembleSize, rows.FeatureCount, rows.ClassNames, asOnnx: false);

    /// <summary>The options for fewer epochs, with the decays of a step schedule at the same shares of them.</summary>
    public TrainingOptions For(int epochs) => Options with
    {
        Epochs = epochs,
        Schedule = Options.Schedule is StepDecay step
            ? step with { StepSize = Math.Max(1, (int)Math.Round((double)step.StepSize * epochs / Options.Epochs)) }
            : Options.Schedule,
    };
}
