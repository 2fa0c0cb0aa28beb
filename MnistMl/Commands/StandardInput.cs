using System.Buffers;
using System.IO.Pipelines;
using MnistMl.Images;

namespace MnistMl.Commands;

/// <summary>Standard input, of which the first bytes were looked at: a picture, or rows.</summary>
/// <param name="Stream">All of it.</param>
/// <param name="IsPicture">Whether it begins as pictures do.</param>
sealed record StandardInput(Stream Stream, bool IsPicture)
{
    /// <summary>Waits for the first bytes. Rows may come slowly: no more is waited for than tells that they are no picture.</summary>
    /// <param name="stream">The stream.</param>
    public static StandardInput Open(Stream stream)
    {
        var reader = PipeReader.Create(stream);
        for (var wanted = 1; ; wanted++)
        {
            var read = reader.ReadAtLeastAsync(wanted).AsTask().GetAwaiter().GetResult();
            var start = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, PictureDecoder.StartLength)).ToArray();
            reader.AdvanceTo(read.Buffer.Start);
            var mayBePicture = start.Length > 0 && "\u0089\u00FFGIMR".Contains((char)start[0], StringComparison.Ordinal);
            if (!mayBePicture || start.Length == PictureDecoder.StartLength || read.IsCompleted)
                return new(reader.AsStream(), PictureDecoder.IsStart(start));
            wanted = start.Length;
        }
    }
}
