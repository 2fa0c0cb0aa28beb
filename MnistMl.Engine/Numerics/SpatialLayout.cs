namespace MnistMl.Numerics;

/// <summary>How the pictures of some rows of a batch lie in memory: position by position, the channels of each together.</summary>
/// <param name="RowCount">Number of rows.</param>
/// <param name="Stride">Distance between rows.</param>
/// <param name="Positions">Positions of a picture.</param>
/// <param name="Columns">Distance between positions: their channels and what pads them.</param>
readonly record struct SpatialLayout(int RowCount, nint Stride, int Positions, int Columns)
{
    /// <summary>Numbers of each channel.</summary>
    public int Count => RowCount * Positions;
}
