using System.Globalization;

namespace MnistMl.Data;

/// <summary>The columns of a table: which one holds the label, which pixel each of the others holds, and which are left out.</summary>
sealed class TableColumns
{
    /// <summary>Columns side by side that are read alike.</summary>
    public readonly record struct Run(Kind Kind, int FirstColumn, int Count);

    /// <summary>What a column is.</summary>
    public enum Kind
    {
        Pixel,
        Label,
        OneHot,
        LeftOut,
    }

    /// <summary>Rows whose values tell more than chance.</summary>
    const int EnoughRows = 100, EnoughNames = 20;

    /// <summary>Why rows have no label.</summary>
    public const string LabelsToPredict = "they are to be predicted", LabelsElsewhere = "they are in another file";

    readonly TableHead _head;
    readonly TableOptions _options;
    readonly string _name;
    readonly Func<int[], ColumnValues[]> _readAll;
    readonly string[]? _names;
    readonly Kind[] _kinds;
    readonly string[] _reasons;

    /// <summary>[columns]: the shape of their names, and what sorts them by their numbers; empty without names.</summary>
    readonly string[] _shapes, _keys;

    /// <summary>Where the empty columns begin that separators at the end of lines make.</summary>
    readonly int _firstTrailing;

    bool _areAllCalledPixels;

    /// <summary>Infers the columns.</summary>
    /// <param name="head">The first lines.</param>
    /// <param name="options">What is known besides.</param>
    /// <param name="name">What error messages call the file.</param>
    /// <param name="readAll">Gives the values that some columns have in the whole file.</param>
    /// <exception cref="MnistMlException">The columns are not pixels and a label, or not those that the options name.</exception>
    /// <exception cref="LabelColumnException">Which column is the label is not clear.</exception>
    public TableColumns(TableHead head, TableOptions options, string name, Func<int[], ColumnValues[]> readAll)
    {
        (_head, _options, _name, _readAll, _names) = (head, options, name, readAll, head.Names);
        (_kinds, _reasons) = (new Kind[head.ColumnCount], new string[head.ColumnCount]);
        (_shapes, _keys) = (new string[_names?.Length ?? 0], new string[_names?.Length ?? 0]);
        for (var column = 0; column < _shapes.Length; column++)
            (_shapes[column], _keys[column]) = ColumnName.SplitNumbers(_names![column]);
        LabelReason = "";
        for (_firstTrailing = head.ColumnCount; _firstTrailing > 0 && head.IsEmpty(_firstTrailing - 1);)
            _firstTrailing--;

        LeaveOutIgnored();
        if (options.OneHotCount is { } count && Pixels.Length != options.FeatureCount)
            FindOneHot(count);
        else if (options.LabelColumn is { } told)
            SetLabel(Find(told) ?? throw new LabelColumnException($"{name} has no column {CsvLine.Quote(told)}. {HowToName}"), "it was said to be");
        else if (_names != null)
            FindLabelName();
        if (LabelColumn == null && head.NominalLabel is { } nominal && _kinds[nominal.Column] == Kind.Pixel)
            SetLabel(nominal.Column, nominal.Reason);
        foreach (var column in Pixels.Where(head.IsText))
            LeaveOut(column, "it is no number");
        if (Count == 1 && LabelColumn == null && NeedsLabels)
            throw new MnistMlException($"{Where}: found a single column; expected a class and pixels, separated by commas, semicolons, tabs or blanks.");
        LeaveOutOthers();
        if (LabelColumn == null && !_areAllCalledPixels && !options.HasLabelsElsewhere && (options.FeatureCount is not { } wanted || Pixels.Length == wanted + 1))
            FindLabelByValues();
        // What has words and is no label cannot be a pixel either.
        foreach (var column in Pixels.Where(MayBeWords))
            LeaveOut(column, "it has words");
        if (!NeedsLabels && LabelColumn is { } label)
        {
            foreach (var column in Columns(Kind.OneHot).Append(label).ToArray())
                LeaveOut(column, "the label, which is not looked at");
            LabelColumn = null;
        }
        if (options.FeatureCount != null)
            LabelReason = LabelsToPredict;
        else if (options.HasLabelsElsewhere)
            LabelReason = LabelsElsewhere;

        if (Pixels.Length == 0)
            throw new MnistMlException($"{Where}: there are no pixels. Separate the columns by commas, semicolons, tabs or blanks.");
        if (options.FeatureCount is { } expected && Pixels.Length != expected)
        {
            throw new MnistMlException(_names != null
                ? $"{Where}: found {Pixels.Length} columns of pixels; expected {expected}."
                : $"{Where}: found {Count} columns; expected {expected} pixels, or a class and {expected} pixels.");
        }
        FeatureCount = Pixels.Length;
        PixelOrder = _names == null ? null : PixelOrderOf(Pixels);
        Runs = [.. RunsOf(_kinds)];
    }

