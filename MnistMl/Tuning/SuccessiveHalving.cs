namespace MnistMl.Tuning;

/// <summary>
/// Finds the best of many configurations by training most of them for a short time only (Jamieson and Talwalkar,
/// "Non-stochastic best arm identification and hyperparameter optimization", 2016). On each rung the configurations are
/// trained for about twice as many epochs as on the one below, all of them on the highest; the better half goes on. Each
/// training is from the start, because schedules fit the number of epochs.
/// </summary>
/// <remarks>
/// The time decides how many configurations there are. A rung has the share of it that it takes if all epochs take alike,
/// and starts no training after that. The best go first: those for whom there is no time left are the worse. Time is the sum
/// of the trainings' times, those known already among them. So a search that was interrupted does what it would have done,
/// and one with more time than before what it would have done with it from the start.
/// </remarks>
static class SuccessiveHalving
{
    /// <summary>Number of epochs on each rung: the whole, its half, its quarter and so on, from the lowest on.</summary>
    public static IReadOnlyList<int> Rungs(int epochs) => epochs == 1 ? [1] : [.. Rungs(epochs / 2), epochs];

    /// <summary>Searches until the time is used up, or all is done.</summary>
    /// <param name="configurations">The configurations, in the order in which they are tried as long as there is time.</param>
    /// <param name="rungs">Number of epochs on each rung, from the lowest on.</param>
    /// <param name="seconds">The time there is.</param>
    /// <param name="log">The trials that are known, which are not done again; those that are done are added.</param>
    /// <param name="train">Trains a configuration; gives null where that was cancelled, which ends the search.</param>
    /// <returns>Whether it came to its end.</returns>
    /// <exception cref="MnistMlException">The first configuration cannot be trained.</exception>
    public static bool Run(
        IEnumerable<Configuration> configurations, IReadOnlyList<int> rungs, double seconds, TrialLog log,
        Func<NextTrial, Trial?> train)
    {
        // What a rung costs for each configuration on the lowest, of which half, half of a half and so on come so far.
        double[] costs = [.. rungs.Select((epochs, rung) => epochs / Math.Pow(2, rung))];
        var (used, candidates, candidateCount) = (0.0, configurations, (int?)null);
        for (var rung = 0; rung < rungs.Count; rung++)
        {
            var (start, end) = (used, seconds * costs.Take(rung + 1).Sum() / costs.Sum());
            var trained = new Dictionary<Trial, Configuration>(ReferenceEqualityComparer.Instance);
            foreach (var configuration in candidates)
            {
                if (used >= end)
                    break;
                if (log.Find(configuration.Settings, rungs[rung]) is not { } trial)
                {
                    var number = trained.Count + 1;
                    var count = candidateCount ?? Estimate(number, used - start, end - start);
                    if (train(new NextTrial(configuration, rung, rungs[rung], number, count, used)) is not { } finished)
                        return false;
                    // The others are only drawn; the first is what the user wants to begin with.
                    if (rung == 0 && number == 1 && finished.Failure is { } failure)
                        throw new MnistMlException(failure);
                    log.Add(trial = finished);
                }
                trained.Add(trial, configuration);
                used += trial.Seconds;
            }

            // The rungs below took its time: what they left is for those above.
            if (trained.Count == 0)
                continue;
            var half = Trial.Rank(trained.Keys).Take((trained.Count + 1) / 2);
            var better = half.Where(trial => trial.Failure == null).ToArray();
            (candidates, candidateCount) = (better.Select(trial => trained[trial]), better.Length);
        }
        return true;
    }

    /// <summary>How many trials there will be, if the others take as long as those before did.</summary>
    static int? Estimate(int number, double used, double share) =>
        number == 1 ? null : Math.Max(number, (int)Math.Ceiling((number - 1) * share / used));
}

/// <summary>A trial about to start.</summary>
/// <param name="Configuration">What is trained.</param>
/// <param name="Rung">The rung, from 0.</param>
/// <param name="Epochs">The rung's number of epochs.</param>
/// <param name="Number">The trial's number on the rung, from 1.</param>
/// <param name="Count">How many the rung will have at most; on the lowest an estimate, null before there is one.</param>
/// <param name="SecondsUsed">The time used up before it.</param>
sealed record NextTrial(Configuration Configuration, int Rung, int Epochs, int Number, int? Count, double SecondsUsed);
