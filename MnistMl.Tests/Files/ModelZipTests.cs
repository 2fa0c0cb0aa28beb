using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using FsCheck.Xunit;
using Google.Protobuf;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Tests.Model;

namespace MnistMl.Tests.Files;

public sealed class ModelZipTests : IDisposable
{
    const string Scorer = "TransformerChain/Transform_005";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Property(Arbitrary = [typeof(Networks)])]
    public void Any_network_is_read_as_it_was_written(TrainedNetwork network) =>
        Networks.AssertSame(network, Read(Write(network)));

    [Property(Arbitrary = [typeof(Networks)], MaxTest = 20)]
    public void The_columns_names_and_the_kind_of_prediction_do_not_change_the_network(TrainedNetwork network) =>
        Networks.AssertSame(network, Read(Write(network, new ModelColumns("Features", "ŷ", PredictsKeys: true))));

    [Property(MaxTest = 50)]
    public void Convolutions_and_poolings_are_read_as_they_were_written(int seed)
    {
        var network = Networks.RandomImages(seed, maxima: false);
        Networks.AssertSame(network, Read(Write(network)));
    }

    [Fact]
    public void Without_the_entry_that_has_them_convolutions_are_read_as_affine_layers() =>
        Networks.AssertSame(Images().ToAffine(), Read(WithoutImages(Write(Images()))));

    [Fact]
    public void A_network_is_read_whose_zeros_would_be_too_many_unless_the_entry_that_has_it_is_missing()
    {
        var network = Networks.Images(
            1, NetworkParser.Parse("conv 32 3x3, conv 32 5x5 /2, conv 64 3x3, conv 64 5x5 /2, dense 128"));
        var written = Write(network);

        Networks.AssertSame(network, Read(written));
        AssertRefused("zeros left out, with which it unpacks to more than 256 MB", WithoutImages(written));
        // 46 MB of weights and their places, all of which stand there several times.
        Assert.InRange(written.Length, 0, 8 << 20);
    }

    static byte[] WithoutImages(byte[] zip) => Zip(Unzip(zip).Where(entry => entry.Name != "Network.onnx"));

    [Fact]
    public void The_entry_that_has_convolutions_is_not_taken_on_trust()
    {
        AssertDamaged("Network.onnx ends within a field", With("Network.onnx", content => content[..^2]));
        // ML.NET would stumble over it.
        AssertDamaged("Transform_000/Model.key does not start as",
            With("TransformerChain/Transform_000/Model.key", content => content[..20]));
        AssertDamaged("Network.onnx is of a network that no such file can hold",
            With("Network.onnx", _ => Onnx("conv 2 2x2 +1, max 2x2, dense 3")));
        AssertDamaged("Network.onnx is of a network that no such file can hold",
            With("Network.onnx", _ => Onnx("conv 1 1x1 +1000, average 500x500 /1, average 500x500")));
        foreach (var other in new[] { "conv 2 2x2 +1, average 2x2", "conv 2 2x2 +1, average 2x2, dense 3, dense 3" })
        {
            AssertUnknown("is not what is written of the network in Network.onnx",
                With("Network.onnx", _ => Onnx(other)));
        }
        // A bias of the last layer, of which there is nothing to see in its shape.
        AssertUnknown("is not what is written of the network in Network.onnx",
            With("TransformerChain/Transform_004/Model/Model.key", content => $"{content[..0x218]}00{content[0x21A..]}"));
        // The labels in another order.
        AssertUnknown("is not what is written of the network in Network.onnx",
            With("TransformerChain/Transform_004/Model/LabelNames", content => $"{content[8..]}{content[..8]}"));

        static byte[] With(string name, Func<string, string> change)
        {
            var entries = Unzip(Write(Images())).ToArray();
            Assert.Contains(entries, entry => entry.Name == name && entry.Content != change(entry.Content));
            return Zip(entries.Select(entry =>
                entry.Name == name ? entry with { Content = change(entry.Content) } : entry));
        }

        static string Onnx(string words) => Convert.ToHexString(
            OnnxWriter.ToModel(Networks.Images(1, NetworkParser.Parse(words), featureCount: 25)).ToByteArray());
    }

    [Fact]
    public void A_maximum_is_no_affine_layer()
    {
        var network = Networks.Images(1, NetworkParser.Parse("conv 1 2x2, max 2x2"), featureCount: 25);
        AssertFails("'max 2x2 /2' is no affine layer", () => network.ToAffine());
    }

    [Theory]
    [InlineData("conv 200 7x7 +3, conv 200 7x7 +3")]
    [InlineData("conv 1 1x1 +500, average 500x500 /1, average 500x500")]
    public void A_network_that_would_be_too_large_is_refused_before_it_takes_memory(string words)
    {
        var network = Networks.Images(1, NetworkParser.Parse(words));
        var before = GC.GetAllocatedBytesForCurrentThread();

        AssertFails("more than the 62,914,560", () => Write(network));
        AssertFails("more than the 62,914,560", () => network.ToAffine());

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    static TrainedNetwork Images() =>
        Networks.Images(1, NetworkParser.Parse("conv 2 2x2 +1, average 2x2, dense 3"), featureCount: 25);

    [Fact]
    public void The_same_network_gives_the_same_bytes() => Assert.Equal(Write(Golden()), Write(Golden()));

    [Fact]
    public void A_file_holds_what_the_file_checked_in_ML_NET_holds()
    {
        var golden = File.ReadAllBytes(Path.Join(AppContext.BaseDirectory, "Files", "golden.zip"));

        Networks.AssertSame(Golden(), Read(golden));
        // Not the whole files: how bytes are deflated is a matter of the version of .NET and of the processor.
        Assert.Equal(Unzip(golden), Unzip(Write(Golden())));
    }

    /// <summary>One of everything: a layer cut in two, one that is whole, a scorer, a label beyond ASCII.</summary>
    static TrainedNetwork Golden() => new(
        [
            new(2, 3, [0.5f, -1, 2, 0.25f, -0.125f, 3], [1, -2, 0]),
            new(3, 2, [1, 2, 3, -4, 5, -6], [0.1f, -0.1f]),
            new(2, 2, [1.5f, -2.5f, 3.5f, -4.5f], [0, 1]),
        ],
        ["one", "zwölf"]);

    /// <summary>A network whose first layer is mostly zeros.</summary>
    static TrainedNetwork Sparse() => new(
        [
            new(6, 3, [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, -4], [1, -2, 0]),
            new(3, 2, [1, 2, 3, -4, 5, -6], [0.1f, -0.1f]),
        ],
        ["one", "two"]);

    [Theory]
    [InlineData(28, "conv 4 3x3 +1, conv 5 5x5 /2, dense 6", 2)]
    [InlineData(9, "conv 2 2x2, average 2x2 /1, conv 3 3x3, average 2x2, dense 4", 2)]
    [InlineData(9, "conv 3 8x8, dense 4", 0)]
    public void Affine_layers_of_a_convolutional_network_are_read_those_with_many_zeros_from_linear_models(
        int size, string words, int linear)
    {
        var network = Networks.Images(1, NetworkParser.Parse(words), size * size);

        ZipEntry[] written = [.. Unzip(Write(network)).Where(entry => entry.Name != "Network.onnx")];

        Networks.AssertSame(network.ToAffine(), Read(Zip(written)));
        Assert.Equal(written, Unzip(Write(Read(Zip(written)))));
        Assert.Equal(linear, written.Count(entry =>
            Encoding.ASCII.GetString(Convert.FromHexString(entry.Content)).Contains("MulticlassLinear", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_layer_that_widens_is_cut_up_only_where_nothing_is_before_it()
    {
        var entries = Unzip(Write(Networks.Random(1, 4, 9, 9, 20, 2))).Select(entry => entry.Name).ToArray();

        // Three projections, joined, and a ReLU; a projection and a ReLU; a linear model, and a ReLU; the scorer.
        Assert.Equal(
            ["TransformerChain/Transform_005/Model/Model.key", "TransformerChain/Transform_007/Model/Model.key"],
            entries.Where(entry => entry.EndsWith("/Model/Model.key", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_layer_with_many_zeros_is_held_without_them()
    {
        var entries = Unzip(Write(Sparse())).ToDictionary(entry => entry.Name, entry => Convert.FromHexString(entry.Content));

        var block = entries["TransformerChain/Transform_000/Model/Model.key"].AsSpan(0x100);
        Assert.Equal([4, 6, 3], Int32s(block, 3));
        Assert.Equal([1, -2, 0], MemoryMarshal.Cast<byte, float>(block[12..])[..3]);
        Assert.Equal([4, 0, 1, 1, 3, 3, 2, 0, 5, 3], Int32s(block[24..], 10));
        Assert.Equal([2, 3, -4], MemoryMarshal.Cast<byte, float>(block[64..])[..3]);
        Networks.AssertSame(Sparse(), Read(Write(Sparse())));
    }

    static int[] Int32s(ReadOnlySpan<byte> bytes, int count) => MemoryMarshal.Cast<byte, int>(bytes)[..count].ToArray();

    [Theory]
    [InlineData(0, 3, "size of a number")]
    [InlineData(4, 0, "weights without places for 0 inputs")]
    [InlineData(4, 5, "weights without places for 5 inputs")]
    [InlineData(8, 2, "")]
    [InlineData(24, 3, "")]
    [InlineData(28, 1, "weights without places")]
    [InlineData(32, -1, "weights without places")]
    [InlineData(32, 4, "weights without places")]
    [InlineData(32, int.MaxValue, "weights without places")]
    [InlineData(40, 2, "weights without places")]
    [InlineData(44, 2, "")]
    [InlineData(48, 6, "weights without places")]
    [InlineData(48, -1, "weights without places")]
    [InlineData(52, 5, "is not what is written of a network")]
    [InlineData(60, -1, "ends too early")]
    public void Places_of_weights_that_are_none_are_refused(int at, int number, string message)
    {
        const string entry = "TransformerChain/Transform_000/Model/Model.key";
        AssertRefused(message, Zip(Unzip(Write(Sparse())).Select(e => e.Name == entry ? e with { Content = With(e.Content) } : e)));

        string With(string content)
        {
            var key = Convert.FromHexString(content);
            BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(0x100 + at), number);
            return Convert.ToHexString(key);
        }
    }

    [Theory]
    [InlineData(0x1000_0000)]
    [InlineData(int.MaxValue)]
    public void Zeros_that_the_file_need_not_hold_are_refused_before_they_take_memory(int inputs)
    {
        var zip = Zip(Unzip(Write(Sparse())).Select(entry => entry.Name == "TransformerChain/Transform_000/Model/Model.key"
            ? entry with { Content = $"{entry.Content[..0x208]}{Convert.ToHexString(BitConverter.GetBytes(inputs))}{entry.Content[0x210..]}" }
            : entry));

        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused("unpacks to more than 256 MB", zip);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
    }

    [Fact]
    public void Writing_replaces_the_file_and_leaves_no_other()
    {
        var path = Path.Join(_folder.FullName, "model.zip");
        File.WriteAllText(path, "old");

        ModelFile.Write(Golden(), path);

        Networks.AssertSame(Golden(), ModelFile.Read(path));
        Assert.Equal(path, Assert.Single(_folder.GetFileSystemInfos()).FullName);
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_no_other()
    {
        var path = Path.Join(_folder.FullName, "model.zip");
        File.WriteAllText(path, "old");

        Assert.ThrowsAny<MnistMlException>(() => ModelFile.Write(WithWeight(float.NaN), path));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(_folder.GetFileSystemInfos());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no/such/folder/model.zip")]
    [InlineData("\0")]
    public void A_path_that_cannot_be_written_or_read_is_named_in_the_message(string name)
    {
        var path = name.Length == 0 ? name : Path.Join(_folder.FullName, name);

        AssertFails($"'{path}'", () => ModelFile.Write(Golden(), path));
        AssertFails($"'{path}'", () => ModelFile.Read(path));
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void A_folder_is_neither_written_nor_read()
    {
        var path = _folder.FullName;

        AssertFails($"'{path}', which is a folder", () => ModelFile.Write(Golden(), path));
        AssertFails($"'{path}'", () => ModelFile.Read(path));
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_weight_that_is_not_finite_is_neither_written_nor_read(float weight)
    {
        AssertFails("Layer 1", () => Write(WithWeight(weight)));

        var bytes = BitConverter.GetBytes(weight);
        AssertDamaged("Transform_000/Model.key has a weight that is infinite or not a number",
            Edit("TransformerChain/Transform_000/Model.key", key => bytes.CopyTo(key, 0x100 + 4 + 16 + 8)));
    }

    [Fact]
    public void A_label_that_is_not_Unicode_is_not_written() =>
        AssertFails("not valid Unicode", () => Write(new TrainedNetwork([new(1, 1, [1], [1])], ["\uD800"])));

    [Fact]
    public void A_newer_version_is_refused_and_both_versions_named() =>
        AssertUnknown(
            $"{Scorer}/Model.key has 'MulticlassPredXfer' version 0x00010004 (readable from 0x00010003), "
                + "where 0x00010002 is known",
            Edit($"{Scorer}/Model.key", key => (key[0x48], key[0x4C]) = (4, 3)));

    [Fact]
    public void A_newer_version_that_says_that_it_can_be_read_is_read() =>
        Networks.AssertSame(Golden(), Read(Edit($"{Scorer}/Model.key", key => key[0x48] = 4)));

    [Fact]
    public void An_older_version_is_refused() =>
        AssertUnknown("has 'PcaTransform' version 0x00010001",
            Edit("TransformerChain/Transform_000/Model.key", key => (key[0x48], key[0x4C]) = (1, 1)));

    [Fact]
    public void A_transform_that_is_no_part_of_a_network_is_refused_by_name() =>
        AssertUnknown("TransformerChain/Transform_000/Model.key is a 'FcaTransform'",
            Edit("TransformerChain/Transform_000/Model.key", key => key[0x50] = (byte)'F'));

    [Fact]
    public void Another_expression_than_the_ReLU_is_refused() =>
        AssertUnknown("Transform_002 is not what is written of a network", Edit("TransformerChain/Transform_002/Model.key", key =>
            "1"u8.CopyTo(key.AsSpan(key.AsSpan().IndexOf(Encoding.Unicode.GetBytes("0f"))))));

    [Fact]
    public void A_layer_without_a_ReLU_is_refused() =>
        AssertUnknown("where '….Hidden2' and a label were expected", Replace(
            $"{Scorer}/Model.key",
            Key(MLNetClass.Scorer, key =>
            {
                key.Add("Pixels.Hidden2.Sums");
                key.Add("Label");
                key.Add("Score");
                key.Add("PredictedLabel");
            })));

    [Theory]
    [InlineData("Pixels.Hidden1.Sums.1", "Pixels.Hidden1.Sums.1")]
    [InlineData("Pixels.Hidden1.Sums.1", "Pixels")]
    [InlineData("Pixels", "Label")]
    public void Columns_that_are_not_the_parts_of_a_layer_are_not_joined(params string[] columns) =>
        AssertUnknown("TransformerChain/Transform_001 is not what is written of a network",
            Replace("TransformerChain/Transform_001/Model.key", Concatenation("Pixels.Hidden1.Sums", columns)));

    [Fact]
    public void Joins_are_not_joined() =>
        AssertUnknown("has layers or labels that do not fit each other", Nested(
            Entry("TransformerChain/Transform_000/Model.key"),
            Concatenation("A", "Pixels.Hidden1.Sums.1", "Pixels.Hidden1.Sums.2"),
            Concatenation("B", "A", "Pixels.Hidden1.Sums.2")));

    static string Concatenation(string output, params string[] columns) => Key(MLNetClass.Concatenation, key =>
    {
        key.Add(1);
        key.Add(output);
        key.Add(columns.Length);
        foreach (var column in columns)
        {
            key.Add(column);
            key.Add(-1);
        }
    });

    [Fact]
    public void A_chain_without_a_scorer_is_refused() =>
        AssertUnknown("has no 'MulticlassPredXfer'",
            Edit("TransformerChain/Model.key", key => key[0x100 + 4 + (5 * 4)] = 3));

    [Fact]
    public void A_transform_that_does_not_run_when_scoring_is_left_out() =>
        Networks.AssertSame(Golden(), Read(Edit("TransformerChain/Model.key", key => key[0x100 + 4 + (6 * 4)] = 3)));

    [Fact]
    public void Anything_but_a_label_mapping_after_the_scorer_is_refused() =>
        AssertUnknown("has no 'MulticlassPredXfer' at its end",
            Replace("TransformerChain/Transform_006/Model.key", Entry("TransformerChain/Transform_002/Model.key")));

    [Fact]
    public void A_label_mapping_before_the_network_is_left_out() =>
        Networks.AssertSame(Golden(), Read(Nested(LabelMapping("Label", "Digit"))));

    [Theory]
    [InlineData("Pixels")]
    [InlineData("Pixels.Hidden1")]
    [InlineData("Score")]
    public void A_mapping_of_labels_to_the_networks_columns_is_refused(string column) =>
        AssertUnknown($"maps labels to the column '{column}'", Nested(LabelMapping(column, "Digit")));

    static string LabelMapping(string output, string input) => Key(MLNetClass.ValueToKey, key =>
    {
        key.Add(1);
        key.Add(output);
        key.Add(input);
    });

    [Fact]
    public void A_missing_entry_is_named()
    {
        AssertDamaged($"{Scorer}/Model/Model.key is missing", Without($"{Scorer}/Model/Model.key"));
        // ML.NET makes do without the labels.
        AssertUnknown($"{Scorer}/Model/LabelNames is missing", Without($"{Scorer}/Model/LabelNames"));
    }

    [Fact]
    public void A_zip_without_a_chain_is_another_model()
    {
        AssertUnknown("TransformerChain/Model.key is missing", Without("TransformerChain/Model.key"));
        AssertUnknown("TransformerChain/Model.key is missing", Zip([]));
        AssertUnknown("TransformerChain/Model.key is a 'MulticlassPredXfer', where a 'TransformerChain' was expected",
            Replace("TransformerChain/Model.key", Entry($"{Scorer}/Model.key")));
        AssertUnknown("has no 'MulticlassPredXfer'",
            Replace("TransformerChain/Model.key", Key(MLNetClass.Chain, key => key.Add(0))));
    }

    [Fact]
    public void A_last_layer_without_its_zeros_is_another_model() =>
        AssertUnknown("leaves out zeros of the last layer", Replace(
            $"{Scorer}/Model/Model.key",
            Key(MLNetClass.MaximumEntropy, key =>
                key.Add((ReadOnlySpan<int>)[4, int.MaxValue, 2, 0, 0, 3, 0, 1, 1, 1, 0, 1, 0]))));

    static byte[] Without(string name) => Zip(Unzip(Write(Golden())).Where(entry => entry.Name != name));

    [Fact]
    public void An_entry_that_is_there_twice_is_refused() =>
        AssertDamaged("Schema is there twice", Zip(Unzip(Write(Golden())).Append(new("Schema", "", ""))));

    [Fact]
    public void Backslashes_separate_folders_as_well() =>
        Networks.AssertSame(Golden(), Read(Zip(Unzip(Write(Golden())).Select(entry =>
            entry with { Name = entry.Name.Replace('/', '\\') }))));

    [Fact]
    public void A_chain_of_chains_is_read_however_deep() =>
        Networks.AssertSame(Golden(), Read(Nested([.. Enumerable.Repeat(LabelMapping("Label", "Digit"), 1000)])));

    /// <summary>Chains of a transform and a chain, around the network's own chain.</summary>
    static byte[] Nested(params string[] transforms)
    {
        var folder = "TransformerChain";
        var entries = new List<ZipEntry>();
        foreach (var transform in transforms)
        {
            entries.Add(new($"{folder}/Model.key", "", Chain(2)));
            entries.Add(new($"{folder}/Transform_000/Model.key", "", transform));
            folder += "/Transform_001";
        }
        entries.AddRange(Unzip(Write(Golden())).Where(entry => entry.Name != "Schema").Select(entry =>
            entry with { Name = folder + entry.Name["TransformerChain".Length..] }));
        return Zip(entries);
    }

    [Fact]
    public void An_entry_that_claims_to_be_large_is_refused_before_it_takes_memory()
    {
        foreach (var claim in new[] { 200u << 20, 0x7FFFFFFFu, 0xFFFFFFFEu })
        {
            var zip = Claim(Write(Golden()), claim);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.ThrowsAny<MnistMlException>(() => Read(zip));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
        }
    }

    [Fact]
    public void Names_that_the_file_need_not_hold_are_refused_before_they_take_memory()
    {
        // Written again, each of many parts would bear the long name.
        const int parts = 1000;
        var features = new string('x', 100_000);
        var zip = Zip(Unzip(Write(Networks.Random(1, 1, 2), new ModelColumns(features))).Select(entry => entry.Name switch
        {
            "TransformerChain/Model.key" => entry with { Content = Chain(3) },
            _ when entry.Name.Contains("_000", StringComparison.Ordinal) =>
                entry with { Name = entry.Name.Replace("_000", "_002", StringComparison.Ordinal) },
            _ => entry,
        }).Where(entry => !entry.Name.Contains("_001", StringComparison.Ordinal))
            .Append(new("TransformerChain/Transform_000/Model.key", "", Concatenation("two", features, features)))
            .Append(new("TransformerChain/Transform_001/Model.key", "", Key(MLNetClass.Projection, key =>
            {
                key.Add(parts);
                for (var i = 0; i < parts; i++)
                {
                    key.Add($"{i}");
                    key.Add("two");
                }
                // Two inputs, an output, its weights, an output again, its bias.
                for (var i = 0; i < parts; i++)
                    key.Add((ReadOnlySpan<int>)[2, 1, 0, 0, 1, 0]);
            }))));

        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertUnknown("makes a column '0', which is no part of a layer", zip);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
    }

    static string Chain(int transforms) => Key(MLNetClass.Chain, key =>
    {
        key.Add(transforms);
        for (var i = 0; i < transforms; i++)
            key.Add(7);
    });

    [Fact]
    public void An_entry_that_unpacks_to_more_than_it_claims_is_refused() =>
        AssertDamaged("does not match its checksum", Claim(Write(Golden()), 3));

    [Fact]
    public void A_count_that_the_file_cannot_hold_is_refused_before_it_takes_memory()
    {
        // The numbers of columns, dimensions, rows, and of the means behind the 2 × 2 weights.
        foreach (var at in new[] { 0, 4 + 16, 4 + 16 + 4, 4 + 16 + 8 + 16 })
        {
            foreach (var count in new[] { int.MinValue, -1, 0, 0x10000, 0x40000000, int.MaxValue })
            {
                var zip = Edit("TransformerChain/Transform_000/Model.key",
                    key => BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(0x100 + at), count));
                var before = GC.GetAllocatedBytesForCurrentThread();
                Assert.ThrowsAny<MnistMlException>(() => Read(zip));
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
            }
        }
    }

    [Fact]
    public void Any_truncated_file_is_refused()
    {
        var zip = Write(Golden());
        for (var length = 0; length < zip.Length; length++)
            Assert.ThrowsAny<MnistMlException>(() => Read(zip[..length]));
    }

    [Property(MaxTest = 1000)]
    public void A_file_with_wrong_bytes_is_read_or_refused_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        var zip = Write(random.Next(2) == 0 ? Golden() : Sparse());
        Damage(random, zip);
        AssertReadOrRefused(zip);
    }

    [Property(MaxTest = 1000)]
    public void Entries_with_wrong_bytes_and_right_checksums_are_read_or_refused_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        var entries = Unzip(Write(random.Next(2) == 0 ? Golden() : Sparse())).ToArray();
        var entry = random.Next(entries.Length);
        var content = Convert.FromHexString(entries[entry].Content);
        Damage(random, content);
        entries[entry] = entries[entry] with { Content = Convert.ToHexString(content) };
        AssertReadOrRefused(Zip(entries));
    }

    /// <summary>Overwrites a few numbers with those that are likely to do harm.</summary>
    static void Damage(Random random, byte[] bytes)
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = bytes.AsSpan(random.Next(bytes.Length));
            if (at.Length >= 4 && random.Next(2) == 0)
            {
                var number = random.GetItems([0, -1, 1, int.MaxValue, int.MinValue, bytes.Length], 1)[0];
                BinaryPrimitives.WriteInt32LittleEndian(at, number);
            }
            else
            {
                at[0] ^= (byte)(1 << random.Next(8));
            }
        }
    }

    static void AssertReadOrRefused(byte[] zip)
    {
        try
        {
            Read(zip);
        }
        catch (MnistMlException e)
        {
            Assert.Contains("'model.zip'", e.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>ML.NET may know what it is.</summary>
    static void AssertUnknown(string message, byte[] zip) =>
        Assert.Contains(message, Assert.Throws<UnknownModelException>(() => Read(zip)).Message, StringComparison.Ordinal);

    static void AssertDamaged(string message, byte[] zip)
    {
        var refused = Assert.Throws<MnistMlException>(() => Read(zip)).Message;
        Assert.Contains("'model.zip' is damaged", refused, StringComparison.Ordinal);
        Assert.Contains(message, refused, StringComparison.Ordinal);
    }

    static void AssertRefused(string message, byte[] zip) => AssertFails(message, () => Read(zip));

    static void AssertFails(string message, Action action) =>
        Assert.Contains(message, Assert.ThrowsAny<MnistMlException>(action).Message, StringComparison.Ordinal);

    static TrainedNetwork WithWeight(float weight) => new([new(2, 2, [1, 2, weight, 4], [0, 0])], ["a", "b"]);

    static byte[] Write(TrainedNetwork network, ModelColumns? columns = null)
    {
        using var stream = new MemoryStream();
        ModelZip.Write(network, stream, columns);
        return stream.ToArray();
    }

    static TrainedNetwork Read(byte[] zip) => ModelZip.Read(new MemoryStream(zip), "model.zip");

    /// <summary>An entry; its content in hexadecimal, which compares and prints well.</summary>
    internal sealed record ZipEntry(string Name, string Time, string Content);

    internal static IEnumerable<ZipEntry> Unzip(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            var time = $"{entry.LastWriteTime.DateTime:s}";
            yield return new(entry.FullName, time, Convert.ToHexString(content.ToArray()));
        }
    }

    internal static byte[] Zip(IEnumerable<ZipEntry> entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                using var content = archive.CreateEntry(entry.Name).Open();
                content.Write(Convert.FromHexString(entry.Content));
            }
        }
        return stream.ToArray();
    }

    static string Entry(string name) => Unzip(Write(Golden())).Single(entry => entry.Name == name).Content;

    static string Key(MLNetClass @class, Action<ModelKeyWriter> write)
    {
        using var key = new ModelKeyWriter(@class);
        write(key);
        return Convert.ToHexString(key.Finish().Span);
    }

    static byte[] Replace(string name, string content) => Zip(Unzip(Write(Golden())).Select(entry =>
        entry.Name == name ? entry with { Content = content } : entry));

    static byte[] Edit(string name, Action<byte[]> edit)
    {
        var content = Convert.FromHexString(Entry(name));
        edit(content);
        return Replace(name, Convert.ToHexString(content));
    }

    /// <summary>Sets the unpacked length that the zip's directory claims for every entry.</summary>
    static byte[] Claim(byte[] zip, uint length)
    {
        for (var at = 0; at < zip.Length - 28; at++)
        {
            if (zip.AsSpan(at).StartsWith("PK\u0001\u0002"u8))
                BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at + 24), length);
        }
        return zip;
    }
}
