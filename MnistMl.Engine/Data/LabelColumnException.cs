namespace MnistMl.Data;

/// <summary>
/// Which column holds the label is not clear from a table's names and values. <see cref="TableOptions.LabelColumn"/> says it.
/// </summary>
/// <param name="message">The message to show to the user.</param>
/// <param name="oneHotCount">The number of columns that look like a label in one for each class; null for none.</param>
public sealed class LabelColumnException(string message, int? oneHotCount = null) : MnistMlException(message)
{
    /// <summary>
    /// The number of columns, the first or the last, that look like a label in one for each class, as
    /// <see cref="TableOptions.OneHotCount"/> says it; null for none.
    /// </summary>
    public int? OneHotCount { get; } = oneHotCount;
}
