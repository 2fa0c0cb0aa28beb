using System.Text;

namespace MnistMl.Benchmarks;

/// <summary>MNIST with inverted pixels, so that few are zero.</summary>
static class InvertedData
{
    public const string FileName = "inverted.csv";

    /// <summary>Writes all images to a CSV file in a folder, the label first.</summary>
    public static void Write(TemporaryFolder folder)
    {
        using var file = new StreamWriter(folder.Path(FileName), append: false, Encoding.ASCII, bufferSize: 1 << 16);
        var (train, test) = Benchmarks.ReadMnist();
        foreach (var rows in (Data.Dataset[])[train, test])
        {
            for (var row = 0; row < rows.RowCount; row++)
            {
                file.Write(rows.ClassNames[rows.Labels[row]]);
                foreach (var pixel in rows.Row(row))
                {
                    file.Write(',');
                    file.Write(255 - pixel);
                }
                file.Write('\n');
            }
        }
    }
}
