using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MnistMl.Data;

/// <summary>What an array in a file says of itself before its values.</summary>
/// <param name="Format">IDX or NPY.</param>
/// <param name="Sizes">The size of each dimension.</param>
/// <param name="Kind">u, i and f for numbers, unsigned, signed and floating; b for truth values; S and U for text.</param>
/// <param name="ElementSize">Number of bytes of an element.</param>
/// <param name="IsBigEndian">Whether the first byte of an element weighs most.</param>
/// <param name="IsColumnMajor">Whether the first dimension's index changes fastest.</param>
/// <param name="Length">Number of bytes before the values.</param>
sealed record ArrayHeader(string Format, uint[] Sizes, char Kind, int ElementSize, bool IsBigEndian, bool IsColumnMajor, int Length)
{
    /// <summary>More is not needed for any array of numbers.</summary>
    const int MaxNpyLength = 1 << 16;

    /// <summary>Reads the header of an IDX file or of one of NumPy's arrays.</summary>
    /// <param name="stream">The file, unzipped.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="MnistMlException">It is neither, or has elements that are not read.</exception>
    public static ArrayHeader Read(Stream stream, string name)
    {
        var start = new byte[4];
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return start.AsSpan(0, length) switch
        {
            [] => throw new MnistMlException($"{name} is empty."),
            [0, 0, var type, var dimensions and > 0] => ReadIdx(stream, name, type, dimensions),
            [0x93, (byte)'N', (byte)'U', (byte)'M'] => ReadNpy(stream, name),
            _ => throw new MnistMlException($"{name} is neither an IDX file nor an array of NumPy: it begins with {Convert.ToHexString(start.AsSpan(0, length))}."),
        };
    }

    /// <summary>
    /// IDX is the format in which MNIST was published; see Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten
    /// digits". Two zero bytes, the type of the elements, the number of dimensions, the size of each as a big-endian number of 32 bits,
    /// and the values in row-major order.
    /// </summary>
    static ArrayHeader ReadIdx(Stream stream, string name, byte type, byte dimensions)
    {
        var (kind, elementSize) = type switch
        {
            8 => ('u', 1),
            9 => ('i', 1),
            0xB => ('i', 2),
            0xC => ('i', 4),
            0xD => ('f', 4),
            0xE => ('f', 8),
            _ => throw new MnistMlException($"{name} is no IDX file: 0x{type:X2} is none of its types."),
        };
        var bytes = ReadExactly(stream, dimensions * sizeof(uint), name);
        var sizes = new uint[dimensions];
        for (var i = 0; i < dimensions; i++)
            sizes[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(i * sizeof(uint)));
        return new("IDX", sizes, kind, elementSize, IsBigEndian: true, IsColumnMajor: false, 4 + bytes.Length);
    }

    /// <summary>After the version comes a dictionary of Python: {'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), }.</summary>
    static ArrayHeader ReadNpy(Stream stream, string name)
    {
        var version = ReadExactly(stream, 4, name);
        if (!version.AsSpan(0, 2).SequenceEqual("PY"u8) || version[2] is 0 or > 3)
            throw Wrong("its version is not known");
        var lengthBytes = ReadExactly(stream, version[2] == 1 ? sizeof(ushort) : sizeof(uint), name);
        var length = version[2] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(lengthBytes) : BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        if (length > MaxNpyLength)
            throw Wrong("its header is too long");
        var text = Encoding.Latin1.GetString(ReadExactly(stream, (int)length, name));

        var order = ValueOf("fortran_order");
        var isColumnMajor = order.StartsWith("True", StringComparison.Ordinal)
            || (order.StartsWith("False", StringComparison.Ordinal) ? false : throw Wrong("its order is neither True nor False"));
        var (kind, elementSize, isBigEndian) = TypeOf(ValueOf("descr"));
        return new("NPY", Shape(ValueOf("shape")), kind, elementSize, isBigEndian, isColumnMajor, 8 + lengthBytes.Length + (int)length);

        string ValueOf(string key)
        {
            var at = text.IndexOf($"'{key}'", StringComparison.Ordinal);
            var colon = at < 0 ? -1 : text.IndexOf(':', at);
            return colon < 0 ? throw Wrong($"its header has no '{key}'") : text[(colon + 1)..].TrimStart();
        }

        (char Kind, int ElementSize, bool IsBigEndian) TypeOf(string value)
        {
            var end = value.Length < 2 || value[0] != '\'' ? -1 : value.IndexOf('\'', 1);
            if (end < 0)
                throw new MnistMlException($"{name} holds records of several fields. Save pixels and labels as arrays of their own.");
            var type = value[1..end];
            var isSwapped = type.StartsWith('>');
            type = type.TrimStart('<', '>', '|', '=');
            if (type.StartsWith('O'))
                throw new MnistMlException($"{name} holds objects of Python, a pickle, which may run any code when it is read. Save numbers: numpy.asarray(…, dtype=…).");
            if (!int.TryParse(type.AsSpan(Math.Min(1, type.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size == 0
                || (type[0], size) is not (('u' or 'i', 1 or 2 or 4 or 8) or ('f', 2 or 4 or 8) or ('b', 1) or ('S', _) or ('U', < 1 << 20)))
            {
                throw new MnistMlException($"{name} has elements of type '{CsvLine.Quote(type).Trim('\'')}'. Save integers or floats.");
            }
            return (type[0], type[0] == 'U' ? sizeof(int) * size : size, isSwapped);
        }

        uint[] Shape(string value)
        {
            var end = value.IndexOf(')');
            if (end < 0 || value[0] != '(')
                throw Wrong("its shape is not known");
            // Python 2 wrote 60000L.
            return [.. value[1..end].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(size =>
                uint.TryParse(size.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw Wrong($"{CsvLine.Quote(size)} is no size"))];
        }

        MnistMlException Wrong(string problem) => new($"{name} is damaged: {problem}. Get it once more.");
    }

    static byte[] ReadExactly(Stream stream, int length, string name)
    {
        var bytes = new byte[length];
        return stream.ReadAtLeast(bytes, length, throwOnEndOfStream: false) == length
            ? bytes
            : throw new MnistMlException($"{name} is damaged or incomplete: it ends within its header. Get it once more.");
    }
}
