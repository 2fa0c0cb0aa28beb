using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace MnistMl.Fetching;

/// <summary>How far a download is.</summary>
/// <param name="Bytes">Bytes that came.</param>
/// <param name="Total">All bytes; null if unknown.</param>
/// <param name="Notice">What happened last that is to be known; null for nothing.</param>
sealed record DownloadProgress(long Bytes, long? Total, string? Notice);

/// <summary>
/// A file that is downloaded into another first, which grows over several tries, and stays when it is interrupted, to go on from
/// there. It has what was sent, which may be gzipped.
/// </summary>
/// <param name="client">Makes the requests.</param>
/// <param name="address">The address.</param>
/// <param name="partial">The file with what has come so far.</param>
/// <param name="maxBytes">The most bytes that are taken, as sent and unzipped.</param>
/// <param name="progress">Told how far it is; null for no one.</param>
sealed class Download(WebClient client, Uri address, string partial, long maxBytes, IProgress<DownloadProgress>? progress)
{
    RangeConditionHeaderValue? _version;
    long _most, _bytes;
    long? _total;
    bool _isGzip;

    /// <summary>Downloads all that is missing.</summary>
    /// <exception cref="MnistMlException">It cannot be downloaded, or written, or is too large.</exception>
    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            await client.Retry(() => Try(cancellation), () => _most, notice => progress?.Report(new(_bytes, _total, notice)), cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MnistMlException($"The download cannot be written to {partial}: {e.Message}", e);
        }
    }

    /// <summary>The MD5 of the file, unzipped, in lower case; null if what came is damaged.</summary>
    /// <exception cref="MnistMlException">It is too large.</exception>
    public string? Md5()
    {
        using var content = Open();
        return Md5Of(content, ThrowIfTooLarge);
    }

    /// <summary>The MD5 of some content, in lower case; null if it is gzipped and damaged.</summary>
    /// <param name="content">The content.</param>
    /// <param name="onLength">Told how many bytes it has so far.</param>
    public static string? Md5Of(Stream content, Action<long>? onLength = null)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[1 << 16];
        try
        {
            var bytes = 0L;
            for (int length; (length = content.Read(buffer)) > 0;)
            {
                onLength?.Invoke(bytes += length);
                md5.AppendData(buffer.AsSpan(0, length));
            }
            return Convert.ToHexStringLower(md5.GetHashAndReset());
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The file, unzipped.</summary>
    public Stream Open() =>
        _isGzip ? new GZipStream(File.OpenRead(partial), CompressionMode.Decompress) : File.OpenRead(partial);

    /// <summary>Saves the file unzipped, or gzipped if its name ends in .gz.</summary>
    /// <exception cref="MnistMlException">It cannot be saved.</exception>
    public void Save(string path) => AtomicFile.Write(path, "data", file =>
    {
        using var content = Open();
        using var zipped = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true)
            : null;
        content.CopyTo(zipped ?? (Stream)file);
    });

    /// <summary>Deletes what has come.</summary>
    public void Delete() => File.Delete(partial);

    async Task<bool> Try(CancellationToken cancellation)
    {
        using var file = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        return await client.Get(address, headers => Prepare(headers, file.Length), answer => Read(answer, file), cancellation);
    }

    void Prepare(HttpRequestHeaders headers, long length)
    {
        headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        if (length == 0)
            return;
        headers.Range = new RangeHeaderValue(length, null);
        headers.IfRange = _version;
    }

    async Task<bool> Read(Answer answer, FileStream file)
    {
        var (response, headers) = (answer.Response, answer.Response.Content.Headers);
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when headers.ContentRange?.From == file.Length && IsOfSameFile(answer, file):
                break;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                file.SetLength(0);
                throw new TransientException($"{address.Host} does not go on where it ended.");
            case HttpStatusCode.OK:
                file.SetLength(0);
                break;
            default:
                throw new MnistMlException($"{address} cannot be downloaded: the answer is {(int)response.StatusCode} ({response.ReasonPhrase}).");
        }
        (_version, _isGzip) = (VersionOf(response), answer.IsGzip);
        _total = file.Length + headers.ContentLength;
        ThrowIfTooLarge(_total ?? 0);
        file.Seek(0, SeekOrigin.End);
        await answer.Read(part =>
        {
            ThrowIfTooLarge(file.Length + part.Length);
            file.Write(part.Span);
            _bytes = file.Length;
            _most = Math.Max(_most, _bytes);
            progress?.Report(new(_bytes, _total, Notice: null));
        });
        return true;
    }

    bool IsOfSameFile(Answer answer, FileStream file)
    {
        if (_version != null && !_version.Equals(VersionOf(answer.Response)))
            return false;
        file.Position = 0;
        return answer.IsGzip == (file.ReadByte() == 0x1F && file.ReadByte() == 0x8B);
    }

    // A weak tag is of the same meaning, not of the same bytes.
    static RangeConditionHeaderValue? VersionOf(HttpResponseMessage response) => response switch
    {
        { Headers.ETag: { IsWeak: false } tag } => new(tag),
        { Content.Headers.LastModified: { } modified } => new(modified),
        _ => null,
    };

    void ThrowIfTooLarge(long bytes)
    {
        if (bytes > maxBytes)
            throw new MnistMlException($"{address} has more than {maxBytes} bytes. Allow more with --max-size, if that is right.");
    }
}
