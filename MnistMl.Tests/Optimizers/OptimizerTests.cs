using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;
using MnistMl.Optimizers;
using MnistMl.Tests.Numerics;

namespace MnistMl.Tests.Optimizers;

/// <summary>The optimizers against their papers' formulas, in doubles, one number after the other.</summary>
public sealed unsafe class OptimizerTests
{
    const int Rows = 2, Stride = KernelSet.Alignment, Length = Rows * Stride;

    public static TheoryData<Optimizer> All =>
        [new Adam(), new AdamW(1e-4), new RmsProp(), new Sgd(), new Sgd(Nesterov: true), new Sgd(0)];

    /// <summary>
    /// A parameter's next value, from this one, its gradient, what is remembered of it, learning rate and step.
    /// </summary>
    delegate double Formula(double w, double g, Span<double> memory, double rate, int step);

    [Fact]
    public void Adam_takes_the_papers_steps() => AssertSteps(new Adam(), Adam);

    [Fact]
    public void AdamW_takes_a_share_off_the_weights_and_then_Adams_step()
    {
        AssertSteps(new AdamW(0.5), (w, g, memory, rate, step) => Adam(w * (1 - rate * 0.5), g, memory, rate, step));
        AssertSteps(new AdamW(0), Adam);
    }

    [Fact]
    public void AdamW_leaves_biases_their_size() => AssertSteps(new AdamW(0.5), Adam, decays: false);

    [Fact]
    public void RMSprop_divides_by_the_root_of_the_mean_square() =>
        AssertSteps(new RmsProp(), (w, g, memory, rate, step) =>
        {
            memory[0] = 0.99 * memory[0] + 0.01 * g * g;
            return w - rate * g / (Math.Sqrt(memory[0]) + 1e-8);
        });

    [Fact]
    public void Plain_descent_follows_the_gradient() =>
        AssertSteps(new Sgd(Momentum: 0), (w, g, memory, rate, step) => w - rate * g);

    [Fact]
    public void Momentum_follows_the_velocity() =>
        AssertSteps(new Sgd(Momentum: 0.8), (w, g, memory, rate, step) =>
        {
            memory[0] = 0.8 * memory[0] + g;
            return w - rate * memory[0];
        });

    [Fact]
    public void Nesterovs_momentum_is_one_step_ahead() =>
        AssertSteps(new Sgd(Momentum: 0.8, Nesterov: true), (w, g, memory, rate, step) =>
        {
            memory[0] = 0.8 * memory[0] + g;
            return w - rate * (g + 0.8 * memory[0]);
        });

