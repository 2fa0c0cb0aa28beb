using MnistMl.Data;
using MnistMl.Images;
using Parquet;
using Parquet.Schema;

namespace MnistMl.Formats;

/// <summary>
/// Parquet files: with a column of encoded images, as Hugging Face has them, or with a column for each pixel. A folder of them
/// may have training and test rows, in files or folders named so, and each in several files.
/// </summary>
static class ParquetData
{
    const int MaxFolders = 2, MaxFiles = 1_000;

    const string WayOut = "bring them to one, or add --prepare, which brings pictures of digits into MNIST's form.";

    /// <summary>Looks at a file or folder.</summary>
    /// <param name="path">The path.</param>
    /// <param name="isPrepared">Whether pictures are brought into MNIST's form.</param>
    /// <returns>Null if it is no Parquet.</returns>
    /// <exception cref="MnistMlException">It cannot be read, or it is not clear what of it is to be read.</exception>
    public static DataSource? Find(string path, bool isPrepared)
    {
        if (!Directory.Exists(path))
            return IsParquet(path) ? DataSource.Of(options => Read(path, [path], options, isPrepared), readTest: null) : null;
        var files = DataFolder.Files(path, MaxFolders, "*.parquet", MaxFiles + 1);
        if (files.Length == 0)
            return null;
        if (files.Length > MaxFiles)
            throw new MnistMlException($"The folder {path} holds more than {MaxFiles} Parquet files. Name one of them.");
        var parts = files.GroupBy(file => PartOf(path, file)).ToArray();
        var sets = parts.Select(part => part.Key.Set).Distinct().ToArray();
        if (sets.Length > 1)
            throw new MnistMlException($"The folder {path} holds {sets.Length} data sets of Parquet files: {Listing.Of(sets)}. Name the folder of one.");
        var training = FilesFor(SplitName.Train) ?? FilesFor(SplitName.None)
            ?? throw new MnistMlException($"The folder {path} has no Parquet files to train on, such as train-00000-of-00001.parquet: {Listing.Of(files)}.");
        var test = FilesFor(SplitName.Test) ?? FilesFor(SplitName.Validation);
        return DataSource.Of(
            options => Read(path, training, options, isPrepared), test == null ? null : options => Read(path, test, options, isPrepared));

        string[]? FilesFor(SplitName split) => parts.FirstOrDefault(part => part.Key.Split == split)?.ToArray();
    }

    /// <summary>What a file of a folder is for, and of which of its data sets.</summary>
    static (string Set, SplitName Split) PartOf(string folder, string file)
    {
        string[] names = [.. Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Reverse()];
        var split = names.Select(SplitNames.Of).FirstOrDefault(split => split != SplitName.None);
        return (string.Join('/', names[1..].Where(name => SplitNames.Of(name) == SplitName.None).Reverse()), split);
    }

