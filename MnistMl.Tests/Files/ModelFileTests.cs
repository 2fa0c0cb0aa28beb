using MnistMl.Files;
using MnistMl.Model;

namespace MnistMl.Tests.Files;

/// <summary>What may be trained, by the file that the network is for.</summary>
public sealed class ModelFileTests
{
    static readonly string[] _digits = [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")];

    [Theory]
    [InlineData("conv 512 3x3, conv 512 3x3", "fewer channels", null)]
    [InlineData("conv 512 3x3, max 2x2, conv 512 3x3", null, null)]
    [InlineData("20000, 10000", "215,810,010 numbers", "215,810,010 numbers")]
    [InlineData("conv 4 5x5, conv 4 25x25", "Layer 2", "Layer 2")]
    [InlineData("conv 8 5x5 /2, average 2x2, dense 32", null, null)]
    public void What_no_file_can_hold_is_refused_before_the_training(string network, string? forMLNet, string? asOnnx)
    {
        Check(forMLNet, asOnnx: false);
        Check(asOnnx, asOnnx: true);

        void Check(string? mention, bool asOnnx)
        {
            void Refuse() => ModelLimits.ThrowIfUnwritable(NetworkParser.Parse(network), ensembleSize: 1, featureCount: 784, _digits, asOnnx);
            if (mention == null)
                Refuse();
            else
                Assert.Contains(mention, Assert.Throws<MnistMlException>(Refuse).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("pipe.onnx")]
    [InlineData("pipe.zip")]
    public void A_pipe_is_refused_and_not_waited_for(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes with a name are made here as on Linux.");
        var folder = Directory.CreateTempSubdirectory("mnistml-").FullName;
        var path = Path.Join(folder, name);
        using (var make = System.Diagnostics.Process.Start("mkfifo", [path]))
            make.WaitForExit();

        Assert.Equal($"'{path}' is a pipe or a device. Name an ordinary file.", Assert.Throws<MnistMlException>(() => ModelFile.Read(path)).Message);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void As_many_layers_as_no_file_is_read_with_are_refused_before_the_training()
    {
        var max = Enumerable.Repeat((LayerSpec)1, ModelLimits.MaxLayers - 1).Append(new Dropout(0.1)).ToArray();
        ModelLimits.ThrowIfUnwritable(max, ensembleSize: 1, featureCount: 4, _digits, asOnnx: true);
        Assert.Contains("1,001 layers", Assert.Throws<MnistMlException>(
            () => ModelLimits.ThrowIfUnwritable([.. max, 1], ensembleSize: 1, featureCount: 4, _digits, asOnnx: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_numbers_of_a_network_come_to_takes_no_memory_to_see()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        ModelLimits.ThrowIfUnwritable(NetworkParser.Parse("conv 64 3x3, dense 1000"), ensembleSize: 1, featureCount: 784, _digits, asOnnx: true);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Labels_that_no_file_can_hold_are_refused_before_the_training(bool asOnnx)
    {
        Refuse("not valid Unicode", "\uD800");
        Refuse("more than 1 MB in all", new string('a', 1 << 20));

        void Refuse(string mention, string label)
        {
            var refused = Assert.Throws<MnistMlException>(
                () => ModelLimits.ThrowIfUnwritable([], ensembleSize: 1, featureCount: 784, ["b", label], asOnnx));
            Assert.Contains(mention, refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("mnist.onnx", true)]
    [InlineData("MNIST.ONNX", true)]
    [InlineData("mnist.zip", false)]
    [InlineData("onnx", false)]
    public void The_name_says_the_format(string path, bool isOnnx) => Assert.Equal(isOnnx, ModelFile.IsOnnx(path));
}
