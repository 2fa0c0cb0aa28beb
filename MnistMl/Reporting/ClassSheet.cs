using MnistMl.Data;

namespace MnistMl.Reporting;

/// <summary>Draws the first images of classes.</summary>
static class ClassSheet
{
    /// <summary>Images of a class.</summary>
    public const int Columns = 10;

    /// <summary>Saves a PNG file with a line of images for each class.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">The rows.</param>
    /// <param name="classes">The classes to show, in this order.</param>
    /// <exception cref="MnistMlException">It cannot be written, or the images are not square.</exception>
    public static void Save(string path, LoadedData read, IReadOnlyList<ClassCount> classes)
    {
        var (rows, description) = (read.Dataset, read.Description);
        if (description.ImageSize is not { } size)
            throw new MnistMlException($"A contact sheet is of square images, and a row here has {rows.FeatureCount} pixels. Leave out --image.");

        var sheet = new ContactSheet(classes.Count, Columns, size);
        var lineOf = classes.Index().ToDictionary(shown => shown.Item.Name, shown => shown.Index);
        var lines = rows.ClassNames.Select(name => lineOf.GetValueOrDefault(name, -1)).ToArray();
        var placed = new int[classes.Count];
        for (var row = 0; row < rows.RowCount; row++)
        {
            if (lines[rows.Labels[row]] is not (>= 0 and var line) || placed[line] == Columns)
                continue;
            sheet.Place(line, placed[line]++, Gray(rows, row));
        }
        sheet.Save(path);
    }

    /// <summary>[features]: an image, from 0 to 255 whatever the range of the rows' pixels is.</summary>
    public static byte[] Gray(Dataset rows, int row) => Array.ConvertAll(
        rows.Row(row).ToArray(), pixel => (byte)Math.Min(byte.MaxValue, pixel * byte.MaxValue / rows.Range.MaxByte));
}
