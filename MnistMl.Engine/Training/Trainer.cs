using System.Diagnostics;
using MnistMl.Data;
using MnistMl.Model;

namespace MnistMl.Training;

/// <summary>
/// Trains networks by mini-batches. The same examples and options give the same network, bit for bit, for any number of
/// threads.
/// </summary>
public static class Trainer
{
    /// <summary>Trains a network on pixels, which it scales to 0–1; the trained one takes the values that their bytes stand for.</summary>
    /// <param name="train">Examples with labels, at least one.</param>
    /// <param name="validation">Examples to measure each epoch on, and to stop early by, never trained on; null for none.</param>
    /// <param name="options">What to train, and how.</param>
    /// <param name="progress">Told about 20 times a second, and after every epoch, on the calling thread.</param>
    /// <param name="cancellation">
    /// Ends the training after the step under way; the network so far, or the best where that is kept, is returned. Of
    /// several, those that are finished are, if there is one.
    /// </param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, there are no examples or no labels, class names are empty or alike, the validation examples
    /// are of another length, or there is <see cref="TrainingOptions.Patience"/>, but no validation examples, or more than one
    /// network to train.
    /// </exception>
    /// <exception cref="MnistMlException">
    /// The layers do not fit each other, are too large, also side by side, as may be a batch of them; a validation example has a
    /// label that no other has; what is to be augmented is no square image; a teacher takes other examples or has other classes; or
    /// the loss, of whichever network, is no longer a number.
    /// </exception>
    public static TrainingResult Train(
        Dataset train, Dataset? validation, TrainingOptions options,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        if (train.RowCount == 0 || !train.HasLabels)
            throw new ArgumentException("Training takes examples with labels.", nameof(train));
        if (validation is { RowCount: 0 })
            validation = null;
        if (validation != null && (validation.FeatureCount != train.FeatureCount || !validation.HasLabels))
            throw new ArgumentException("Validation takes examples with labels, as long as those to train on.", nameof(validation));
        if (validation != null && validation.Range != train.Range)
            throw new ArgumentException("Validation takes examples of the range of those to train on.", nameof(validation));
        return Train(
            TrainingSet.From(train), validation == null ? null : TrainingSet.From(validation.WithClassNames(train.ClassNames)),
            options, progress, cancellation);
    }

    internal static TrainingResult Train(
        TrainingSet train, TrainingSet? validation, TrainingOptions options,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        options.Validate();
        TrainedNetwork.CheckClassNames(train.ClassNames);
        if (options.Patience != null && validation == null)
            throw new ArgumentException($"{nameof(options.Patience)} takes validation examples.", nameof(validation));
        if (options.Patience != null && options.EnsembleSize > 1)
            throw new ArgumentException($"{nameof(options.Patience)} is for one network.", nameof(options));
        if (train.Range.Offset != 0 && options.HiddenLayers.OfType<Conv2D>().FirstOrDefault() is { Padding: > 0 })
            throw TrainedNetwork.PaddingOfShifted();
        // Whether they go into one network is known beforehand.
        _ = LayerShape.Of(train.Input.FeatureCount, Ensemble.Widened(options.HiddenLayers, options.EnsembleSize), train.ClassNames.Count);

        var clock = Stopwatch.StartNew();
        var checkpoints = options.CheckpointPath == null ? null : new Checkpoints(train, validation, options, clock);
        List<TrainingResult> results = [.. checkpoints?.Finished ?? []];
        while (results.Count < options.EnsembleSize && results is not [.., { IsCancelled: true }])
        {
            var own = options with { Seed = unchecked(options.Seed + results.Count) };
            try
            {
                results.Add(options.Backend.Train(train, validation, own, results.Count + 1, checkpoints, progress, cancellation));
            }
            catch (DivergedException diverged) when (results.Count > 0)
            {
                throw new DivergedException(diverged.Message, Ensemble.Of([.. results.Select(result => result.Network)]))
                {
                    History = [.. results.SelectMany(result => result.History), .. diverged.History],
                };
            }
            checkpoints?.Finish(results[^1]);
        }
        var finished = results.Where(result => !result.IsCancelled).DefaultIfEmpty(results[0]).ToArray();
        var network = Ensemble.Of([.. finished.Select(result => result.Network)]);
        double? temperature = null;
        if (options.Calibrate && validation != null)
            (network, temperature) = Calibration.Calibrate(network, validation with { Range = train.Range });
        return results[^1] with
        {
            Network = network,
            Temperature = temperature,
            History = [.. results.SelectMany(result => result.History)],
            Seconds = checkpoints?.Seconds ?? clock.Elapsed.TotalSeconds,
        };
    }
}
