using System.Text;

namespace MnistMl.Data;

/// <summary>What an ARFF file says of its columns, which it calls attributes.</summary>
/// <param name="Names">[columns]: their names.</param>
/// <param name="IsText">[columns]: whether they are neither numbers nor of a list of values.</param>
/// <param name="FirstValues">[columns]: the first value of each list, which a sparse row leaves out; null for numbers.</param>
/// <param name="FirstAttributeLine">The number of the line of the first column, from 1.</param>
/// <param name="LineCount">Number of lines up to that with <c>@data</c>.</param>
sealed record ArffHeader(string[] Names, bool[] IsText, byte[]?[] FirstValues, long FirstAttributeLine, long LineCount)
{
    /// <summary>The column that is likely to hold the label, and why; null if the types do not say.</summary>
    public (int Column, string Reason)? NominalLabel
    {
        get
        {
            var last = Array.FindLastIndex(IsText, isText => !isText);
            var nominal = FirstValues.Count(value => value != null);
            return nominal == 1 ? (Array.FindIndex(FirstValues, value => value != null), "the only nominal attribute")
                : nominal > 1 && FirstValues[last] != null ? (last, "the last attribute, a nominal one")
                : null;
        }
    }

    /// <summary>Reads the header. The lines that follow it are left.</summary>
    /// <param name="blocks">The file, of which nothing has been read.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="MnistMlException">It is no header.</exception>
    public static ArffHeader Read(LineBlocks blocks, string name)
    {
        var (names, isText, firstValues) = (new List<string>(), new List<bool>(), new List<byte[]?>());
        var (number, firstAttribute) = (0L, 0L);
        for (blocks.Read(); !blocks.Lines.IsEmpty;)
        {
            var lines = blocks.Lines.Span;
            var rest = lines;
            while (!rest.IsEmpty)
            {
                var line = CsvLine.TakeLine(ref rest);
                if (++number == 1 && line.StartsWith(Encoding.UTF8.Preamble))
                    line = line[Encoding.UTF8.Preamble.Length..];
                line = line.Trim(CsvLine.Blanks);
                if (line.IsEmpty || line[0] == '%')
                    continue;
                if (Skip(ref line, "@attribute"u8))
                {
                    firstAttribute = firstAttribute == 0 ? number : firstAttribute;
                    ReadAttribute(line);
                }
                else if (Skip(ref line, "@data"u8))
                {
                    if (names.Count == 0)
                        throw Wrong("there is no @attribute before @data.");
                    blocks.Skip(lines.Length - rest.Length);
                    return new([.. names], [.. isText], [.. firstValues], firstAttribute, number);
                }
                else if (!Skip(ref line, "@relation"u8))
                {
                    throw Wrong($"found {CsvLine.Quote(line)}, expected @relation, @attribute or @data.");
                }
            }
            blocks.Skip(lines.Length);
        }
        throw new MnistMlException($"{name} is damaged or incomplete: it is an ARFF file that ends before @data. Get it once more.");

        void ReadAttribute(ReadOnlySpan<byte> line)
        {
            if (names.Count == TableHead.MaxColumns)
                throw Wrong($"there are more than {TableHead.MaxColumns} attributes, more than an image has pixels.");
            if (!TryTakeValue(ref line, out var attribute))
                throw Wrong("a quote is not closed.");
            line = line.TrimStart(CsvLine.Blanks);
            if (attribute.IsEmpty || line.IsEmpty)
                throw Wrong("expected the name and the type of an attribute.");
            names.Add(Encoding.UTF8.GetString(Unescaped(attribute)));
            if (line[0] != '{')
            {
                var isNumber = Skip(ref line, "numeric"u8) || Skip(ref line, "real"u8) || Skip(ref line, "integer"u8);
                isText.Add(!isNumber);
                if (!isNumber && !Skip(ref line, "string"u8) && !Skip(ref line, "date"u8))
                    throw Wrong($"{CsvLine.Quote(line)} is no type of pixels or a class: expected numeric, real, integer, string, date or a list in braces.");
                firstValues.Add(null);
                return;
            }
            line = line[1..].TrimStart(CsvLine.Blanks);
            var first = line;
            if (!TryTakeValue(ref line, out _))
                throw Wrong("a quote is not closed.");
            isText.Add(false);
            firstValues.Add(first[..^line.Length].ToArray());
        }

        MnistMlException Wrong(string problem) => new($"{name}, line {number}: {problem}");
    }

    /// <summary>Takes a value off a line: quoted, or up to a blank, comma or brace.</summary>
    /// <returns>False if a quote is not closed.</returns>
    public static bool TryTakeValue(ref ReadOnlySpan<byte> line, out ReadOnlySpan<byte> value)
    {
        if (line is [(byte)'\'' or (byte)'"', ..])
        {
            for (var end = 1; end < line.Length; end++)
            {
                if (line[end] == '\\')
                {
                    end++;
                }
                else if (line[end] == line[0])
                {
                    value = line[1..end];
                    line = line[(end + 1)..];
                    return true;
                }
            }
            value = default;
            return false;
        }
        var length = line.IndexOfAny(" \t,{}"u8);
        value = length < 0 ? line : line[..length];
        line = length < 0 ? [] : line[length..];
        return true;
    }

    /// <summary>A value without the backslashes before other characters.</summary>
    static ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> value)
    {
        if (!value.Contains((byte)'\\'))
            return value;
        var plain = new List<byte>();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
                i++;
            plain.Add(value[i]);
        }
        return plain.ToArray();
    }

    /// <summary>Takes a word, in any case, and the blanks after it off a line that begins with it.</summary>
    static bool Skip(ref ReadOnlySpan<byte> line, ReadOnlySpan<byte> word)
    {
        if (line.Length < word.Length || !Ascii.EqualsIgnoreCase(line[..word.Length], word)
            || line.Length > word.Length && char.IsAsciiLetterOrDigit((char)line[word.Length]))
        {
            return false;
        }
        line = line[word.Length..].TrimStart(CsvLine.Blanks);
        return true;
    }
}
