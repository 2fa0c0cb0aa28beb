using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

/// <summary>Which outputs training leaves out from step to step, as seen from outside.</summary>
public sealed class DropoutInTrainingTests
{
    static readonly TrainingOptions _options = new()
    {
        HiddenLayers = [256, new Dropout(0.9)],
        BatchSize = 1,
        Optimizer = new Sgd(Momentum: 0),
        LearningRate = 1e-4,
        Schedule = new ConstantRate(),
    };

    /// <summary>Nine in ten outputs miss any one step, one in eight would still miss all of twenty, and none misses hundreds.</summary>
    [Theory]
    [InlineData(1, 400, true)]
    [InlineData(1, 400, false)]
    [InlineData(400, 1, true)]
    [InlineData(400, 1, false)]
    [InlineData(20, 20, true)]
    [InlineData(20, 20, false)]
    public void Each_step_of_each_epoch_leaves_out_others(int rows, int epochs, bool sparse)
    {
        var data = Alike(rows, sparse);

        var learning = Learning(_options with { HiddenLayers = [256] });

        Assert.InRange(learning.Length, 64, 192);
        Assert.Equal(learning, Learning(_options));

        // A bias is zero until its output first has a part in a step: here all that the row makes positive.
        int[] Learning(TrainingOptions options) =>
        [
            .. Trainer.Train(data, null, options with { Epochs = epochs }).Network.Layers[0].Biases
                .Index().Where(bias => bias.Item != 0).Select(bias => bias.Index),
        ];
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Where_the_weights_stand_still_each_epochs_loss_is_another_for_its_masks_alone(bool sparse)
    {
        const int Epochs = 50;
        var data = Alike(rows: 1, sparse);
        // As a float it is zero.
        var options = _options with { LearningRate = 1e-300, Epochs = Epochs };

        Assert.Equal(1, Losses(options with { HiddenLayers = [256] }));
        Assert.Equal(Epochs, Losses(options));

        int Losses(TrainingOptions options) =>
            Trainer.Train(data, null, options).History.Select(epoch => epoch.TrainLoss).Distinct().Count();
    }

    /// <summary>One row many times over: whatever differs from step to step is not the row.</summary>
    static Dataset Alike(int rows, bool sparse)
    {
        byte[] row = [.. Enumerable.Range(0, 40).Select(i => (byte)(sparse && i % 5 > 0 ? 0 : 100 + i))];
        return new(Enumerable.Repeat(row, rows).SelectMany(pixels => pixels).ToArray(), new int[rows], row.Length, ["this", "other"]);
    }
}