    /// <summary>Number of columns.</summary>
    public int Count => _kinds.Length;

    /// <summary>The column of the label, from 0; null if the rows have no labels, or they are not looked at.</summary>
    public int? LabelColumn { get; private set; }

    /// <summary>Why it is that one.</summary>
    public string LabelReason { get; private set; }

    /// <summary>The classes that columns stand for, where the label is in one for each; else empty.</summary>
    public string[] OneHotClasses { get; private set; } = [];

    /// <summary>Number of pixels in a row.</summary>
    public int FeatureCount { get; }

    /// <summary>[features]: which pixel each of the pixel columns holds, from 0; null if they are in order.</summary>
    public int[]? PixelOrder { get; }

    /// <summary>All columns, those that are read alike together.</summary>
    public Run[] Runs { get; }

    /// <summary>The columns that are neither pixel nor label.</summary>
    public IReadOnlyList<LeftOutColumn> LeftOut =>
        [.. Columns(Kind.LeftOut).Select(column => new LeftOutColumn(column + 1, _names?[column], _reasons[column]))];

    /// <summary>What error messages call a column: its number, from 1, and its name.</summary>
    /// <param name="column">The column, from 0.</param>
    public string Describe(int column) => Describe(column, _names?[column]);

    /// <inheritdoc cref="Describe(int)"/>
    public static string Describe(int column, string? name) => name is null ? $"column {column + 1}" : $"column {column + 1} ({CsvLine.Quote(name)})";

    int[] Pixels => [.. Columns(Kind.Pixel)];

    bool NeedsLabels => _options is { FeatureCount: null, HasLabelsElsewhere: false };

    string Where => _names == null ? $"{_name}, line {_head.FirstLine}" : $"{_name}, line {_head.HeaderLine} ({(_head.IsArff ? "the attributes" : "a header")})";

    string HowToName => _names == null
        ? $"Without a header, columns are first, last, or a number from 1 to {_kinds.Length}."
        : $"Columns are called {string.Join(", ", _names.Take(3).Select(CsvLine.Quote))}, …, {CsvLine.Quote(_names[^1])}.";

    IEnumerable<int> Columns(Kind kind) => Enumerable.Range(0, _kinds.Length).Where(column => _kinds[column] == kind);

    int? Find(string told)
    {
        if (_names != null && Array.FindIndex(_names, name => name == told) is >= 0 and var exact)
            return exact;
        if (_names != null && Array.FindIndex(_names, name => name.Equals(told, StringComparison.OrdinalIgnoreCase)) is >= 0 and var named)
            return named;
        if (told.Equals("first", StringComparison.OrdinalIgnoreCase))
            return 0;
        // An empty last column is what a separator at the end of lines makes.
        if (told.Equals("last", StringComparison.OrdinalIgnoreCase))
            return Enumerable.Range(0, _kinds.Length).Where(column => !IsTrailing(column)).Cast<int?>().LastOrDefault();
        return int.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= _kinds.Length
            ? number - 1
            : null;
    }

    void LeaveOutIgnored()
    {
        foreach (var ignored in _options.IgnoredColumns)
            LeaveOut(Find(ignored) ?? throw new MnistMlException($"{_name} has no column {CsvLine.Quote(ignored)} to ignore. {HowToName}"), "it is to be ignored");
    }

    void LeaveOut(int column, string reason) => (_kinds[column], _reasons[column]) = (Kind.LeftOut, reason);

