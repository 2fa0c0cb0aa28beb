using MnistMl.Model;

namespace MnistMl.Tests.Model;

public sealed class TrainedNetworkTests
{
    [Fact]
    public void A_pooling_does_not_come_first()
    {
        foreach (var pooling in (LayerSpec[])[new AveragePooling2D(2, 2, 2), new MaxPooling2D(2, 2, 2)])
        {
            var first = new SpatialLayer(pooling, new(4, 4, 1), [], []);

            var refused = Assert.Throws<ArgumentException>(
                () => new TrainedNetwork([new(4, 1, new float[4], [0])], ["one"], [first]));

            Assert.StartsWith(
                "A pooling cannot come first. Put a convolution before it.", refused.Message, StringComparison.Ordinal);
        }
    }
}
