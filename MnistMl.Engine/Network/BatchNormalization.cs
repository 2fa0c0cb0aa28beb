using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;
using MnistMl.Optimizers;

namespace MnistMl.Network;

/// <summary>
/// Batch normalisation (Ioffe and Szegedy 2015): each channel less its mean, divided by its standard deviation, times γ,
/// plus β, which is the layer's bias. In training mean and variance are those of a group of a batch's rows (Hoffer, Hubara
/// and Soudry, "Train longer, generalize better", 2017), so that groups need not wait for each other; in scoring they are
/// running averages of those of whole batches.
/// </summary>
sealed unsafe class BatchNormalization
{
    /// <summary>A group has at least as many rows as this, where a batch has.</summary>
    public const int MinRows = 8;

    /// <summary>Share of a whole batch in the running averages.</summary>
    const double Momentum = 0.1;

    const int Mean = 0, Variance = 1;

    readonly int _channels;

    /// <summary>Row 0: means, row 1: variances.</summary>
    readonly Parameters _running;

    double _batches;

    /// <param name="channels">Number of channels.</param>
    public BatchNormalization(int channels)
    {
        _channels = channels;
        Scales = new Parameters(1, KernelSet.Stride(channels));
        _running = new Parameters(2, Scales.Stride);
        new Span<float>(Scales.Row(0), channels).Fill(1);
        new Span<float>(_running.Row(Variance), channels).Fill(1);
    }

    /// <summary>γ, a row.</summary>
    public Parameters Scales { get; }

    /// <summary>Floats that the means and variances of a group take.</summary>
    public int StatisticsLength => 2 * Scales.Stride;

    static KernelSet Kernels => KernelSet.Best;

    /// <inheritdoc cref="Parameters.PrepareTraining"/>
    public void PrepareTraining(int moments, bool averaged)
    {
        Scales.PrepareTraining(moments, averaged);
        _running.PrepareTraining(moments: 0, averaged);
    }

    /// <inheritdoc cref="Layer.SwapAverages"/>
    public void SwapAverages()
    {
        Scales.SwapAverage();
        _running.SwapAverage();
    }

    /// <summary>Normalises by the running averages, and takes the ReLU.</summary>
    /// <param name="values">Pictures, in place.</param>
    /// <param name="shape">How they lie.</param>
    /// <param name="biases">[channels]: β</param>
    public void Score(float* values, in SpatialLayout shape, float* biases) =>
        Kernels.NormalizeRelu(values, shape, _running.Row(Mean), _running.Row(Variance), Scales.Row(0), biases, values);

    /// <summary>Normalises a group's pictures by their own mean and variance, and takes the ReLU.</summary>
    /// <param name="source">Pictures.</param>
    /// <param name="shape">How they and the outputs lie.</param>
    /// <param name="statistics">Where their means and variances go.</param>
    /// <param name="biases">[channels]: β</param>
    /// <param name="outputs">What comes of them.</param>
    public void Forward(float* source, in SpatialLayout shape, float* statistics, float* biases, float* outputs)
    {
        var variances = statistics + Scales.Stride;
        Kernels.ChannelStatistics(source, shape, statistics, variances);
        Kernels.NormalizeRelu(source, shape, statistics, variances, Scales.Row(0), biases, outputs);
    }

    /// <summary>Takes the loss's gradient by the outputs back to the pictures.</summary>
    /// <param name="source">The group's pictures.</param>
    /// <param name="shape">How they, the outputs and δ lie.</param>
    /// <param name="statistics">What <see cref="Forward"/> left.</param>
    /// <param name="outputs">What came of them.</param>
    /// <param name="factor">What those that are not zero were multiplied by then.</param>
    /// <param name="δ">The loss's gradient by the outputs, and then that by the pictures.</param>
    /// <param name="δScales">[channels]: that by γ.</param>
    /// <param name="δBiases">[channels]: that by β.</param>
    public void Backward(
        float* source, in SpatialLayout shape, float* statistics, float* outputs, float factor, float* δ,
        float* δScales, float* δBiases) =>
        Kernels.NormalizeReluGradient(
            source, shape, statistics, statistics + Scales.Stride, Scales.Row(0), outputs, factor, δ, δScales, δBiases);

    /// <summary>Takes a batch's means and variances into the running averages.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="statistics">Those of its first group.</param>
    /// <param name="distance">Distance between groups.</param>
    /// <param name="step">The step, in which averages of the weights follow them.</param>
    public void Update(Batch batch, float* statistics, nint distance, in OptimizerStep step)
    {
        // Of the first batches it is their mean; a batch with fewer rows counts for less.
        var size = (double)batch.RowCount / batch.Capacity;
        _batches += size;
        var share = Math.Max(Momentum, 1 / _batches) * size;
        for (var channel = 0; channel < _channels; channel++)
        {
            var (mean, square) = (0.0, 0.0);
            for (var group = 0; group < batch.Groups; group++)
                mean += Weight(group) * Of(group, Mean);
            for (var group = 0; group < batch.Groups; group++)
                square += Weight(group) * (Of(group, Variance) + Math.Pow(Of(group, Mean) - mean, 2));
            Approach(ref _running.Row(Mean)[channel], mean);
            Approach(ref _running.Row(Variance)[channel], square);

            double Of(int group, int row) => statistics[group * distance + row * Scales.Stride + channel];
        }
        step.Average(_running, 0, _running.RowCount);

        double Weight(int group) => (double)Math.Min(batch.GroupRows, batch.RowCount - group * batch.GroupRows) / batch.RowCount;

        void Approach(ref float average, double value) => average += (float)(share * (value - average));
    }

    /// <summary>What the running averages make of a number of a channel: its factor, and what is then added to β.</summary>
    public (float Factor, float Shift) Fold(int channel)
    {
        var factor = Scales.Row(0)[channel] / Math.Sqrt(_running.Row(Variance)[channel] + KernelSet.BatchNormEpsilon);
        return ((float)factor, (float)(-factor * _running.Row(Mean)[channel]));
    }
}
