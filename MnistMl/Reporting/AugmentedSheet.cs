using MnistMl.Augmentation;
using MnistMl.Data;

namespace MnistMl.Reporting;

/// <summary>Draws what augmentation makes of images.</summary>
static class AugmentedSheet
{
    const int Columns = 10;

    /// <summary>Saves a PNG file with a line for each class: its first image, and beside it augmented ones.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The rows: square images.</param>
    /// <param name="options">The augmentation.</param>
    /// <param name="seed">The seed: the same draws the same images.</param>
    /// <param name="maxClasses">How many classes are drawn at most.</param>
    /// <exception cref="MnistMlException">The images are not square, or the file cannot be written.</exception>
    public static void Save(string path, Dataset rows, AugmentationOptions options, int seed, int maxClasses = int.MaxValue)
    {
        var augmenter = new Augmenter(options, rows.FeatureCount, seed);
        int[] firsts = [.. Enumerable.Range(0, rows.ClassNames.Count).Select(label => rows.Labels.IndexOf(label)).Where(row => row >= 0).Take(maxClasses)];
        var sheet = new ContactSheet(firsts.Length, Columns, augmenter.Size);
        var augmented = new byte[rows.FeatureCount];
        foreach (var (line, row) in firsts.Index())
        {
            sheet.Place(line, 0, rows.Row(row));
            for (var epoch = 1; epoch < Columns; epoch++)
            {
                augmenter.Apply(rows.Row(row), augmented, epoch, row, rows.ClassNames[rows.Labels[row]]);
                sheet.Place(line, epoch, augmented);
            }
        }
        sheet.Save(path);
    }
}
