using System.Text.Json;
using MnistMl.Commands;
using MnistMl.Data;
using MnistMl.Inference;
using MnistMl.Model;
using MnistMl.Tests.Data;

namespace MnistMl.Tests;

public sealed class RobustnessTests
{
    const int Side = Corruption.Size;

    [Fact]
    public void Each_corruption_does_what_it_is_called()
    {
        // A bar of ink, from column 10 to 13 and from line 8 to 19.
        byte[] bar = [.. Enumerable.Range(0, Side * Side).Select(i => (byte)(i % Side is >= 10 and < 14 && i / Side is >= 8 and < 20 ? 200 : 0))];
        var of = Corruption.All.ToDictionary(corruption => corruption.Name, corruption => corruption.Apply(bar));

        Assert.Equal(bar, of["none"]);
        Assert.Equal((60, 0), (of["contrast × 0.3"].Max(), of["contrast × 0.3"].Min()));
        Assert.Equal((240, 40), (of["paper at +40"].Max(), of["paper at +40"].Min()));
        Assert.Equal((11, 9, 12, 18), BoxOf(of["eroded once"]));
        Assert.Equal((9, 7, 14, 20), BoxOf(of["dilated once"]));
        Assert.Equal((9, 7, 14, 20), BoxOf(of["dilated one and a half times"]));
        Assert.Equal(100, of["dilated one and a half times"][12 * Side + 8]);
        Assert.Equal((13, 11, 16, 22), BoxOf(of["shifted by 3,3"]));
        Assert.Equal((11, 10, 13, 17), BoxOf(of["× 0.7 in size"]));
        // Lines above the middle lean to the right.
        Assert.True(BoxOf(of["leaning by 0.5"]).Right > 13);
        Assert.True(MiddleOf(of["leaning by 0.5"], 9) > MiddleOf(of["leaning by 0.5"], 18));
        Assert.True(MiddleOf(of["leaning back by 0.5"], 9) < MiddleOf(of["leaning back by 0.5"], 18));
        Assert.True(MiddleOf(of["turned by 20°"], 9) > MiddleOf(of["turned by 20°"], 18));
        Assert.True(MiddleOf(of["turned by −20°"], 9) < MiddleOf(of["turned by −20°"], 18));
        Assert.Equal((9, 0, 18, 27), BoxOf(of["enlarged to the full box"]));
        Assert.Equal((0, 0, 27, 27), BoxOf(of["stretched to the full box"]));
        Assert.Equal((0, 0, 27, 27), BoxOf(of["stretched to 16 × 16 black and white pixels"]));
        Assert.Equal(255, of["stretched to 16 × 16 black and white pixels"].Max());
        Assert.Equal(bar.Average(pixel => pixel), of["at 10 × 10 pixels"].Average(pixel => pixel), 1.0);
        Assert.True(of["at 10 × 10 pixels"].Distinct().Count() > 10);
        Assert.Equal(bar.Select(pixel => (byte)(255 - pixel)), of["ink and paper swapped"]);
    }

    [Fact]
    public void The_accuracy_is_that_of_the_corrupted_rows_however_many_there_are()
    {
        // Ink on the left is a, ink on the right b: a swap of ink and paper makes each the other.
        const int rows = Robustness.RowsAtOnce + 10;
        var random = new Random(1);
        int[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.Next(3))];
        byte[] pixels = [.. labels.SelectMany(label => Enumerable.Range(0, Side * Side).Select(i => (byte)(i % Side < Side / 2 == (label == 0) ? 255 : 0)))];
        float[] weights = [.. Enumerable.Range(0, 2 * Side * Side).Select(i => i % Side < Side / 2 == i < Side * Side ? 0.001f : 0)];
        var model = new LoadedModel(new Predictor(new TrainedNetwork([new AffineLayer(Side * Side, 2, weights, new float[2])], ["a", "b"])));
        var reported = new List<long>();

        // The third class is one that the model does not know.
        var accuracies = Robustness.Of(model, new Dataset(pixels, labels, Side * Side, ["a", "b", "c"]), reported.Add).ToDictionary(entry => entry.Corruption, entry => entry.Accuracy);

        Assert.Equal(Corruption.All.Select(corruption => corruption.Name), accuracies.Keys);
        Assert.Equal(labels.Count(label => label < 2) / (double)rows, accuracies["none"]);
        Assert.Equal(accuracies["none"], accuracies["turned by 20°"]);
        Assert.Equal(0, accuracies["ink and paper swapped"]);
        Assert.Equal(Corruption.All.Count * (long)rows, reported[^1]);
        Assert.Equal(reported.Order(), reported);
    }

    [Fact]
    public void Evaluate_reports_it_where_it_is_asked_for_and_refuses_other_images()
    {
        using var folder = new TemporaryFolder();
        string PathOf(string name) => Path.Join(folder.Path, name);
        foreach (var (name, side) in ((string, int)[])[("large.csv", Side), ("small.csv", 8)])
        {
            File.WriteAllLines(PathOf(name), Enumerable.Range(0, 40).Select(row =>
                $"{(row % 2 == 0 ? "left" : "right")},{string.Join(',', Enumerable.Range(0, side * side).Select(i => i % side < side / 2 == (row % 2 == 0) ? 255 - row : 0))}"));
            Run(0, "train", "--data", PathOf(name), "--train-rows", "20", "--network", "4", "--epochs", "3", "--output", PathOf($"{name}.zip"));
        }
        string[] evaluate = ["evaluate", "--model", PathOf("large.csv.zip"), "--data", PathOf("large.csv")];

        var json = JsonDocument.Parse(Run(0, [.. evaluate, "--robustness", "--report", PathOf("r.md"), "--json"]).Output).RootElement;
        var robustness = json.GetProperty("robustness").EnumerateArray().ToArray();
        Assert.Equal(Corruption.All.Select(corruption => corruption.Name), robustness.Select(entry => entry.GetProperty("corruption").GetString()));
        Assert.Equal(json.GetProperty("microAccuracy").GetDouble(), robustness[0].GetProperty("accuracy").GetDouble());
        Assert.Contains("\n## Robustness\n", File.ReadAllText(PathOf("r.md")), StringComparison.Ordinal);

        Assert.DoesNotContain("obustness", Run(0, evaluate).Output, StringComparison.Ordinal);
        Assert.Contains("These rows have 64 pixels from 0 to 255.", Run(1, "evaluate", "--model", PathOf("small.csv.zip"), "--data", PathOf("small.csv"), "--robustness").Error, StringComparison.Ordinal);
    }

    /// <summary>Around what has at least half of the greatest brightness.</summary>
    static (int Left, int Top, int Right, int Bottom) BoxOf(byte[] image)
    {
        int[] ink = [.. Enumerable.Range(0, image.Length).Where(i => image[i] >= image.Max() / 2 + 1)];
        return (ink.Min(i => i % Side), ink.Min(i => i / Side), ink.Max(i => i % Side), ink.Max(i => i / Side));
    }

    static double MiddleOf(byte[] image, int line) =>
        Enumerable.Range(0, Side).Sum(x => (double)x * image[line * Side + x]) / Enumerable.Range(0, Side).Sum(x => (double)image[line * Side + x]);

    static (string Output, string Error) Run(int exitCode, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.True(CommandLine.Run(arguments, output, error) == exitCode, $"{error}");
        return ($"{output}", $"{error}");
    }
}
