using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MnistMl.Tests.Data;

/// <summary>Writes arrays as NumPy does.</summary>
static class NpyFile
{
    /// <summary>An array of numbers.</summary>
    /// <param name="type">Such as <c>|u1</c> or <c>&lt;f4</c>.</param>
    /// <param name="sizes">The size of each dimension.</param>
    /// <param name="values">The values, in row-major order.</param>
    /// <param name="isColumnMajor">Whether they are written in column-major order.</param>
    /// <param name="version">1, 2 or 3.</param>
    public static byte[] Of(string type, int[] sizes, IReadOnlyList<double> values, bool isColumnMajor = false, byte version = 1)
    {
        var elements = (isColumnMajor ? ColumnMajor(sizes) : Enumerable.Range(0, values.Count)).SelectMany(index => Element(type, values[index]));
        return WithHeader(type, $"({string.Join(", ", sizes)}{(sizes.Length == 1 ? "," : "")})", [.. elements], isColumnMajor, version);
    }

    /// <summary>Any values behind a header.</summary>
    public static byte[] WithHeader(string type, string shape, byte[] values, bool isColumnMajor = false, byte version = 1)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': {isColumnMajor}, 'shape': {shape}, }}";
        header = header.PadRight((header.Length + 11 + 63) / 64 * 64 - 11) + "\n";
        var length = new byte[version == 1 ? 2 : 4];
        if (version == 1)
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        else
            BinaryPrimitives.WriteInt32LittleEndian(length, header.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.Latin1.GetBytes(header), .. values];
    }

    /// <summary>A zip, as which NPZ files are saved, too.</summary>
    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] File)[] entries)
    {
        var zipped = new MemoryStream();
        using (var zip = new ZipArchive(zipped, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, file) in entries)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(file);
            }
        }
        return zipped.ToArray();
    }

    static IEnumerable<int> ColumnMajor(int[] sizes)
    {
        var count = sizes.Aggregate(1, (product, size) => product * size);
        for (var position = 0; position < count; position++)
        {
            var (rest, index, stride) = (position, 0, count);
            foreach (var size in sizes)
            {
                stride /= size;
                index += rest % size * stride;
                rest /= size;
            }
            yield return index;
        }
    }

    static byte[] Element(string type, double value)
    {
        byte[] bytes = type[1..] switch
        {
            "u1" or "b1" => [(byte)value],
            "i1" => [(byte)(sbyte)value],
            "u2" => BitConverter.GetBytes((ushort)value),
            "i2" => BitConverter.GetBytes((short)value),
            "u4" => BitConverter.GetBytes((uint)value),
            "i4" => BitConverter.GetBytes((int)value),
            "u8" => BitConverter.GetBytes((ulong)value),
            "i8" => BitConverter.GetBytes((long)value),
            "f2" => BitConverter.GetBytes((Half)value),
            "f4" => BitConverter.GetBytes((float)value),
            "f8" => BitConverter.GetBytes(value),
            "U1" => BitConverter.GetBytes('A' + (int)value),
            "S1" => [(byte)('A' + value)],
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
        if (type[0] == '>')
            Array.Reverse(bytes);
        return bytes;
    }
}
