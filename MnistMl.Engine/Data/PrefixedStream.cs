namespace MnistMl.Data;

/// <summary>A stream whose first bytes have been read already, to be read from them on.</summary>
/// <param name="prefix">The bytes that have been read.</param>
/// <param name="rest">What follows them.</param>
/// <param name="leaveOpen">Whether that stream stays open when this one is closed.</param>
sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest, bool leaveOpen = false) : ForwardStream
{
    ReadOnlyMemory<byte> _prefix = prefix;

    public override int Read(Span<byte> buffer)
    {
        if (_prefix.IsEmpty)
            return rest.Read(buffer);
        var length = Math.Min(buffer.Length, _prefix.Length);
        _prefix.Span[..length].CopyTo(buffer);
        _prefix = _prefix[length..];
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
            rest.Dispose();
        base.Dispose(disposing);
    }
}
