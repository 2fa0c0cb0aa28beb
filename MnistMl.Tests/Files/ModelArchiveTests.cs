using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Tests.Model;

namespace MnistMl.Tests.Files;

/// <summary>Model zips of which something has changed since they were written.</summary>
public sealed class ModelArchiveTests
{
    const string Name = "mnist.zip";

    [Theory]
    [InlineData("12, 7")]
    [InlineData("conv 2 2x2 +1, average 2x2, dense 3")]
    public void A_bit_that_has_changed_in_an_entry_is_found_wherever_it_is(string network)
    {
        // Not deflated, so that nothing but the checksum can tell.
        var zip = Stored(Networks.Images(1, NetworkParser.Parse(network), featureCount: 25));
        Assert.NotNull(Read(zip));
        var entries = Entries(zip).ToArray();
        // Schemas, too, which only ML.NET needs.
        Assert.Contains("Schema", entries.Select(entry => entry.Name));
        Assert.True(entries.Length > 7);
        foreach (var (name, start, length) in entries)
        {
            foreach (var place in Enumerable.Range(0, length).Where(place => place % 37 == 0 || place == length - 1))
            {
                zip[start + place] ^= 1;
                var refused = Assert.Throws<MnistMlException>(() => Read(zip));
                zip[start + place] ^= 1;

                Assert.Equal(
                    $"The model file '{Name}' is damaged: {name} does not match its checksum. Restore it from a copy, or train the model again.",
                    refused.Message);
            }
        }
    }

    static TrainedNetwork Read(byte[] zip) => ModelZip.Read(new MemoryStream(zip), Name);

    /// <summary>A model zip with its entries as they are.</summary>
    static byte[] Stored(TrainedNetwork network)
    {
        using MemoryStream deflated = new(), stored = new();
        ModelZip.Write(network, deflated);
        using (var source = new ZipArchive(deflated, ZipArchiveMode.Read, leaveOpen: true))
        using (var archive = new ZipArchive(stored, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in source.Entries)
            {
                using Stream content = entry.Open(), copy = archive.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                content.CopyTo(copy);
            }
        }
        return stored.ToArray();
    }

    /// <summary>Where the content of each entry is, by the headers before them.</summary>
    static IEnumerable<(string Name, int Start, int Length)> Entries(byte[] zip)
    {
        for (var header = 0; zip.AsSpan(header, 4).SequenceEqual("PK\x03\x04"u8);)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(zip.AsSpan(header + 18));
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(header + 26));
            var start = header + 30 + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(header + 28));
            yield return (Encoding.UTF8.GetString(zip, header + 30, nameLength), start, length);
            header = start + length;
        }
    }
}
