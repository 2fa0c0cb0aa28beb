namespace MnistMl.Tests.Training.Reference;

/// <summary>
/// Batch normalization (Ioffe and Szegedy 2015) by the statistics of ghost batches (Hoffer et al. 2017): of an eighth of a
/// batch, 8 rows at least, whatever is left over being the last. In scoring by running averages.
/// </summary>
sealed class ReferenceBatchNorm : ReferenceLayer
{
    const double Epsilon = 1e-5, Momentum = 0.1;

    readonly int _channels, _batchSize, _ghostRows;
    readonly ReferenceParameters _scales, _biases;
    readonly ReferenceNumbers _means, _variances;
    double _batches;
    double[][] _inputs = [];

    public ReferenceBatchNorm(int channels, int batchSize)
    {
        (_channels, _batchSize) = (channels, batchSize);
        _ghostRows = Math.Min(batchSize, Math.Max(8, (int)Math.Ceiling(batchSize / 8.0)));
        _scales = new([.. Enumerable.Repeat(1.0, channels)], decays: false);
        _biases = new(new double[channels], decays: false);
        _means = new(new double[channels]);
        _variances = new([.. Enumerable.Repeat(1.0, channels)]);
    }

    public override IReadOnlyList<ReferenceParameters> Parameters => [_scales, _biases];

    public override IReadOnlyList<ReferenceNumbers> Running => [_means, _variances];

    /// <summary>What scoring multiplies a channel's numbers by, and what it adds to them then.</summary>
    public (double Factor, double Shift) Fold(int channel)
    {
        var factor = _scales.Values[channel] / Math.Sqrt(_variances.Values[channel] + Epsilon);
        return (factor, _biases.Values[channel] - factor * _means.Values[channel]);
    }

    public override double[][] Forward(double[][] inputs, bool training)
    {
        _inputs = inputs;
        var outputs = Zeros(inputs.Length, inputs[0].Length);
        foreach (var rows in training ? GhostBatches : [0..inputs.Length])
        {
            for (var channel = 0; channel < _channels; channel++)
            {
                var (mean, variance) = training
                    ? Statistics(rows, channel)
                    : (_means.Values[channel], _variances.Values[channel]);
                foreach (var (row, i) in Places(rows, channel))
                {
                    var normalized = (inputs[row][i] - mean) / Math.Sqrt(variance + Epsilon);
                    outputs[row][i] = _scales.Values[channel] * normalized + _biases.Values[channel];
                }
            }
        }
        if (training)
            Measure();
        return outputs;
    }

    /// <summary>As in the paper: the loss depends on the variance, on the mean, and on each number itself.</summary>
    public override double[][] Backward(double[][] δ)
    {
        Array.Clear(_scales.Gradient);
        Array.Clear(_biases.Gradient);
        var δInputs = Zeros(δ.Length, δ[0].Length);
        foreach (var rows in GhostBatches)
        {
            for (var channel = 0; channel < _channels; channel++)
            {
                var (mean, variance) = Statistics(rows, channel);
                var deviation = Math.Sqrt(variance + Epsilon);
                var (count, δMean, δVariance) = (0, 0.0, 0.0);
                foreach (var (row, i) in Places(rows, channel))
                {
                    var (d, difference) = (δ[row][i], _inputs[row][i] - mean);
                    count++;
                    _biases.Gradient[channel] += d;
                    _scales.Gradient[channel] += d * difference / deviation;
                    δMean -= d * _scales.Values[channel] / deviation;
                    δVariance -= d * _scales.Values[channel] * difference / (2 * Math.Pow(deviation, 3));
                }
                foreach (var (row, i) in Places(rows, channel))
                {
                    δInputs[row][i] = δ[row][i] * _scales.Values[channel] / deviation
                        + δMean / count + δVariance * 2 * (_inputs[row][i] - mean) / count;
                }
            }
        }
        return δInputs;
    }

    /// <summary>
    /// Takes mean and variance of the whole batch into the running averages: of the first ten batches these are the mean;
    /// a batch with fewer rows counts for as much less.
    /// </summary>
    void Measure()
    {
        var size = (double)_inputs.Length / _batchSize;
        _batches += size;
        var share = size * Math.Max(Momentum, 1 / _batches);
        for (var channel = 0; channel < _channels; channel++)
        {
            var (mean, variance) = Statistics(0.._inputs.Length, channel);
            _means.Values[channel] += share * (mean - _means.Values[channel]);
            _variances.Values[channel] += share * (variance - _variances.Values[channel]);
        }
    }

    /// <summary>A channel's mean, and the mean of the squares of the differences from it.</summary>
    (double Mean, double Variance) Statistics(Range rows, int channel)
    {
        var numbers = Places(rows, channel).Select(place => _inputs[place.Row][place.Index]).ToArray();
        var mean = numbers.Average();
        return (mean, numbers.Average(x => (x - mean) * (x - mean)));
    }

    IEnumerable<Range> GhostBatches
    {
        get
        {
            for (var first = 0; first < _inputs.Length; first += _ghostRows)
                yield return first..Math.Min(first + _ghostRows, _inputs.Length);
        }
    }

    /// <summary>Everywhere a channel has a number.</summary>
    IEnumerable<(int Row, int Index)> Places(Range rows, int channel)
    {
        for (var row = rows.Start.Value; row < rows.End.Value; row++)
        {
            for (var i = channel; i < _inputs[row].Length; i += _channels)
                yield return (row, i);
        }
    }
}
