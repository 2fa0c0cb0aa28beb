namespace MnistMl.Numerics;

/// <summary>
/// How the images of some rows of a batch lie in memory: position by position, the channels of each together (NHWC).
/// </summary>
/// <param name="RowCount">Number of rows.</param>
/// <param name="Stride">Distance between rows.</param>
/// <param name="Positions">Positions of an image.</param>
/// <param name="Columns">Distance between positions: their channels and what pads them.</param>
readonly record struct SpatialLayout(int RowCount, nint Stride, int Positions, int Columns)
{
    /// <summary>Values of each channel.</summary>
    public int Count => RowCount * Positions;
}
