using System.Globalization;
using MnistMl.Training;
using MnistMl.Tuning;

namespace MnistMl.Tests.Tuning;

/// <summary>A search in a file of its own, of configurations a, b, c and so on that nobody trains.</summary>
sealed class TemporarySearch : IDisposable
{
    public static Search Search { get; } = new("rows.csv", 100, 20, "00000000", "--epochs 8 --seed 1", "--network");

    static readonly IReadOnlyList<int> _rungs = SuccessiveHalving.Rungs(8);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnistml-");

    public string Path => System.IO.Path.Join(_folder.FullName, "tune.jsonl");

    /// <summary>All trials there were, in order, as "settings epochs".</summary>
    public List<string> Done { get; } = [];

    public void Dispose() => _folder.Delete(recursive: true);

    public static IEnumerable<Configuration> Configurations(int count) =>
        Enumerable.Range(0, count).Select(number => new Configuration($"{(char)('a' + number)}", new TrainingOptions { Epochs = 8 }));

    public TrialLog Open() => new(Path, Search, _rungs);

    /// <summary>Searches until a number of trials have been done. Later letters are better, and an epoch takes a second.</summary>
    public bool Run(IEnumerable<Configuration> configurations, double seconds, int max = int.MaxValue)
    {
        using var log = Open();
        return SuccessiveHalving.Run(configurations, _rungs, seconds, log, next => max-- > 0 ? Train(next) : null);
    }

    Trial Train(NextTrial next)
    {
        Done.Add(string.Create(CultureInfo.InvariantCulture, $"{next.Configuration.Settings} {next.Epochs}"));
        var accuracy = (next.Configuration.Settings[0] - 'a') / 26.0;
        return new Trial(next.Configuration.Settings, next.Epochs, next.Epochs, accuracy, 1 / 3.0);
    }
}
