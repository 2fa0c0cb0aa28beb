using System.Globalization;

namespace MnistMl.Benchmarks;

/// <summary>What the measuring commands can be told.</summary>
/// <param name="Rounds">How often each contender runs, in turn with the others.</param>
/// <param name="Epochs">Epochs of each training.</param>
/// <param name="Factor">How often the training rows are repeated, where their number is what is measured.</param>
sealed record BenchmarkOptions(int Rounds = 5, int Epochs = 10, int Factor = 1)
{
    /// <summary>The options as arguments say, or null where they make no sense.</summary>
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

    /// <summary>The options as arguments.</summary>
    public string[] ToArguments() =>
        ["--rounds", Text(Rounds), "--epochs", Text(Epochs), "--factor", Text(Factor)];

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
