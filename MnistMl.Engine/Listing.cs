namespace MnistMl;

/// <summary>Lists in messages.</summary>
static class Listing
{
    /// <summary>The first of some names, and how many more there are: "a, b and 3 more".</summary>
    /// <param name="names">The names.</param>
    /// <param name="max">How many are named at most.</param>
    public static string Of(IReadOnlyCollection<string> names, int max = 8)
    {
        var first = string.Join(", ", names.Take(max));
        return names.Count > max ? $"{first} and {names.Count - max} more" : first;
    }
}
