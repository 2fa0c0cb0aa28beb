using System.Buffers.Binary;

namespace MnistMl.Data;

/// <summary>
/// Reads IDX files of unsigned bytes, plain or gzipped. A file is two zero bytes, an 8 for unsigned bytes, the number
/// of dimensions in a byte, the size of each dimension as a big-endian 32-bit number, and the values in row-major
/// order. It is the format in which MNIST was published; see Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST
/// database of handwritten digits".
/// </summary>
static class IdxFile
{
    const byte UnsignedByte = 8;

    // In gzip, two codes of at least one bit each copy at most 258 bytes.
    const int MaxBytesFromZippedByte = 258 * 8 / 2;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimensions">The number of dimensions that it must have, 1 to 255.</param>
    /// <returns>
    /// Sizes [dimensions], each at least 1, and Values, as many as the product of the sizes.
    /// </returns>
    /// <exception cref="MnistMlException">The file cannot be read, or is not in this format.</exception>
    public static (int[] Sizes, byte[] Values) Read(string path, int dimensions) => DataFile.Read(path, file =>
    {
        using var gzip = DataFile.IsGzip(file) ? DataFile.Unzip(file) : null;
        return Read(gzip ?? (Stream)file, path, dimensions, file.Length * (gzip is null ? 1 : MaxBytesFromZippedByte));
    });

    static (int[] Sizes, byte[] Values) Read(Stream stream, string name, int dimensions, long maxBytes)
    {
        byte[] expected = [0, 0, UnsignedByte, (byte)dimensions];
        var start = ReadUpTo(stream, expected.Length);
        if (!start.SequenceEqual(expected))
        {
            throw new MnistMlException(start.Length == 0
                ? $"{name} is empty."
                : $"{name} is not an IDX file of bytes in {dimensions} dimension{(dimensions == 1 ? "" : "s")}: "
                    + $"it begins with {Convert.ToHexString(start)}, expected {Convert.ToHexString(expected)}.");
        }
        var header = ReadUpTo(stream, dimensions * sizeof(uint));
        if (header.Length < dimensions * sizeof(uint))
        {
            throw new MnistMlException(
                $"{name} is damaged or incomplete: it ends within its header. Get it once more.");
        }

        var sizes = new uint[dimensions];
        for (var i = 0; i < dimensions; i++)
            sizes[i] = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(i * sizeof(uint)));
        var shape = string.Join('×', sizes);
        // Checked against the file's length first, so that no memory is allocated for sizes that are wrong.
        var bytes = sizes.Aggregate(UInt128.One, (product, size) => UInt128.Min(product * size, long.MaxValue));
        if (bytes == 0)
            throw new MnistMlException($"{name} holds nothing: its header says {shape} bytes.");
        if (bytes > (ulong)maxBytes)
            throw WrongLength("fewer");
        if (bytes > (ulong)Array.MaxLength)
        {
            throw new MnistMlException(
                $"{name} has {shape} bytes. They cannot all be held in memory; use a part of the data.");
        }

        var length = (int)bytes;
        var values = ReadUpTo(stream, length);
        if (values.Length < length)
            throw WrongLength("fewer");
        if (stream.ReadByte() >= 0)
            throw WrongLength("more");
        return (Array.ConvertAll(sizes, size => (int)size), values);

        MnistMlException WrongLength(string comparison) => new(
            $"{name} is damaged or incomplete: its header says {shape} bytes, but {comparison} follow. "
            + "Get it once more.");
    }

    static byte[] ReadUpTo(Stream stream, int length)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        var read = stream.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        return read < length ? bytes[..read] : bytes;
    }
}
