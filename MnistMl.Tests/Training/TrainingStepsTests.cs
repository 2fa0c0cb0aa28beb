using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Tests.Network;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

/// <summary>Whole trainings against the formulas, in doubles: what is counted goes on from one epoch to the next.</summary>
public sealed class TrainingStepsTests
{
    const int Rows = 11, Features = 5, Hidden = 6, BatchSize = 4, StepsPerEpoch = 3, Epochs = 3, Steps = StepsPerEpoch * Epochs;

    static readonly string[] _classNames = ["a", "b", "c"];
    static readonly int[] _labels = [.. Enumerable.Range(0, Rows).Select(row => row % _classNames.Length)];
    static readonly float[] _values = Values();

    static readonly TrainingOptions _plain = new()
    {
        HiddenLayers = [Hidden],
        Epochs = Epochs,
        BatchSize = BatchSize,
        Optimizer = new Sgd(Momentum: 0),
        LearningRate = 0.2,
        Schedule = new ConstantRate(),
    };

    /// <summary>A parameter's next value, from this one, its gradient, what is remembered of it, learning rate and step.</summary>
    delegate double Formula(double w, double g, Span<double> memory, double rate, int step);

    [Fact]
    public void Plain_descent_takes_every_step() => AssertTrained(_plain, Descent, _ => 1);

    [Fact]
    public void A_cosine_falls_over_the_steps_of_all_epochs() =>
        AssertTrained(_plain with { Schedule = new CosineDecay(0) }, Descent, step => HalfCosine(step, Steps));

    [Fact]
    public void A_warm_up_takes_its_share_of_the_steps_of_all_epochs() => AssertTrained(
        _plain with { Schedule = new CosineDecay(4.0 / Steps) }, Descent,
        step => step < 4 ? (step + 1) / 4.0 : HalfCosine(step - 4, Steps - 4));

    [Fact]
    public void The_steps_of_a_step_decay_are_epochs() =>
        AssertTrained(_plain with { Schedule = new StepDecay(1, 0.5) }, Descent, step => Math.Pow(0.5, step / StepsPerEpoch));

    [Fact]
    public void The_velocity_stays_from_epoch_to_epoch() => AssertTrained(
        _plain with { Optimizer = new Sgd(Momentum: 0.8) },
        (w, g, memory, rate, step) => w - rate * (memory[0] = 0.8 * memory[0] + g), _ => 1);

    [Fact]
    public void Adam_counts_the_steps_of_all_epochs() =>
        AssertTrained(_plain with { Optimizer = new Adam(), LearningRate = 0.02 }, Adam, _ => 1);

    [Fact]
    public void AdamWs_decay_follows_the_schedule_over_all_epochs_and_is_for_weights() => AssertTrained(
        _plain with { Optimizer = new AdamW(0.5), LearningRate = 0.02, Schedule = new CosineDecay(0) },
        Adam, step => HalfCosine(step, Steps), weightDecay: 0.5);

    [Fact]
    public void The_average_counts_the_steps_of_all_epochs() =>
        AssertTrained(_plain with { EmaDecay = 0.5 }, Descent, _ => 1, averageDecay: 0.5);

    static double Descent(double w, double g, Span<double> memory, double rate, int step) => w - rate * g;

    static double Adam(double w, double g, Span<double> memory, double rate, int step)
    {
        memory[0] = 0.9 * memory[0] + 0.1 * g;
        memory[1] = 0.999 * memory[1] + 0.001 * g * g;
        return w - rate * memory[0] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(memory[1] / (1 - Math.Pow(0.999, step))) + 1e-8);
    }

    static double HalfCosine(double step, double steps) => 0.5 * (1 + Math.Cos(Math.PI * step / steps));

    /// <summary>Trains the network and its reference on the same rows in the same order.</summary>
    static void AssertTrained(
        TrainingOptions options, Formula formula, Func<int, double> factor, double weightDecay = 0, double averageDecay = 0)
    {
        var input = new RecordedRows(_values, Features);
        var trained = input.Train(_labels, _classNames, options);
        // A rate that is zero as a float leaves the weights as they are drawn.
        var network = Reference(new RecordedRows(_values, Features)
            .Train(_labels, _classNames, _plain with { LearningRate = 1e-300 }).Network);
        (double[] Values, double Decay)[] parameters =
        [
            .. network.Weights.SelectMany(layer => layer).Select(row => (row, weightDecay)),
            .. network.Biases.Select(biases => (biases, 0.0)),
        ];
        var gradients = parameters.Select(row => new double[row.Values.Length]).ToArray();
        var averages = parameters.Select(row => (double[])row.Values.Clone()).ToArray();
        var memories = parameters.Select(row => row.Values.Select(_ => new double[2]).ToArray()).ToArray();
        var losses = new double[Epochs];

        var batches = input.Loaded.Chunk(Rows).SelectMany(epoch => epoch.Chunk(BatchSize)).ToArray();
        foreach (var (step, rows) in batches.Index())
        {
            double[][] inputs = [.. rows.Select(row => _values.AsSpan(row * Features, Features).ToArray().Select(x => (double)x).ToArray())];
            int[] labels = [.. rows.Select(row => _labels[row])];
            losses[step / StepsPerEpoch] += network.MeanLoss(inputs, labels) * rows.Length / Rows;
            foreach (var (i, (values, _)) in parameters.Index())
            {
                for (var j = 0; j < values.Length; j++)
                    gradients[i][j] = network.Derivative(ref values[j], inputs, labels);
            }
            var rate = options.LearningRate * factor(step);
            var kept = averageDecay == 0 ? 0 : Math.Min(averageDecay, (2.0 + step) / (11 + step));
            foreach (var (i, (values, decay)) in parameters.Index())
            {
                for (var j = 0; j < values.Length; j++)
                {
                    values[j] = formula(values[j] * (1 - rate * decay), gradients[i][j], memories[i][j], rate, step + 1);
                    averages[i][j] = kept * averages[i][j] + (1 - kept) * values[j];
                }
            }
        }

        Assert.Equal(Steps, batches.Length);
        var actual = Reference(trained.Network);
        double[][] rest = [.. actual.Weights.SelectMany(layer => layer), .. actual.Biases];
        foreach (var (expected, values) in averages.Zip(rest))
            Assert.All(expected.Zip(values), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.All(losses.Zip(trained.History), pair => Assert.Equal(pair.First, pair.Second.TrainLoss, 1e-5));
    }

    static ReferenceNetwork Reference(TrainedNetwork network) => new(
        [
            .. network.Layers.Select(layer => Enumerable.Range(0, layer.Inputs).Select(input => Enumerable.Range(0, layer.Outputs)
                .Select(output => (double)layer.Weights[output * layer.Inputs + input]).ToArray()).ToArray()),
        ],
        [.. network.Layers.Select(layer => layer.Biases.Select(bias => (double)bias).ToArray())]);

    static float[] Values()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Rows * Features).Select(_ => 0.1f + random.NextSingle())];
    }
}
