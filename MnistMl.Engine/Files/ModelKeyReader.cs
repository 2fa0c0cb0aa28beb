using System.Buffers.Binary;
using System.Text;

namespace MnistMl.Files;

/// <summary>
/// Reads a <c>Model.key</c>, as <see cref="ModelKeyWriter"/> and ML.NET write it. Every offset and count is checked
/// against the bytes at hand before it is used.
/// </summary>
sealed class ModelKeyReader
{
    readonly ReadOnlyMemory<byte> _bytes;
    readonly ModelArchive _archive;
    readonly string _entry;
    readonly List<string> _strings = [];
    readonly Range _block;
    int _position;

    public ModelKeyReader(ReadOnlyMemory<byte> bytes, ModelArchive archive, string entry)
    {
        (_bytes, _archive, _entry) = (bytes, archive, entry);
        if (bytes.Length < ModelKeyWriter.HeaderSize || !Bytes.StartsWith("ML\0MODEL"u8))
            throw Damaged("does not start as an ML.NET model does");
        CheckVersion("file header", HeaderUInt32(0x08), HeaderUInt32(0x0C), ModelKeyWriter.HeaderVersion);

        _block = Range(0x10);
        _position = _block.Start.Value;
        ReadStrings(Bytes[Range(0x20)], Bytes[Range(0x30)]);
        Loader = Encoding.ASCII.GetString(Bytes.Slice(0x50, 24)).TrimEnd('\0');
    }

    /// <summary>Name of the class that is to read the block.</summary>
    public string Loader { get; }

    ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>Whether the block is one of the class. Throws if it is, but in a version that we do not know.</summary>
    public bool Is(MLNetClass @class)
    {
        if (Loader != @class.Loader)
            return false;
        if (Encoding.ASCII.GetString(Bytes.Slice(0x40, 8)) != @class.Signature.Replace(' ', '\0'))
            throw Damaged($"has another signature than a '{Loader}'");
        CheckVersion($"'{Loader}'", HeaderUInt32(0x48), HeaderUInt32(0x4C), @class.Written);
        return true;
    }

    /// <summary>Whether another file has ML.NET load the same, whatever versions the two are of.</summary>
    public bool IsSameAs(ModelKeyReader other) => Loader == other.Loader
        && Bytes[_block].SequenceEqual(other.Bytes[other._block]) && _strings.SequenceEqual(other._strings);

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(1, sizeof(int)));

    public byte Byte() => Take(1, sizeof(byte))[0];

    /// <summary>A count of things, each of which takes at least some bytes of the block.</summary>
    public int Count(int bytesEach)
    {
        var count = Int32();
        return count >= 0 && count <= (_block.End.Value - _position) / bytesEach
            ? count
            : throw Damaged($"has a count of {count}, which does not fit it");
    }

    public void Expect(int expected, string what)
    {
        var found = Int32();
        if (found != expected)
            throw Unknown($"has {found} as {what}, where {expected} was expected");
    }

    public string? OptionalString()
    {
        var index = Int32();
        return index == ModelKeyWriter.NoString ? null : StringAt(index);
    }

    public string String() => StringAt(Int32());

    public string StringAt(int index) =>
        index >= 0 && index < _strings.Count
            ? _strings[index]
            : throw Damaged($"refers to string {index} of {_strings.Count}");

    public int[] Int32s(long count)
    {
        var bytes = Take(count, sizeof(int));
        var numbers = new int[count];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(int))..]);
        return numbers;
    }

    public float[] Singles(long count)
    {
        var bytes = Take(count, sizeof(float));
        var numbers = new float[count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
            if (!float.IsFinite(numbers[i]))
                throw Damaged("has a weight that is infinite or not a number");
        }
        return numbers;
    }

    /// <summary>Throws unless the whole block has been read.</summary>
    public void End()
    {
        if (_position != _block.End.Value)
            throw Damaged($"has {_block.End.Value - _position} bytes more than were expected");
    }

    public MnistMlException Damaged(string what) => _archive.Damaged(_entry, what);

    public UnknownModelException Unknown(string what) => _archive.Unknown(_entry, what);

    ReadOnlySpan<byte> Take(long count, int size)
    {
        if (count < 0 || count > (_block.End.Value - _position) / size)
            throw Damaged("ends too early");
        var start = _position;
        _position += (int)count * size;
        return Bytes[start.._position];
    }

    void ReadStrings(ReadOnlySpan<byte> ends, ReadOnlySpan<byte> characters)
    {
        long start = 0;
        for (; ends.Length >= sizeof(long); ends = ends[sizeof(long)..])
        {
            var end = BinaryPrimitives.ReadInt64LittleEndian(ends);
            if (end < start || end > characters.Length)
                throw Damaged("has a string that ends outside of it");
            _strings.Add(Encoding.Unicode.GetString(characters[(int)start..(int)end]));
            start = end;
        }
    }

    /// <summary>Reads an offset and a size from the header.</summary>
    Range Range(int at)
    {
        var start = BinaryPrimitives.ReadInt64LittleEndian(Bytes[at..]);
        var size = BinaryPrimitives.ReadInt64LittleEndian(Bytes[(at + sizeof(long))..]);
        if (start < 0 || start > Bytes.Length || size < 0 || size > Bytes.Length - start)
            throw Damaged("has a part that lies outside of it");
        return (int)start..(int)(start + size);
    }

    uint HeaderUInt32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes[at..]);

    /// <summary>What is of a newer version may still be readable by the older: the file itself says so.</summary>
    void CheckVersion(string what, uint written, uint readable, uint known)
    {
        if (written < known || readable > known)
        {
            throw _archive.Unknown(_entry, $"has {what} version 0x{written:X8} (readable from 0x{readable:X8}), "
                + $"where 0x{known:X8} is known");
        }
    }
}
