namespace MnistMl.Data;

/// <summary>
/// Rows to predict, in batches as they come: a row of a pipe is handed out as soon as its line has ended, and no more rows than
/// a batch are in memory. <see cref="DatasetFile"/> describes the format. The label is not looked at, whatever it is.
/// </summary>
static class RowBatches
{
    /// <summary>The most rows of a batch, and the most pixels unless a row alone has more.</summary>
    public const int MaxRows = 4096, MaxPixels = 1 << 22;

    /// <summary>Text from which the columns are told at the latest, if they are not clear from less.</summary>
    const int MaxHead = 1 << 20;

    /// <summary>Reads a table.</summary>
    /// <param name="content">The table, plain or gzipped.</param>
    /// <param name="options">What is known of its columns, and the number of pixels of an image.</param>
    /// <param name="transform">What is done to the images.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="MnistMlException">
    /// It cannot be read, or is no table. The rows before the one that is not valid have been handed out.
    /// </exception>
    /// <exception cref="LabelColumnException">Which column is the label is not clear.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IEnumerable<RowBatch> Read(
        DataContent content, TableOptions options, ImageTransform? transform = null, CancellationToken cancellation = default) =>
        Read(() => DatasetFile.Text(content.Open(), leaveOpen: false), content.Name, options, transform, (head, columns) =>
        {
            if (!content.CanReopen)
                return head.Values(columns);
            return DataFile.Read(content.Name, () =>
            {
                using var again = content.Open();
                return DatasetFile.Values(again, content.Name, head, columns);
            });
        }, cancellation);

    /// <summary>Reads a table from a stream, from its position to its end.</summary>
    /// <param name="stream">The table, plain or gzipped. It is left open.</param>
    /// <param name="name">What error messages call the stream, such as "standard input".</param>
    /// <inheritdoc cref="Read(DataContent, TableOptions, ImageTransform?, CancellationToken)"/>
    /// <param name="options"/><param name="transform"/><param name="cancellation"/>
    public static IEnumerable<RowBatch> Read(
        Stream stream, string name, TableOptions options, ImageTransform? transform = null, CancellationToken cancellation = default) =>
        Read(() => DatasetFile.Text(stream), name, options, transform, (head, columns) => head.Values(columns), cancellation);

    /// <summary>The rows of a data set.</summary>
    public static IEnumerable<RowBatch> Of(Dataset rows)
    {
        var maxRows = MaxRowsOf(rows.FeatureCount);
        var values = rows.Range.IsBytes ? null : rows.Range.Values();
        var floats = values == null ? [] : new float[Math.Min(maxRows, rows.RowCount) * rows.FeatureCount];
        for (var start = 0; start < rows.RowCount; start += maxRows)
        {
            var some = rows.Slice(start, Math.Min(maxRows, rows.RowCount - start));
            if (values != null)
            {
                for (var i = 0; i < some.Pixels.Length; i++)
                    floats[i] = values[some.Pixels[i]];
            }
            yield return values == null
                ? new(some.PixelMemory, default, some.RowCount)
                : new(default, floats.AsMemory(0, some.Pixels.Length), some.RowCount);
        }
    }

    static int MaxRowsOf(int featureCount) => Math.Clamp(MaxPixels / featureCount, 1, MaxRows);

    static IEnumerable<RowBatch> Read(
        Func<Stream> open, string name, TableOptions options, ImageTransform? transform,
        Func<TableHead, int[], ColumnValues[]> readAll, CancellationToken cancellation)
    {
        var featureCount = options.FeatureCount ?? throw new ArgumentException("The number of pixels is to be known.", nameof(options));
        using var ahead = new LinesAhead(open, name, cancellation);
        var (head, columns, lines) = ReadHead(ahead, name, options, readAll);
        var rows = new CsvParser(name, head, columns);
        var maxRows = MaxRowsOf(featureCount);
        while (true)
        {
            while (!lines.IsEmpty)
            {
                MnistMlException? wrong = null;
                try
                {
                    lines = rows.ParseBatch(lines, maxRows);
                }
                catch (MnistMlException e)
                {
                    wrong = e;
                }
                if (rows.RowCount > 0)
                    yield return rows.ToBatch(transform);
                if (wrong != null)
                    throw wrong;
                cancellation.ThrowIfCancellationRequested();
            }
            if (ahead.IsLast)
                break;
            lines = ahead.Take();
        }
        rows.ThrowIfEmpty();
    }

    /// <summary>Takes lines until they tell what the columns are.</summary>
    static (TableHead Head, TableColumns Columns, ReadOnlyMemory<byte> Lines) ReadHead(
        LinesAhead ahead, string name, TableOptions options, Func<TableHead, int[], ColumnValues[]> readAll)
    {
        byte[] lines = [];
        while (true)
        {
            lines = [.. lines, .. ahead.Take().Span];
            var isAll = ahead.IsLast || lines.Length >= MaxHead;
            if (!isAll && !TableHead.HasRow(lines))
                continue;
            var head = new TableHead(lines, ahead.IsLast, name);
            if (!isAll && (head.RowCount == 0 || head.MayBecomeOneImage(options.FeatureCount!.Value)))
                continue;
            if (head.ColumnCount < options.FeatureCount && head.AsOneImage(options.FeatureCount.Value) is { } image)
            {
                head = new TableHead(image, isWhole: true, name);
                lines = image;
            }

            var isUnclear = false;
            try
            {
                var columns = new TableColumns(head, options, name, ends =>
                {
                    isUnclear = true;
                    return isAll ? readAll(head, ends) : head.Values(ends);
                });
                if (isAll || !isUnclear)
                    return (head, columns, lines);
            }
            catch (LabelColumnException) when (!isAll && isUnclear)
            {
                // More lines may tell.
            }
        }
    }
}
