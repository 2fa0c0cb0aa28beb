using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.Tests.Training.Reference;

/// <summary>
/// Training as the textbook has it: in doubles, one number after the other, by back-propagation through one layer after
/// the other. It takes nothing from the engine but what that chooses at random.
/// </summary>
sealed class ReferenceTraining
{
    readonly TrainingOptions _options;
    readonly Dataset _train;
    readonly Dataset? _validation;
    readonly EngineChoices _choices;
    readonly float[]? _weights;
    readonly int _batchSize;
    readonly List<ReferenceLayer> _layers;

    /// <summary>[rows][classes]: what each of the teachers makes of the rows to train on, in their order of the classes.</summary>
    readonly double[][][] _taught = [];

    ReferenceTraining(Dataset train, Dataset? validation, TrainingOptions options, float[]? weights)
    {
        (_options, _train, _validation, _weights) = (options, train, validation, weights);
        _batchSize = Math.Min(options.BatchSize, train.RowCount);
        _choices = new EngineChoices(options, train.FeatureCount, train.ClassNames);
        _layers = ReferenceLayer.Of(options.HiddenLayers, _choices.FirstNetwork, _batchSize);
        if (options.Distillation is { } distillation)
            _taught = [.. distillation.Teachers.Select(Probabilities)];
    }

    /// <summary>By epoch.</summary>
    public List<(double TrainLoss, double? ValidationLoss)> History { get; } = [];

    /// <summary>Trains on pixels, which are divided by 255.</summary>
    public static ReferenceTraining Run(Dataset train, Dataset? validation, TrainingOptions options, float[]? weights = null)
    {
        var training = new ReferenceTraining(train, validation, options, weights);
        training.Run();
        return training;
    }

    /// <summary>
    /// Weights and biases of each layer that has some, as a trained network has them: batch normalization is part of them.
    /// </summary>
    public IEnumerable<(double[] Weights, double[] Biases)> ToTrained()
    {
        foreach (var (i, layer) in _layers.Index())
        {
            if (layer is ReferenceDense or ReferenceConvolution && layer.Parameters is [var weights, var biases])
            {
                yield return (weights.Values, biases.Values);
            }
            else if (layer is ReferenceConvolution { Parameters: [var products], Output.Channels: var channels }
                && _layers[i + 1] is ReferenceBatchNorm norm)
            {
                var perChannel = products.Values.Length / channels;
                yield return (
                    [.. products.Values.Select((weight, w) => weight * norm.Fold(w / perChannel).Factor)],
                    [.. Enumerable.Range(0, channels).Select(channel => norm.Fold(channel).Shift)]);
            }
        }
    }

    void Run()
    {
        var stepsPerEpoch = (int)Math.Ceiling((double)_train.RowCount / _batchSize);
        var (step, steps) = (0, stepsPerEpoch * _options.Epochs);
        for (var epoch = 1; epoch <= _options.Epochs; epoch++)
        {
            var loss = 0.0;
            foreach (var rows in _choices.Order(epoch, _train.RowCount).Chunk(_batchSize))
                loss += Step(rows, step, ReferenceOptimizer.Rate(_options, step++, steps, stepsPerEpoch));
            History.Add((loss / _train.RowCount, _validation == null ? null : ValidationLoss(_validation)));
        }
        SwapAverages();
    }