    [Theory]
    [MemberData(nameof(All))]
    public void It_finds_the_bottom_of_a_bowl(Optimizer optimizer)
    {
        const int Steps = 2000;
        var (parameters, gradient) = (Create(optimizer), new AlignedArray<float>(Length));
        for (var step = 1; step <= Steps; step++)
        {
            // Steeper in some directions than in others, with its bottom at 0, 0.1, 0.2, …
            for (var i = 0; i < Length; i++)
                gradient.Pointer[i] = (0.1f + 0.02f * i) * (parameters.Row(0)[i] - 0.1f * i);
            var rate = 10 * optimizer.DefaultLearningRate * (1 - (double)step / Steps);
            new OptimizerStep(optimizer, rate, step).Update(parameters, 0, Rows, gradient.Pointer, decays: true);
        }
        for (var i = 0; i < Length; i++)
            Assert.Equal(0.1f * i, parameters.Row(0)[i], 1e-3f);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Where_gradients_stay_away_nothing_moves_and_nothing_becomes_subnormal(Optimizer optimizer)
    {
        var (parameters, gradient) = (Create(optimizer), new AlignedArray<float>(Length));
        gradient.Pointer[0] = gradient.Pointer[1] = 1;
        for (var step = 1; step <= 20_000; step++)
        {
            new OptimizerStep(optimizer, 0.01, step, clip: 1, averageDecay: 0.99).Update(parameters, 0, Rows, gradient.Pointer, decays: true);
            gradient.Pointer[0] = 0;
        }

        for (var i = 0; i < Length; i++)
        {
            // As what pads a row does.
            if (i > 1)
                Assert.Equal(0, parameters.Row(0)[i]);
            Assert.False(float.IsSubnormal(parameters.Row(0)[i]));
            Assert.False(float.IsSubnormal(parameters.Average(0)[i]));
            for (var moment = 0; moment < optimizer.Moments; moment++)
                Assert.False(float.IsSubnormal(parameters.Moment(moment, 0)[i]));
        }
        Assert.NotEqual(0, parameters.Row(0)[1]);
    }

    [Fact]
    public void Weights_that_decay_become_zero_before_they_become_subnormal()
    {
        var (parameters, gradient) = (Create(new AdamW()), new AlignedArray<float>(Length));
        parameters.Row(0)[3] = 1;
        for (var step = 1; step <= 1000; step++)
        {
            new OptimizerStep(new AdamW(WeightDecay: 10), 0.01, step).Update(parameters, 0, Rows, gradient.Pointer, decays: true);
            Assert.False(float.IsSubnormal(parameters.Row(0)[3]));
        }
        Assert.Equal(0, parameters.Row(0)[3]);
    }

    [Fact]
    public void A_clipped_gradient_is_cut_off_element_by_element()
    {
        var (parameters, gradient) = (Create(new Sgd(0)), new AlignedArray<float>(Length));
        (gradient.Pointer[0], gradient.Pointer[1], gradient.Pointer[2]) = (5, -5, 0.25f);
        new OptimizerStep(new Sgd(0), 0.5, 1, clip: 1).Update(parameters, 0, Rows, gradient.Pointer, decays: true);
        Assert.Equal([-0.5f, 0.5f, -0.125f, 0], new ReadOnlySpan<float>(parameters.Row(0), 4).ToArray());
    }

    [Fact]
    public void The_average_follows_the_weights_slower_and_slower_down_to_its_decay()
    {
        const double Decay = 0.8;
        var random = new Random(1);
        var parameters = Create(new Sgd(0));
        var average = new double[Length];
        for (var step = 1; step <= 100; step++)
        {
            var gradient = KernelTests.Random(Length, random);
            new OptimizerStep(new Sgd(0), 0.1, step, averageDecay: Decay).Update(parameters, 0, Rows, gradient.Pointer, decays: true);
            for (var i = 0; i < Length; i++)
            {
                var decay = Math.Min(Decay, (1.0 + step) / (10 + step));
                average[i] = decay * average[i] + (1 - decay) * parameters.Row(0)[i];
                Assert.Equal(average[i], parameters.Average(0)[i], 1e-6);
            }
        }
    }

    [Fact]
    public void The_average_begins_as_the_weights_and_changes_places_with_them()
    {
        var parameters = new Parameters(Rows, Stride);
        parameters.Row(1)[2] = 3;
        parameters.PrepareTraining(moments: 0, averaged: true);
        Assert.Equal(3, parameters.Average(1)[2]);

        parameters.Average(1)[2] = 4;
        parameters.SwapAverage();
        Assert.Equal((4, 3), (parameters.Row(1)[2], parameters.Average(1)[2]));
    }

    static double Adam(double w, double g, Span<double> memory, double rate, int step)
    {
        memory[0] = 0.9 * memory[0] + 0.1 * g;
        memory[1] = 0.999 * memory[1] + 0.001 * g * g;
        var (mean, square) = (memory[0] / (1 - Math.Pow(0.9, step)), memory[1] / (1 - Math.Pow(0.999, step)));
        return w - rate * mean / (Math.Sqrt(square) + 1e-8);
    }

    static void AssertSteps(Optimizer optimizer, Formula formula, bool decays = true)
    {
        var random = new Random(3);
        var parameters = Create(optimizer);
        var (w, memory) = (new double[Length], new double[2 * Length]);
        for (var step = 1; step <= 50; step++)
        {
            var gradient = KernelTests.Random(Length, random);
            gradient.Span[7] = 0;
            var rate = 0.01 * (1 + step % 3);
            var optimizerStep = new OptimizerStep(optimizer, rate, step);
            for (var row = 0; row < Rows; row++)
                optimizerStep.Update(parameters, row, 1, gradient.Pointer + row * Stride, decays);
            for (var i = 0; i < Length; i++)
            {
                w[i] = formula(w[i], gradient.Pointer[i], memory.AsSpan(2 * i, 2), rate, step);
                Assert.Equal(w[i], parameters.Row(0)[i], 1e-5f);
            }
        }
        Assert.Equal(0, parameters.Row(0)[7]);
    }

    static Parameters Create(Optimizer optimizer)
    {
        var parameters = new Parameters(Rows, Stride);
        parameters.PrepareTraining(optimizer.Moments, averaged: true);
        return parameters;
    }
}
