using System.IO.Compression;

namespace MnistMl.Data;

/// <summary>What is unzipped of a stream: no more than data sets of images may hold, and of an entry of a zip only what its checksum is of.</summary>
sealed class InflatedStream : ForwardStream
{
    /// <summary>What may be unzipped in any case, and what may for each zipped byte: images of digits have about ten.</summary>
    const long MaxBytes = 1 << 24, MaxBytesFromZippedByte = 64;

    readonly Stream _inflated;
    readonly Func<long> _zippedBytes;
    readonly uint? _expectedCrc;
    readonly IDisposable? _owner;
    long _bytes;
    uint _crc;

    InflatedStream(Stream inflated, Func<long> zippedBytes, uint? expectedCrc, IDisposable? owner) =>
        (_inflated, _zippedBytes, _expectedCrc, _owner) = (inflated, zippedBytes, expectedCrc, owner);

    /// <summary>The content of a gzipped stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="leaveOpen">Whether it stays open when this one is closed.</param>
    public static InflatedStream OfGzip(Stream stream, bool leaveOpen)
    {
        var counted = new CountingStream(stream);
        var inflated = new GZipStream(counted, CompressionMode.Decompress, leaveOpen: true);
        return new(inflated, () => counted.Bytes, expectedCrc: null, leaveOpen ? null : stream);
    }

    /// <summary>The content of an entry of a zip.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="owner">What is disposed of with this stream.</param>
    public static InflatedStream OfEntry(ZipArchiveEntry entry, IDisposable owner) =>
        new(entry.Open(), () => entry.CompressedLength, entry.Crc32, owner);

    public override int Read(Span<byte> buffer)
    {
        var length = _inflated.Read(buffer);
        _bytes += length;
        if (_bytes > MaxBytes && (_bytes - MaxBytes) / MaxBytesFromZippedByte > _zippedBytes())
            throw new IOException($"it unzips to more than {MaxBytesFromZippedByte} times its size, as images hardly do. If it is meant to, unzip it first.");
        if (_expectedCrc is { } expected)
        {
            _crc = Crc32.Of(buffer[..length], _crc);
            if (length == 0 && buffer.Length > 0 && _crc != expected)
                throw new InvalidDataException();
        }
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inflated.Dispose();
            _owner?.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>A stream that counts what is read of it.</summary>
    sealed class CountingStream(Stream stream) : ForwardStream
    {
        public long Bytes { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var length = stream.Read(buffer);
            Bytes += length;
            return length;
        }
    }
}
