using MnistMl.Data;
using MnistMl.Images;

namespace MnistMl.Commands;

/// <summary>What is named to be predicted: pictures, folders of them, or rows.</summary>
static class PredictionInput
{
    /// <summary>Whether a path is that of a picture, of a folder of pictures, or a pattern of files.</summary>
    /// <param name="path">The path.</param>
    /// <param name="files">The files that it names.</param>
    public static bool IsOfPictures(string path, string[] files) =>
        IsPattern(path) || (Directory.Exists(path) ? files[0] != path : IsPicture(path));

    /// <summary>Whether a file is a picture, by its name or its first bytes.</summary>
    public static bool IsPicture(string path)
    {
        if (PictureDecoder.HasExtension(path))
            return true;
        try
        {
            // What is no file, such as a pipe, has no length, and what is read from it is gone.
            if (new FileInfo(path) is not { Exists: true, Length: > 0 })
                return false;
            using var file = File.OpenRead(path);
            Span<byte> start = stackalloc byte[PictureDecoder.StartLength];
            return PictureDecoder.IsStart(start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Whoever reads it says why it cannot be read.
            return false;
        }
    }

    /// <summary>The files that are named: in a folder all pictures, in the order of their names.</summary>
    public static IEnumerable<string> Files(string path) =>
        Directory.Exists(path) && Pictures(path) is { Length: > 0 } pictures ? pictures
        : IsPattern(path) ? Matches(path)
        : [path];

    /// <summary>The pictures in a folder; none where not all of it may be read: whoever reads it says so.</summary>
    static string[] Pictures(string folder)
    {
        try
        {
            return [.. DataFolder.Files(folder).Where(PictureDecoder.HasExtension)];
        }
        catch (MnistMlException)
        {
            return [];
        }
    }

    /// <summary>Whether it is a pattern that the shell has left as it is, as Windows' shells do.</summary>
    static bool IsPattern(string path) =>
        Path.GetFileName(path).AsSpan().ContainsAny('*', '?') && !File.Exists(path) && !Directory.Exists(path);

    static string[] Matches(string pattern)
    {
        var folder = Path.GetDirectoryName(pattern) ?? "";
        string[] found = Directory.Exists(folder.Length == 0 ? "." : folder)
            ? [.. Directory.EnumerateFiles(folder.Length == 0 ? "." : folder, Path.GetFileName(pattern))
                .Select(file => Path.Join(folder, Path.GetFileName(file))).Order(StringComparer.Ordinal)]
            : [];
        return found.Length > 0 ? found : [pattern];
    }
}
