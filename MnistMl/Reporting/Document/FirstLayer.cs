using MnistMl.Model;

namespace MnistMl.Reporting.Document;

/// <summary>What the first layer looks at: the weights of its units, or of the windows of its channels, as images.</summary>
/// <param name="Sheet">The images in rows and columns: warm colors for weights above 0, cold ones for those below.</param>
/// <param name="Shown">How many there are.</param>
/// <param name="Count">How many units or channels the layer has.</param>
/// <param name="IsConvolution">Whether it is a convolution.</param>
sealed record FirstLayer(SmallImage Sheet, int Shown, int Count, bool IsConvolution)
{
    /// <summary>Images in a row of the sheet.</summary>
    public const int Columns = 12;

    /// <summary>Weights up to here are shown as none.</summary>
    const float MinWeight = 1e-30f;

    const int MaxShown = 4 * Columns;

    /// <summary>Steps from 0 to the greatest weight: few enough for the file to be small.</summary>
    const int Steps = 20;

    /// <summary>Colors by their numbers: from cold over none, at <see cref="Steps"/>, to warm, more opaque towards both ends.</summary>
    static readonly (byte, byte, byte, byte)[] _colors =
    [
        .. Enumerable.Range(-Steps, 2 * Steps + 1).Select(step => step < 0
            ? ((byte)44, (byte)98, (byte)214, Opacity(-step))
            : ((byte)222, (byte)84, (byte)28, Opacity(step))),
    ];

    /// <summary>The images of a network's first layer; null where its inputs are no image.</summary>
    /// <param name="network">The network.</param>
    /// <param name="size">Height and width of an image; null if there is none.</param>
    public static FirstLayer? Of(TrainedNetwork network, (int Height, int Width)? size)
    {
        if (network.SpatialLayers is [{ Options: Conv2D convolution } first, ..])
            return Of(first.Weights, convolution.Height, convolution.Width, isConvolution: true);
        return size is var (height, width) ? Of(network.Layers[0].Weights, height, width, isConvolution: false) : null;
    }

    static FirstLayer Of(float[] weights, int height, int width, bool isConvolution)
    {
        // Those with the largest weights: they say most.
        var units = weights.Chunk(height * width).ToArray();
        var images = units.Index().OrderByDescending(unit => unit.Item.Sum(weight => (double)weight * weight)).Take(MaxShown)
            .OrderBy(unit => unit.Index).Select(unit => SmallImage.Reduce(unit.Item, height, width)).ToArray();

        var (_, rows, columns) = images[0];
        var inRow = Math.Min(Columns, images.Length);
        var lines = (images.Length + inRow - 1) / inRow;
        // A pixel between one image and the next.
        var (sheetHeight, sheetWidth) = (lines * (rows + 1) - 1, inRow * (columns + 1) - 1);
        var sheet = new byte[sheetHeight * sheetWidth];
        Array.Fill(sheet, (byte)Steps);
        foreach (var (i, (image, _, _)) in images.Index())
        {
            var start = i / inRow * (rows + 1) * sheetWidth + i % inRow * (columns + 1);
            var scale = Steps / Math.Max(MinWeight, image.Max(MathF.Abs));
            for (var pixel = 0; pixel < image.Length; pixel++)
                sheet[start + pixel / columns * sheetWidth + pixel % columns] = (byte)(Steps + MathF.Round(image[pixel] * scale));
        }
        return new(SmallImage.Of(sheet, sheetHeight, sheetWidth, _colors), images.Length, units.Length, isConvolution);
    }

    static byte Opacity(int step) => (byte)(byte.MaxValue * step / Steps);
}
