using System.Runtime.InteropServices;
using System.Text;

namespace MnistMl.Files;

/// <summary>
/// Writes a <c>Model.key</c>, the file from which ML.NET loads one class: a header, the class's block, the strings that
/// the block refers to by number, and the name of the assembly. All numbers are little-endian.
/// </summary>
sealed class ModelKeyWriter : IDisposable
{
    public const int HeaderSize = 0x100;
    public const uint HeaderVersion = 0x10002;

    /// <summary>Stands for no string.</summary>
    public const int NoString = -1;

    readonly MLNetClass _class;
    readonly MemoryStream _bytes = new();
    readonly BinaryWriter _writer;
    readonly OrderedDictionary<string, bool> _strings = [];

    public ModelKeyWriter(MLNetClass @class)
    {
        _class = @class;
        _writer = new BinaryWriter(_bytes);
        _writer.Write(new byte[HeaderSize]);
    }

    public void Add(int number) => _writer.Write(number);

    public void Add(byte number) => _writer.Write(number);

    public void Add(float number) => _writer.Write(number);

    public void Add(ReadOnlySpan<float> numbers) => _writer.Write(MemoryMarshal.AsBytes(numbers));

    public void Add(ReadOnlySpan<int> numbers) => _writer.Write(MemoryMarshal.AsBytes(numbers));

    public void Add(string? text) => _writer.Write(text is null ? NoString : IndexOf(text));

    /// <summary>The number of a string, which is added to the strings if it is new.</summary>
    public int IndexOf(string text)
    {
        _strings.TryAdd(text, true, out var index);
        return index;
    }

    /// <summary>Writes what follows the block, then the header, and gives the whole file.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        var block = _bytes.Position;
        var ends = 0L;
        foreach (var text in _strings.Keys)
            _writer.Write(ends += text.Length * sizeof(char));
        var characters = _bytes.Position;
        foreach (var text in _strings.Keys)
            _writer.Write(Encoding.Unicode.GetBytes(text));
        var assembly = _bytes.Position;
        _writer.Write(Encoding.Unicode.GetBytes(
            $"{_class.Assembly}, Version=1.0.0.0, Culture=neutral, PublicKeyToken=cc7b13ffcd2ddd51"));
        var tail = _bytes.Position;
        _writer.Write("LEDOM\0LM"u8);
        var end = _bytes.Position;

        _bytes.Position = 0;
        _writer.Write("ML\0MODEL"u8);
        _writer.Write(HeaderVersion);
        _writer.Write(HeaderVersion);
        WriteRange(HeaderSize, block);
        WriteRange(block, characters);
        WriteRange(characters, assembly);
        _writer.Write(Encoding.ASCII.GetBytes(_class.Signature.Replace(' ', '\0')));
        _writer.Write(_class.Written);
        _writer.Write(_class.Readable);
        _writer.Write(Encoding.ASCII.GetBytes(_class.Loader.PadRight(24, '\0')));
        _writer.Write(Encoding.ASCII.GetBytes(_class.OldLoader.PadRight(24, '\0')));
        _writer.Write(tail);
        _writer.Write(end);
        _writer.Write(assembly);
        _writer.Write((uint)(tail - assembly));
        return _bytes.GetBuffer().AsMemory(0, (int)end);
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>Offset and size; of nothing, two zeros.</summary>
    void WriteRange(long start, long end)
    {
        _writer.Write(start == end ? 0 : start);
        _writer.Write(end - start);
    }
}