    static bool IsParquet(string path)
    {
        try
        {
            // What is no file, such as a pipe, has no length, and what is read from it is gone.
            if (new FileInfo(path) is not { Exists: true, Length: > 0 })
                return false;
            using var file = File.OpenRead(path);
            Span<byte> start = stackalloc byte[4];
            return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("PAR1"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Whoever reads it says why it cannot be read.
            return false;
        }
    }

    static LoadedData Read(string path, string[] files, TableOptions options, bool isPrepared)
    {
        var current = path;
        try
        {
            return ReadAsync().GetAwaiter().GetResult();
        }
        // There is no end to what a reader may throw at a damaged file.
        catch (Exception e) when (e is not (MnistMlException or OutOfMemoryException))
        {
            throw new MnistMlException($"{current} is damaged, or cannot be read: {e.Message}", e);
        }

        async Task<LoadedData> ReadAsync()
        {
            string[] sources = files is [var only] && only == path ? [] : [.. files.Select(file => Path.GetRelativePath(path, file))];
            DataField? images;
            using (var first = File.OpenRead(files[0]))
            {
                await using var reader = await ParquetReader.CreateAsync(first).ConfigureAwait(false);
                images = ImagesOf(reader.Schema, files[0]);
            }
            if (images == null && isPrepared)
                throw new MnistMlException($"{path} has no column of images: --prepare is for pictures. Leave it out.");
            return images != null ? await ReadImages(images, sources).ConfigureAwait(false) : ReadTable(path, files, sources, options);
        }

        async Task<LoadedData> ReadImages(DataField images, string[] sources)
        {
            var rows = new ImageRows(isPrepared, WayOut);
            var labels = options.HasLabelsElsewhere || options.FeatureCount != null ? null : new ParquetLabels(options.LabelColumn);
            foreach (var file in files)
            {
                current = file;
                using var stream = File.OpenRead(file);
                await using var reader = await ParquetReader.CreateAsync(stream).ConfigureAwait(false);
                var column = FieldOf(reader.Schema, images.Path.ToString(), file);
                labels?.Begin(reader, images, file);
                for (var group = 0; group < reader.RowGroupCount; group++)
                {
                    using var rowGroup = reader.OpenRowGroupReader(group);
                    var encoded = new byte[]?[checked((int)rowGroup.RowCount)];
                    await rowGroup.ReadAsync(column, encoded.AsMemory()).ConfigureAwait(false);
                    var before = rows.Count;
                    string[] names = [.. encoded.Select((_, i) => $"The image of row {before + i + 1} of {path}")];
                    rows.Add(names, i => PictureDecoder.Read(encoded[i] ?? throw new InvalidDataException($"{names[i]} is missing."), names[i]));
                    if (labels != null)
                        await labels.Read(rowGroup, before).ConfigureAwait(false);
                }
            }
            if (rows.Count == 0)
                throw new MnistMlException($"{path} has no rows.");
            var description = new DataDescription
            {
                Format = "Parquet",
                Sources = sources,
                HasHeader = true,
                RowCount = rows.Count,
                FeatureCount = 1,
                Notes = [$"Images are those of column '{images.Path}'."],
                Range = PixelRange.Bytes,
            };
            var (numbers, classNames) = labels?.Finish() ?? ([], []);
            return rows.ToData(numbers, classNames, labels?.Describe(description) ?? description);
        }
    }

    /// <summary>The column of encoded images; null if there is none.</summary>
    static DataField? ImagesOf(ParquetSchema schema, string file)
    {
        DataField[] binary = [.. schema.DataFields.Where(field => field.ClrType == typeof(ReadOnlyMemory<byte>) && field.MaxRepetitionLevel == 0)];
        DataField[] hugging = [.. binary.Where(field => field.Path.ToString().EndsWith("/bytes", StringComparison.Ordinal))];
        return (hugging.Length > 0 ? hugging : binary) switch
        {
            [] => null,
            [var one] => one,
            var several => throw new MnistMlException($"{file} has {several.Length} columns of bytes, which may be images: "
                + $"{Listing.Of([.. several.Select(field => field.Path.ToString())])}. Write one of them with the labels to another file."),
        };
    }

    /// <summary>The column of a name.</summary>
    /// <exception cref="MnistMlException">There is none.</exception>
    public static DataField FieldOf(ParquetSchema schema, string path, string file) =>
        schema.DataFields.FirstOrDefault(field => field.Path.ToString() == path)
            ?? throw new MnistMlException($"{file} has no column '{path}', which other files of the data have.");

    /// <summary>Rows of numbers are read as any table is.</summary>
    static LoadedData ReadTable(string path, string[] files, string[] sources, TableOptions options)
    {
        using var text = new ParquetText(files);
        var read = DataSource.Open(text, path) is var table && options.FeatureCount == null ? table.ReadTraining(options) : table.ReadForPrediction(options);
        return read with { Description = read.Description with { Format = "Parquet", Sources = sources, Separator = null } };
    }
}
