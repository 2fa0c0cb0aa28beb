namespace MnistMl.Data;

/// <summary>
/// Which column holds the label is not clear from a table's names and values. <see cref="TableOptions.LabelColumn"/> says it.
/// </summary>
/// <param name="message">The message to show to the user.</param>
/// <param name="candidates">What the columns are called that it may be.</param>
public sealed class LabelColumnException(string message, IReadOnlyList<string> candidates) : MnistMlException(message)
{
    /// <summary>The columns that it may be, as messages call them: number and name; empty where none looks like it.</summary>
    public IReadOnlyList<string> Candidates { get; } = candidates;
}
