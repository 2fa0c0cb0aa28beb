using Microsoft.ML;
using Microsoft.ML.Data;

namespace MnistMl.Tests.MLNet;

/// <summary>A row of a data set that is no pictures: sizes of unlike scales, some negative, and three species.</summary>
sealed class Flower
{
    public const int Count = 300;

    static readonly string[] _species = ["setosa", "versicolor", "virginica"];

    [LoadColumn(0)] public float Length { get; set; }
    [LoadColumn(1)] public float Width { get; set; }
    [LoadColumn(2)] public float Altitude { get; set; }
    [LoadColumn(3)] public string Species { get; set; } = "";

    /// <summary>The species as a number that is not to be taken for a key: 10, 20 or 30.</summary>
    public int Number() => 10 * (Array.IndexOf(_species, Species) + 1);

    public static List<Flower> Garden(int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Count).Select(i => i % 3).Select(species => new Flower
        {
            Length = species + 0.2f * random.NextSingle(),
            Width = 0.001f * (species == 1 ? 1 : -1) * (1 + random.NextSingle()),
            Altitude = 3000 * random.NextSingle() - 1000,
            Species = _species[species],
        })];
    }

    public static IDataView View(MLContext context, int seed = 1) => context.Data.LoadFromEnumerable(Garden(seed));

    /// <summary>Makes the columns Label and Features.</summary>
    public static IEstimator<ITransformer> Preparation(MLContext context) =>
        context.Transforms.Conversion.MapValueToKey("Label", nameof(Species))
            .Append(context.Transforms.Concatenate("Features", nameof(Length), nameof(Width), nameof(Altitude)));

    public static IDataView Prepared(MLContext context, int seed = 1)
    {
        var view = View(context, seed);
        return Preparation(context).Fit(view).Transform(view);
    }
}

sealed class FlowerPrediction
{
    public string PredictedLabel { get; set; } = "";
    public float[] Score { get; set; } = [];
}
