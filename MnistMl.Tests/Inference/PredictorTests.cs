using MnistMl.Inference;
using MnistMl.Model;

namespace MnistMl.Tests.Inference;

public sealed class PredictorTests
{
    /// <summary>Its logits are one feature, the other, and the other again.</summary>
    static readonly Predictor _predictor = new(new TrainedNetwork(
        [new AffineLayer(2, 3, [1, 0, 0, 1, 0, 1], new float[3])], ["a", "b", "c"]));

    [Fact]
    public void Of_equally_probable_classes_the_first_comes_first()
    {
        Assert.Equal("b", _predictor.Predict((float[])[0, 1]).ClassName);
        Assert.Equal("a", _predictor.Predict((byte[])[0, 0]).ClassName);
        Assert.Equal(["b", "c", "a"], _predictor.TopK((float[])[0, 1], 3).Select(entry => entry.ClassName));
    }

    [Fact]
    public void Floats_after_bytes_are_read_as_floats()
    {
        Assert.Equal("a", _predictor.Predict((byte[])[9, 0]).ClassName);
        Assert.Equal("b", _predictor.Predict((float[])[0, 9]).ClassName);
        Assert.Equal("a", _predictor.Predict((byte[])[9, 0]).ClassName);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(4, 7)]
    public void Features_that_are_not_whole_examples_or_another_room_are_refused(int features, int room)
    {
        Assert.Throws<ArgumentException>(() => _predictor.Probabilities(new float[features], new float[room]));
        Assert.Throws<ArgumentException>(() => _predictor.Probabilities(new byte[features], new float[room]));
    }
}
