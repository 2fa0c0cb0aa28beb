using MnistMl.Models;
using MnistMl.Training;

namespace MnistMl.Tests.Models;

/// <summary>What may be trained, by the file that the network is for.</summary>
public sealed class ModelFileTests
{
    [Theory]
    [InlineData("conv 512 3x3, conv 512 3x3", "fewer channels", null)]
    [InlineData("conv 8 5x5, max 2x2", "'max 2x2 /2' cannot be saved for ML.NET", null)]
    [InlineData("20000, 10000", "215,810,010 numbers", "215,810,010 numbers")]
    [InlineData("conv 4 5x5, conv 4 25x25", "Layer 2", "Layer 2")]
    [InlineData("conv 8 5x5 /2, average 2x2, dense 32", null, null)]
    public void What_no_file_can_hold_is_refused_before_the_training(string network, string? forMLNet, string? asOnnx)
    {
        Check(forMLNet, asOnnx: false);
        Check(asOnnx, asOnnx: true);

        void Check(string? mention, bool asOnnx)
        {
            void Refuse() => ModelFile.RefuseUnwritable(NetworkText.Parse(network), features: 784, classes: 10, asOnnx);
            if (mention == null)
                Refuse();
            else
                Assert.Contains(mention, Assert.Throws<MnistMlException>(Refuse).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("mnist.onnx", true)]
    [InlineData("MNIST.ONNX", true)]
    [InlineData("mnist.zip", false)]
    [InlineData("onnx", false)]
    public void The_name_says_the_format(string path, bool isOnnx) => Assert.Equal(isOnnx, ModelFile.IsOnnx(path));
}
