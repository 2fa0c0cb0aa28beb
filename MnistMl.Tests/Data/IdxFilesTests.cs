using System.IO.Compression;
using System.Text.RegularExpressions;
using MnistMl.Data;

namespace MnistMl.Tests.Data;

public sealed class IdxFilesTests : IDisposable
{
    const string Images = "train-images-idx3-ubyte", Labels = "train-labels-idx1-ubyte";

    readonly TemporaryFolder _folder = new();

    public IdxFilesTests() =>
        new IdxDialect().WritePart(_folder.Path, "train", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255], [7, 3], 2, 3);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_row_is_the_lines_of_an_image_and_the_classes_are_in_order_of_number()
    {
        new IdxDialect().WritePart(_folder.Path, "t10k", [1, 2, 255], [10, 9, 10], 1, 1);

        var (train, test) = (DataSource.Open(_folder.Path).ReadTraining(new TableOptions()).Dataset, DataSource.Open(_folder.Path).ReadTest(new TableOptions()).Dataset);

        Assert.Equal([7, 8, 9, 10, 11, 255], train.Row(1).ToArray());
        Assert.Equal(["3", "7"], train.ClassNames);
        Assert.Equal([1, 0], train.Labels.ToArray());
        Assert.Equal(["9", "10"], test.ClassNames);
        Assert.Equal([1, 0, 1], test.Labels.ToArray());
    }

    [Fact]
    public void Files_of_a_folder_that_are_not_read_are_named()
    {
        foreach (var part in (string[])["val", "t10k"])
            new IdxDialect().WritePart(_folder.Path, part, [1, 2, 255], [3, 7, 3], 1, 1);

        var description = DataSource.Open(_folder.Path).ReadTraining(new TableOptions()).Description;

        Assert.Contains("Left out: val-images-idx3-ubyte, val-labels-idx1-ubyte.", description.Sentences);
    }

    [Theory]
    [InlineData(Images, "{folder} has no images to train on: it has train-labels-idx1-ubyte.")]
    [InlineData(Labels, "{file} holds images without labels. Expected them in train-labels-idx1-ubyte.")]
    public void What_there_is_is_said_when_a_file_is_missing(string missing, string message)
    {
        File.Delete(PathOf(missing));

        AssertRefused(message);
    }

    // Bytes in hexadecimal.
    [Theory]
    [InlineData("", "{file} is empty, or is no ordinary file.")]
    [InlineData("00000801 00000001 00", "{file} is an array of 1, expected images×height×width or images×pixels.")]
    [InlineData("00000F03 00000001 00000001 00000001 00", "{file} is no IDX file: 0x0F is none of its types.")]
    [InlineData("00000D03 00000001 00000001 00000001 00", "{file} is damaged * says 1×1×1 values, but fewer follow. *")]
    [InlineData("0000", "* it begins with 0000.")]
    [InlineData("50480D0A", "* is neither an IDX file nor an array of NumPy: it begins with 50480D0A.")]
    [InlineData("00000803 00000002 00000002 000000", "{file} is damaged or incomplete: it ends within its header. *")]
    [InlineData("00000803 00000000 0000001C 0000001C", "{file} holds nothing: its header says 0×28×28 values.")]
    [InlineData("00000803 00000002 00000000 0000001C", "{file} holds nothing: its header says 2×0×28 values.")]
    [InlineData("00000803 00000002 00000001 00000003 0102030405", "{file} * says 2×1×3 values, but fewer follow. *")]
    [InlineData("00000803 00000002 00000001 00000003 01020304050607", "{file} * says 2×1×3 values, but more follow. *")]
    [InlineData("00000803 FFFFFFFF FFFFFFFF FFFFFFFF 00", "{file} has images of 4294967295×4294967295 pixels, more than *")]
    [InlineData("00000803 FFFFFFFF 00000010 00000010 00", "* 4294967295×16×16 values, but fewer *")]
    [InlineData("00000803 00000003 00000001 00000001 010203", "{file} has 3 images, but {labels} has 2 labels. *")]
    public void A_file_that_is_no_such_file_is_refused(string bytes, string message)
    {
        File.WriteAllBytes(PathOf(Images), Convert.FromHexString(bytes.Replace(" ", "")));

        AssertRefused(message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_memory_is_taken_for_what_a_file_cannot_hold(bool zipped)
    {
        var file = IdxDialect.File([1_000_000_000, 1, 1], [1, 2, 3]);
        File.WriteAllBytes(PathOf(Images), zipped ? CsvDialect.Zipped(file) : file);

        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused("* its header says 1000000000×1×1 values, but fewer follow. *");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void What_does_not_fit_into_memory_is_refused()
    {
        using (var file = File.Create(PathOf(Images)))
        {
            file.Write(IdxDialect.File([3_000_000, 28, 28], []));
            file.SetLength(16 + 3_000_000L * 28 * 28); // It takes no room: what is not written is not stored.
        }

        AssertRefused("{file} has 3000000×28×28 values. They cannot all be held in memory; *");
    }

    [Fact]
    public void What_zips_as_well_as_can_be_is_read()
    {
        const int Count = 10_000_000;
        var file = IdxDialect.File([Count, 1, 1], new byte[Count]);
        File.WriteAllBytes(PathOf(Images), CsvDialect.Zipped(file, CompressionLevel.SmallestSize));
        File.WriteAllBytes(PathOf(Labels), IdxDialect.File([Count], new byte[Count]));

        Assert.Equal(Count, ReadTraining().RowCount);
    }

    [Fact]
    public void A_zipped_file_with_a_wrong_checksum_is_refused()
    {
        var zipped = CsvDialect.Zipped(File.ReadAllBytes(PathOf(Images)));
        zipped[^6] ^= 1;
        File.WriteAllBytes(PathOf(Images), zipped);

        AssertRefused("{file} is damaged or incomplete: it cannot be unzipped. *");
    }

    Dataset ReadTraining() => DataSource.Open(_folder.Path).ReadTraining(new TableOptions()).Dataset;

    string PathOf(string name) => Path.Join(_folder.Path, name);

    // The message may have * for any text.
    void AssertRefused(string message)
    {
        var exception = Assert.Throws<MnistMlException>(ReadTraining);
        message = message
            .Replace("{folder}", _folder.Path).Replace("{file}", PathOf(Images)).Replace("{labels}", PathOf(Labels));
        Assert.Matches("^" + Regex.Escape(message).Replace("\\*", ".*") + "$", exception.Message);
    }
}
