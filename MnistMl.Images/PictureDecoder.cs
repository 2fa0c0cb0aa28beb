using System.Buffers.Binary;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Pbm;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tga;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace MnistMl.Images;

/// <summary>
/// Reads pictures: PNG, JPEG, BMP, GIF, WebP, TIFF, PBM and TGA, of those with several frames the first. What a file says that it
/// holds is looked at before memory is taken for it. Any number of threads may read at the same time.
/// </summary>
public static class PictureDecoder
{
    /// <summary>Pixels of the largest picture that is read: 64 million.</summary>
    public const int MaxPixels = 64_000_000;

    /// <summary>
    /// Length that the longer side of large pictures keeps at least when it is shrunk: 1,000. So many pixels become one that it does,
    /// a whole number in each direction.
    /// </summary>
    public const int MaxSide = 1_000;

    /// <summary>How many of a file's first bytes tell what it is: 12.</summary>
    public const int StartLength = 12;

    static readonly string[] _extensions =
        [".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pbm", ".pgm", ".ppm", ".tga"];

    static readonly Configuration _configuration = Configure();

    /// <summary>Whether a file's name is that of a picture.</summary>
    /// <param name="path">The file's name or path; the file need not exist.</param>
    public static bool HasExtension(string path) => _extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a file begins as the pictures do that nothing else is taken for.</summary>
    /// <param name="start">Its first <see cref="StartLength"/> bytes, or all if there are fewer.</param>
    public static bool IsStart(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])
        || start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || start.StartsWith("GIF8"u8)
        || start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8)
        || start.Length >= StartLength && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8);

    /// <summary>Reads a picture from a file.</summary>
    /// <param name="path">The file's path.</param>
    /// <exception cref="InvalidDataException">It is damaged, too large, or no picture; the message is a sentence that begins with the path.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static Picture Read(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file, path);
    }

    /// <summary>Reads a picture from the bytes of its file.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="InvalidDataException">It is damaged, too large, or no picture; the message is a sentence that begins with the name.</exception>
    public static Picture Read(byte[] file, string name)
    {
        using var stream = new MemoryStream(file, writable: false);
        return Read(stream, name);
    }

    /// <summary>Reads a picture from a stream.</summary>
    /// <param name="stream">The stream, which can seek.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="InvalidDataException">It is damaged, too large, or no picture; the message is a sentence that begins with the name.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static Picture Read(Stream stream, string name) => Read(stream, name, MaxPixels);

    /// <inheritdoc cref="Read(Stream, string)"/>
    /// <param name="stream"/><param name="name"/>
    /// <param name="maxPixels">Pixels of the largest picture that is read.</param>
    internal static Picture Read(Stream stream, string name, int maxPixels)
    {
        try
        {
            var start = stream.Position;
            if (BeginsBehindItsEnd(stream))
                throw new InvalidDataException($"{name} is damaged: its pixels begin behind its end.");
            var info = Image.Identify(_configuration, stream, out var format)
                ?? throw new InvalidDataException($"{name} is no picture in a format that is read: PNG, JPEG, BMP, GIF, WebP, TIFF, PBM, TGA.");
            if (info.Width < 1 || info.Height < 1)
                throw new InvalidDataException($"{name} is damaged: it says that it has no pixels.");
            if ((long)info.Width * info.Height > maxPixels)
            {
                throw new InvalidDataException($"{name} says that it has {info.Width} × {info.Height} pixels, which are more than "
                    + $"{maxPixels / 1_000_000} megapixels. Make it smaller.");
            }
            stream.Position = start;
            var reduction = Math.Max(1, Math.Max(info.Width, info.Height) / MaxSide);
            // Its pixels have no transparency, and are decoded faster without.
            if (format is JpegFormat)
            {
                using var photo = Image.Load<Rgb24>(_configuration, stream);
                Turn(photo);
                return Picture.Of(photo, reduction);
            }
            using var image = Image.Load<Rgba32>(_configuration, stream);
            Turn(image);
            return Picture.Compose(image, reduction);
        }
        // There is no end to what a decoder may throw at a damaged file.
        catch (Exception e) when (e is not (InvalidDataException or IOException or UnauthorizedAccessException or OutOfMemoryException))
        {
            throw new InvalidDataException(
                e is UnknownImageFormatException
                    ? $"{name} is no picture in a format that is read: PNG, JPEG, BMP, GIF, WebP, TIFF, PBM, TGA."
                    : $"{name} is damaged, or of a kind that is not read: it cannot be decoded.", e);
        }
    }

    /// <summary>Whether the pixels of a BMP begin behind its end: the decoder would take memory for all before them, as its palette.</summary>
    static bool BeginsBehindItsEnd(Stream stream)
    {
        const int fileHeader = 14, offset = 10;
        var start = stream.Position;
        Span<byte> headers = stackalloc byte[2 * fileHeader];
        var header = headers[..stream.ReadAtLeast(headers, headers.Length, throwOnEndOfStream: false)];
        stream.Position = start;
        // OS/2 has several in a file, behind a header of the same length.
        if (header.StartsWith("BA"u8))
            header = header[Math.Min(fileHeader, header.Length)..];
        return header.StartsWith("BM"u8) && header.Length >= fileHeader
            && BinaryPrimitives.ReadUInt32LittleEndian(header[offset..]) > stream.Length - start;
    }

    /// <summary>Turns a photograph as its orientation says.</summary>
    static void Turn(Image image)
    {
        if (image.Metadata.ExifProfile?.GetValue(ExifTag.Orientation) is { Value: not 1 })
            image.Mutate(steps => steps.AutoOrient());
    }

    static Configuration Configure()
    {
        var configuration = new Configuration(
            new PngConfigurationModule(), new JpegConfigurationModule(), new BmpConfigurationModule(), new GifConfigurationModule(),
            new WebpConfigurationModule(), new TiffConfigurationModule(), new PbmConfigurationModule(), new TgaConfigurationModule())
        {
            // Where there are many pictures, each has a processor.
            MaxDegreeOfParallelism = 1,
        };
        var formats = configuration.ImageFormatsManager;
        formats.SetDecoder(PngFormat.Instance, new PngDecoder { IgnoreMetadata = true });
        formats.SetDecoder(GifFormat.Instance, new GifDecoder { DecodingMode = FrameDecodingMode.First, IgnoreMetadata = true });
        formats.SetDecoder(TiffFormat.Instance, new TiffDecoder { DecodingMode = FrameDecodingMode.First });
        return configuration;
    }
}
