namespace MnistMl.Tests.Network;

/// <summary>Batch normalization by its definition, in doubles, one channel after the other.</summary>
static class ReferenceNormalization
{
    /// <summary>Each channel's mean and variance.</summary>
    /// <param name="images">[rows][positions, channels]</param>
    /// <param name="channels">Number of channels.</param>
    public static (double[] Means, double[] Variances) Statistics(double[][] images, int channels)
    {
        var byChannel = Enumerable.Range(0, channels)
            .Select(channel => images.SelectMany(image => image.Where((_, i) => i % channels == channel)).ToArray()).ToArray();
        return ([.. byChannel.Select(Enumerable.Average)], [.. byChannel.Select(numbers => numbers.Average(x => Math.Pow(x - numbers.Average(), 2)))]);
    }

    /// <summary>The images normalized by their own statistics, and their ReLU.</summary>
    public static double[][] NormalizeRelu(double[][] images, double[] scales, double[] biases)
    {
        var (means, variances) = Statistics(images, scales.Length);
        return [.. images.Select(image => image.Select((x, i) =>
        {
            var channel = i % scales.Length;
            return Math.Max(0, (x - means[channel]) / Math.Sqrt(variances[channel] + 1e-5) * scales[channel] + biases[channel]);
        }).ToArray())];
    }
}
