using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using MnistMl.Images;
using MnistMl.Reporting;

namespace MnistMl.Serving;

/// <summary>An image as it is sent: PNG, JPEG or WebP, and nothing else that a decoder may know.</summary>
static class ImageFile
{
    /// <summary>Longer side of what is shown of a step.</summary>
    const int StepSide = 140;

    const string Name = "The image";

    /// <summary>Decodes an image.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="maxPixels">The most pixels of an image.</param>
    /// <exception cref="RefusedException">It cannot be decoded.</exception>
    public static Picture Decode(ReadOnlyMemory<byte> file, int maxPixels)
    {
        var start = file.Span[..Math.Min(file.Length, PictureDecoder.StartLength)];
        if (!PictureDecoder.IsStart(start) || !IsOfTheWeb(start))
            throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, "The image is no PNG, JPEG or WebP file. Send one of those.");
        try
        {
            using var stream = StreamOf(file);
            return PictureDecoder.Read(stream, Name, maxPixels);
        }
        catch (InvalidDataException failure)
        {
            throw RefusedException.BadRequest(failure.Message);
        }
    }

    /// <summary>Brings an image into MNIST's form.</summary>
    /// <exception cref="RefusedException">No digit is seen.</exception>
    public static DigitImage FormOf(Picture picture, bool keepSteps)
    {
        var image = MnistForm.Of(picture, keepSteps);
        return image.Pixels != null ? image : throw RefusedException.NoDigitIn(image.Warnings[0], StepsOf(image.Steps));
    }

    /// <summary>What each step has made; null where it was not kept.</summary>
    public static IReadOnlyList<StepJson>? StepsOf(IEnumerable<ImageStep> steps) =>
        steps.Select(step => new StepJson(step.Name, DataUrl(Shrink(step.Image)))).ToArray() is { Length: > 0 } kept ? kept : null;

    /// <summary>An image in MNIST's form as a data URL of a PNG.</summary>
    public static string DataUrl(byte[] pixels) => DataUrl(pixels, MnistForm.Side);

    static string DataUrl(Plane image) => DataUrl(Array.ConvertAll(image.Values, value => (byte)MathF.Round(value)), image.Width);

    static string DataUrl(byte[] pixels, int width)
    {
        using var png = new MemoryStream();
        PngFile.Write(png, pixels, width);
        return "data:image/png;base64," + Convert.ToBase64String(png.GetBuffer(), 0, (int)png.Length);
    }

    static Plane Shrink(Plane image)
    {
        var longer = Math.Max(image.Width, image.Height);
        return longer <= StepSide ? image : Resampling.Resize(
            image, new(0, 0, image.Width, image.Height), Math.Max(1, image.Width * StepSide / longer), Math.Max(1, image.Height * StepSide / longer));
    }

    static bool IsOfTheWeb(ReadOnlySpan<byte> start) => start[0] is 0x89 or 0xFF or (byte)'R';

    static MemoryStream StreamOf(ReadOnlyMemory<byte> file) =>
        MemoryMarshal.TryGetArray(file, out var array)
            ? new(array.Array!, array.Offset, array.Count, writable: false)
            : new(file.ToArray(), writable: false);
}
