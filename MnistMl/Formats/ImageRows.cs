using MnistMl.Data;
using MnistMl.Images;

namespace MnistMl.Formats;

/// <summary>Pictures as rows of pixels: as they are, or in MNIST's form.</summary>
/// <param name="isPrepared">Whether they are brought into MNIST's form.</param>
/// <param name="wayOut">What helps where they cannot be rows as they are.</param>
sealed class ImageRows(bool isPrepared, string wayOut)
{
    readonly List<byte[]> _rows = [];
    (int Width, int Height, string Name)? _first;
    string? _firstWarning;
    int _warnings;

    /// <summary>Number of rows.</summary>
    public int Count => _rows.Count;

    /// <summary>What is to be known of the pictures, a sentence each.</summary>
    public IEnumerable<string> Notes
    {
        get
        {
            if (isPrepared)
                yield return "Images are brought into MNIST's form.";
            if (_firstWarning != null)
                yield return $"{_warnings} {(_warnings == 1 ? "image has a warning" : "images have warnings")}, such as {_firstWarning}";
        }
    }

    /// <summary>Adds pictures, as many at once as there are processors.</summary>
    /// <param name="names">What error messages call them.</param>
    /// <param name="read">Reads one, by its index.</param>
    /// <exception cref="MnistMlException">A picture cannot be read, or is of another size than those before.</exception>
    public void Add(IReadOnlyList<string> names, Func<int, Picture> read)
    {
        var images = new Row[names.Count];
        // Of several errors it is always the first that is told.
        Parallel.For(0, names.Count, (i, loop) =>
        {
            images[i] = Read(names[i], () => read(i));
            if (images[i].Error != null)
                loop.Break();
        });
        foreach (var (image, name) in images.Zip(names))
        {
            if (image.Error != null)
                throw new MnistMlException(image.Error);
            _first ??= (image.Width, image.Height, name);
            if ((image.Width, image.Height) != (_first.Value.Width, _first.Value.Height))
            {
                throw new MnistMlException($"{name} has {image.Width}×{image.Height} pixels, but {_first.Value.Name} has "
                    + $"{_first.Value.Width}×{_first.Value.Height}. Images of one size are needed: {wayOut}");
            }
            if ((long)(_rows.Count + 1) * image.Pixels.Length > Array.MaxLength)
                throw new MnistMlException($"From {name} on, the images have more pixels than fit into memory: {wayOut}");
            _rows.Add(image.Pixels);
            _firstWarning ??= image.Warning;
            _warnings += image.Warning == null ? 0 : 1;
        }
    }

    /// <summary>The rows.</summary>
    /// <param name="labels">[rows]: their labels; empty if they have none.</param>
    /// <param name="classNames">The names of the classes, by label.</param>
    /// <param name="description">What they were read as, but for the pixels.</param>
    public LoadedData ToData(int[] labels, IReadOnlyList<string> classNames, DataDescription description)
    {
        var (width, height, _) = _first!.Value;
        var pixels = new byte[_rows.Count * width * height];
        foreach (var (i, row) in _rows.Index())
            row.CopyTo(pixels, i * row.Length);
        return new(new Dataset(pixels, labels, width * height, classNames), description with
        {
            Notes = [.. description.Notes, .. Notes],
            RowCount = _rows.Count,
            FeatureCount = width * height,
            Height = height,
            Width = width,
        });
    }

    Row Read(string name, Func<Picture> read)
    {
        try
        {
            var picture = read();
            if (!isPrepared)
            {
                return picture.Reduction == 1 && Math.Max(picture.Width, picture.Height) < PictureDecoder.MaxSide
                    ? new(GrayOf(picture), picture.Width, picture.Height)
                    : Failed($"{name} has {PictureDecoder.MaxSide} pixels or more in a line or column, too many for a row: {wayOut}");
            }
            var image = MnistForm.Of(picture);
            // What class it is of, its label says.
            var warning = image.Warnings.FirstOrDefault(warning => warning != MnistForm.NoDigit);
            return image.Pixels == null
                ? Failed($"{name}: {image.Warnings[0]} Take it away.")
                : new(image.Pixels, MnistForm.Side, MnistForm.Side, Warning: warning == null ? null : $"{name}: {warning}");
        }
        catch (InvalidDataException e)
        {
            return Failed(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed($"{name} cannot be read: {e.Message}");
        }

        static Row Failed(string error) => new([], 0, 0, error);

        static byte[] GrayOf(Picture picture) =>
            [.. InkChannel.Light.Of(picture.Shrink(picture.Bounds, PictureDecoder.MaxSide).Colors).Values.Select(value => (byte)MathF.Round(value))];
    }

    readonly record struct Row(byte[] Pixels, int Width, int Height, string? Error = null, string? Warning = null);
}
