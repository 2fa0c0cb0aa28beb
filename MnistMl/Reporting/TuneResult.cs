using MnistMl.Tuning;

namespace MnistMl.Reporting;

/// <summary>What <c>tune</c> came to; the properties' order and names are those of the JSON object.</summary>
/// <param name="Command">What to type to train with the best settings.</param>
/// <param name="Arguments">The same, word by word, without the program.</param>
/// <param name="Interrupted">Whether the search was interrupted.</param>
/// <param name="BudgetSeconds">The time there was.</param>
/// <param name="Seconds">The time that the trials took.</param>
/// <param name="Rungs">Number of epochs on each rung, from the lowest on.</param>
/// <param name="Trials">The trials, the best first.</param>
sealed record TuneResult(
    string Command, IReadOnlyList<string> Arguments, bool Interrupted, double BudgetSeconds, double Seconds,
    IReadOnlyList<int> Rungs, IReadOnlyList<Trial> Trials)
{
    /// <summary>Whether a trial on the highest rung came to a result.</summary>
    public bool IsWhole() => Trials[0] is { Failure: null } best && best.Epochs == Rungs[^1];
}
