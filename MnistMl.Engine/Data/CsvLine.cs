using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace MnistMl.Data;

/// <summary>A line of a table, read from left to right: plain pixels many at once, the rest cell by cell.</summary>
/// <param name="text">The line, without its line end.</param>
/// <param name="separator">What separates cells: a comma, a semicolon, a tab, or a blank for runs of blanks and tabs.</param>
ref struct CsvLine(ReadOnlySpan<byte> text, byte separator = (byte)',')
{
    readonly ReadOnlySpan<byte> _text = text;
    readonly byte _separator = separator;
    int _position;

    /// <summary>The characters that are ignored before and after a cell.</summary>
    public static ReadOnlySpan<byte> Blanks => " \t\r"u8;

    /// <summary>The characters that are ignored beside cells that this separates.</summary>
    public static ReadOnlySpan<byte> BlanksBeside(byte separator) => separator == '\t' ? " \r"u8 : Blanks;

    /// <summary>Takes a line off a text, and returns it without its line end.</summary>
    /// <param name="text">The text; what follows the line.</param>
    public static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? [] : text[(end + 1)..];
        return line;
    }

    /// <summary>Whether the last cell has been read.</summary>
    public readonly bool AtEnd => _position > _text.Length;

    /// <summary>
    /// Reads pixels as long as they are plain: one to three digits, at most 255, and a separator after them.
    /// </summary>
    /// <param name="pixels">Where to store them; at most as many are read as fit.</param>
    /// <returns>How many were read. <see cref="TryReadCell"/> reads what follows.</returns>
    // Optimized at the first call: tiered compilation would be ready when the one file of a process has been read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int ReadPlainPixels(scoped Span<byte> pixels)
    {
        var count = 0;
        while (count < pixels.Length)
        {
            if (Avx2.IsSupported && Bmi2.X64.IsSupported)
                count += ReadPlainBlocks(pixels[count..]);

            var (value, end) = (0, _position);
            for (; end < _text.Length && end < _position + 3 && char.IsAsciiDigit((char)_text[end]); end++)
                value = 10 * value + _text[end] - '0';
            if (end == _position || value > byte.MaxValue || end >= _text.Length || _text[end] != _separator)
                break;
            pixels[count++] = (byte)value;
            _position = end + 1;
        }
        return count;
    }

    // Reads 32 characters at a time, without branches that depend on where the separators, here called commas, are: it computes
    // the number that the three characters before each character would be, and keeps those before commas. The start and the end of the
    // line, and what is not plain, are left to ReadPlainPixels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int ReadPlainBlocks(scoped Span<byte> pixels)
    {
        const int MaxPixels = 16, PackedAtOnce = 8;
        var zero = Vector256.Create((byte)'0');
        var times10 = Vector256.Create(Vector128.Create((byte)0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 0, 0, 0, 0, 0, 0));
        var times100 = Vector256.Create(Vector128.Create((byte)0, 100, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        var isOver2 = Vector256.Create(Vector128.Create((byte)0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1));
        var comma = Vector256.Create(_separator);
        var lessZero = comma - zero;
        ref var text = ref MemoryMarshal.GetReference(_text);
        var position = _position;
        var count = 0;
        // A bit for each of the 64 characters before the position, the last in the top bit: 1 for a comma.
        var commasBefore = 1UL << 63;
        while (position >= 3 && position <= _text.Length - Vector256<byte>.Count
            && count <= pixels.Length - MaxPixels - PackedAtOnce)
        {
            ref var start = ref Unsafe.Add(ref text, position);
            var characters = Vector256.LoadUnsafe(ref start);
            var ones = Vector256.LoadUnsafe(ref Unsafe.Subtract(ref start, 1)) - zero;
            var tens = Vector256.LoadUnsafe(ref Unsafe.Subtract(ref start, 2)) - zero;
            var hundreds = Vector256.LoadUnsafe(ref Unsafe.Subtract(ref start, 3)) - zero;

            // A separator minus '0' has its top bit set, for which Avx2.Shuffle gives 0, or is the 11 of a semicolon, for which
            // the tables have 0. The bit is set in the hundreds, too: a digit before a comma belongs to the number before.
            hundreds |= Vector256.Equals(tens, lessZero) | tens & Vector256.Create((byte)0x80);
            var upTo99 = ones + Avx2.Shuffle(times10, tens);
            var from100 = Avx2.Shuffle(times100, hundreds);
            var values = from100 + upTo99;

            var commas = Vector256.Equals(characters, comma);
            var notDigits = Vector256.SubtractSaturate(characters - zero, Vector256.Create((byte)9));
            var over255 = Avx2.Shuffle(isOver2, hundreds) | values ^ Vector256.AddSaturate(from100, upTo99);
            var wrong = Vector256.ConditionalSelect(commas, over255, notDigits);

            // No two commas in a row, nor four digits.
            var commasUpTo = commasBefore >> 32 | (ulong)commas.ExtractMostSignificantBits() << 32;
            var hasEmpty = (commasUpTo & commasUpTo << 1) != 0;
            var near = commasUpTo | commasUpTo << 1 | commasUpTo << 2 | commasUpTo << 3;
            if (wrong != Vector256<byte>.Zero || hasEmpty || near >> 32 != uint.MaxValue)
                break;

            count += Pack(values.AsUInt64()[0], commas.AsUInt64()[0], pixels[count..]);
            count += Pack(values.AsUInt64()[1], commas.AsUInt64()[1], pixels[count..]);
            count += Pack(values.AsUInt64()[2], commas.AsUInt64()[2], pixels[count..]);
            count += Pack(values.AsUInt64()[3], commas.AsUInt64()[3], pixels[count..]);
            commasBefore = commasUpTo;
            position += Vector256<byte>.Count;
        }
        _position = position - BitOperations.LeadingZeroCount(commasBefore);
        return count;
    }

    // Writes the bytes whose mask is set, one after another, and zeros up to 8 bytes. Returns how many were set.
    static int Pack(ulong values, ulong mask, scoped Span<byte> pixels)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(pixels, Bmi2.X64.ParallelBitExtract(values, mask));
        return BitOperations.PopCount(mask) >> 3;
    }

    /// <summary>
    /// Reads the next cell, without the blanks and the quotes around it. <see cref="AtEnd"/> must be false.
    /// </summary>
    /// <returns>False if a quote is not closed, or is closed before the end of the cell.</returns>
    public bool TryReadCell(out ReadOnlySpan<byte> cell)
    {
        var blanks = BlanksBeside(_separator);
        var rest = _text[_position..].TrimStart(blanks);
        var isQuoted = !rest.IsEmpty && rest[0] is (byte)'"' or (byte)'\'';
        var quotedLength = isQuoted ? QuotedLength(rest) : 0;
        var end = _separator == ' ' ? rest[quotedLength..].IndexOfAny((byte)' ', (byte)'\t') : rest[quotedLength..].IndexOf(_separator);
        var length = end < 0 ? rest.Length : quotedLength + end;
        _position = _text.Length - rest.Length + length + 1;
        if (_separator == ' ' && end >= 0)
            _position = _text.Length - rest[length..].TrimStart(blanks).Length;

        cell = rest[..length].TrimEnd(blanks);
        if (!isQuoted)
            return true;
        if (quotedLength == 0 || cell.Length != quotedLength)
            return false;
        var quote = cell[..1];
        cell = cell[1..^1];
        if (cell.Contains(quote[0]))
            cell = Unescaped(cell, quote);
        return true;
    }

    // The length with both quotes; 0 if the closing one is missing. A quote within the text is doubled.
    static int QuotedLength(ReadOnlySpan<byte> cell)
    {
        for (var end = 1; ; end++)
        {
            var quote = cell[end..].IndexOf(cell[0]);
            if (quote < 0)
                return 0;
            end += quote + 1;
            if (end == cell.Length || cell[end] != cell[0])
                return end;
        }
    }

    static byte[] Unescaped(ReadOnlySpan<byte> cell, ReadOnlySpan<byte> quote)
    {
        // Latin1 keeps every byte as it is, also where the cell is not valid UTF-8.
        var single = Encoding.Latin1.GetString(quote);
        return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(cell).Replace(single + single, single));
    }

    /// <summary>A cell in quotes, for error messages: only its beginning, control characters replaced.</summary>
    public static string Quote(ReadOnlySpan<byte> cell) => Quote(Encoding.UTF8.GetString(cell));

    /// <inheritdoc cref="Quote(ReadOnlySpan{byte})"/>
    public static string Quote(string cell)
    {
        const int MaxLength = 40;
        var shown = string.Concat(cell.Take(MaxLength).Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return cell.Length > MaxLength ? $"'{shown}…'" : $"'{shown}'";
    }
}
