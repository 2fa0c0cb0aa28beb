using MnistMl.Data;
using MnistMl.Images;

namespace MnistMl.Formats;

/// <summary>
/// A folder with a folder of pictures for each class, named as the class, as PyTorch's <c>ImageFolder</c> and Keras'
/// <c>image_dataset_from_directory</c> have it; or with two such folders in it, <c>train</c> and <c>test</c>.
/// </summary>
static class ImageFolder
{
    const string WayOut = "bring them to one, or add --prepare, which brings pictures of digits into MNIST's form.";

    static readonly string[] _ofSystems = ["Thumbs.db", "desktop.ini"];

    /// <summary>Looks at a folder.</summary>
    /// <param name="folder">The path, of a folder or of something else.</param>
    /// <param name="isPrepared">Whether pictures are brought into MNIST's form.</param>
    /// <returns>Null if it is no such folder.</returns>
    /// <exception cref="MnistMlException">It cannot be read.</exception>
    public static DataSource? Find(string folder, bool isPrepared)
    {
        if (!Directory.Exists(folder))
            return null;
        var folders = DataFolder.Folders(folder);
        var train = FolderOf(SplitName.Train);
        if (train != null && IsOfClasses(train))
        {
            var test = new[] { FolderOf(SplitName.Test), FolderOf(SplitName.Validation) }.FirstOrDefault(path => path != null && IsOfClasses(path));
            string[] others = [.. folders.Where(other => other != train && other != test && (HasPictures(other) || IsOfClasses(other))).Select(Path.GetFileName)!];
            return DataSource.Of(_ => Read(train, isPrepared, others), test == null ? null : _ => Read(test, isPrepared, others));
        }
        return folders.Any(HasPictures) ? DataSource.Of(_ => Read(folder, isPrepared, []), readTest: null) : null;

        string? FolderOf(SplitName split) => folders.FirstOrDefault(path => SplitNames.Of(Path.GetFileName(path)) == split && !HasPictures(path));
    }

    static LoadedData Read(string folder, bool isPrepared, string[] others)
    {
        var (files, labels, classes) = (new List<string>(), new List<int>(), new ClassLabels());
        var (notes, leftOut) = (new List<string>(), new List<string>());
        foreach (var @class in DataFolder.Folders(folder))
        {
            var all = DataFolder.Files(@class);
            string[] pictures = [.. all.Where(PictureDecoder.HasExtension)];
            leftOut.AddRange(all.Where(file => !PictureDecoder.HasExtension(file) && !_ofSystems.Contains(Path.GetFileName(file))));
            if (pictures.Length == 0)
            {
                notes.Add($"There are no pictures in {@class}.");
                continue;
            }
            var name = Path.GetFileName(@class);
            files.AddRange(pictures);
            labels.AddRange(Enumerable.Repeat(classes.LabelOf(name), pictures.Length));
        }
        if (leftOut.Count > 0)
            notes.Add($"Files that are no pictures, by their names, are left out: {Listing.Of(leftOut, max: 3)}.");
        if (others.Length > 0)
            notes.Add($"Other folders of pictures are left out: {Listing.Of(others, max: 3)}.");
        var rows = new ImageRows(isPrepared, WayOut);
        rows.Add(files, i => PictureDecoder.Read(files[i]));
        int[] ordered = [.. labels];
        var classNames = classes.Sort(ordered);
        return rows.ToData(ordered, classNames, new()
        {
            Format = "a folder of images for each class",
            Sources = [folder],
            Notes = notes,
            RowCount = files.Count,
            FeatureCount = 1,
            Range = PixelRange.Bytes,
        });
    }

    static bool IsOfClasses(string folder) => DataFolder.Folders(folder).Any(HasPictures);

    static bool HasPictures(string folder) => DataFolder.Files(folder, depth: 0).Any(PictureDecoder.HasExtension);
}
