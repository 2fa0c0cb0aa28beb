using MnistMl.Network;

namespace MnistMl.Training;

/// <summary>A network that says what it makes of the rows of a batch, for another to learn from.</summary>
sealed unsafe class Teacher
{
    readonly Distillation _options;
    readonly PixelRows _input;
    readonly Scorer[] _scorers;
    readonly int _classes;

    /// <summary>[classes]: where in the teacher's order a class of the training rows is.</summary>
    readonly int[] _places;

    /// <summary>[rows of a batch, classes]</summary>
    readonly float[] _probabilities;

    /// <param name="options">Who teaches, and how.</param>
    /// <param name="input">The rows, from 0 to 255 as the teacher takes them.</param>
    /// <param name="labels">The labels of the training rows.</param>
    /// <param name="capacity">The most rows in a batch.</param>
    /// <param name="threads">Number of threads.</param>
    /// <exception cref="MnistMlException">The teacher takes other rows, or tells other classes apart.</exception>
    public Teacher(Distillation options, PixelRows input, IReadOnlyList<string> labels, int capacity, int threads)
    {
        var network = options.Teacher;
        if (network.Features != input.Features)
        {
            throw new MnistMlException(
                $"The teacher takes rows of {network.Features} pixels, but those to train on have {input.Features}. Take one trained on such rows.");
        }
        if (!labels.Order().SequenceEqual(network.Labels.Order()))
        {
            throw new MnistMlException(
                $"The teacher's labels are {string.Join(", ", network.Labels)}, but those to train on {string.Join(", ", labels)}. Take one with the same labels.");
        }

        (_options, _input, _classes) = (options, input, labels.Count);
        _places = [.. labels.Select(label => network.Labels.Index().First(entry => entry.Item == label).Index)];
        _probabilities = new float[capacity * _classes];
        var layers = FeedForwardNetwork.From(network, input.Densities());
        _scorers = [.. Enumerable.Range(0, threads).Select(_ => new Scorer(layers))];
    }

    /// <summary>Looks at some rows of the batch.</summary>
    /// <param name="rows">The batch's rows, by their number in the input.</param>
    /// <param name="first">The first of this thread's.</param>
    /// <param name="end">The row after this thread's last.</param>
    /// <param name="thread">This thread's number, from 0.</param>
    public void Score(ReadOnlySpan<int> rows, int first, int end, int thread) =>
        _scorers[thread].Score(_input, rows[first..end], _probabilities.AsSpan((first * _classes)..(end * _classes)));

    /// <summary>Adds the teacher to a row's gradient.</summary>
    /// <param name="row">The row of the batch, after <see cref="Score"/>.</param>
    /// <param name="probabilities">[classes]: what the network in training makes of the row.</param>
    /// <param name="δ">[classes]: the gradient of the batch's mean loss by the row's logits, without a teacher.</param>
    /// <param name="batchRows">Rows in the batch.</param>
    public void Teach(int row, ReadOnlySpan<float> probabilities, Span<float> δ, int batchRows)
    {
        Span<float> own = stackalloc float[_classes], teachers = stackalloc float[_classes];
        var taught = _probabilities.AsSpan(row * _classes, _classes);
        for (var i = 0; i < _classes; i++)
            (own[i], teachers[i]) = (probabilities[i], taught[_places[i]]);
        Soften(own);
        Soften(teachers);

        // By the logits, the cross-entropy at temperature T has the gradient (p − q) ÷ T; times T², it weighs what the other does.
        var (share, scale) = ((float)_options.Share, (float)(_options.Share * _options.Temperature / batchRows));
        for (var i = 0; i < _classes; i++)
            δ[i] = (1 - share) * δ[i] + scale * (own[i] - teachers[i]);
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
