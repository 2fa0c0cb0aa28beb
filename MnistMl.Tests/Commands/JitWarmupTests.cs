using MnistMl.Commands;
using MnistMl.Model;
using MnistMl.Training;

namespace MnistMl.Tests.Commands;

public sealed class JitWarmupTests
{
    [Theory]
    [InlineData("16,8", "model.zip")]
    [InlineData("conv 4 5x5 /2, dropout 0.2, 8", "model.zip")]
    [InlineData("conv 4 5x5 /2, max 2x2, 8", "model.onnx")]
    public async Task It_trains_a_few_steps(string network, string output)
    {
        using var warmup = new JitWarmup(output, Recipe.Fast.Options with { HiddenLayers = NetworkParser.Parse(network) });

        var result = await warmup.Training;

        Assert.False(result!.IsCancelled);
        Assert.InRange(result.History.Count, 2, 10);
    }

    [Fact]
    public async Task It_ends_when_it_is_told_to()
    {
        var options = Recipe.Accurate.Options with { HiddenLayers = NetworkParser.Parse("conv 32 3x3, conv 64 3x3, conv 64 3x3 /4, 20") };
        var warmup = new JitWarmup("model.zip", options);

        warmup.Dispose();

        Assert.True(warmup.Training.IsCompleted);
        Assert.True((await warmup.Training)!.IsCancelled);
    }

    [Theory]
    [InlineData("conv 4 29x29, 8")]
    [InlineData("100000000")]
    [InlineData("2000000000,2000000000")]
    [InlineData("6000")]
    public async Task What_does_not_fit_its_rows_or_is_too_large_is_left_to_the_real_training(string network)
    {
        using var warmup = new JitWarmup("model.zip", Recipe.Fast.Options with { HiddenLayers = NetworkParser.Parse(network) });
        Assert.Null(await warmup.Training);
    }

    [Fact]
    public async Task It_takes_no_more_rows_than_it_needs_for_any_batch_size()
    {
        using var warmup = new JitWarmup("model.zip", Recipe.Baseline.Options with { BatchSize = int.MaxValue });
        Assert.NotNull(await warmup.Training);
    }
}
