using MnistMl.Augmentation;
using MnistMl.Data;
using MnistMl.Network;
using MnistMl.Training;

namespace MnistMl.Tests.Training;

/// <summary>What the mini-batches make of the examples.</summary>
public sealed class TrainingBatchesTests
{
    [Fact]
    public void Each_image_is_augmented_as_one_of_its_class()
    {
        const int size = 28, rows = 40, batch = 16;
        var stem = new byte[size * size];
        for (var y = 4; y < 24; y++)
            stem.AsSpan(y * size + 13, 3).Fill(byte.MaxValue);
        // The class of that name is not the one of that number.
        var dataset = new Dataset(
            Enumerable.Repeat(stem, rows).SelectMany(pixels => pixels).ToArray(), Enumerable.Range(0, rows).Select(row => row % 3).ToArray(), size * size, ["7", "0", "1"]);
        var options = new TrainingOptions { BatchSize = batch, Epochs = 1, NumberOfThreads = 1, Augmentation = AugmentationOptions.Parse("flag 1") };

        var batches = new TrainingBatches(TrainingSet.From(dataset), options, isSparse: false);
        batches.Shuffle(epoch: 1);
        for (var step = 0; step < batches.StepsPerEpoch; step++)
        {
            batches.Augment(epoch: 1, step, thread: 0);
            var (examples, places) = (batches.Examples(step).ToArray(), batches.Rows(step).ToArray());
            Assert.All(examples.Zip(places), pair =>
                Assert.Equal(pair.First % 3 == 2, !((ByteMatrix)batches.Input).Row(pair.Second).SequenceEqual(stem)));
        }
    }
}
