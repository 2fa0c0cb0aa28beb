using MnistMl.Model;

namespace MnistMl.Tests.Network;

/// <summary>Convolutions and poolings as the textbook has them: in doubles, one number after the other.</summary>
/// <param name="input">The image, without its padding.</param>
/// <param name="window">What an output sees of it.</param>
/// <param name="channels">Outputs at a position.</param>
sealed class ReferenceImage(Volume input, Window window, int channels)
{
    public int Height => (input.Height + 2 * window.Padding - window.Height) / window.Stride + 1;

    public int Width => (input.Width + 2 * window.Padding - window.Width) / window.Stride + 1;

    public int Outputs => Height * Width * channels;

    public int Weights => window.Height * window.Width * input.Channels * channels;

    /// <summary>Every product that a convolution adds up: of which input and which weight, for which output.</summary>
    public IEnumerable<(int Input, int Weight, int Output)> Products()
    {
        foreach (var place in Places())
        {
            for (var inputChannel = 0; inputChannel < input.Channels; inputChannel++)
            {
                for (var channel = 0; channel < channels; channel++)
                {
                    yield return (
                        place.Input * input.Channels + inputChannel,
                        (place.Tap * input.Channels + inputChannel) * channels + channel,
                        place.Output * channels + channel);
                }
            }
        }
    }

    public double[] Convolution(double[] source, double[] weights, double[] biases)
    {
        var outputs = Enumerable.Range(0, Outputs).Select(i => biases[i % channels]).ToArray();
        foreach (var (i, w, o) in Products())
            outputs[o] += source[i] * weights[w];
        return outputs;
    }

    /// <summary>What <paramref name="pool"/> makes of each window's numbers in each channel.</summary>
    public double[] Pooling(double[] source, Func<IEnumerable<double>, double> pool)
    {
        var outputs = new double[Outputs];
        foreach (var places in Places().GroupBy(place => place.Output))
        {
            for (var channel = 0; channel < channels; channel++)
                outputs[places.Key * channels + channel] = pool(places.Select(place => source[place.Input * channels + channel]));
        }
        return outputs;
    }

    /// <summary>Every position that every window sees, by its number in the window and in the input.</summary>
    IEnumerable<(int Input, int Tap, int Output)> Places()
    {
        for (var output = 0; output < Height * Width; output++)
        {
            for (var tap = 0; tap < window.Height * window.Width; tap++)
            {
                var y = output / Width * window.Stride + tap / window.Width - window.Padding;
                var x = output % Width * window.Stride + tap % window.Width - window.Padding;
                if (y >= 0 && y < input.Height && x >= 0 && x < input.Width)
                    yield return (y * input.Width + x, tap, output);
            }
        }
    }
}
