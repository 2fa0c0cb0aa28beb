using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Tests.Numerics;

/// <summary>
/// Every kernel of the optimizers, in every instruction set that this processor has, against its formula.
/// </summary>
public sealed unsafe class OptimizerKernelTests
{
    const int Length = 5 * KernelSet.Alignment;

    /// <summary>A kernel on three arrays: weights, what is remembered of them, and the gradient.</summary>
    delegate void Kernel(KernelSet kernels, float* w, float* m, float* g);

    [Fact]
    public void SgdStep() => Check(
        (kernels, w, _, g) => kernels.SgdStep(w, g, Length, 0.1f),
        (w, m, g) => (w - 0.1 * g, m, g));

    [Theory]
    [InlineData(0, 0.1f)]
    [InlineData(0.1f, 0.09f)]
    public void Momentum(float byGradient, float byVelocity) => Check(
        (kernels, w, m, g) => kernels.Momentum(w, m, g, Length, 0.9f, byGradient, byVelocity),
        (w, m, g) => (w - byGradient * g - byVelocity * (0.9 * m + g), 0.9 * m + g, g));

    [Fact]
    public void RmsProp() => Check(
        (kernels, w, m, g) => kernels.RmsProp(w, m, g, Length, 0.1f, 0.99f, 1e-3f),
        (w, m, g) =>
        {
            var v = 0.99 * m + g * g;
            return (w - 0.1 * g / (Math.Sqrt(v) + 1e-3), v, g);
        });

    [Fact]
    public void Adam() => Check(
        (kernels, w, m, g) =>
        {
            var firstMoment = new AlignedArray<float>(Length);
            firstMoment.Span.Fill(0.3f);
            kernels.Adam(new AdamStep(w, firstMoment.Pointer, m, 0.1f, 0.9f, 0.999f, 1e-3f), g, Length);
        },
        (w, m, g) =>
        {
            var v = 0.999 * m + g * g;
            return (w - 0.1 * (0.9 * 0.3 + g) / (Math.Sqrt(v) + 1e-3), v, g);
        });

    [Fact]
    public void Clip() => Check(
        (kernels, _, _, g) => kernels.Clip(g, Length, 0.4f),
        (w, m, g) => (w, m, Math.Clamp(g, -0.4, 0.4)));

    [Fact]
    public void DecayWeights() => Check(
        (kernels, w, _, _) => kernels.DecayWeights(w, Length, 0.7f),
        (w, m, g) => (0.7 * w, m, g));

    [Fact]
    public void Weights_that_decay_and_velocities_end_at_0_before_they_are_subnormal()
    {
        foreach (var kernels in KernelTests.All())
        {
            var numbers = Numbers();
            kernels.DecayWeights(numbers.Pointer, Length, 0.5f);
            AssertEnded(numbers);

            var (weights, velocity, gradient) = (new AlignedArray<float>(Length), Numbers(), new AlignedArray<float>(Length));
            kernels.Momentum(weights.Pointer, velocity.Pointer, gradient.Pointer, Length, 0.5f, 0, 0.1f);
            AssertEnded(velocity);
        }

        // Halved, the first two are too small, the others are not.
        static AlignedArray<float> Numbers()
        {
            var numbers = new AlignedArray<float>(Length);
            foreach (var (i, number) in ((float[])[1.9e-30f, -1.9e-30f, 2.1e-30f, -2.1e-30f]).Index())
                numbers.Span[i] = number;
            return numbers;
        }

        static void AssertEnded(AlignedArray<float> numbers) =>
            Assert.Equal([0, 0, 1.05e-30f, -1.05e-30f], numbers.Span[..4].ToArray());
    }

    [Fact]
    public void Moments_of_Adam_and_RMSProp_never_become_subnormal()
    {
        foreach (var kernels in KernelTests.All())
        {
            AlignedArray<float> weights = new(Length), first = new(Length), second = new(Length), gradient = new(Length);
            first.Span.Fill(4e-26f);
            second.Span.Fill(1e-38f);
            kernels.Adam(new AdamStep(weights.Pointer, first.Pointer, second.Pointer, 0.1f, 0.9f, 0.999f, 1e-3f), gradient.Pointer, Length);
            Assert.All(first.Span.ToArray(), moment => Assert.Equal(0, moment));
            Assert.All(second.Span.ToArray(), moment => Assert.InRange(moment, 1e-36f, 1.1e-36f));

            second.Span.Fill(1e-38f);
            kernels.RmsProp(weights.Pointer, second.Pointer, gradient.Pointer, Length, 0.1f, 0.99f, 1e-3f);
            Assert.All(second.Span.ToArray(), moment => Assert.InRange(moment, 1e-36f, 1.1e-36f));
        }
    }

    [Fact]
    public void Lerp() => Check(
        (kernels, w, m, _) => kernels.Lerp(m, w, Length, 0.3f),
        (w, m, g) => (w, m + 0.3 * (w - m), g));

    static void Check(Kernel kernel, Func<double, double, double, (double W, double M, double G)> formula)
    {
        foreach (var kernels in KernelTests.All())
        {
            var random = new Random(1);
            var (w, m, g) = (KernelTests.Random(Length, random), KernelTests.Random(Length, random), KernelTests.Random(Length, random));
            // A mean of squares, perhaps.
            foreach (ref var x in m.Span)
                x = Math.Abs(x);
            var expected = Enumerable.Range(0, Length).Select(i => formula(w.Pointer[i], m.Pointer[i], g.Pointer[i])).ToArray();

            kernel(kernels, w.Pointer, m.Pointer, g.Pointer);

            for (var i = 0; i < Length; i++)
            {
                Assert.Equal(expected[i].W, w.Pointer[i], 1e-6);
                Assert.Equal(expected[i].M, m.Pointer[i], 1e-6);
                Assert.Equal(expected[i].G, g.Pointer[i], 1e-6);
            }
        }
    }
}
