namespace MnistMl.Network;

/// <summary>A number of a sparse row or column that is not zero, and its place there.</summary>
readonly record struct NonZero(int Index, float Value);
