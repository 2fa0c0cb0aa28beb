using MnistMl.Tuning;

namespace MnistMl.Reporting;

/// <summary>The result of <c>tune</c>; names and order of the properties are those of the JSON object.</summary>
/// <param name="Command">What to type to train with the best settings.</param>
/// <param name="Arguments">The same as a list, without the program.</param>
/// <param name="Interrupted">Whether the search was interrupted.</param>
/// <param name="BudgetSeconds">The budget.</param>
/// <param name="Seconds">Total time of the trials.</param>
/// <param name="Rungs">The epochs of each rung, from the lowest.</param>
/// <param name="Trials">The trials, the best first.</param>
sealed record TuneResult(
    string Command, IReadOnlyList<string> Arguments, bool Interrupted, double BudgetSeconds, double Seconds,
    IReadOnlyList<int> Rungs, IReadOnlyList<Trial> Trials)
{
    /// <summary>Whether a trial on the highest rung succeeded.</summary>
    public bool IsWhole() => Trials[0] is { Failure: null } best && best.Epochs == Rungs[^1];
}
