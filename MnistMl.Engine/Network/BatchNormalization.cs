using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;
using MnistMl.Optimizers;

namespace MnistMl.Network;

/// <summary>
/// Batch normalization (Ioffe and Szegedy 2015): each channel less its mean, divided by its standard deviation, times
/// γ, plus β. In training mean and variance are those of a ghost batch (Hoffer, Hubara and Soudry, "Train longer,
/// generalize better", 2017), here a group of the batch's rows, so that groups need not wait for each other; in scoring
/// they are running averages of those of whole batches.
/// </summary>
sealed unsafe class BatchNormalization
{
    /// <summary>A ghost batch has at least as many rows as this, if the batch has.</summary>
    public const int MinRows = 8;

    /// <summary>Share of a whole batch in the running averages.</summary>
    public const double Momentum = 0.1;

    const int Mean = 0, Variance = 1;

    readonly int _channels;
    readonly Parameters _shifts;

    /// <param name="channels">Number of channels.</param>
    /// <param name="shifts">β, a row.</param>
    public BatchNormalization(int channels, Parameters shifts)
    {
        (_channels, _shifts) = (channels, shifts);
        Scales = new Parameters(1, KernelSet.Stride(channels));
        RunningStatistics = new Parameters(2, Scales.Stride);
        new Span<float>(Scales.Row(0), channels).Fill(1);
        new Span<float>(RunningStatistics.Row(Variance), channels).Fill(1);
    }

    /// <summary>γ, a row.</summary>
    public Parameters Scales { get; }

    /// <summary>Running averages: a row of means, and one of variances.</summary>
    public Parameters RunningStatistics { get; }

    /// <summary>Batches that the running averages are of; one with fewer rows counts for less.</summary>
    public double BatchCount { get; set; }

    /// <summary>Floats that the means and variances of a ghost batch take.</summary>
    public int StatisticsLength => 2 * Scales.Stride;

    static KernelSet Kernels => KernelSet.Best;

    /// <summary>Normalizes by the running averages, and applies the ReLU.</summary>
    /// <param name="values">Images, in place.</param>
    /// <param name="layout">How they lie.</param>
    public void Score(float* values, in SpatialLayout layout) =>
        Normalize(values, layout, RunningStatistics.Row(Mean), RunningStatistics.Row(Variance), values);

    /// <summary>Normalizes a ghost batch by its own mean and variance, and applies the ReLU.</summary>
    /// <param name="source">Its images.</param>
    /// <param name="layout">How they and the outputs lie.</param>
    /// <param name="statistics">Where their means and variances go.</param>
    /// <param name="outputs">Where the outputs go.</param>
    public void Forward(float* source, in SpatialLayout layout, float* statistics, float* outputs)
    {
        var variances = statistics + Scales.Stride;
        Kernels.ChannelStatistics(source, layout, statistics, variances);
        Normalize(source, layout, statistics, variances, outputs);
    }

    void Normalize(float* source, in SpatialLayout layout, float* means, float* variances, float* outputs) =>
        Kernels.NormalizeRelu(source, layout, means, variances, Scales.Row(0), _shifts.Row(0), outputs);

    /// <summary>Takes the loss's gradient by the outputs back to the images.</summary>
    /// <param name="source">The ghost batch's images.</param>
    /// <param name="layout">How they, the outputs and δ lie.</param>
    /// <param name="statistics">Their means and variances, from <see cref="Forward"/>.</param>
    /// <param name="outputs">The outputs.</param>
    /// <param name="factor">The factor by which dropout has multiplied those that are not zero.</param>
    /// <param name="δ">The loss's gradient by the outputs, replaced by that by the images.</param>
    /// <param name="δScales">[channels]: that by γ.</param>
    /// <param name="δShifts">[channels]: that by β.</param>
    public void Backward(
        float* source, in SpatialLayout layout, float* statistics, float* outputs, float factor, float* δ,
        float* δScales, float* δShifts) =>
        Kernels.NormalizeReluGradient(
            source, layout, statistics, statistics + Scales.Stride, Scales.Row(0), outputs, factor,
            δ, δScales, δShifts);

    /// <summary>Updates the running averages by a batch's means and variances.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="statistics">Those of its first ghost batch.</param>
    /// <param name="distance">Distance between those of one ghost batch and the next.</param>
    /// <param name="step">The optimizer's step, in which moving averages follow them too.</param>
    public void Update(Batch batch, float* statistics, nint distance, in OptimizerStep step)
    {
        // Of the first batches the averages are the mean; a batch with fewer rows counts for less.
        var size = (double)batch.RowCount / batch.Capacity;
        BatchCount += size;
        var share = Math.Max(Momentum, 1 / BatchCount) * size;
        for (var channel = 0; channel < _channels; channel++)
        {
            var (mean, square) = (0.0, 0.0);
            for (var group = 0; group < batch.Groups; group++)
                mean += Weight(group) * Of(group, Mean);
            for (var group = 0; group < batch.Groups; group++)
                square += Weight(group) * (Of(group, Variance) + Math.Pow(Of(group, Mean) - mean, 2));
            Lerp(ref RunningStatistics.Row(Mean)[channel], mean);
            Lerp(ref RunningStatistics.Row(Variance)[channel], square);

            double Of(int group, int row) => statistics[group * distance + row * Scales.Stride + channel];
        }
        step.Average(RunningStatistics, 0, RunningStatistics.RowCount);

        double Weight(int group) =>
            (double)Math.Min(batch.GroupRows, batch.RowCount - group * batch.GroupRows) / batch.RowCount;

        void Lerp(ref float average, double value) => average += (float)(share * (value - average));
    }

    /// <summary>
    /// Normalization by the running averages as an affine map of a channel: its factor, and what is then added to β.
    /// </summary>
    public (float Factor, float Shift) Fold(int channel)
    {
        var (mean, variance) = (RunningStatistics.Row(Mean)[channel], RunningStatistics.Row(Variance)[channel]);
        var factor = Scales.Row(0)[channel] / Math.Sqrt(variance + KernelSet.BatchNormEpsilon);
        return ((float)factor, (float)(-factor * mean));
    }
}
