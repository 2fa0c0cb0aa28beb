using System.Globalization;

namespace MnistMl.Benchmarks;

/// <summary>Options of the benchmarks.</summary>
/// <param name="Rounds">Number of runs of each contender; the contenders take turns.</param>
/// <param name="Epochs">Number of epochs of each training.</param>
/// <param name="Factor">Number of copies of the training set, for the benchmark of larger training sets.</param>
sealed record BenchmarkOptions(int Rounds = 5, int Epochs = 10, int Factor = 1)
{
    /// <summary>Parses command-line arguments. Returns null if they are not valid.</summary>
    public static BenchmarkOptions? Parse(IEnumerable<string> arguments)
    {
        var options = new BenchmarkOptions();
        foreach (var pair in arguments.Chunk(2))
        {
            if (pair.Length < 2)
                return null;
            if (!int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
                return null;
            switch (pair[0])
            {
                case "--rounds": options = options with { Rounds = number }; break;
                case "--epochs": options = options with { Epochs = number }; break;
                case "--factor": options = options with { Factor = number }; break;
                default: return null;
            }
        }
        return options;
    }

    /// <summary>The options as command-line arguments.</summary>
    public string[] ToArguments() =>
        ["--rounds", Text(Rounds), "--epochs", Text(Epochs), "--factor", Text(Factor)];

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
