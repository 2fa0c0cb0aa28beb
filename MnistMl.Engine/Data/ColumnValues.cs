using System.Text;

namespace MnistMl.Data;

/// <summary>What the values of a column have to say on whether it holds labels.</summary>
sealed class ColumnValues
{
    const int MaxDistinct = 1 << 16;

    /// <summary>A column in which one value has more than this share is more like a pixel of the border.</summary>
    const double MaxShare = 0.75;

    readonly Dictionary<double, int> _counts = [];
    readonly HashSet<string> _words = new(StringComparer.Ordinal);
    double _previous;
    bool _isWhole = true, _isConsecutive = true;

    /// <summary>Number of values that are not empty.</summary>
    public int Count { get; private set; }

    /// <summary>Whether some are no numbers.</summary>
    public bool HasWords { get; private set; }

    /// <summary>Whether all are one number, and there is one at least.</summary>
    public bool IsAlways(double number) => IsConstant && _counts.ContainsKey(number);

    /// <summary>Whether all are the same number.</summary>
    public bool IsConstant => !HasWords && _counts.Count == 1;

    /// <summary>Whether all are whole numbers, each one more than the one before, from 0 or 1 on.</summary>
    public bool IsConsecutive => !HasWords && _isConsecutive && Count >= 2;

    /// <summary>Whether no two are the same.</summary>
    public bool AreDistinct => Count >= 2 && DistinctCount == Count;

    /// <summary>Whether no two are the same, and they are words, or whole numbers that are no bytes: they name the rows.</summary>
    public bool AreNames => AreDistinct && (HasWords || _isWhole && _counts.Keys.Max() > byte.MaxValue);

    int DistinctCount => _counts.Count + _words.Count;

    /// <summary>Whether they may be labels: words that repeat; or whole numbers that repeat, close to each other, none far more than the others.</summary>
    public bool MayBeLabels
    {
        get
        {
            const int few = 20;
            if (Count >= few && DistinctCount > Count / 2)
                return false;
            if (HasWords)
                return true;
            if (!_isWhole || _counts.Count is < 2 or MaxDistinct)
                return false;
            var span = _counts.Keys.Max() - _counts.Keys.Min() + 1;
            return span <= 1.5 * _counts.Count + 2 && _counts.Values.Max() <= MaxShare * Count;
        }
    }

    /// <summary>Whether the column beside is much like this one, as pixels are like each other.</summary>
    public bool IsLike(ColumnValues beside) =>
        !HasWords && beside.MayBeLabels && !beside.HasWords && _counts.Count < 2 * beside._counts.Count && beside._counts.Count < 2 * _counts.Count;

    /// <summary>Whether all are one whole number, which the column beside does not have.</summary>
    public bool IsOtherThan(ColumnValues beside) => IsConstant && _isWhole && beside._isWhole && !beside._counts.ContainsKey(_counts.Keys.First());

    /// <summary>Takes the value of the next row.</summary>
    /// <param name="cell">The value, UTF-8.</param>
    /// <param name="separator">What separates the columns: numbers may have a decimal comma where that is none.</param>
    public void Add(ReadOnlySpan<byte> cell, byte separator)
    {
        if (cell.IsEmpty)
            return;
        Count++;
        if (HasWords || !TableHead.TryParseNumber(cell, separator, out var number, out _))
        {
            HasWords = true;
            if (_words.Count < MaxDistinct)
                _words.Add(Encoding.UTF8.GetString(cell));
            return;
        }
        _isWhole &= double.IsInteger(number);
        _isConsecutive &= Count == 1 ? number is 0 or 1 : number == _previous + 1;
        _previous = number;
        if (_counts.Count < MaxDistinct)
            _counts[number] = _counts.GetValueOrDefault(number) + 1;
    }
}
