using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using MnistMl.Images;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Pbm;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tga;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace MnistMl.Tests.Images;

/// <summary>Pictures in all formats, and files that pretend to be some.</summary>
public sealed class PictureDecoderTests
{
    public static TheoryData<string> Formats => [.. _encoders.Keys];

    static readonly Dictionary<string, IImageEncoder> _encoders = new()
    {
        ["PNG"] = new PngEncoder(),
        ["PNG, 16 bits"] = new PngEncoder { BitDepth = PngBitDepth.Bit16, ColorType = PngColorType.RgbWithAlpha },
        ["PNG, palette"] = new PngEncoder { ColorType = PngColorType.Palette },
        ["PNG, gray and alpha"] = new PngEncoder { ColorType = PngColorType.GrayscaleWithAlpha },
        ["JPEG"] = new JpegEncoder { Quality = 95 },
        ["JPEG, gray"] = new JpegEncoder { Quality = 95, ColorType = JpegColorType.Luminance },
        ["JPEG, CMYK"] = new JpegEncoder { Quality = 95, ColorType = JpegColorType.Cmyk },
        ["BMP"] = new BmpEncoder(),
        ["GIF"] = new GifEncoder(),
        ["WebP"] = new WebpEncoder { FileFormat = WebpFileFormatType.Lossless },
        ["TIFF"] = new TiffEncoder(),
        ["PBM"] = new PbmEncoder(),
        ["TGA"] = new TgaEncoder(),
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void All_formats_are_read(string format)
    {
        using var image = Halves(Color.White, Color.Black);
        var picture = Read(Encode(image, _encoders[format]));
        Assert.Equal((30, 20), (picture.Width, picture.Height));
        Assert.InRange(picture[5, 10].Green, 245, 255);
        Assert.InRange(picture[25, 10].Green, 0, 10);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Of_a_file_that_is_cut_off_or_damaged_nothing_but_a_sentence_is_left(string format)
    {
        using var image = Halves(Color.White, Color.Black);
        var file = Encode(image, _encoders[format]);
        var random = new Random(1);
        for (var trial = 0; trial < 200; trial++)
        {
            var damaged = trial < 20 ? file[..(trial * file.Length / 20)] : [.. file];
            if (trial >= 20)
            {
                for (var i = 0; i < 3; i++)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }
            try
            {
                Read(damaged);
            }
            catch (InvalidDataException failure)
            {
                Assert.StartsWith("x.png ", failure.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Of_an_animation_the_first_frame_is_read()
    {
        using var image = Halves(Color.White, Color.Black);
        using var second = Halves(Color.Black, Color.White);
        image.Frames.AddFrame(second.Frames.RootFrame);
        var file = Encode(image, new GifEncoder());
        Assert.InRange(Read(file)[5, 10].Red, 250, 255);
        // Cut off in what says how large the second is.
        Assert.InRange(Read(file[..(file.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x2C, 0, 0, 0, 0]) + 5)])[5, 10].Red, 250, 255);
    }

    [Fact]
    public void A_photograph_is_turned_as_its_orientation_says()
    {
        using var image = Halves(Color.White, Color.Black);
        image.Metadata.ExifProfile = new ExifProfile();
        // The first column is the last line.
        image.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)8);
        var picture = Read(Encode(image, new JpegEncoder { Quality = 95 }));
        Assert.Equal((20, 30), (picture.Width, picture.Height));
        Assert.InRange(picture[10, 25].Red, 245, 255);
        Assert.InRange(picture[10, 5].Red, 0, 10);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    public void Ink_on_nothing_is_on_the_other_paper(int ink)
    {
        using var image = new Image<Rgba32>(30, 20);
        for (var y = 5; y < 15; y++)
            image[15, y] = new Rgba32((byte)ink, (byte)ink, (byte)ink, 255);
        var picture = Read(Encode(image, new PngEncoder()));
        Assert.Equal((255 - ink, ink), (picture[2, 2].Red, picture[15, 10].Red));
    }

    [Fact]
    public void Paper_that_is_there_is_the_paper_where_the_image_has_holes()
    {
        using var image = Halves(Color.FromRgb(200, 190, 180), Color.FromRgb(200, 190, 180));
        image[10, 10] = default;
        image[0, 0] = default;
        var picture = Read(Encode(image, new PngEncoder()));
        Assert.Equal((200, 190, 180), (picture[10, 10].Red, picture[10, 10].Green, picture[0, 0].Blue));
    }

    [Fact]
    public void Large_pictures_are_shrunk()
    {
        foreach (var encoder in (IImageEncoder[])[new PngEncoder(), new JpegEncoder { Quality = 95 }])
        {
            using var image = new Image<Rgb24>(2400, 1203);
            for (var y = 0; y < image.Height; y++)
            {
                for (var x = 0; x < image.Width; x++)
                    image[x, y] = x < 1200 ? new Rgb24(99, 60, 20) : new Rgb24(240, 240, (byte)(y % 2 == 0 ? 200 : 220));
            }
            var picture = Read(Encode(image, encoder));
            Assert.Equal((1200, 601, 2), (picture.Width, picture.Height, picture.Reduction));
            Near((99, 60, 20), picture[300, 300]);
            Near((240, 240, 210), picture[900, 300]);
        }

        static void Near((int Red, int Green, int Blue) expected, (byte Red, byte Green, byte Blue) pixel)
        {
            Assert.InRange(pixel.Red, expected.Red - 3, expected.Red + 3);
            Assert.InRange(pixel.Green, expected.Green - 3, expected.Green + 3);
            Assert.InRange(pixel.Blue, expected.Blue - 3, expected.Blue + 3);
        }
    }

    [Fact]
    public void Where_pixels_become_one_it_is_their_mean_rounded()
    {
        using var image = new Image<Rgb24>(2, 2, new Rgb24(10, 10, 10));
        (image[0, 0], image[1, 0], image[0, 1]) = (new(11, 11, 11), new(10, 11, 11), new(10, 10, 11));
        Assert.Equal((10, 11, 11), Picture.Of(image, reduction: 2)[0, 0]);
    }

    [Fact]
    public void More_than_64_megapixels_are_refused_before_memory_is_taken()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var failure = Assert.Throws<InvalidDataException>(() => Read(Png(100_000, 100_000, new byte[1_000])));
        Assert.Contains("100000 × 100000 pixels", failure.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_a_bitmap_whose_pixels_begin_behind_its_end_no_palette_is_made(bool isArray)
    {
        using var image = Halves(Color.White, Color.Black);
        var bitmap = Encode(image, new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel8 });
        byte[] file = isArray ? [.. "BA"u8, .. new byte[12], .. bitmap] : bitmap;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan((isArray ? 14 : 0) + 10), 1_000_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("begin behind its end", Assert.Throws<InvalidDataException>(() => Read(file)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void What_inflates_to_more_than_the_pixels_is_not_inflated()
    {
        var bomb = Png(60, 60, new byte[50_000_000], Chunk("zTXt", [(byte)'c', 0, 0, .. Deflate(new byte[50_000_000])]));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(60, Read(bomb).Width);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void A_single_pixel_is_a_picture_and_text_is_none()
    {
        using var image = new Image<Rgba32>(1, 1, new Rgba32(9, 9, 9));
        Assert.Equal(9, Read(Encode(image, new PngEncoder()))[0, 0].Red);
        Assert.Contains("no picture", Assert.Throws<InvalidDataException>(() => Read("1,2,3\n4,5,6\n"u8.ToArray())).Message, StringComparison.Ordinal);
        Assert.Contains("no picture", Assert.Throws<InvalidDataException>(() => Read([])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PNG")]
    [InlineData("JPEG")]
    [InlineData("GIF")]
    [InlineData("WebP")]
    [InlineData("TIFF")]
    public void Pictures_are_known_by_how_they_begin(string format)
    {
        using var image = Halves(Color.White, Color.Black);
        Assert.True(PictureDecoder.IsStart(Encode(image, _encoders[format]).AsSpan(0, PictureDecoder.StartLength)));
        Assert.False(PictureDecoder.IsStart("BMI,age,pixe"u8));
    }

    static Picture Read(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return PictureDecoder.Read(stream, "x.png");
    }

    static Image<Rgba32> Halves(Color left, Color right)
    {
        var image = new Image<Rgba32>(30, 20);
        for (var y = 0; y < 20; y++)
        {
            for (var x = 0; x < 30; x++)
                image[x, y] = x < 15 ? left : right;
        }
        return image;
    }

    static byte[] Encode(Image image, IImageEncoder encoder)
    {
        using var file = new MemoryStream();
        image.Save(file, encoder);
        return file.ToArray();
    }

    static byte[] Png(int width, int height, byte[] rows, byte[]? extra = null)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        return [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', .. Chunk("IHDR", header), .. extra ?? [], .. Chunk("IDAT", Deflate(rows)), .. Chunk("IEND", [])];
    }

    static byte[] Deflate(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(bytes);
        return packed.ToArray();
    }

    static byte[] Chunk(string type, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. content];
        var (length, checksum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.Of(named));
        return [.. length, .. named, .. checksum];
    }
}
