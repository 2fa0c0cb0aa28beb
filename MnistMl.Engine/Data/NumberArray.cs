using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MnistMl.Data;

/// <summary>Reads an array of images or of labels: an IDX file or one of NumPy's arrays, plain, gzipped, or the only array of a zip.</summary>
sealed class NumberArray : IDisposable
{
    const int MaxShownSizes = 8;

    readonly Stream _stream;
    readonly string _name;
    readonly long? _bytesLeft;

    NumberArray(Stream stream, string name)
    {
        (_stream, _name) = (stream, name);
        Header = ArrayHeader.Read(stream, name);
        _bytesLeft = stream.CanSeek ? stream.Length - Header.Length : null;
        Shape = string.Join('×', Header.Sizes.Take(MaxShownSizes)) + (Header.Sizes.Length > MaxShownSizes ? "×…" : "");
    }

    /// <summary>What the array says of itself.</summary>
    public ArrayHeader Header { get; }

    /// <summary>Its sizes, for messages.</summary>
    public string Shape { get; }

    /// <summary>Opens an array, reads it with a function, and closes it.</summary>
    /// <exception cref="MnistMlException">It cannot be read, or is none.</exception>
    public static T Read<T>(DataContent content, Func<NumberArray, T> read) => DataFile.Read(content.Name, () =>
    {
        using var array = Open(content);
        return read(array);
    });

