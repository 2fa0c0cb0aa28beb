namespace MnistMl.Data;

/// <summary>Reads text in blocks of whole lines, of which one can be parsed while the next is read.</summary>
/// <param name="text">The text, UTF-8.</param>
/// <param name="name">What error messages call it.</param>
sealed class LineBlocks(Stream text, string name) : IDisposable
{
    const int FirstSize = 1 << 12, BlockSize = 1 << 19;
    const int MaxLineLength = 1 << 25;

    Stream _text = text;
    byte[] _block = new byte[FirstSize], _other = [];
    int _filled, _end;

    /// <summary>Whether no lines follow those that were read last.</summary>
    public bool IsLast { get; private set; }

    /// <summary>The lines that were read last; the last line of the text need not have a line end.</summary>
    public ReadOnlyMemory<byte> Lines => _block.AsMemory(0, _end);

    /// <summary>Reads the next lines.</summary>
    /// <exception cref="MnistMlException">A line is longer than any of a table.</exception>
    public void Read()
    {
        while (true)
        {
            _filled += _text.ReadAtLeast(_block.AsSpan(_filled), _block.Length - _filled, throwOnEndOfStream: false);
            IsLast = _filled < _block.Length;
            _end = IsLast ? _filled : _block.AsSpan().LastIndexOf((byte)'\n') + 1;
            if (IsLast || (_end > 0 && _block.Length >= BlockSize))
                return;
            if (_block.Length >= MaxLineLength)
                throw new MnistMlException($"{name} is not a CSV file: it has a line of more than {MaxLineLength >> 20} MB.");
            Array.Resize(ref _block, 2 * _block.Length);
        }
    }

    /// <summary>Drops some of the lines that were read last. If these were all, the next are read.</summary>
    /// <param name="length">Number of bytes, up to a line's end.</param>
    public void Skip(int length)
    {
        _block.AsSpan(length.._filled).CopyTo(_block);
        (_filled, _end) = (_filled - length, _end - length);
        if (_end == 0 && !IsLast)
            Read();
    }

    /// <summary>
    /// Hands out the lines that were read last, which stay as they are until the second <see cref="Read"/> from now: those that
    /// were handed out before are overwritten.
    /// </summary>
    public ReadOnlyMemory<byte> Take()
    {
        if (_other.Length < _block.Length)
            _other = new byte[_block.Length];
        var lines = Lines;
        _block.AsSpan(_end.._filled).CopyTo(_other);
        (_block, _other, _filled, _end) = (_other, _block, _filled - _end, 0);
        return lines;
    }

    /// <summary>Takes the lines that were read last, then reads and takes all that follow; each block is overwritten by the next but one.</summary>
    /// <exception cref="MnistMlException">A line is longer than any of a table.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> TakeAll()
    {
        while (true)
        {
            var isLast = IsLast;
            yield return Take();
            if (isLast)
                yield break;
            Read();
        }
    }

    /// <summary>Reads all that follows into memory, and gives a second reader of all from the lines that were read last on.</summary>
    public LineBlocks Fork()
    {
        var rest = new MemoryStream();
        _text.CopyTo(rest);
        var again = new MemoryStream(rest.GetBuffer(), 0, (int)rest.Length);
        _text.Dispose();
        _text = again;
        return new(new PrefixedStream(_block.AsMemory(0, _filled), new MemoryStream(rest.GetBuffer(), 0, (int)rest.Length)), name);
    }

    public void Dispose() => _text.Dispose();
}