    void SetLabel(int column, string reason) => (_kinds[column], LabelColumn, LabelReason) = (Kind.Label, column, reason);

    void FindLabelName()
    {
        int[] labels = [.. Columns(Kind.Pixel).Where(column => ColumnName.IsLabel(_names![column]))];
        if (labels.Length > 1)
        {
            throw Unclear($"{string.Join(" and ", labels.Take(2).Select(Describe))} are names of the class. "
                + "Say which one is it, or rename or remove the other.");
        }
        if (labels is [var label])
            SetLabel(label, "by its name");
    }

    /// <summary>The columns of a label that is in one for each class: the first or the last that are left.</summary>
    void FindOneHot(int count)
    {
        if (_names != null)
        {
            foreach (var column in Pixels.Where(column => ColumnName.IsIndex(_names[column])))
                LeaveOut(column, "an index");
        }
        var pixels = Pixels.Where(column => !IsTrailing(column)).ToArray();
        if (count > pixels.Length)
            throw new MnistMlException($"{Where}: found {pixels.Length} columns, but the label is to be in {count}.");
        int[][] found = [.. new[] { pixels[..count], pixels[^count..] }.Where(_head.IsOneHot)];
        if (_options.LabelColumn is { } told)
        {
            var at = Find(told) ?? throw new LabelColumnException($"{_name} has no column {CsvLine.Quote(told)}. {HowToName}");
            var first = at == pixels[^1] ? pixels.Length - count : Math.Min(pixels.IndexOf(at), pixels.Length - count);
            found = [.. new[] { pixels[Math.Max(0, first)..][..count] }.Where(_head.IsOneHot)];
        }
        if (found is not [var columns])
        {
            throw Unclear(found.Length > 1
                ? $"the label may be in the first {count} columns, or in the last {count}. Say where they begin."
                : $"the label is not in {count} columns of which each row has a 1 in one and 0 in the others"
                    + $"{(_options.LabelColumn == null ? ", the first or the last. Say where they begin" : " there")}.");
        }
        foreach (var column in columns)
            _kinds[column] = Kind.OneHot;
        (LabelColumn, LabelReason) = (columns[0], $"the first of {count}, one for each class");
        // Of label0 to label9, the classes are 0 to 9; without names, they are numbered.
        string[] names = _names == null ? [.. Enumerable.Range(0, count).Select(label => $"{label}")] : [.. columns.Select(column => _names[column])];
        var prefix = CommonPrefix(names);
        OneHotClasses = names.All(name => name.Length > prefix) ? [.. names.Select(name => name[prefix..])] : names;
    }

    static int CommonPrefix(string[] names)
    {
        var length = 0;
        while (names.All(name => name.Length > length && name[length] == names[0][length] && !char.IsAsciiDigit(name[length])))
            length++;
        return names.Length > 1 ? length : 0;
    }

    /// <summary>Leaves out what does not look like a pixel; where no column is the label by its name, one that is alone in this is it.</summary>
    void LeaveOutOthers()
    {
        foreach (var column in Columns(Kind.Pixel).Where(IsTrailing).ToArray())
            LeaveOut(column, "it is empty");
        if (_names == null)
        {
            LeaveOutNamesOfRows();
            return;
        }

        var pixels = Pixels;
        var (most, count) = MostFrequentShape(pixels);
        if (count < 2 || 2 * count < pixels.Length)
        {
            foreach (var column in pixels.Where(column => ColumnName.IsIndex(_names[column])))
                LeaveOut(column, "an index");
            return;
        }

        var others = Array.FindAll(pixels, column => !ColumnName.WithoutSuffix(_shapes[column]).Equals(most, StringComparison.OrdinalIgnoreCase));
        var values = _head.Values(others);
        for (var i = 0; i < others.Length; i++)
        {
            LeaveOut(others[i], ColumnName.IsIndex(_names[others[i]]) || values[i].IsConsecutive && values[i].Count > 2 || AreNames(others[i], values[i])
                ? "an index"
                : $"it is not called {CsvLine.Quote(most)} as pixels are");
        }
        if (LabelColumn != null || count == _options.FeatureCount)
            return;
        int[] candidates = [.. others.Where(column => _reasons[column] != "an index")];
        if (candidates.Length > 1 && NeedsLabels)
            throw Unclear($"{ListOf(candidates)} are not called as pixels are: any may be the class. Say which one is it.");
        if (candidates is [var label] && !_options.HasLabelsElsewhere)
            SetLabel(label, "the only one that is not called as pixels are");
        else
            _areAllCalledPixels = !ColumnName.IsNeutral(most);
        if (_areAllCalledPixels && NeedsLabels)
            throw Unclear($"no column is the class: all are called {CsvLine.Quote(most)}. Name it 'class', 'label' or 'target', or say which one it is.");
    }

