using MnistMl.Augmentation;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Tests.Inference;
using MnistMl.Tests.Model;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

public sealed class DistillationLossTests
{
    const int Features = 30, Classes = 4, Rows = 7;

    static readonly TrainedNetwork _network = Networks.Random(1, Features, 9, Classes);
    static readonly byte[] _pixels = Pixels(Rows);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0.7, 1)]
    [InlineData(0.4, 3.5)]
    public void The_gradient_is_that_of_both_losses(double share, double temperature)
    {
        const double Step = 1e-3;
        var random = new Random(2);
        var teacher = Create(new([_network], share, temperature), _network.ClassNames);
        var taught = Scoring.Of(_network, new Dataset(_pixels, new int[Rows], Features, _network.ClassNames));
        for (var row = 0; row < Rows; row++)
        {
            var target = row % Classes;
            var logits = Enumerable.Range(0, Classes).Select(_ => 4 * random.NextDouble() - 2).ToArray();
            var q = Softmax(taught.AsSpan(row * Classes, Classes).ToArray().Select(p => Math.Log(p)), temperature);
            var p = Softmax(logits, 1).Select(x => (float)x).ToArray();
            var δ = p.Select((x, i) => (x - (i == target ? 1 : 0)) / Rows).ToArray();

            teacher.Teach(row, p, δ, Rows);

            for (var i = 0; i < Classes; i++)
                Assert.Equal((LossWith(i, Step) - LossWith(i, -Step)) / (2 * Step), δ[i], 1e-5);

            double LossWith(int i, double change)
            {
                var changed = logits.Select((logit, j) => i == j ? logit + change : logit).ToArray();
                var byClass = -Math.Log(Softmax(changed, 1)[target]);
                var byTeacher = -Softmax(changed, temperature).Zip(q, (p, q) => q * Math.Log(p)).Sum();
                return ((1 - share) * byClass + share * temperature * temperature * byTeacher) / Rows;
            }
        }
    }

    [Fact]
    public void A_teacher_may_have_the_labels_in_another_order()
    {
        var same = Create(new([_network]), _network.ClassNames);
        var other = Create(new([_network]), [.. _network.ClassNames.Reverse()]);
        float[] p = [0.1f, 0.2f, 0.3f, 0.4f], δ = new float[Classes], otherδ = new float[Classes];

        same.Teach(2, p, δ, Rows);
        other.Teach(2, [.. p.Reverse()], otherδ, Rows);

        Assert.All(δ.Zip(otherδ.Reverse()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        Assert.Contains(δ, x => x != 0);
    }

    [Fact]
    public void What_several_teachers_say_is_averaged()
    {
        var second = Networks.Random(2, Features, Classes);
        var both = Create(new([_network, second], Alpha: 1, Temperature: 1), _network.ClassNames);
        var rows = new Dataset(_pixels, new int[Rows], Features, _network.ClassNames);
        var (first, other) = (Scoring.Of(_network, rows), Scoring.Of(second, rows));
        var (p, δ) = (new float[Classes], new float[Classes]);
        Array.Fill(p, 1f / Classes);

        both.Teach(3, p, δ, batchRows: 1);

        for (var i = 0; i < Classes; i++)
            Assert.Equal(p[i] - (first[3 * Classes + i] + other[3 * Classes + i]) / 2, δ[i], 1e-6f);
    }

    [Fact]
    public void A_network_learns_from_its_teacher_what_the_classes_do_not_say()
    {
        var random = new Random(3);
        var rows = new Dataset(Pixels(2000), Enumerable.Range(0, 2000).Select(_ => random.Next(Classes)).ToArray(), Features, _network.ClassNames);
        var options = new TrainingOptions { HiddenLayers = [24], Epochs = 20, Distillation = new([_network], Alpha: 1, Temperature: 1) };

        var student = Trainer.Train(rows, null, options).Network;

        var test = new Dataset(Pixels(500, seed: 5), new int[500], Features, _network.ClassNames);
        var (expected, actual) = (Scoring.Of(_network, test), Scoring.Of(student, test));
        var agreeing = expected.Chunk(Classes).Zip(actual.Chunk(Classes), (a, b) => a.IndexOf(a.Max()) == b.IndexOf(b.Max())).Count(same => same);
        // One in four is chance, and all that the classes, drawn at random, would teach.
        Assert.InRange(agreeing, 375, 500);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void With_a_teacher_too_threads_make_no_difference(bool isConvolutional, bool isAugmented)
    {
        const int Pixels = 81;
        var teacher = isConvolutional
            ? Networks.Images(1, NetworkParser.Parse("conv 3 3x3 /2, average 2x2, 7"), Pixels)
            : Networks.Random(1, Pixels, 9, 3);
        var random = new Random(1);
        var pixels = new byte[200 * Pixels];
        random.NextBytes(pixels);
        var rows = new Dataset(pixels, Enumerable.Range(0, 200).Select(row => row % 3).ToArray(), Pixels, teacher.ClassNames);
        var options = new TrainingOptions
        {
            HiddenLayers = [16],
            BatchSize = 30,
            Epochs = 3,
            Distillation = new([teacher, teacher]),
            Augmentation = isAugmented ? new() { Rotation = 10 } : AugmentationOptions.None,
        };

        var one = Weights(options with { NumberOfThreads = 1 });

        Assert.Equal(one, Weights(options with { NumberOfThreads = 2 }));
        Assert.Equal(one, Weights(options with { NumberOfThreads = 3 }));
        Assert.NotEqual(one, Weights(options with { Distillation = new([teacher], Temperature: 3) }));

        float[] Weights(TrainingOptions options) => Networks.Numbers(Trainer.Train(rows, null, options).Network);
    }

    [Fact]
    public void A_step_with_teachers_allocates_nothing()
    {
        const int Rows = 300;
        var rows = new Dataset(Pixels(Rows), new int[Rows], Features, _network.ClassNames);
        var options = new TrainingOptions { HiddenLayers = [16], Distillation = new([_network, Networks.Random(2, Features, Classes)]) };

        options = options with { BatchSize = 1, NumberOfThreads = 1 };
        Allocated(1);
        Assert.InRange((Allocated(20) - Allocated(10)) / (10.0 * Rows), -5, 5);

        // On one thread all of it is this one's.
        long Allocated(int epochs)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Trainer.Train(rows, null, options with { Epochs = epochs });
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void A_teacher_of_other_rows_is_refused()
    {
        var wrong = Assert.Throws<MnistMlException>(() => Create(new([_network, Networks.Random(1, Features + 1, Classes)]), _network.ClassNames));
        Assert.Contains("Teacher 2 takes images of 31 pixels", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_teacher_of_other_labels_is_refused()
    {
        var wrong = Assert.Throws<MnistMlException>(() => Create(new([_network]), ["a", "b", "c", "d"]));
        Assert.Contains("a, b, c, d", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1.1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(1, 0.5)]
    [InlineData(1, double.PositiveInfinity)]
    public void Settings_out_of_range_are_refused(double share, double temperature) => Assert.Throws<ArgumentOutOfRangeException>(
        () => new TrainingOptions { Distillation = new([_network], share, temperature) }.Validate());

    /// <summary>A teacher that has seen all rows.</summary>
    static DistillationLoss Create(Distillation options, IReadOnlyList<string> classNames)
    {
        var teacher = new DistillationLoss(options, new ByteMatrix(_pixels, Features, scale: 1), isSparse: true, classNames, Rows, threads: 1);
        teacher.Score([.. Enumerable.Range(0, Rows)], 0, Rows, thread: 0);
        return teacher;
    }

    static byte[] Pixels(int rows, int seed = 1)
    {
        var pixels = new byte[rows * Features];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    static double[] Softmax(IEnumerable<double> logits, double temperature)
    {
        double[] exponentials = [.. logits.Select(logit => Math.Exp(logit / temperature))];
        return [.. exponentials.Select(x => x / exponentials.Sum())];
    }
}
