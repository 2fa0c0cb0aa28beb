namespace MnistMl.Network;

/// <summary>A number of a sparse row or column that is not zero, and its place there.</summary>
readonly record struct NonZero(int Index, float Value)
{
    /// <summary>Stands after the last non-zero of a row: its index is above all others.</summary>
    public static readonly NonZero End = new(int.MaxValue, 0);
}
