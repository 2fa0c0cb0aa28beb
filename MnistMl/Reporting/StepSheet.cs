using MnistMl.Images;

namespace MnistMl.Reporting;

/// <summary>What each step makes of pictures: a row for each picture, a column for each step.</summary>
sealed class StepSheet
{
    const int Cell = 140, Gap = 4, MaxRows = 50;
    const byte GapColor = 96;

    readonly List<byte[]> _rows = [];

    /// <summary>The steps, from left to right; where a step was not needed, its place is empty.</summary>
    public static IReadOnlyList<string> Columns { get; } = MnistForm.Steps;

    /// <summary>Number of pictures.</summary>
    public int Rows => _rows.Count;

    /// <summary>Whether no more are taken.</summary>
    public bool IsFull => Rows == MaxRows;

    static int Width => Gap + Columns.Count * (Cell + Gap);

    /// <summary>Adds a picture.</summary>
    public void Add(IReadOnlyList<ImageStep> steps)
    {
        if (IsFull || steps.Count == 0)
            return;
        var row = new byte[Width * (Cell + Gap)];
        Array.Fill(row, GapColor);
        foreach (var step in steps)
        {
            var image = step.Image;
            var longer = Math.Max(image.Width, image.Height);
            var small = Resampling.Resize(
                image, new(0, 0, image.Width, image.Height), Math.Max(1, image.Width * Cell / longer), Math.Max(1, image.Height * Cell / longer));
            var left = Gap + Columns.TakeWhile(column => column != step.Name).Count() * (Cell + Gap) + (Cell - small.Width) / 2;
            var top = Gap + (Cell - small.Height) / 2;
            for (var y = 0; y < small.Height; y++)
            {
                for (var x = 0; x < small.Width; x++)
                    row[(top + y) * Width + left + x] = (byte)small[x, y];
            }
        }
        _rows.Add(row);
    }

    /// <summary>Writes the sheet as PNG.</summary>
    public void Write(Stream stream)
    {
        var end = new byte[Width * Gap];
        Array.Fill(end, GapColor);
        PngFile.Write(stream, [.. _rows.SelectMany(row => row), .. end], Width);
    }
}
