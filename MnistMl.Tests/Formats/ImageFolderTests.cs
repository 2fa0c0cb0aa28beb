using MnistMl.Data;
using MnistMl.Formats;
using MnistMl.Images;
using MnistMl.Tests.Data;
using static MnistMl.Tests.Formats.Pictures;

namespace MnistMl.Tests.Formats;

public sealed class ImageFolderTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_folder_of_a_picture_is_its_class()
    {
        Write("10/a.png", 3);
        Write("9/b.png", 2);
        Write("9/a.png", 1);
        Write("9/deep/c.PNG", 4);

        var source = Find()!;
        var (rows, description) = source.ReadTraining(new());

        Assert.False(source.HasTestRows);
        // As numbers are, not as texts.
        Assert.Equal(["9", "10"], rows.ClassNames);
        Assert.Equal([1, 0, 0, 0], rows.Labels.ToArray());
        Assert.Equal([.. Pixels(3), .. Pixels(1), .. Pixels(2), .. Pixels(4)], rows.Pixels.ToArray());
        Assert.Equal((4, 6, 2, 3), (description.RowCount, description.FeatureCount, description.Height, description.Width));
        Assert.Contains("An image is 2×3 pixels.", description.Sentences);
        Assert.StartsWith("Read as a folder of images for each class", description.Sentences.First(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train", "test")]
    [InlineData("training", "testing")]
    [InlineData("Train", "Validation")]
    public void Training_and_test_rows_are_apart(string train, string test)
    {
        Write($"{train}/a/1.png", 1);
        Write($"{train}/b/2.png", 2);
        Write($"{test}/b/3.png", 3);

        var source = Find()!;

        Assert.True(source.HasTestRows);
        Assert.Equal([.. Pixels(1), .. Pixels(2)], source.ReadTraining(new()).Dataset.Pixels.ToArray());
        Assert.Equal(Pixels(3), source.ReadTest(new()).Dataset.Pixels.ToArray());
        Assert.Equal(Pixels(3), source.ReadForPrediction(6).Dataset.Pixels.ToArray());
        Assert.Equal(["b"], source.ReadTest(new()).Dataset.ClassNames);
    }

    [Fact]
    public void A_class_may_be_called_as_a_part_is()
    {
        Write("train/1.png", 1);
        Write("plane/2.png", 2);
        Assert.Equal(["plane", "train"], Find()!.ReadTraining(new()).Dataset.ClassNames);
    }

    [Fact]
    public void What_is_no_picture_is_left_out_and_said()
    {
        Write("a/1.png", 1);
        Write("a/.hidden.png", 2);
        Write("b/2.png", 2);
        File.WriteAllText(Path.Join(_folder.Path, "a", "notes.txt"), "");
        File.WriteAllText(Path.Join(_folder.Path, "a", "Thumbs.db"), "");
        Directory.CreateDirectory(Path.Join(_folder.Path, "c"));

        var (rows, description) = Find()!.ReadTraining(new());

        Assert.Equal((2, 2), (rows.RowCount, rows.ClassNames.Count));
        Assert.Contains(description.Notes, note => note.EndsWith("notes.txt.", StringComparison.Ordinal));
        Assert.Contains(description.Notes, note => note == $"There are no pictures in {Path.Join(_folder.Path, "c")}.");
    }

    [Fact]
    public void The_first_picture_that_cannot_be_read_is_named()
    {
        for (var i = 0; i < 40; i++)
            Write($"a/{i:00}.png", 1);
        var damaged = Path.Join(_folder.Path, "a", "07.png");
        File.WriteAllBytes(damaged, Png(Pixels(1), 3)[..40]);
        File.WriteAllText(Path.Join(_folder.Path, "a", "08.png"), "");
        Assert.StartsWith($"{damaged} is damaged", Refused(isPrepared: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_of_different_sizes_are_refused_unless_they_are_prepared()
    {
        Write("a/1.png", 1);
        File.WriteAllBytes(Path.Join(_folder.Path, "a", "2.png"), Png(Pixels(1), width: 2));

        var message = Refused(isPrepared: false);

        Assert.Contains($"{Path.Join(_folder.Path, "a", "2.png")} has 2×3 pixels, but {Path.Join(_folder.Path, "a", "1.png")} has 3×2", message, StringComparison.Ordinal);
        Assert.Contains("--prepare", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepared_pictures_are_in_the_form_of_MNIST_and_paper_alone_is_refused()
    {
        var path = Path.Join(Directory.CreateDirectory(Path.Join(_folder.Path, "1")).FullName, "stroke.png");
        File.WriteAllBytes(path, Stroke());

        var (rows, description) = Find(isPrepared: true)!.ReadTraining(new());

        Assert.Equal((1, 784), (rows.RowCount, rows.FeatureCount));
        Assert.Equal(MnistForm.Of(PictureDecoder.Read(path)).Pixels, rows.Pixels.ToArray());
        Assert.Contains("Images are brought into MNIST's form.", description.Notes);
        File.WriteAllBytes(path, Png([.. Enumerable.Repeat((byte)200, 1600)], 40));
        Assert.StartsWith($"{path}: No ink is seen.", Refused(isPrepared: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_folders_are_none_of_pictures()
    {
        Assert.Null(Find());
        File.WriteAllBytes(Path.Join(_folder.Path, "a.png"), Stroke());
        Directory.CreateDirectory(Path.Join(_folder.Path, "b"));
        File.WriteAllText(Path.Join(_folder.Path, "b", "c.csv"), "");
        Assert.Null(Find());
        Assert.Null(ImageFolder.Find(Path.Join(_folder.Path, "a.png"), isPrepared: false));
    }

    string Refused(bool isPrepared) => Assert.Throws<MnistMlException>(() => Find(isPrepared)!.ReadTraining(new())).Message;

    DataSource? Find(bool isPrepared = false) => ImageFolder.Find(_folder.Path, isPrepared);

    /// <summary>Writes a picture of two lines of three pixels.</summary>
    void Write(string name, int number)
    {
        var path = Path.Join(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Png(Pixels(number), width: 3));
    }
}