    static NumberArray Open(DataContent content)
    {
        if (content.Format.Kind == ContentKind.Zip)
        {
            content = content.Entries() switch
            {
                [var only] => only,
                var entries => throw new MnistMlException($"{content.Name} holds {entries.Count} arrays, expected one. Name the file itself to read all."),
            };
        }
        var stream = content.OpenUnzipped();
        try
        {
            return new(stream, content.Name);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Reads images.</summary>
    /// <param name="featureCount">The number of pixels of an image, where known: then the array may be a single one.</param>
    public Images ReadImages(int? featureCount)
    {
        var (rows, height, width) = ImageShape(featureCount);
        if (Header.Kind is 'S' or 'U')
            throw new MnistMlException($"{_name} holds text, expected the numbers of pixels.");
        ThrowIfEmpty();
        var features = (UInt128)height * width;
        if (features > TableHead.MaxColumns)
            throw new MnistMlException($"{_name} has images of {height}×{width} pixels, more than {TableHead.MaxColumns}.");
        ThrowIfWrongLength();
        if ((UInt128)rows * features > (UInt128)Array.MaxLength)
            throw TooLong();
        var isKnown = height > 1;
        var side = DataDescription.SquareOf((int)features);
        var (pixels, range) = ReadPixels((int)rows, (int)features);
        return new(pixels, range, (int)rows, (int)features, isKnown ? (int)height : side, isKnown ? (int)width : side);
    }

    /// <summary>Images that were read.</summary>
    public sealed record Images(ReadOnlyMemory<byte> Pixels, PixelRange Range, int RowCount, int FeatureCount, int? Height, int? Width);

    /// <summary>Reads labels.</summary>
    /// <returns>[rows]: the label of each image, an index into the names of the classes.</returns>
    public (int[] Labels, string[] ClassNames) ReadLabels()
    {
        var columns = Header.Sizes switch
        {
            [_] or [_, 1] => 1u,
            // QMNIST's labels: the class, and seven numbers on who wrote the digit.
            [_, 8] when Header.Format == "IDX" => 8u,
            [_, var wide] => throw new MnistMlException($"{_name} is an array of {Shape}: {wide} numbers for a row are not read as a label. "
                + "Save the number of the class of each row; of one-hot rows, that is their argmax."),
            _ => throw new MnistMlException($"{_name} is an array of {Shape}, expected a label for each image."),
        };
        ThrowIfEmpty();
        ThrowIfWrongLength();
        var bytes = ReadBytes(Elements * (ulong)Header.ElementSize);
        var (classes, labels) = (new ClassLabels(), new int[Header.Sizes[0]]);
        for (var row = 0; row < labels.Length; row++)
        {
            var element = bytes.AsSpan(row * (int)columns * Header.ElementSize, Header.ElementSize);
            if (Header.Kind is 'S' or 'U')
            {
                var text = (Header.Kind == 'S' ? Encoding.UTF8 : Header.IsBigEndian ? new UTF32Encoding(bigEndian: true, false) : Encoding.UTF32)
                    .GetString(element).TrimEnd('\0');
                if (text.Length is 0 or > ClassLabels.MaxNameLength)
                    throw new MnistMlException($"{_name}, row {row + 1}: {CsvLine.Quote(text)} is no label, expected 1 to {ClassLabels.MaxNameLength} characters.");
                labels[row] = classes.LabelOf(text);
                continue;
            }
            var number = ToDouble(element);
            if (!ClassLabels.IsWhole(number))
                throw new MnistMlException(string.Create(CultureInfo.InvariantCulture, $"{_name}, row {row + 1}: {number} is no label, expected a whole number."));
            labels[row] = classes.LabelOf((long)number);
        }
        return (labels, classes.Sort(labels));
    }

    UInt128 Elements => Header.Sizes.Aggregate(UInt128.One, (product, size) => UInt128.Min(product * size, ulong.MaxValue));

    (uint Rows, uint Height, uint Width) ImageShape(int? featureCount)
    {
        // One image, not one in an array of its own.
        if (featureCount is { } features && Elements == (UInt128)features
            && (Header.Sizes.Length == 1 || Header.Sizes is [> 1, var line] && line != features))
        {
            return Header.Sizes is [var lines, var columns] ? (1u, lines, columns) : (1u, 1u, (uint)features);
        }
        return Header.Sizes switch
        {
            [var rows, var pixels] => (rows, 1, pixels),
            [var rows, var height, var width] => (rows, height, width),
            [var rows, var height, var width, 1] => (rows, height, width),
            [var rows, 1, var height, var width] => (rows, height, width),
            [_, _, _, 3 or 4] or [_, 3, _, _] => throw new MnistMlException($"{_name} holds images in colour ({Shape}). Make them grey: one number for a pixel."),
            _ => throw new MnistMlException($"{_name} is an array of {Shape}, expected images×height×width or images×pixels."),
        };
    }

    (ReadOnlyMemory<byte> Pixels, PixelRange Range) ReadPixels(int rowCount, int featureCount)
    {
        var rows = new PixelRows(_name, featureCount);
        var size = Header.ElementSize;
        if (Header.IsColumnMajor && rowCount * (long)featureCount > 1)
        {
            var all = ReadBytes((UInt128)rowCount * (uint)(featureCount * size));
            var offsets = ColumnMajorOffsets(rowCount, featureCount);
            var line = new byte[featureCount * size];
            rows.Grow(0, rowCount);
            for (var row = 0; row < rowCount; row++)
            {
                for (var pixel = 0; pixel < featureCount; pixel++)
                    all.AsSpan((int)(offsets[pixel] + row) * size, size).CopyTo(line.AsSpan(pixel * size));
                Add(rows, row, line);
            }
            return rows.ToBytes(rowCount);
        }
        if (size == 1 && Header.Kind != 'i')
            return PixelRows.ToBytes(ReadBytes((UInt128)rowCount * (uint)featureCount));

        // Memory is taken as the values come where the length of the file does not tell that they will.
        const int fewRows = 1024;
        var buffer = new byte[featureCount * size];
        for (var row = 0; row < rowCount; row++)
        {
            if (row == rows.Capacity)
                rows.Grow(row, _bytesLeft != null ? rowCount : Math.Min(rowCount, Math.Max(Math.Max(1, (fewRows << 10) / featureCount), 2L * row)));
            if (_stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
                throw WrongLength("fewer");
            Add(rows, row, buffer);
        }
        ThrowIfMore();
        return rows.ToBytes(rowCount);
    }

    /// <summary>[features]: where the first image's pixels are.</summary>
    long[] ColumnMajorOffsets(int rowCount, int featureCount)
    {
        // The height of an image, of several or of a single one; rows of pixels have none.
        var height = Header.Sizes switch
        {
            [_, 1, var lines, _] => (int)lines,
            [_, var lines, _, ..] => (int)lines,
            [> 1, _] when rowCount == 1 => (int)Header.Sizes[0],
            _ => 1,
        };
        var width = featureCount / height;
        var offsets = new long[featureCount];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                offsets[y * width + x] = rowCount * (y + (long)height * x);
        }
        return offsets;
    }

    void Add(PixelRows rows, int row, ReadOnlySpan<byte> elements)
    {
        var size = Header.ElementSize;
        var count = elements.Length / size;
        if (!rows.AreFloats)
        {
            var bytes = rows.Bytes(row);
            for (var i = 0; i < count; i++)
            {
                var value = ToDouble(elements.Slice(i * size, size));
                bytes[i] = (byte)Math.Clamp(value, byte.MinValue, byte.MaxValue);
                if (bytes[i] == value)
                    continue;
                rows.ToFloats(row);
                break;
            }
        }
        if (!rows.AreFloats)
            return;
        var floats = rows.Floats(row);
        for (var i = 0; i < count; i++)
        {
            floats[i] = (float)ToDouble(elements.Slice(i * size, size));
            if (!float.IsFinite(floats[i]))
                throw new MnistMlException($"{_name}, row {row + 1}, pixel {i + 1}: {floats[i]} is out of range, expected a finite number.");
        }
    }

    double ToDouble(ReadOnlySpan<byte> element) => (Header.Kind, Header.ElementSize, Header.IsBigEndian) switch
    {
        ('u' or 'b', 1, _) => element[0],
        ('i', 1, _) => (sbyte)element[0],
        ('u', 2, false) => BinaryPrimitives.ReadUInt16LittleEndian(element),
        ('u', 2, true) => BinaryPrimitives.ReadUInt16BigEndian(element),
        ('i', 2, false) => BinaryPrimitives.ReadInt16LittleEndian(element),
        ('i', 2, true) => BinaryPrimitives.ReadInt16BigEndian(element),
        ('u', 4, false) => BinaryPrimitives.ReadUInt32LittleEndian(element),
        ('u', 4, true) => BinaryPrimitives.ReadUInt32BigEndian(element),
        ('i', 4, false) => BinaryPrimitives.ReadInt32LittleEndian(element),
        ('i', 4, true) => BinaryPrimitives.ReadInt32BigEndian(element),
        ('u', 8, false) => BinaryPrimitives.ReadUInt64LittleEndian(element),
        ('u', 8, true) => BinaryPrimitives.ReadUInt64BigEndian(element),
        ('i', 8, false) => BinaryPrimitives.ReadInt64LittleEndian(element),
        ('i', 8, true) => BinaryPrimitives.ReadInt64BigEndian(element),
        ('f', 2, false) => (double)BinaryPrimitives.ReadHalfLittleEndian(element),
        ('f', 2, true) => (double)BinaryPrimitives.ReadHalfBigEndian(element),
        ('f', 4, false) => BinaryPrimitives.ReadSingleLittleEndian(element),
        ('f', 4, true) => BinaryPrimitives.ReadSingleBigEndian(element),
        ('f', 8, false) => BinaryPrimitives.ReadDoubleLittleEndian(element),
        _ => BinaryPrimitives.ReadDoubleBigEndian(element),
    };

    void ThrowIfEmpty()
    {
        if (Header.Sizes.Contains(0u))
            throw new MnistMlException($"{_name} holds nothing: its header says {Shape} values.");
    }

    // Before any memory is taken for what the header says, where the length of the file is known.
    void ThrowIfWrongLength()
    {
        if (Elements * (uint)Header.ElementSize > (ulong)(_bytesLeft ?? long.MaxValue))
            throw WrongLength("fewer");
    }

    byte[] ReadBytes(UInt128 length)
    {
        const int firstPart = 1 << 20;
        if (length > (ulong)Array.MaxLength)
            throw TooLong();
        var bytes = GC.AllocateUninitializedArray<byte>(_bytesLeft != null ? (int)length : Math.Min(firstPart, (int)length));
        for (var read = 0; read < (int)length;)
        {
            if (read == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min((long)length, 2L * bytes.Length));
            var part = _stream.Read(bytes.AsSpan(read));
            if (part == 0)
                throw WrongLength("fewer");
            read += part;
        }
        ThrowIfMore();
        return bytes;
    }

    void ThrowIfMore()
    {
        if (_stream.ReadByte() >= 0)
            throw WrongLength("more");
    }

    MnistMlException WrongLength(string comparison) =>
        new($"{_name} is damaged or incomplete: its header says {Shape} values, but {comparison} follow. Get it once more.");

    MnistMlException TooLong() => new($"{_name} has {Shape} values. They cannot all be held in memory; use a part of the data.");
}
