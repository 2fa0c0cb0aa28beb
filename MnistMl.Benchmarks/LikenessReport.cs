using System.Runtime.InteropServices;
using MnistMl.Data;
using MnistMl.Images;
using MnistMl.Tests.Images;
using MnistMl.Training;

namespace MnistMl.Benchmarks;

/// <summary>
/// Trains the network that tells digits from other drawings, and saves it among the sources of MnistMl.Images. How well it knows what
/// it has not seen is told by two others, each of which is trained without half of the figures.
/// </summary>
static class LikenessReport
{
    const int TrainRows = Benchmarks.RowsBeforeValidation, OfEach = 40_000, Digit = 0, Pen = 20;

    /// <summary>Share of validation digits that it may take for something else.</summary>
    const double MaxWrong = 0.004;

    public static void Run()
    {
        var all = DatasetFile.Read(Commands.BundledData.Find());
        var train = all.Slice(0, TrainRows);
        var validation = Enumerable.Range(TrainRows, 10_000).Select(row => all.Row(row).ToArray()).ToArray();
        var digits = Draw(OfEach, i => DigitOf(train, new Random(i)));
        var photos = Draw(1_000, i => PhotoOf(all.Row(TrainRows + i), i));
        var drawn = Draw(500, i => Render(DrawnDigit.All[i % DrawnDigit.All.Count], new Random(~i), 6));
        var scribbles = Draw(1_000, i => Render(NonDigits.Draw(new(~i)), new Random(~i), 0));
        Benchmarks.Print($"| trained | digits | photographs | strokes of other hands | figures that it has seen | others | strokes at random |");
        Benchmarks.Print($"|---|---:|---:|---:|---:|---:|---:|");
        foreach (var half in (int?[])[0, 1, null])
        {
            var seen = NonDigits.Named.Where((_, i) => half == null || i % 2 == half).ToArray();
            var others = NonDigits.Named.Except(seen).ToArray();
            var network = Train(digits, Draw(OfEach, i => NonDigitOf(train, seen, i)), validation);
            Benchmarks.Print(
                $"| {(half == null ? "on all figures" : "on half of the figures")} | {Warned(network, validation):P1} | {Warned(network, photos):P1} | {Warned(network, drawn):P1} | {Warned(network, Figures(seen)):P1} | {(others.Length == 0 ? "" : $"{Warned(network, Figures(others)):P1}")} | {Warned(network, scribbles):P1} |");
            if (half == null)
                Save(network);
        }
    }

    static double Warned(Half[] network, byte[][] images)
    {
        var likeness = new DigitLikeness(network);
        return (double)images.Count(image => likeness.Of(image) < 0) / images.Length;
    }

    static byte[][] Figures(DrawnDigit[] figures) => Draw(10 * figures.Length, i => Render(figures[i % figures.Length], new Random(~i), 6));

    /// <summary>Trains with two classes, of which one score is made, and moves it so that few validation digits are below 0.</summary>
    static Half[] Train(byte[][] digits, byte[][] others, byte[][] validation)
    {
        var order = Enumerable.Range(0, digits.Length + others.Length).ToArray();
        new Random(1).Shuffle(order);
        var rows = new Dataset(
            order.SelectMany(i => i < digits.Length ? digits[i] : others[i - digits.Length]).ToArray(),
            Array.ConvertAll(order, i => i < digits.Length ? Digit : 1), MnistForm.Side * MnistForm.Side, ["digit", "other"]);
        var layers = Trainer.Train(rows, null, Recipe.Fast.Options with { Epochs = 20, HiddenLayers = [DigitLikeness.Hidden] }).Network.Layers;
        var (hidden, output) = (layers[0], layers[1]);
        var network = new List<Half>();
        for (var pixel = 0; pixel < hidden.Inputs; pixel++)
            network.AddRange(Enumerable.Range(0, hidden.Outputs).Select(unit => (Half)(byte.MaxValue * hidden.Weights[unit * hidden.Inputs + pixel])));
        network.AddRange(hidden.Biases.Select(bias => (Half)bias));
        network.AddRange(Enumerable.Range(0, output.Inputs).Select(unit => (Half)(output.Weights[unit] - output.Weights[output.Inputs + unit])));
        network.Add(default);
        var likeness = new DigitLikeness([.. network]);
        network[^1] = (Half)(-validation.Select(image => likeness.Of(image)).Order().ElementAt((int)(MaxWrong * validation.Length)));
        return [.. network];
    }

