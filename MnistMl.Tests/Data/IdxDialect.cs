using System.Buffers.Binary;

namespace MnistMl.Tests.Data;

/// <summary>One of the ways to name and pack an IDX file.</summary>
sealed record IdxDialect(char Separator = '-', bool Gzip = false, bool EndsInGz = false)
{
    public static IdxDialect Random(Random random) =>
        new(random.Next(2) == 0 ? '-' : '.', Gzip: random.Next(2) == 0, EndsInGz: random.Next(2) == 0);

    /// <summary>Writes the images and labels of a part: train or t10k.</summary>
    /// <returns>The two files' paths.</returns>
    public (string Images, string Labels) WritePart(
        string folder, string part, byte[] pixels, byte[] labels, int height, int width) =>
        (Write(folder, $"{part}-images", File([labels.Length, height, width], pixels)),
        Write(folder, $"{part}-labels", File([labels.Length], labels)));

    /// <summary>Header and values, not zipped.</summary>
    public static byte[] File(int[] sizes, ReadOnlySpan<byte> values)
    {
        var header = new byte[4 + 4 * sizes.Length];
        (header[2], header[3]) = (8, (byte)sizes.Length);
        for (var i = 0; i < sizes.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), sizes[i]);
        return [.. header, .. values];
    }

    string Write(string folder, string content, byte[] file)
    {
        var format = content.EndsWith("images", StringComparison.Ordinal) ? "idx3" : "idx1";
        var path = Path.Join(folder, $"{content}{Separator}{format}-ubyte{(EndsInGz ? ".gz" : "")}");
        System.IO.File.WriteAllBytes(path, Gzip ? CsvDialect.Zipped(file) : file);
        return path;
    }
}
