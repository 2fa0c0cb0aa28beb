using MnistMl.Model;

namespace MnistMl.Tests.Training.Reference;

/// <summary>The same weights for each position of a window: [channels, places of the window, input channels].</summary>
sealed class ReferenceConvolution : ReferenceAffine
{
    /// <param name="options">The window.</param>
    /// <param name="input">What it goes over.</param>
    /// <param name="initial">Weights and biases at first.</param>
    /// <param name="hasBias">Whether there are biases: not where batch normalization follows, which has some.</param>
    public ReferenceConvolution(
        Conv2D options, ImageShape input, (float[] Weights, float[] Biases) initial, bool hasBias)
        : this(new(input, options.Height, options.Width, options.Stride, options.Padding), options.Channels, initial, hasBias)
    {
    }

    ReferenceConvolution(ReferenceWindow window, int channels, (float[] Weights, float[] Biases) initial, bool hasBias)
        : base(
            initial.Weights, initial.Biases, hasBias, window.Input.Count, window.OutputHeight * window.OutputWidth * channels,
            Products(window, channels))
    {
        Output = new(window.OutputHeight, window.OutputWidth, channels);
    }

    public ImageShape Output { get; }

    static IEnumerable<(int Input, int Weight, int Output)> Products(ReferenceWindow window, int channels) =>
        from view in window.Views()
        from channel in Enumerable.Range(0, channels)
        from inputChannel in Enumerable.Range(0, window.Input.Channels)
        select (
            view.Position * window.Input.Channels + inputChannel,
            (channel * window.Height * window.Width + view.Place) * window.Input.Channels + inputChannel,
            view.Output * channels + channel);
}
