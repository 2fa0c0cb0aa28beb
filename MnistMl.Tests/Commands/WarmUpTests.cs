using MnistMl.Commands;
using MnistMl.Training;

namespace MnistMl.Tests.Commands;

public sealed class WarmUpTests
{
    [Theory]
    [InlineData("16,8", "model.zip")]
    [InlineData("conv 4 5x5 /2, dropout 0.2, 8", "model.zip")]
    [InlineData("conv 4 5x5 /2, max 2x2, 8", "model.onnx")]
    public void It_ends_when_it_is_told_to(string network, string output)
    {
        var options = Recipe.Fast.Options with { HiddenLayers = NetworkText.Parse(network) };
        var warmUp = new WarmUp(output, options);
        warmUp.Dispose();
        Assert.True(warmUp.Training.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("conv 4 29x29, 8", "model.onnx")]
    [InlineData("conv 4 5x5 /2, max 2x2, 8", "model.zip")]
    [InlineData("100000000", "model.zip")]
    public async Task What_does_not_fit_its_rows_is_no_failure_yet(string network, string output)
    {
        var options = Recipe.Fast.Options with { HiddenLayers = NetworkText.Parse(network) };
        using var warmUp = new WarmUp(output, options);
        await warmUp.Training;
    }
}
