using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using MnistMl.Data;

namespace MnistMl.Tests.Data;

/// <summary>The same images in every format: 2×2 pixels, of the classes 5, 0, 5 and 9.</summary>
public sealed class DataSourceTests : IDisposable
{
    static readonly double[] _pixels = [0, 255, 7, 0, 12, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 200];
    static readonly double[] _labels = [5, 0, 5, 9];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // ARFF

    const string Header = "@relation mnist\n@attribute p1 numeric\n@attribute p2 real\n@attribute p3 INTEGER\n@attribute p4 numeric\n";

    [Theory]
    [InlineData("% OpenML\n%\n@RELATION mnist_784\n\n@ATTRIBUTE pixel1 REAL\n@ATTRIBUTE pixel2 REAL\n@ATTRIBUTE pixel3 REAL\n@ATTRIBUTE pixel4 REAL\n"
        + "@ATTRIBUTE class {0, 5, 9}\n@DATA\n0,255,7,0,5\n12,0,0,0,0\n% a comment\n0,1,2,3,5\n\n0,0,0,200,9\n")]
    [InlineData(Header + "@attribute 'class' {'0','5','9'}\n@data\n0, 255, 7, 0, '5'\n12, 0, 0, 0, '0'\n0, 1, 2, 3, '5'\n0, 0, 0, 200, '9'")]
    [InlineData("@Relation 'a b'\r\n@Attribute \"lettr\" {0,5,9}\r\n@Attribute 'a \\' b1' Real\r\n@Attribute 'a \\' b2' Real\r\n@Attribute 'a \\' b3' Real\r\n"
        + "@Attribute 'a \\' b4' Real\r\n@Data\r\n5,0,255,7,0\r\n0,12,0,0,0\r\n5,0,1,2,3\r\n9,0,0,0,200\r\n")]
    [InlineData(Header + "@attribute kind{0,5,9}\n@attribute name string\n@data\n0\t255\t7\t0\t5\ta\n12\t0\t0\t0\t0\tb\n0\t1\t2\t3\t5\tc\n0\t0\t0\t200\t9\td\n")]
    [InlineData(Header + "@attribute class {0,5,9}\n@data\n{1 255, 2 7, 4 5}\n{0 12}\n{1 1,2 2 , 3 3,4 '5'}\n% comment\n{3 200,4 9}\n")]
    [InlineData(Header + "@attribute target numeric\n@data\n0,255,7,0,5.0\n12,0,0,0,0.0\n0,1,2,3,5.0\n0,0,0,200,9.0\n")]
    public void Arff_is_read_dense_and_sparse(string text)
    {
        AssertIsAll(Read(text), "ARFF");
        AssertIsAll(Read(CsvDialect.Zipped(Encoding.UTF8.GetBytes(text))), "ARFF");
        AssertIsAll(Read([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)]), "ARFF");
        AssertPixels(Open(text).ReadForPrediction(4).Dataset);
    }

    [Fact]
    public void Arff_says_why_a_nominal_attribute_is_the_label()
    {
        var read = Read(Header + "@attribute kind {b,a}\n@data\n1,2,3,4,a\n5,6,7,8,b\n");

        Assert.Equal((5, "kind", "the only nominal attribute"), (read.Description.LabelColumn, read.Description.LabelName, read.Description.LabelReason));
        Assert.Equal(["a", "b"], read.Dataset.ClassNames);
        Assert.Equal(2, Read(Header + "@attribute kind {b,a}\n@data\n1,7,3,4,a\n5,6,7,8,b\n", new TableOptions { LabelColumn = "p2" }).Description.LabelColumn);
    }

    [Fact]
    public void Sparse_arff_leaves_out_the_first_value_of_a_list()
    {
        var read = Read(Header + "@attribute kind {b,a}\n@data\n{0 1}\n{1 2, 4 a}\n").Dataset;

        Assert.Equal(["b", "a"], read.Labels.ToArray().Select(label => read.ClassNames[label]));
    }

    [Theory]
    [InlineData("@relation a\n@attribute p1 numeric\n", "{file} is damaged or incomplete: it is an ARFF file that ends before @data. *")]
    [InlineData("@relation a\n@data\n1,2\n", "{file}, line 2: there is no @attribute before @data.")]
    [InlineData("@relation a\n@attributes p numeric\n", "{file}, line 2: found '@attributes p numeric', expected @relation, *")]
    [InlineData("@attribute p\n@data\n", "{file}, line 1: expected the name and the type of an attribute.")]
    [InlineData("@attribute 'p numeric\n@data\n", "{file}, line 1: a quote is not closed.")]
    [InlineData("@attribute p relational\n@data\n", "{file}, line 1: 'relational' is no type *")]
    [InlineData(Header + "@attribute class {0,1}\n@data\n", "{file} has a header, but no rows.")]
    [InlineData(Header + "@attribute class {0,1}\n@data\n1,2,3,4,0\n1,2,3,0\n", "{file}, line 9: found 4 columns, expected 5, as in the others.")]
    [InlineData(Header + "@attribute class {0,1}\n@data\n1,2,3,4,0\n1,?,3,4,0\n", "{file}, line 9, column 2 ('p2'): found '?', expected a number.")]
    [InlineData(Header + "@attribute class {0,1}\n@data\n1,2,3,4,0\n1,2,3,4,?\n", "{file}, line 9, column 5 ('class'): the value is missing ('?').")]
    [InlineData(Header + "@attribute class {0,1}\n@data\n{1 2}\n{5 2}\n", "{file}, line 9: found '5', expected the number of an attribute, from 0 to 4.")]
    [InlineData(Header + "@attribute class {0,1}\n@data\n{1 2, 1 3}\n", "{file}, line 8: attribute 1 does not come after attribute 1.")]
    [InlineData(Header + "@attribute class {0,1}\n@data\n{1 2 3}\n", "{file}, line 8: found '3', expected a comma.")]
    [InlineData(Header + "@attribute class {0,1}\n@data\n{1 2}\n1,2,3,4,5\n", "{file}, line 9: found '1,2,3,4,5', expected a sparse row in braces, *")]
    [InlineData(Header + "@data\n1,2,3,4\n", "{file}, line 2 (the attributes): no column is the class: all are called 'p#'. *")]
    public void Arff_that_is_wrong_is_refused_where_it_is(string text, string message) => AssertRefused(message, () => Read(text));

    [Fact]
    public void Few_bytes_of_sparse_rows_do_not_become_many_pixels()
    {
        var header = string.Concat(Enumerable.Range(0, 50_000).Select(pixel => $"@attribute p{pixel} real\n"));
        var text = $"{header}@attribute class {{a,b}}\n@data\n{string.Concat(Enumerable.Repeat("{}\n", 100_000))}";

        AssertRefused("{file}, line *: so many rows of 50001 columns, nearly all of them zeros, *", () => Read(text));
    }

    // libsvm

    [Theory]
    [InlineData("5 2:255 3:7\n0 1:12\n5 2:1 3:2 4:3\n9 4:200\n", "No index is 0, so indices are taken to be from 1.")]
    [InlineData("5 0:0 1:255 2:7\n0 0:12\n5 1:1 2:2 3:3\n9 3:200\n", "Indices are from 0.")]
    [InlineData("# Generated by dump_svmlight_file\n# Column indices are zero-based\n5 1:255 2:7\n0.0 0:12\n5 1:1 2:2 3:3\n9 3:200", "Indices are from 0.")]
    [InlineData("+5 qid:1 2:255.0\t3:7e0 # a comment\r\n\r\n 0 qid:2 1:12  2:0 \r\n5.0 qid:3 2:1 3:2 4:3\r\n9 qid:3 4:200 \r\n", "No index is 0, *")]
    public void Libsvm_is_read(string text, string note)
    {
        var read = Read(text);

        AssertIsAll(read, "libsvm");
        Assert.Matches(Pattern(note), read.Description.Notes[0]);
        AssertIsAll(Read(CsvDialect.Zipped(Encoding.UTF8.GetBytes(text))), "libsvm");
        AssertPixels(Open(text).ReadForPrediction(4).Dataset);
    }

    [Fact]
    public void Libsvm_has_no_size_so_the_greatest_index_or_what_is_known_says_it()
    {
        const string text = "1 1:1 778:255\n-1 3:4\n";
        var read = Read(text);

        Assert.Equal((784, 28), (read.Dataset.FeatureCount, read.Description.ImageSize));
        Assert.Contains("The greatest index is 778, so an image is taken to be 28×28.", read.Description.Sentences);
        Assert.Equal(["-1", "1"], read.Dataset.ClassNames);
        Assert.Equal(54, Read("1 54:1\n2 1:1\n").Dataset.FeatureCount);
        Assert.Equal(900, Read(text, new TableOptions { SparseFeatureCount = 900 }).Dataset.FeatureCount);
        Assert.Equal(800, Open(text).ReadForPrediction(800).Dataset.FeatureCount);
        AssertRefused("{file}, line 1: index 778 is more than the 777 pixels of an image.", () => Open(text).ReadForPrediction(777));
    }

    [Fact]
    public void Libsvm_of_any_range_is_scaled_and_what_is_left_out_is_zero()
    {
        var read = Read("1 1:-1 2:1 4:-0.0039216\n2 3:0.4980392 4:1\n").Dataset;

        Assert.Equal((-1, 1), (read.Range.Min, read.Range.Max));
        Assert.Equal(0, read.Range.Values()[read.Row(0)[2]], 0.005);
        Assert.Equal(0.498, read.Range.Values()[read.Row(1)[2]], 0.003);
    }

    [Theory]
    [InlineData("1 2:1 2:3\n", "{file}, line 1: index 2 does not come after index 2.")]
    [InlineData("1 2:1\n1 3:4 x\n", "{file}, line 2: found 'x', expected index:value.")]
    [InlineData("1 2:1\n1 3:4,5\n", "{file}, line 2: found '3:4,5', expected index:value.")]
    [InlineData("1 2:1\n1 3:nan\n", "{file}, line 2: '3:nan' is out of range, expected a finite number.")]
    [InlineData("1 2:1\n1,2 3:4\n", "{file}, line 2: '1,2' are several labels. *")]
    [InlineData("1 2:1\n2:1 3:4\n", "{file}, line 2: the label is missing.")]
    [InlineData("1 2:1\n1 2000000:4\n", "{file}, line 2: index 2000000 is more than an image has pixels.")]
    [InlineData("# one-based\n1 2:1\n1 0:4\n", "{file}, line 3: index 0, but a comment says that indices are one-based.")]
    public void Libsvm_that_is_wrong_is_refused_where_it_is(string text, string message) => AssertRefused(message, () => Read(text));

    [Fact]
    public void Few_bytes_of_libsvm_do_not_become_many_pixels() => AssertRefused(
        "{file}, line 1: with index 1000000, the 50001 rows have more pixels than can be held in memory, *",
        () => Read($"1 1000000:1\n{string.Concat(Enumerable.Repeat("2 1:1\n", 50_000))}"));

    // NumPy's arrays

    [Theory]
    [InlineData("|u1", "|u1")]
    [InlineData("<u2", "<i2")]
    [InlineData(">u2", ">i2")]
    [InlineData("<i4", "<u4")]
    [InlineData(">i4", ">u4")]
    [InlineData("<i8", "<u8")]
    [InlineData(">u8", ">i8")]
    [InlineData("<f2", "<f2")]
    [InlineData(">f2", "|i1")]
    [InlineData("<f4", "<f8")]
    [InlineData(">f8", ">f4")]
    public void Npz_is_read_of_any_type_of_numbers_in_any_order(string type, string labelType)
    {
        foreach (var sizes in (int[][])[[4, 4], [4, 2, 2], [4, 2, 2, 1], [4, 1, 2, 2]])
        {
            foreach (var isColumnMajor in (bool[])[false, true])
            {
                foreach (var level in (CompressionLevel[])[CompressionLevel.NoCompression, CompressionLevel.Optimal])
                {
                    var npz = NpyFile.Zip(
                        level, ("x.npy", NpyFile.Of(type, sizes, _pixels, isColumnMajor)), ("y.npy", NpyFile.Of(labelType, level == CompressionLevel.Optimal ? [4] : [4, 1], _labels)));
                    AssertIsAll(Read(npz), "NPZ");
                    AssertIsAll(Read(CsvDialect.Zipped(npz)), "NPZ");
                }
            }
        }
    }

    [Theory]
    [InlineData("x_train", "y_train", "x_test", "y_test")]
    [InlineData("X_train", "Y_train", "X_test", "Y_test")]
    [InlineData("train_images", "train_labels", "test_images", "test_labels")]
    [InlineData("training_images", "training_labels", "test_images", "test_labels")]
    [InlineData("xtrain", "ytrain", "xtest", "ytest")]
    [InlineData("trainX", "trainY", "testX", "testY")]
    [InlineData("x_tr", "y_tr", "x_te", "y_te")]
    [InlineData("images_train", "targets_train", "images_val", "targets_val")]
    [InlineData("train_imgs", "train_lbls", "test_imgs", "test_lbls")]
    public void Npz_may_have_test_rows_of_its_own(string x, string y, string testX, string testY)
    {
        var npz = NpyFile.Zip(CompressionLevel.Fastest, [.. Pair(x, y, 0, 2), .. Pair(testX, testY, 2, 2)]);
        var source = Open(npz);

        Assert.True(source.HasTestRows);
        AssertIs(source.ReadTraining(new TableOptions()), 0, 2);
        AssertIs(source.ReadTest(new TableOptions()), 2, 2);
        Assert.Equal(_pixels[8..].Select(value => (float)value), Values(source.ReadForPrediction(4).Dataset));
        Assert.Equal([$"images {x}", $"labels {y}"], source.ReadTraining(new TableOptions()).Description.Sources);
    }

    [Theory]
    [InlineData("x", "y")]
    [InlineData("X", "Y")]
    [InlineData("images", "labels")]
    [InlineData("data", "target")]
    [InlineData("image", "label")]
    [InlineData("arr_0", "arr_1")]
    [InlineData("digits", "numbers")]
    [InlineData("x_train", "y_train")]
    public void Npz_of_one_pair_has_no_test_rows_of_its_own(string x, string y)
    {
        var source = Open(NpyFile.Zip(CompressionLevel.Fastest, Pair(x, y, 0, 4)));

        Assert.False(source.HasTestRows);
        AssertIsAll(source.ReadTraining(new TableOptions()), "NPZ");
        AssertIsAll(source.ReadTest(new TableOptions()), "NPZ");
    }

    [Fact]
    public void Npz_says_which_arrays_are_left_out()
    {
        var npz = NpyFile.Zip(
            CompressionLevel.Fastest,
            [.. Pair("train_images", "train_labels", 0, 2), .. Pair("val_images", "val_labels", 1, 2), .. Pair("test_images", "test_labels", 2, 2), ("writer.npy", NpyFile.Of("|u1", [2], [1, 2]))]);

        Assert.Contains("Left out: val_images, val_labels, writer.", Read(npz).Description.Sentences);
    }

    [Fact]
    public void Labels_of_an_npz_may_be_words()
    {
        foreach (var type in (string[])["<U1", ">U1", "|S1"])
        {
            var read = Read(NpyFile.Zip(CompressionLevel.Fastest, ("x.npy", NpyFile.Of("|u1", [4, 4], _pixels)), ("y.npy", NpyFile.Of(type, [4], _labels))));
            Assert.Equal(["F", "A", "F", "J"], read.Dataset.Labels.ToArray().Select(label => read.Dataset.ClassNames[label]));
        }
    }

    [Theory]
    [InlineData("<f4", 0.0, 1.0, 0.0, 1.0)]
    [InlineData("<f8", -1.0, 1.0, -1.0, 1.0)]
    [InlineData("|u1", 0.0, 16.0, 0.0, 16.0)]
    [InlineData("|b1", 0.0, 1.0, 0.0, 1.0)]
    [InlineData("<i2", 0.0, 1000.0, 0.0, 1000.0)]
    public void Arrays_may_be_of_any_range(string type, double low, double high, double min, double max)
    {
        double[] values = [low, high, high, low];
        var rows = Open(NpyFile.Of(type, [2, 2], values)).ReadForPrediction(2).Dataset;

        Assert.Equal((min, max), (rows.Range.Min, Math.Round(rows.Range.Max, 9)));
        Assert.Equal(values.Select(value => (float)value), Values(rows));
    }

    [Fact]
    public void An_array_of_images_is_enough_to_predict()
    {
        foreach (var version in (byte[])[1, 2, 3])
            AssertPixels(Open(NpyFile.Of("<f4", [4, 2, 2], _pixels, version: version)).ReadForPrediction(4).Dataset);
        foreach (var sizes in (int[][])[[4], [2, 2], [1, 2, 2], [1, 4]])
        {
            foreach (var isColumnMajor in (bool[])[false, true])
                Assert.Equal([0, 255, 7, 0], Open(NpyFile.Of("<i4", sizes, _pixels[..4], isColumnMajor)).ReadForPrediction(4).Dataset.Pixels.ToArray());
        }
        AssertRefused("{file} holds images without labels. Save both in one NPZ, as x and y.", () => Open(NpyFile.Of("|u1", [4, 4], _pixels)).ReadTraining(new TableOptions()));
    }

    [Theory]
    [InlineData("|O", "(4,)", "y.npy in {file} holds objects of Python, a pickle, *")]
    [InlineData("<c8", "(4,)", "y.npy in {file} has elements of type 'c8'. *")]
    [InlineData("<U99999999", "(4,)", "y.npy in {file} has elements of type *")]
    [InlineData("|u1", "(4, 10)", "y.npy in {file} is an array of 4×10: 10 numbers for a row are not read as a label. *one-hot*")]
    [InlineData("|u1", "(3,)", "x.npy in {file} has 4 images, but y.npy in {file} has 3 labels. *")]
    [InlineData("<f4", "(1,)", "y.npy in {file}, row 1: NaN is no label, expected a whole number.")]
    [InlineData("|u1", "(4000000000,)", "y.npy in {file} * values. They cannot all be held in memory; *")]
    [InlineData("|u1", "(2000000000,)", "y.npy in {file} is damaged or incomplete: its header says 2000000000 values, but fewer follow. *")]
    [InlineData("|u1", "(0,)", "y.npy in {file} holds nothing: *")]
    [InlineData("|u1", "(-1,)", "y.npy in {file} is damaged: '-1' is no size. *")]
    [InlineData("|u1", "4", "y.npy in {file} is damaged: its shape is not known. *")]
    public void Labels_that_are_none_are_refused(string type, string shape, string message)
    {
        byte[] labels = type == "<f4" ? BitConverter.GetBytes(float.NaN) : shape == "(3,)" ? [1, 2, 3] : [5, 0, 5, 9];
        var npz = NpyFile.Zip(CompressionLevel.Fastest, ("x.npy", NpyFile.Of("|u1", [4, 2, 2], _pixels)), ("y.npy", NpyFile.WithHeader(type, shape, labels)));

        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(message, () => Read(npz));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Theory]
    [InlineData("|u1", "(1, 2, 2, 3)", "{file} holds images in colour (1×2×2×3). *")]
    [InlineData("|u1", "(12,)", "{file} is an array of 12, expected images×height×width or images×pixels.")]
    [InlineData("|u1", "(1, 12, 2000000)", "{file} has images of 12×2000000 pixels, more than *")]
    [InlineData("|u1", "(1, 13)", "{file} is damaged or incomplete: its header says 1×13 values, but fewer follow. *")]
    [InlineData("|u1", "(1, 11)", "{file} is damaged or incomplete: its header says 1×11 values, but more follow. *")]
    [InlineData("<U1", "(1, 3)", "{file} holds text, expected the numbers of pixels.")]
    [InlineData("<f4", "(1, 3)", "{file}, row 1, pixel 3: NaN is out of range, expected a finite number.")]
    public void Images_that_are_none_are_refused(string type, string shape, string message)
    {
        byte[] values = [0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF];
        AssertRefused(message, () => Open(NpyFile.WithHeader(type, shape, values)).ReadForPrediction(784));
    }

    [Fact]
    public void Arrays_of_unknown_names_are_asked_about() => AssertRefused(
        "{file} holds the arrays arr_0, arr_1, arr_2, arr_3: which ones are images and labels is not clear. Save them as x_train, *",
        () => Read(NpyFile.Zip(CompressionLevel.Fastest, [.. Pair("arr_0", "arr_1", 0, 2), .. Pair("arr_2", "arr_3", 2, 2)])));

    // Zips

    [Fact]
    public void A_zip_of_one_file_of_data_is_read()
    {
        const string csv = "label,p1,p2,p3,p4\n5,0,255,7,0\n0,12,0,0,0\n5,0,1,2,3\n9,0,0,0,200\n";
        var table = Encoding.UTF8.GetBytes(csv);
        var npz = NpyFile.Zip(CompressionLevel.Fastest, Pair("x", "y", 0, 4));
        foreach (var (name, file, format) in ((string, byte[], string)[])[
            ("train.csv", table, "CSV"), ("a/train.csv.gz", CsvDialect.Zipped(table), "CSV"), ("a.libsvm", "5 2:255 3:7\n0 1:12\n5 2:1 3:2 4:3\n9 4:200\n"u8.ToArray(), "libsvm"), ("mnist.npz", npz, "NPZ"), ("data.npz", npz, "NPZ")])
        {
            byte[] zip = NpyFile.Zip(CompressionLevel.Fastest, (name, file));
            byte[] zipWithMore = NpyFile.Zip(
                CompressionLevel.Fastest, ("README.md", [65]), ("__MACOSX/._x", [1]), ("a/", []), (name, file), (".DS_Store", [2]));
            foreach (var bytes in (byte[][])[zip, zipWithMore])
            {
                AssertIsAll(Read(bytes), format);
                Assert.Contains("zip", Read(bytes).Description.Packing);
                Assert.Contains("zip", string.Join(' ', Read(bytes).Description.Sentences));
            }
        }
    }

    [Fact]
    public void A_zip_of_several_files_says_what_to_do() => AssertRefused(
        "{file} holds 2 files of data: train.csv, test.csv. Unzip it, and name the file to train on, and that to test on if there is one.",
        () => Read(NpyFile.Zip(CompressionLevel.Fastest, ("train.csv", [65]), ("test.csv", [65]))));

    [Fact]
    public void A_zip_of_idx_files_is_read()
    {
        using var files = new TemporaryFolder();
        WriteIdx(files.Path, "train", 0, 2);
        WriteIdx(files.Path, "t10k", 2, 2, new IdxDialect(Gzip: true, EndsInGz: true));
        var entries = Directory.GetFiles(files.Path).Select(path => ($"gzip/{Path.GetFileName(path)}", File.ReadAllBytes(path))).ToArray();
        var source = Open(NpyFile.Zip(CompressionLevel.Fastest, entries));

        AssertIs(source.ReadTraining(new TableOptions()), 0, 2);
        AssertIs(source.ReadTest(new TableOptions()), 2, 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_zip_that_is_damaged_is_refused(int kind)
    {
        var zip = NpyFile.Zip(CompressionLevel.NoCompression, Pair("x", "y", 0, 4));
        // A pixel that is stored, or the end.
        zip = kind == 0 ? zip : zip[..^30];
        if (kind == 0)
            zip[Array.IndexOf(zip, (byte)200, zip.AsSpan().IndexOf("NUMPY"u8))] = 201;

        AssertRefused("* damaged or incomplete: it cannot be unzipped. Get it once more.", () => Read(zip));
    }

    [Fact]
    public void An_array_that_is_damaged_anywhere_is_refused_whatever_its_name()
    {
        foreach (var name in (string[])["x", "arr_0"])
        {
            var npz = NpyFile.Zip(CompressionLevel.Optimal, ($"{name}.npy", NpyFile.Of("|u1", [4, 4], _pixels)));
            // What is deflated, behind the header of the entry and its name, up to the list of entries.
            for (var place = 30 + name.Length + ".npy".Length; place < npz.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x50, 0x4B, 1, 2]); place++)
            {
                byte[] damaged = [.. npz];
                damaged[place] ^= 0xFF;
                AssertRefused($"{name}.npy in {{file}} *", () => Open(damaged).ReadForPrediction(4));
            }
        }
    }

    [Fact]
    public void What_unzips_without_end_is_refused()
    {
        var zeros = new byte[200_000_000];
        "1,2\n"u8.CopyTo(zeros);

        AssertRefused("{file} cannot be read: it unzips to more than 64 times its size, as images hardly do. *", () => Read(CsvDialect.Zipped(zeros)));
    }

    // Files of arrays

    [Theory]
    [InlineData("train", "t10k")]
    [InlineData("emnist-letters-train", "emnist-letters-test")]
    [InlineData("qmnist-train", "qmnist-test")]
    [InlineData("My_Digits.training", "My_Digits.test")]
    public void Idx_files_are_found_by_pattern(string train, string test)
    {
        foreach (var dialect in (IdxDialect[])[new(), new('.'), new(Gzip: true, EndsInGz: true)])
        {
            WriteIdx(_folder.Path, train, 0, 2, dialect);
            WriteIdx(_folder.Path, test, 2, 2, dialect);
            var images = Directory.GetFiles(_folder.Path, $"{train}-images*").Single();
            var testImages = Directory.GetFiles(_folder.Path, $"{test}-images*").Single();

            foreach (var source in (DataSource[])[DataSource.Open(_folder.Path), DataSource.Open(images)])
            {
                Assert.True(source.HasTestRows);
                AssertIs(source.ReadTraining(new TableOptions()), 0, 2);
                AssertIs(source.ReadTest(new TableOptions()), 2, 2);
            }
            Assert.False(DataSource.Open(testImages).HasTestRows);
            AssertIs(DataSource.Open(testImages).ReadTest(new TableOptions()), 2, 2);
            AssertIs(DataSource.Open(testImages).ReadTraining(new TableOptions()), 2, 2);
            Array.ForEach(Directory.GetFiles(_folder.Path), File.Delete);
        }
    }

    [Fact]
    public void Idx_files_may_be_in_folders_of_their_names_or_of_their_parts()
    {
        foreach (var name in (string[])["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"])
        {
            var folder = Directory.CreateDirectory(Path.Join(_folder.Path, "nested", name)).FullName;
            var (start, isLabels) = (name[1] == 'r' ? 0 : 2, name.Contains("labels"));
            File.WriteAllBytes(Path.Join(folder, name), isLabels ? IdxDialect.File([2], Bytes(_labels, start, 2)) : IdxDialect.File([2, 2, 2], Bytes(_pixels, start * 4, 8)));
        }
        foreach (var (part, start) in ((string, int)[])[("train", 0), ("test", 2)])
        {
            var folder = Directory.CreateDirectory(Path.Join(_folder.Path, "parts", part)).FullName;
            File.WriteAllBytes(Path.Join(folder, "X.npy"), Pair("x", "y", start, 2)[0].File);
            File.WriteAllBytes(Path.Join(folder, "y.npy"), Pair("x", "y", start, 2)[1].File);
        }

        foreach (var folder in (string[])["nested", "parts"])
        {
            var source = DataSource.Open(Path.Join(_folder.Path, folder));
            AssertIs(source.ReadTraining(new TableOptions()), 0, 2);
            AssertIs(source.ReadTest(new TableOptions()), 2, 2);
        }
    }

    [Fact]
    public void Several_data_sets_in_a_folder_are_asked_about()
    {
        WriteIdx(_folder.Path, "emnist-digits-train", 0, 2);
        WriteIdx(_folder.Path, "emnist-letters-train", 0, 2);
        WriteIdx(_folder.Path, "emnist-letters-test", 2, 2);
        var (digits, letters) = (Path.Join(_folder.Path, "emnist-digits-train-images-idx3-ubyte"), Path.Join(_folder.Path, "emnist-letters-train-images-idx3-ubyte"));

        AssertRefused($"{_folder.Path} holds 2 data sets: {digits}, {letters}. Name the images of one of them, such as {digits}.", () => DataSource.Open(_folder.Path));
        Assert.True(DataSource.Open(letters).HasTestRows);
        Assert.False(DataSource.Open(digits).HasTestRows);
    }

    [Fact]
    public void Qmnist_has_the_class_first_among_what_it_says_of_a_digit()
    {
        File.WriteAllBytes(Path.Join(_folder.Path, "qmnist-train-images-idx3-ubyte"), IdxDialect.File([4, 2, 2], Bytes(_pixels, 0, 16)));
        byte[] labels = [.. _labels.SelectMany(label => new[] { label, 4, 30, 1, 2, 3, 0, 0 }).SelectMany(number => (byte[])[0, 0, 0, (byte)number])];
        var file = IdxDialect.File([4, 8], labels);
        file[2] = 0xC;
        File.WriteAllBytes(Path.Join(_folder.Path, "qmnist-train-labels-idx2-int.gz"), CsvDialect.Zipped(file));

        AssertIsAll(DataSource.Open(_folder.Path).ReadTraining(new TableOptions()), "IDX");
    }

    [Fact]
    public void Kuzushiji_has_each_array_in_an_npz_of_its_own()
    {
        foreach (var (part, start) in ((string, int)[])[("train", 0), ("test", 2)])
        {
            var (images, labels) = (Pair("arr_0", "arr_0", start, 2)[0], Pair("arr_0", "arr_0", start, 2)[1]);
            File.WriteAllBytes(Path.Join(_folder.Path, $"kmnist-{part}-imgs.npz"), NpyFile.Zip(CompressionLevel.Optimal, images));
            File.WriteAllBytes(Path.Join(_folder.Path, $"kmnist-{part}-labels.npz"), NpyFile.Zip(CompressionLevel.Optimal, labels));
        }

        foreach (var path in (string[])[_folder.Path, Path.Join(_folder.Path, "kmnist-train-imgs.npz")])
        {
            var source = DataSource.Open(path);
            AssertIs(source.ReadTraining(new TableOptions()), 0, 2);
            AssertIs(source.ReadTest(new TableOptions()), 2, 2);
            Assert.Equal("NPZ", source.ReadTest(new TableOptions()).Description.Format);
        }
    }

    [Fact]
    public void What_is_beside_images_may_be_of_any_kind_whatever_its_name()
    {
        var path = Path.Join(_folder.Path, "images.npy");
        File.WriteAllBytes(path, NpyFile.Of("|u1", [4, 2, 2], _pixels));
        File.WriteAllBytes(Path.Join(_folder.Path, "labels.npy"), NpyFile.Of("|u1", [4], [5, 0, 5, 9]));
        File.WriteAllBytes(Path.Join(_folder.Path, "data.xls"), [0xD0, 0xCF, 0x11, 0xE0]);

        AssertIsAll(DataSource.Open(path).ReadTraining(new TableOptions()), "NPY");
        AssertIsAll(DataSource.Open(_folder.Path).ReadTraining(new TableOptions()), "NPY");
    }

    [Fact]
    public void A_zip_of_pictures_or_of_a_document_says_so()
    {
        AssertRefused(
            "{file} holds no data: 0/1.png, 1/2.png. Expected a row of pixels for each image.",
            () => Read(NpyFile.Zip(CompressionLevel.Fastest, ("0/1.png", [65]), ("1/2.png", [65]))));
        AssertRefused(
            "{file} is a spreadsheet or another document. *",
            () => Read(NpyFile.Zip(CompressionLevel.Fastest, ("mimetype", [65]), ("content.xml", [65]))));
    }

    [Fact]
    public void Images_without_labels_are_enough_to_predict()
    {
        var path = Path.Join(_folder.Path, "t10k-images-idx3-ubyte");
        File.WriteAllBytes(path, IdxDialect.File([4, 2, 2], Bytes(_pixels, 0, 16)));

        AssertPixels(DataSource.Open(_folder.Path).ReadForPrediction(4).Dataset);
        AssertPixels(DataSource.Open(path).ReadForPrediction(4).Dataset);
        AssertPixels(Open(File.ReadAllBytes(path)).ReadForPrediction(4).Dataset);
        AssertRefused($"{_folder.Path} has no images to train on: it has t10k-images-idx3-ubyte.", () => DataSource.Open(_folder.Path).ReadTraining(new TableOptions()));
        AssertRefused($"{path} holds images without labels. Expected them in t10k-labels-idx1-ubyte.", () => DataSource.Open(path).ReadTest(new TableOptions()));
    }

    [Fact]
    public void What_is_no_data_is_refused()
    {
        AssertRefused("There is no file '*nothing'. *", () => DataSource.Open(Path.Join(_folder.Path, "nothing")));
        AssertRefused("There are no IDX files and no arrays of images in the folder * Name another folder, or a file.", () => DataSource.Open(_folder.Path));
        File.WriteAllText(Path.Join(_folder.Path, "train.csv"), "1,2\n");
        AssertRefused($"There are no IDX files and no arrays * Name one of its files: {Path.Join(_folder.Path, "train.csv")}.", () => DataSource.Open(_folder.Path));
        WriteIdx(_folder.Path, "train", 0, 2);
        AssertRefused("* holds labels, by its name. Name the file of the images.", () => DataSource.Open(Path.Join(_folder.Path, "train-labels-idx1-ubyte")));
    }

    [Theory]
    [InlineData("80049500", "a pickle of Python, *")]
    [InlineData("1F8B", "")]
    [InlineData("894844460D0A1A0A", "an HDF5 file. *")]
    [InlineData("50415231", "a Parquet file, which is read from a file or folder of its own alone. *")]
    [InlineData("FD377A585A00", "packed by xz. Unpack it first.")]
    [InlineData("425A683931", "packed by bzip2. Unpack it first.")]
    [InlineData("89504E470D0A1A0A", "an image. *")]
    [InlineData("4D41544C414220372E33", "a MATLAB file. *")]
    [InlineData("255044462D312E37", "a PDF. *")]
    [InlineData("580A00000003", "a file of R's own. *")]
    [InlineData("76657273696F6E2068747470733A2F2F6769742D6C6673", "a pointer of Git LFS, *")]
    [InlineData("3C68746D6C3E", "a page of the web, *")]
    public void What_people_have_but_is_not_read_is_named(string start, string message) => AssertRefused(
        message.Length == 0 ? "{file} is damaged or incomplete: it cannot be unzipped. *" : $"{{file}} is {message}", () => Read(Convert.FromHexString(start)));

    [Fact]
    public async Task A_pipe_may_be_a_file_or_in_a_folder()
    {
        if (OperatingSystem.IsWindows())
            return;
        var pipe = Path.Join(_folder.Path, "train-images-idx3-ubyte");
        using (var make = System.Diagnostics.Process.Start("mkfifo", pipe))
            make.WaitForExit();
        File.WriteAllBytes(Path.Join(_folder.Path, "train-labels-idx1-ubyte"), IdxDialect.File([4], Bytes(_labels, 0, 4)));

        AssertRefused($"{pipe} is empty, or is no ordinary file.", () => DataSource.Open(_folder.Path).ReadTraining(new TableOptions()));

        var writing = Task.Run(() => File.WriteAllBytes(pipe, IdxDialect.File([4, 2, 2], Bytes(_pixels, 0, 16))));
        AssertIsAll(DataSource.Open(pipe).ReadTraining(new TableOptions()), "IDX");
        await writing;
    }

    static (string Name, byte[] File)[] Pair(string images, string labels, int start, int count) =>
    [
        ($"{images}.npy", NpyFile.Of("|u1", [count, 2, 2], _pixels[(4 * start)..(4 * (start + count))])),
        ($"{labels}.npy", NpyFile.Of("|u1", [count], _labels[start..(start + count)])),
    ];

    static void WriteIdx(string folder, string part, int start, int count, IdxDialect? dialect = null) =>
        (dialect ?? new()).WritePart(folder, part, Bytes(_pixels, 4 * start, 4 * count), Bytes(_labels, start, count), 2, 2);

    static byte[] Bytes(double[] values, int start, int count) => [.. values[start..(start + count)].Select(value => (byte)value)];

    static DataSource Open(string text) => Open(Encoding.UTF8.GetBytes(text));

    static DataSource Open(byte[] file) => DataSource.Open(new MemoryStream(file), "test");

    static LoadedData Read(string text, TableOptions? options = null) => Open(text).ReadTraining(options ?? new TableOptions());

    static LoadedData Read(byte[] file) => Open(file).ReadTraining(new TableOptions());

    static IEnumerable<float> Values(Dataset rows)
    {
        var values = rows.Range.Values();
        return rows.Pixels.ToArray().Select(pixel => float.Round(values[pixel], 5));
    }

    static void AssertPixels(Dataset rows)
    {
        Assert.False(rows.HasLabels);
        Assert.Equal(_pixels.Select(value => (float)value), Values(rows));
    }

    static void AssertIsAll(LoadedData read, string format)
    {
        Assert.Equal(format, read.Description.Format);
        AssertIs(read, 0, 4);
    }

    static void AssertIs(LoadedData read, int start, int count)
    {
        var rows = read.Dataset;
        Assert.Equal(_pixels[(4 * start)..(4 * (start + count))].Select(value => (float)value), Values(rows));
        Assert.Equal(
            _labels[start..(start + count)].Select(label => label.ToString(CultureInfo.InvariantCulture)), rows.Labels.ToArray().Select(label => rows.ClassNames[label]));
        Assert.Equal((count, 2), (read.Description.RowCount, read.Description.ImageSize));
    }

    // The message may have * for any text.
    static string Pattern(string message) => "^" + Regex.Escape(message.Replace("{file}", "test")).Replace("\\*", ".*") + "$";

    static void AssertRefused(string message, Func<object> read) =>
        Assert.Matches(Pattern(message), Assert.ThrowsAny<MnistMlException>(read).Message);
}
