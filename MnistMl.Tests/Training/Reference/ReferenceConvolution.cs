using MnistMl.Model;

namespace MnistMl.Tests.Training.Reference;

/// <summary>The same weights for each position of a window.</summary>
sealed class ReferenceConvolution : ReferenceLayer
{
    /// <summary>[channels, places of the window, input channels]</summary>
    readonly ReferenceParameters _weights;

    /// <summary>[channels]</summary>
    readonly ReferenceParameters _biases;

    readonly bool _hasBias;
    readonly int _inputCount, _places, _inputChannels;
    readonly (int Output, int Place, int Position)[] _views;
    double[][] _inputs = [];

    /// <param name="options">The window.</param>
    /// <param name="input">What it goes over.</param>
    /// <param name="initial">Weights and biases at first.</param>
    /// <param name="hasBias">Whether there are biases: not where batch normalization follows, which has some.</param>
    public ReferenceConvolution(
        Conv2D options, ImageShape input, (float[] Weights, float[] Biases) initial, bool hasBias)
    {
        var window = new ReferenceWindow(input, options.Height, options.Width, options.Stride, options.Padding);
        _views = [.. window.Views()];
        (_inputCount, _places, _inputChannels) = (input.Count, options.Height * options.Width, input.Channels);
        _weights = new(ToDoubles(initial.Weights), decays: true);
        _biases = new(ToDoubles(initial.Biases), decays: false);
        _hasBias = hasBias;
        Output = new(window.OutputHeight, window.OutputWidth, options.Channels);
    }

    public ImageShape Output { get; }

    public override IReadOnlyList<ReferenceParameters> Parameters => _hasBias ? [_weights, _biases] : [_weights];

    public override double[][] Forward(double[][] inputs, bool training)
    {
        _inputs = inputs;
        var outputs = Zeros(inputs.Length, Output.Count);
        for (var row = 0; row < inputs.Length; row++)
        {
            for (var o = 0; o < Output.Count; o++)
                outputs[row][o] = _biases.Values[o % Output.Channels];
            foreach (var (i, w, o) in Products())
                outputs[row][o] += inputs[row][i] * _weights.Values[w];
        }
        return outputs;
    }

    public override double[][] Backward(double[][] δ)
    {
        Array.Clear(_weights.Gradient);
        Array.Clear(_biases.Gradient);
        var δInputs = Zeros(δ.Length, _inputCount);
        for (var row = 0; row < δ.Length; row++)
        {
            for (var o = 0; o < Output.Count; o++)
                _biases.Gradient[o % Output.Channels] += δ[row][o];
            foreach (var (i, w, o) in Products())
            {
                _weights.Gradient[w] += δ[row][o] * _inputs[row][i];
                δInputs[row][i] += δ[row][o] * _weights.Values[w];
            }
        }
        return δInputs;
    }

    /// <summary>Every product that is added up: of which input and which weight, for which output.</summary>
    IEnumerable<(int Input, int Weight, int Output)> Products()
    {
        foreach (var (output, place, position) in _views)
        {
            for (var channel = 0; channel < Output.Channels; channel++)
            {
                for (var inputChannel = 0; inputChannel < _inputChannels; inputChannel++)
                {
                    yield return (
                        position * _inputChannels + inputChannel,
                        (channel * _places + place) * _inputChannels + inputChannel,
                        output * Output.Channels + channel);
                }
            }
        }
    }
}