    static void Save(Half[] network) => File.WriteAllBytes(
        Path.Join(Path.GetDirectoryName(Commands.BundledData.Find()), "..", "MnistMl.Images", DigitLikeness.File), MemoryMarshal.AsBytes(network.AsSpan()));

    static byte[][] Draw(int count, Func<int, byte[]?> draw)
    {
        var images = new byte[]?[count];
        Parallel.For(0, count, i => images[i] = draw(i));
        return [.. images.OfType<byte[]>()];
    }

    /// <summary>A digit: as it is, drawn along its strokes with another pen, or in strokes of other hands.</summary>
    static byte[]? DigitOf(Dataset train, Random random) => random.Next(10) switch
    {
        0 => Render(DrawnDigit.All[random.Next(DrawnDigit.All.Count)], random, 10 * random.NextDouble()),
        1 or 2 => MnistForm.Finish(SyntheticPhoto.Redraw(train.Row(random.Next(TrainRows)), 0.03 + 0.15 * random.NextDouble()), null),
        _ => train.Row(random.Next(TrainRows)).ToArray(),
    };

    /// <summary>Something else: strokes at random, a figure, a digit on its side or in a mirror, or two digits.</summary>
    static byte[]? NonDigitOf(Dataset train, DrawnDigit[] figures, int seed)
    {
        var random = new Random(seed);
        return random.Next(8) switch
        {
            <= 2 => Render(NonDigits.Draw(random), random, 0),
            <= 5 => Render(figures[random.Next(figures.Length)], random, 15 * random.NextDouble()),
            6 => Turned(train, random),
            _ => Two(train, random),
        };
    }

    static byte[]? PhotoOf(ReadOnlySpan<byte> digit, int seed)
    {
        var kinds = SyntheticPhoto.Kinds.Where(kind => kind is { Side: <= 300, Margin: < 0 }).ToArray();
        return MnistForm.Of(PictureDecoder.Read(kinds[seed % kinds.Length].Draw(digit, seed), "photograph")).Pixels;
    }

    static byte[]? Render(DrawnDigit drawing, Random random, double distance)
    {
        var ink = new Plane(180, 180);
        NonDigits.Vary(drawing, random, distance).Draw(ink, 40, 40, 100, 3 + (Pen - 3) * random.NextDouble());
        return Box.Around(ink, 0.2f) is { LongerSide: > Pen } ? MnistForm.Finish(ink, null) : null;
    }

    static byte[] Turned(Dataset train, Random random)
    {
        const int side = MnistForm.Side;
        int row;
        do
            row = random.Next(TrainRows);
        while (train.ClassNames[train.Labels[row]] is "0" or "1" or "6" or "8" or "9");
        var digit = train.Row(row);
        var how = random.Next(3);
        var turned = new byte[digit.Length];
        for (var i = 0; i < digit.Length; i++)
        {
            var (y, x) = Math.DivRem(i, side);
            turned[i] = how switch
            {
                0 => digit[x * side + side - 1 - y],
                1 => digit[(side - 1 - x) * side + y],
                _ => digit[y * side + side - 1 - x],
            };
        }
        return turned;
    }

    static byte[] Two(Dataset train, Random random)
    {
        const int side = MnistForm.Side;
        var both = new Plane(2 * side, side);
        foreach (var left in (int[])[0, 10 + random.Next(10)])
        {
            var digit = train.Row(random.Next(TrainRows));
            for (var i = 0; i < digit.Length; i++)
            {
                ref var pixel = ref both[left + i % side, i / side];
                pixel = Math.Max(pixel, digit[i] / 255f);
            }
        }
        return MnistForm.Finish(Resampling.Resize(both, new(0, 0, both.Width, both.Height), 4 * both.Width, 4 * both.Height), null);
    }
}
