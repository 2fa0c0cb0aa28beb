using MnistMl.Model;

namespace MnistMl.Tests.Model;

public sealed class TrainedNetworkTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a")]
    public void Class_names_are_different_texts_and_none_is_empty(string second)
    {
        var layer = new AffineLayer(1, 2, new float[2], new float[2]);
        var refused = Assert.Throws<ArgumentException>(() => new TrainedNetwork([layer], ["a", second]));
        Assert.Contains("not all different texts", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dropout 0.5, dense 4")]
    [InlineData("dense 4, dropout 0.5, dropout 0.5")]
    public void A_dropout_comes_once_after_a_layer_with_outputs(string network) => Assert.Contains(
        "after a layer with outputs to drop, once",
        Assert.Throws<MnistMlException>(() => LayerShape.Of(4, NetworkParser.Parse(network), classCount: 2)).Message,
        StringComparison.Ordinal);

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