    /// <summary>The shape of names with numbers that most columns have, such as pixel#, and how many have it.</summary>
    (string Shape, int Count) MostFrequentShape(int[] columns)
    {
        var counts = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var (most, times) = ("", 0);
        foreach (var column in columns)
        {
            var shape = ColumnName.WithoutSuffix(_shapes[column]);
            if (!shape.Contains('#'))
                continue;
            var count = counts[shape] = counts.GetValueOrDefault(shape) + 1;
            if (count > times)
                (most, times) = (shape, count);
        }
        return (most, times);
    }

    /// <summary>Whether a column has words, which are no mistakes in pixels.</summary>
    bool MayBeWords(int column) =>
        _head.IsWords(column) && (_names == null ? column == 0 || column == Count - 1 : !_shapes[column].Contains('#'));

    bool IsTrailing(int column) => _head.IsEmpty(column) && (_names == null ? column >= _firstTrailing : _names[column].Length == 0);

    /// <summary>Without names, a first or last column that counts the rows, or names them, is an index, where there are enough of them.</summary>
    void LeaveOutNamesOfRows()
    {
        foreach (var column in (int[])[0, _firstTrailing - 1])
        {
            if (column < 0 || _kinds[column] != Kind.Pixel || _head.RowCount < EnoughNames || Pixels.Length == _options.FeatureCount)
                continue;
            var values = _head.Values([column])[0];
            if (values.IsConsecutive)
                LeaveOut(column, "it counts the rows");
            else if ((values.HasWords || IsOneTooMany) && AreNames(column, values))
                LeaveOut(column, "it is different in each row");
        }
    }

    /// <summary>Whether a column is different in each row, and there are enough of them.</summary>
    /// <param name="column">The column.</param>
    /// <param name="values">Its values in the first lines.</param>
    bool AreNames(int column, ColumnValues values) =>
        values.Count >= EnoughNames && values.AreNames && (_head.IsWhole || !NeedsLabels || _readAll([column])[0].AreNames);

    /// <summary>Whether without one of the columns the others are those of a square image, and with it they are not.</summary>
    bool IsOneTooMany
    {
        get
        {
            var features = Pixels.Length - (NeedsLabels && LabelColumn == null ? 1 : 0);
            return _options.FeatureCount != null
                || DataDescription.SquareOf(features) == null && DataDescription.SquareOf(features - 1) != null;
        }
    }

