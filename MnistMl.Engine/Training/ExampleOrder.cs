using MnistMl.Numerics;

namespace MnistMl.Training;

/// <summary>
/// The order in which an epoch takes the examples: a random permutation that follows from seed and epoch alone, so that a
/// training may go on at any epoch.
/// </summary>
static class ExampleOrder
{
    /// <summary>Stands in for an example's number: no example's augmentation draws the same numbers.</summary>
    const int Stream = -1;

    /// <summary>Writes an epoch's order (Fisher and Yates 1938, in Durstenfeld's form, 1964).</summary>
    /// <param name="order">[examples], to be written: each number from 0 once.</param>
    /// <param name="seed">The training's seed.</param>
    /// <param name="epoch">The epoch's number, from 1.</param>
    public static void Fill(Span<int> order, int seed, int epoch)
    {
        var random = SplitMix64.For(seed, epoch, Stream);
        for (var i = 0; i < order.Length; i++)
        {
            var place = random.NextBelow(i + 1);
            order[i] = order[place];
            order[place] = i;
        }
    }
}
