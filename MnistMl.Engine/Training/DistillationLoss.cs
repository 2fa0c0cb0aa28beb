using MnistMl.Inference;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Training;

/// <summary>Computes the teachers' probabilities for a batch, and adds the distillation loss's gradient.</summary>
sealed unsafe class DistillationLoss
{
    readonly Distillation _options;
    readonly ByteMatrix _input;
    readonly int _classCount;

    /// <summary>By thread, then by network.</summary>
    readonly BatchPredictor[][] _predictors;

    /// <summary>By network, [classes]: its place of each class of the training examples.</summary>
    readonly int[][] _places;

    /// <summary>[examples of a batch, classes]: the probabilities of one teacher, and the mean of all.</summary>
    readonly float[] _single, _probabilities;

    /// <param name="options">Who teaches, and how.</param>
    /// <param name="input">The examples, from 0 to 255, as teachers take them.</param>
    /// <param name="isSparse">Whether most features are zero.</param>
    /// <param name="classNames">The classes of the training examples.</param>
    /// <param name="capacity">The most examples in a batch.</param>
    /// <param name="threads">Number of threads.</param>
    /// <exception cref="MnistMlException">A teacher takes other examples or has other classes.</exception>
    public DistillationLoss(
        Distillation options, ByteMatrix input, bool isSparse, IReadOnlyList<string> classNames, int capacity, int threads)
    {
        foreach (var (i, network) in options.Teachers.Index())
        {
            if (network.FeatureCount != input.FeatureCount)
            {
                throw new MnistMlException(
                    $"Teacher {i + 1} takes images of {network.FeatureCount} pixels, but those to train on have {input.FeatureCount}. Take one trained on such images.");
            }
            if (!classNames.ToHashSet().SetEquals(network.ClassNames))
            {
                throw new MnistMlException(
                    $"The classes of teacher {i + 1} are {string.Join(", ", network.ClassNames)}, but those to train on {string.Join(", ", classNames)}. Take one with the same classes.");
            }
        }

        (_options, _input, _classCount) = (options, input, classNames.Count);
        _places = [.. options.Teachers.Select(Places)];
        (_single, _probabilities) = (new float[(long)capacity * _classCount], new float[(long)capacity * _classCount]);
        var networks = options.Teachers.Select(network => FeedForwardNetwork.From(network, isSparse)).ToArray();
        _predictors = [.. Enumerable.Range(0, threads).Select(_ => networks.Select(network => new BatchPredictor(network)).ToArray())];

        int[] Places(TrainedNetwork network) =>
            [.. classNames.Select(label => network.ClassNames.Index().First(entry => entry.Item == label).Index)];
    }

    /// <summary>Scores some examples of the batch.</summary>
    /// <param name="rows">The batch's rows, by their number in the input.</param>
    /// <param name="first">The first of this thread's.</param>
    /// <param name="end">The row after this thread's last.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    public void Score(ReadOnlySpan<int> rows, int first, int end, int thread)
    {
        var (from, to) = (first * _classCount, end * _classCount);
        Array.Clear(_probabilities, from, to - from);
        for (var network = 0; network < _places.Length; network++)
        {
            _predictors[thread][network].Predict(_input, rows[first..end], _single.AsSpan(from..to));
            for (var row = from; row < to; row += _classCount)
            {
                for (var i = 0; i < _classCount; i++)
                    _probabilities[row + i] += _single[row + _places[network][i]] / _places.Length;
            }
        }
    }

    /// <summary>Adds the teachers to a row's gradient.</summary>
    /// <param name="row">The row of the batch, once after <see cref="Score"/>.</param>
    /// <param name="probabilities">[classes]: what the network in training makes of the row.</param>
    /// <param name="δ">[classes]: the gradient of the batch's mean loss by the row's logits, without a teacher.</param>
    /// <param name="batchRows">Rows in the batch.</param>
    /// <param name="weight">How much the row counts.</param>
    public void Teach(int row, ReadOnlySpan<float> probabilities, Span<float> δ, int batchRows, float weight = 1)
    {
        var own = _single.AsSpan(row * _classCount, _classCount);
        var teachers = _probabilities.AsSpan(row * _classCount, _classCount);
        probabilities.CopyTo(own);
        Soften(own);
        Soften(teachers);

        // By the logits, the cross-entropy at temperature T has the gradient (p − q) ÷ T; times T², it weighs what the other does.
        var (share, scale) = ((float)_options.Alpha, (float)(_options.Alpha * _options.Temperature * weight / batchRows));
        for (var i = 0; i < _classCount; i++)
        {
            var sum = (1 - share) * δ[i] + scale * (own[i] - teachers[i]);
            δ[i] = MathF.Abs(sum) > KernelSet.MinGradient ? sum : 0;
        }
    }

    /// <summary>What the softmax would have made of the logits divided by the temperature.</summary>
    void Soften(Span<float> probabilities)
    {
        var sum = 0f;
        foreach (ref var p in probabilities)
            sum += p = MathF.Pow(p, 1 / (float)_options.Temperature);
        foreach (ref var p in probabilities)
            p /= sum;
    }
}
