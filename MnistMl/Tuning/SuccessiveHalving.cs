namespace MnistMl.Tuning;

/// <summary>
/// Finds the best of many configurations by training most of them only briefly (Jamieson and Talwalkar, "Non-stochastic
/// best arm identification and hyperparameter optimization", 2016). Each rung trains for about twice as many epochs as
/// the one below, up to the full number; the better half advances to the next. Every training starts anew, because
/// schedules depend on the number of epochs.
/// </summary>
/// <remarks>
/// The budget determines the number of configurations. A rung gets a share of it, as if all epochs took the same time,
/// and starts no training after that. The best go first, so that the worse are skipped if time runs out. Time is the
/// sum of the trials' times, including earlier trials. So an interrupted search continues as if it had not been
/// interrupted, and one with a larger budget as if it had had that from the start.
/// </remarks>
static class SuccessiveHalving
{
    /// <summary>The epochs of each rung, from the lowest: … a quarter, half and all of them.</summary>
    public static IReadOnlyList<int> Rungs(int epochs) => epochs == 1 ? [1] : [.. Rungs(epochs / 2), epochs];

    /// <summary>Searches until the budget is used up, or everything is done.</summary>
    /// <param name="configurations">The configurations, in the order in which they are tried.</param>
    /// <param name="rungs">The epochs of each rung, from the lowest.</param>
    /// <param name="seconds">The budget.</param>
    /// <param name="log">Earlier trials, which are not repeated; new ones are added.</param>
    /// <param name="train">Trains a configuration; null if it was cancelled, which ends the search.</param>
    /// <returns>Whether it was not cancelled.</returns>
    /// <exception cref="MnistMlException">The first configuration cannot be trained.</exception>
    public static bool Run(
        IEnumerable<Configuration> configurations, IReadOnlyList<int> rungs, double seconds, TrialLog log,
        Func<NextTrial, Trial?> train)
    {
        // The epochs of each rung for each configuration on the lowest: half of them reach the next, and so on.
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
                    // The first is what the user asked for; the others are only drawn.
                    if (rung == 0 && number == 1 && finished.Failure is { } failure)
                        throw new MnistMlException(failure);
                    log.Add(trial = finished);
                }
                trained.Add(trial, configuration);
                used += trial.Seconds;
            }

            // The rungs below have used up its time. Their best go to the rung above.
            if (trained.Count == 0)
                continue;
            var half = Trial.Rank(trained.Keys).Take((trained.Count + 1) / 2);
            var better = half.Where(trial => trial.Failure == null).ToArray();
            (candidates, candidateCount) = (better.Select(trial => trained[trial]), better.Length);
        }
        return true;
    }

    /// <summary>The number of trials, if the others take as long as those before.</summary>
    static int? Estimate(int number, double used, double share) =>
        number == 1 ? null : Math.Max(number, (int)Math.Ceiling((number - 1) * share / used));
}

/// <summary>A trial about to start.</summary>
/// <param name="Configuration">What is trained.</param>
/// <param name="Rung">The rung, from 0.</param>
/// <param name="Epochs">The rung's number of epochs.</param>
/// <param name="Number">The trial's number on the rung, from 1.</param>
/// <param name="Count">
/// The most trials that the rung can have; on the lowest, an estimate, or null before there is one.
/// </param>
/// <param name="SecondsUsed">The time used up before it.</param>
sealed record NextTrial(Configuration Configuration, int Rung, int Epochs, int Number, int? Count, double SecondsUsed);