    /// <summary>The label is the first column or the last, if the values say that it is the one and not the other.</summary>
    void FindLabelByValues()
    {
        var pixels = Pixels;
        if (pixels.Length < 2)
            throw Unclear("no column is the class. Name it 'class', 'label' or 'target', or say which one it is.");
        var (first, last) = (pixels[0], pixels[^1]);
        int[] ends = [.. new[] { first, pixels[1], pixels[^2], last }.Distinct().Order()];
        var values = _head.Values(ends);
        if (_options.FeatureCount != null && (Of(first).Count == 0) != (Of(last).Count == 0))
        {
            SetLabel(Of(first).Count == 0 ? first : last, "it is empty");
            return;
        }
        if (_options.FeatureCount != null && Of(first).HasWords != Of(last).HasWords)
        {
            SetLabel(Of(first).HasWords ? first : last, "it has words");
            return;
        }
        // What is the same in all of these rows may be a pixel of the border, or the class of a file that is sorted by class.
        if (!_head.IsWhole && (_head.RowCount < EnoughRows || IsConstant(first) || IsConstant(last)
            || !Of(first).MayBeLabels && !Of(last).MayBeLabels))
        {
            values = _readAll(ends);
        }
        var (firstMay, lastMay) = (Of(first).MayBeLabels, Of(last).MayBeLabels);
        if (pixels.Length > 2)
        {
            // What is like its neighbour is like a pixel.
            var (firstLike, lastLike) = (Of(first).IsLike(Of(pixels[1])), Of(last).IsLike(Of(pixels[^2])));
            if (!(firstMay && lastMay && firstLike && lastLike))
                (firstMay, lastMay) = (firstMay && !firstLike, lastMay && !lastLike);
        }
        // In ARFF files the class comes last.
        firstMay &= !(_head.IsArff && lastMay);
        // Where all rows are of one class, a pixel of few values looks more like it. What is the same everywhere, and not paper, may be it.
        if (pixels.Length > 2 && firstMay != lastMay && !Of(firstMay ? first : last).HasWords && (firstMay ? Of(last).IsOtherThan(Of(pixels[^2])) : Of(first).IsOtherThan(Of(pixels[1]))))
            (firstMay, lastMay) = (true, true);
        if (firstMay && lastMay)
            throw Unclear($"{Describe(first)} and {Describe(last)} may both be the class. Say which one is it.");
        if (!firstMay && !lastMay)
        {
            throw Unclear($"no column is the class by its name, and neither {Describe(first)} nor {Describe(last)} is by its values. "
                + "Name it 'class', 'label' or 'target' in a header, or say which one it is.");
        }
        SetLabel(firstMay ? first : last, Of(firstMay ? first : last).HasWords ? "it has words" : "by its values, few whole numbers that repeat");

        ColumnValues Of(int column) => values[ends.IndexOf(column)];
        bool IsConstant(int column) => Of(column).IsConstant;
    }

    LabelColumnException Unclear(string problem) =>
        new($"{Where}: {problem}", _options.OneHotCount == null ? LikelyOneHotCount() : null);

    /// <summary>How many of the first or last columns have a 1 in one of each row, and 0 in the others; null for none.</summary>
    int? LikelyOneHotCount()
    {
        const int max = 100;
        int[] columns = [.. Enumerable.Range(0, Count).Where(column => !IsTrailing(column) && !(_names != null && ColumnName.IsIndex(_names[column])))];
        return _head.RowCount < EnoughNames ? null : Enumerable.Range(2, Math.Clamp(columns.Length - 2, 0, max)).Cast<int?>()
            .FirstOrDefault(count => _head.IsOneHot(columns[..count!.Value]) || _head.IsOneHot(columns[^count.Value..]));
    }

    string ListOf(int[] columns) => Listing.Of([.. columns.Select(Describe)], max: 4);

    // Pixels are ordered by the numbers in their names: pixel9 before pixel10, 1x28 before 2x1.
    int[]? PixelOrderOf(int[] columns)
    {
        var keys = new string[columns.Length];
        var columnOf = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var shapes = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < columns.Length; i++)
        {
            keys[i] = _keys[columns[i]];
            shapes.Add(_shapes[columns[i]]);
            if (!columnOf.TryAdd(keys[i], columns[i]))
            {
                throw new MnistMlException($"{Where}: {Describe(columnOf[keys[i]])} and {Describe(columns[i])} have the same name. "
                    + "Rename or remove one of them.");
            }
        }
        if (shapes.Count > 1 || !shapes.Single().Contains('#'))
            return null;

        int[] sorted = [.. Enumerable.Range(0, columns.Length)];
        Array.Sort(keys, sorted, StringComparer.OrdinalIgnoreCase);
        var order = new int[columns.Length];
        for (var pixel = 0; pixel < order.Length; pixel++)
            order[sorted[pixel]] = pixel;
        return order.SequenceEqual(Enumerable.Range(0, order.Length)) ? null : order;
    }

    static IEnumerable<Run> RunsOf(Kind[] kinds)
    {
        for (int start = 0, end; start < kinds.Length; start = end)
        {
            end = start + 1;
            while (end < kinds.Length && kinds[end] == kinds[start])
                end++;
            yield return new(kinds[start], start, end - start);
        }
    }
}
