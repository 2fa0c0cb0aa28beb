using System.IO.Compression;
using System.Security.Cryptography;

namespace MnistMl.Fetching;

/// <summary>The content of files that may be gzipped.</summary>
static class Unzipped
{
    /// <summary>Opens a file that is gzipped if its name says so.</summary>
    public static Stream Open(string path) => Open(path, path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase));

    /// <summary>Opens a file.</summary>
    public static Stream Open(string path, bool isGzip) =>
        isGzip ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress) : File.OpenRead(path);

    /// <summary>The MD5 of some content, in lower case; null if it is damaged.</summary>
    /// <param name="open">Opens it.</param>
    /// <param name="onLength">Told how many bytes it has so far.</param>
    public static string? Md5(Func<Stream> open, Action<long>? onLength = null)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[1 << 16];
        try
        {
            using var content = open();
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
}
