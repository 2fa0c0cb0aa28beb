using MnistMl.Model;

namespace MnistMl.Tests.Training.Reference;

/// <summary>The mean or the greatest number of each channel in each position of a window.</summary>
sealed class ReferencePooling : ReferenceLayer
{
    readonly bool _isMaximum;
    readonly int _inputCount;

    /// <summary>[outputs][places of the window]: the inputs that an output is made of.</summary>
    readonly int[][] _seen;

    double[][] _inputs = [];

    public ReferencePooling(Pooling2D options, ImageShape input)
    {
        var window = new ReferenceWindow(input, options.Height, options.Width, options.Stride);
        Output = new(window.OutputHeight, window.OutputWidth, input.Channels);
        _isMaximum = options is MaxPooling2D;
        _inputCount = input.Count;
        _seen = [.. Enumerable.Range(0, Output.Count).Select(output => window.Views()
            .Where(view => view.Output == output / input.Channels)
            .Select(view => view.Position * input.Channels + output % input.Channels).ToArray())];
    }

    public ImageShape Output { get; }

    public override double[][] Forward(double[][] inputs, bool training)
    {
        _inputs = inputs;
        return [.. inputs.Select(row => _seen.Select(places =>
            _isMaximum ? places.Max(place => row[place]) : places.Average(place => row[place])).ToArray())];
    }

    public override double[][] Backward(double[][] δ)
    {
        var δInputs = Zeros(δ.Length, _inputCount);
        for (var row = 0; row < δ.Length; row++)
        {
            for (var o = 0; o < _seen.Length; o++)
            {
                if (_isMaximum)
                {
                    δInputs[row][_seen[o].MaxBy(place => _inputs[row][place])] += δ[row][o];
                    continue;
                }
                foreach (var place in _seen[o])
                    δInputs[row][place] += δ[row][o] / _seen[o].Length;
            }
        }
        return δInputs;
    }
}
