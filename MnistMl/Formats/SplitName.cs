namespace MnistMl.Formats;

/// <summary>What rows are for, by the name of their file or folder.</summary>
enum SplitName
{
    /// <summary>It does not say.</summary>
    None,

    /// <summary>To train on.</summary>
    Train,

    /// <summary>To validate on: they stand in for missing test rows.</summary>
    Validation,

    /// <summary>To test on.</summary>
    Test,
}

/// <summary>Reads names of files and folders.</summary>
static class SplitNames
{
    /// <summary>What a name says: <c>train-00000-of-00001</c>, <c>training</c>.</summary>
    public static SplitName Of(string name) => string.Concat(name.TakeWhile(char.IsAsciiLetter)).ToLowerInvariant() switch
    {
        "train" or "training" => SplitName.Train,
        "test" or "testing" => SplitName.Test,
        "val" or "valid" or "validation" => SplitName.Validation,
        _ => SplitName.None,
    };
}
