namespace MnistMl.Files;

/// <summary>
/// ML.NET's binary data view without rows, the form in which its model files keep schemas: a header, the annotations of
/// the columns, the table of columns. Lengths are in LEB128 and texts in UTF-8, as <see cref="BinaryWriter"/> has them.
/// </summary>
static class EmptyDataView
{
    const int HeaderSize = 0x100;
    const ulong Version = 0x0001_0001_0001_0006;
    const byte Uncompressed = 0;

    /// <summary>Writes a schema of a vector column and, where there are labels, a label column.</summary>
    /// <param name="features">Name of the vector column, of single-precision numbers.</param>
    /// <param name="size">Length of the vector.</param>
    /// <param name="label">Name of the label column, of keys.</param>
    /// <param name="classNames">The texts that the keys stand for.</param>
    public static byte[] Write(
        string features, int size, string label = "", IReadOnlyList<string>? classNames = null) =>
        Write(features, VectorOf("Single", size), label, classNames);

    /// <summary>Writes a schema of a column of texts.</summary>
    public static byte[] OfText(string name) => Write(name, Codec("TextSpan", _ => { }), label: "", classNames: null);

    static byte[] Write(string column, byte[] codec, string label, IReadOnlyList<string>? classNames) => Bytes(writer =>
    {
        writer.Write(new byte[HeaderSize]);
        var annotations = classNames is null ? 0 : WriteKeyValues(writer, classNames);

        var table = writer.BaseStream.Position;
        WriteColumn(writer, column, codec, annotations: 0);
        if (classNames is not null)
            WriteColumn(writer, label, KeyOf(classNames.Count), annotations);
        var tail = writer.BaseStream.Position;
        writer.Write("\0BVD\0LMC"u8);

        writer.BaseStream.Position = 0;
        writer.Write("CML\0DVB\0"u8);
        writer.Write(Version);
        writer.Write(Version);
        writer.Write(table);
        writer.Write(tail);
        writer.Write(0L);
        writer.Write(classNames is null ? 1 : 2);
    });

    static void WriteColumn(BinaryWriter writer, string name, byte[] codec, long annotations)
    {
        writer.Write(name);
        writer.Write(codec);
        writer.Write(Uncompressed);
        // Rows in a block, and where the blocks are listed: any number and place do, there being no rows.
        writer.Write7BitEncodedInt(1);
        writer.Write((long)HeaderSize);
        writer.Write(annotations);
    }

    /// <summary>Writes the annotation that tells which texts the keys stand for, and returns where.</summary>
    static long WriteKeyValues(BinaryWriter writer, IReadOnlyList<string> texts)
    {
        var start = writer.BaseStream.Position;
        WriteVectorOfTexts(writer, texts);
        var table = writer.BaseStream.Position;
        writer.Write7BitEncodedInt(1);
        writer.Write("KeyValues");
        writer.Write(VectorOf("TextSpan", texts.Count));
        writer.Write(Uncompressed);
        writer.Write(start);
        writer.Write7BitEncodedInt64(table - start);
        return table;
    }

    static void WriteVectorOfTexts(BinaryWriter writer, IReadOnlyList<string> texts)
    {
        const int dense = -1;
        writer.Write(1);
        writer.Write(texts.Count);
        writer.Write(dense);
        writer.Write(0);

        writer.Write(texts.Count);
        var end = 0;
        foreach (var text in texts)
            writer.Write(end += text.Length);
        writer.Write(string.Concat(texts));
    }

    static byte[] VectorOf(string item, int size) => Codec("VBuffer", parameters =>
    {
        parameters.Write(Codec(item, _ => { }));
        parameters.Write(1);
        parameters.Write(size);
    });

    static byte[] KeyOf(int count) => Codec("Key2", parameters =>
    {
        parameters.Write(Codec("UInt32", _ => { }));
        parameters.Write((long)count);
    });

    static byte[] Codec(string name, Action<BinaryWriter> writeParameters) => Bytes(writer =>
    {
        var parameters = Bytes(writeParameters);
        writer.Write(name);
        writer.Write7BitEncodedInt(parameters.Length);
        writer.Write(parameters);
    });

    static byte[] Bytes(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        write(writer);
        return stream.ToArray();
    }
}