    /// <summary>One step of training.</summary>
    /// <param name="rows">The rows of the batch.</param>
    /// <param name="step">The step's number, from 0.</param>
    /// <param name="rate">Its learning rate.</param>
    /// <returns>The sum of the rows' losses.</returns>
    double Step(int[] rows, int step, double rate)
    {
        foreach (var (dropout, kept) in _layers.OfType<ReferenceDropout>().Zip(_choices.Kept(step, rows.Length, _batchSize)))
            dropout.Kept = kept;
        var logits = Forward(_layers, Array.ConvertAll(rows, row => Input(_train, row)), training: true);

        var loss = 0.0;
        var δ = new double[rows.Length][];
        for (var i = 0; i < rows.Length; i++)
        {
            var target = _train.Labels[rows[i]];
            loss -= Math.Log(Softmax(logits[i])[target]);
            δ[i] = LogitGradient(logits[i], target, rows[i]);
            for (var j = 0; j < δ[i].Length; j++)
                δ[i][j] *= ClassWeight(target) * (_weights?[rows[i]] ?? 1) / rows.Length;
        }
        for (var i = _layers.Count - 1; i >= 0; i--)
            δ = _layers[i].Backward(δ);

        foreach (var parameters in _layers.SelectMany(layer => layer.Parameters))
            ReferenceOptimizer.Step(_options, parameters, rate, step + 1);
        foreach (var numbers in Averaged)
            numbers.TakeIntoAverage(ReferenceOptimizer.AverageDecay(_options, step + 1));
        return loss;
    }

    /// <summary>Balanced, all classes have the same weight in all.</summary>
    double ClassWeight(int label) => _options.ClassWeights == ClassWeights.Uniform
        ? 1
        : (double)_train.RowCount / _train.Labels.ToArray().Distinct().Count() / _train.Labels.Count(label);

    /// <summary>The gradient of a row's loss by its logits: p − y, of each of the targets that there are.</summary>
    double[] LogitGradient(double[] logits, int target, int row)
    {
        var p = Softmax(logits);
        var smoothing = _options.LabelSmoothing;
        var δ = p.Select((x, i) => x - smoothing / p.Length - (i == target ? 1 - smoothing : 0)).ToArray();
        if (_options.Distillation is not { Alpha: var share, Temperature: var temperature })
            return δ;

        // The teachers' mean, softened, and the loss times the temperature's square.
        var q = p.Select((_, i) => _taught.Average(teacher => teacher[row][i])).ToArray();
        var softQ = Softmax([.. q.Select(x => Math.Log(x) / temperature)]);
        var softP = Softmax([.. logits.Select(x => x / temperature)]);
        return [.. δ.Select((d, i) => (1 - share) * d + share * temperature * temperature * (softP[i] - softQ[i]) / temperature)];
    }

    double ValidationLoss(Dataset validation)
    {
        SwapAverages();
        var logits = Forward(_layers, [.. Enumerable.Range(0, validation.RowCount).Select(row => Input(validation, row))], training: false);
        SwapAverages();
        return logits.Select((row, i) => -Math.Log(Softmax(row)[validation.Labels[i]])).Average();
    }

    /// <summary>What a teacher makes of the rows to train on, in their order of the classes. It takes pixels as they are.</summary>
    double[][] Probabilities(TrainedNetwork teacher)
    {
        var layers = ReferenceLayer.Of([.. teacher.Layers.SkipLast(1).Select(layer => (LayerSpec)layer.Outputs)], teacher, _batchSize);
        double[][] pixels = [.. Enumerable.Range(0, _train.RowCount).Select(row => Array.ConvertAll(_train.Row(row).ToArray(), pixel => (double)pixel))];
        return [.. Forward(layers, pixels, training: false).Select(Softmax)
            .Select(row => _train.ClassNames.Select(label => row[teacher.ClassNames.Index().Single(entry => entry.Item == label).Index]).ToArray())];
    }

    IEnumerable<ReferenceNumbers> Averaged => _layers.SelectMany(layer => layer.Parameters.Concat(layer.Running));

    void SwapAverages()
    {
        if (_options.EmaDecay == 0)
            return;
        foreach (var numbers in Averaged)
            numbers.SwapAverage();
    }

    static double[][] Forward(List<ReferenceLayer> layers, double[][] rows, bool training) =>
        layers.Aggregate(rows, (values, layer) => layer.Forward(values, training));

    static double[] Input(Dataset data, int row) => Array.ConvertAll(data.Row(row).ToArray(), pixel => pixel / 255.0);

    static double[] Softmax(double[] logits)
    {
        var exponentials = Array.ConvertAll(logits, x => Math.Exp(x - logits.Max()));
        return Array.ConvertAll(exponentials, x => x / exponentials.Sum());
    }
}
