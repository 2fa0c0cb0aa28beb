using System.IO.Compression;
using System.Text;

namespace MnistMl.Data;

/// <summary>The kinds of content that are told apart by how it begins.</summary>
enum ContentKind
{
    Table,
    Arff,
    Libsvm,
    Idx,
    Npy,
    Zip,
}

/// <summary>What data is, by how it begins.</summary>
/// <param name="Kind">What it is, unzipped.</param>
/// <param name="IsGzip">Whether it is gzipped.</param>
readonly record struct DataFormat(ContentKind Kind, bool IsGzip)
{
    /// <summary>What begins files that people have, but that are not read, and what to do with them.</summary>
    static readonly (byte[] Start, string What)[] _refused =
    [
        ([0x80, 2], Pickle), ([0x80, 3], Pickle), ([0x80, 4], Pickle), ([0x80, 5], Pickle),
        ([0x89, .. "HDF"u8], "an HDF5 file. Save its arrays by numpy.savez."),
        ([.. "MATLAB "u8], "a MATLAB file. Save its arrays by numpy.savez, or its table as CSV."),
        ([.. "PAR1"u8], "a Parquet file, which is read from a file or folder of its own alone. Name that, or save it as CSV."),
        ([.. "ARROW1"u8], "an Arrow file. Save it as CSV."), ([.. "FEA1"u8], "a Feather file. Save it as CSV."),
        ([.. "Obj"u8, 1], "an Avro file. Save it as CSV."),
        ([.. "RDX"u8], R), ([(byte)'X', (byte)'\n', 0, 0, 0], R), ([.. "$FL2"u8], "an SPSS file. Save it as CSV."),
        ([.. "<stata_dta>"u8], "a Stata file. Save it as CSV."), ([.. "%PDF"u8], "a PDF. Expected a table of text."),
        ([.. "version https://git-lfs"u8], "a pointer of Git LFS, not the data itself. Get it by: git lfs pull"),
        ([.. "<!DOCTYPE"u8], Page), ([.. "<!doctype"u8], Page), ([.. "<html"u8], Page),
        ([.. "SQLite format 3"u8], "a database. Save its table as CSV."),
        ([0xD0, 0xCF, 0x11, 0xE0], "a spreadsheet. Save it as CSV."),
        ([0xFD, .. "7zXZ"u8], "packed by xz. Unpack it first."),
        ([.. "BZh"u8], "packed by bzip2. Unpack it first."),
        ([0x28, 0xB5, 0x2F, 0xFD], "packed by zstd. Unpack it first."),
        ([.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C], "packed by 7-Zip. Unpack it first."),
        ([.. "Rar!"u8], "packed by RAR. Unpack it first."),
        ([0x89, .. "PNG"u8], Image), ([0xFF, 0xD8, 0xFF], Image), ([.. "GIF8"u8], Image),
        ([.. "II*"u8, 0], Image), ([.. "MM"u8, 0, (byte)'*'], Image),
    ];

    const string Pickle = "a pickle of Python, which may run any code when it is read. Save its arrays by numpy.savez.";
    const string R = "a file of R's own. Save its table by write.csv.";
    const string Page = "a page of the web, not the data itself. Download the file again.";
    const string Image = "an image. Expected a row of pixels for each image.";

    /// <summary>What data is.</summary>
    /// <param name="start">How it begins.</param>
    /// <param name="isAll">Whether no more will be shown.</param>
    /// <param name="name">What error messages call it.</param>
    /// <returns>Null if more has to be seen.</returns>
    /// <exception cref="MnistMlException">It is of a kind that is known not to be read.</exception>
    public static DataFormat? Of(ReadOnlySpan<byte> start, bool isAll, string name)
    {
        if (start.Length < 4 && !isAll)
            return null;
        if (!DataFile.IsGzip(start))
            return KindOf(start, isAll, name) is { } plain ? new(plain, IsGzip: false) : null;
        var (unzipped, isEnd) = Unzip(start);
        if (DataFile.IsGzip(unzipped))
            throw new MnistMlException($"{name} is gzipped twice. Unzip it once.");
        return KindOf(unzipped, isAll || isEnd, name) is { } zipped ? new(zipped, IsGzip: true) : null;
    }

    /// <summary>As much as can be unzipped of how a file begins.</summary>
    static (byte[] Bytes, bool IsEnd) Unzip(ReadOnlySpan<byte> start)
    {
        var unzipped = new byte[1 << 16];
        var length = 0;
        using var gzip = new GZipStream(new MemoryStream(start.ToArray()), CompressionMode.Decompress);
        try
        {
            for (var read = -1; read != 0 && length < unzipped.Length; length += read)
                read = gzip.Read(unzipped.AsSpan(length));
            return (unzipped[..length], IsEnd: true);
        }
        catch (InvalidDataException)
        {
            // It is cut off here; if it is damaged, reading it will say so.
            return (unzipped[..length], IsEnd: false);
        }
    }

    static ContentKind? KindOf(ReadOnlySpan<byte> start, bool isAll, string name)
    {
        foreach (var (refused, what) in _refused)
        {
            if (start.StartsWith(refused))
                throw new MnistMlException($"{name} is {what}");
        }
        return start switch
        {
            [0x50, 0x4B, 3, 4, ..] or [0x50, 0x4B, 5, 6, ..] => ContentKind.Zip,
            [0x93, (byte)'N', (byte)'U', (byte)'M', ..] => ContentKind.Npy,
            [0, 0, 8 or 9 or 0xB or 0xC or 0xD or 0xE, > 0, ..] => ContentKind.Idx,
            [0xFF, 0xFE, ..] => TextKindOf(Encoding.UTF8.GetBytes(Encoding.Unicode.GetString(start[2..])), isAll),
            [0xFE, 0xFF, ..] => TextKindOf(Encoding.UTF8.GetBytes(Encoding.BigEndianUnicode.GetString(start[2..])), isAll),
            [0xEF, 0xBB, 0xBF, ..] => TextKindOf(start[3..], isAll),
            _ => TextKindOf(start, isAll),
        };
    }

    /// <summary>By the first line that tells.</summary>
    static ContentKind? TextKindOf(ReadOnlySpan<byte> text, bool isAll)
    {
        while (!text.IsEmpty)
        {
            if (!isAll && !text.Contains((byte)'\n'))
                return null;
            var line = CsvLine.TakeLine(ref text).Trim(CsvLine.Blanks);
            if (line.IsEmpty || line[0] is (byte)'%' or (byte)'#')
                continue;
            if (line[0] == '@')
                return ContentKind.Arff;
            if (LibsvmFile.IsRow(line) is { } isRow)
                return isRow ? ContentKind.Libsvm : ContentKind.Table;
        }
        return isAll ? ContentKind.Table : null;
    }
}
