using MnistMl.Model;
using MnistMl.Numerics;

namespace MnistMl.Network;

/// <summary>A layer in which every input has a weight to every output: y = x·W + b, and an optional ReLU.</summary>
abstract unsafe class FullyConnectedLayer(
    int index, Volume input, int outputs, bool relu, Parameters weights, Parameters biases)
    : TrainableLayer(index, input, Volume.Flat(outputs), weights, biases, relu)
{
    /// <summary>The address of the weight from an input to an output.</summary>
    public abstract float* Weight(int input, int output);

    /// <summary>The address of the bias of an output.</summary>
    public abstract float* Bias(int output);

    public override void Initialize(Random random)
    {
        for (var input = 0; input < Inputs; input++)
        {
            for (var output = 0; output < Outputs; output++)
                *Weight(input, output) = Parameters.HeNormal(Inputs, random);
        }
        WeightsChanged(0, Weights.RowCount);
    }

    /// <summary>Copies the weights and biases of a trained layer.</summary>
    public void Set(AffineLayer layer)
    {
        for (var output = 0; output < Outputs; output++)
        {
            for (var input = 0; input < Inputs; input++)
                *Weight(input, output) = layer.Weights[output * Inputs + input];
            *Bias(output) = layer.Biases[output];
        }
        WeightsChanged(0, Weights.RowCount);
    }

    /// <summary>A copy of the weights and biases, for inputs not yet multiplied by <paramref name="scale"/>.</summary>
    /// <param name="scale">[inputs]: the factor of each input in training; empty for 1.</param>
    public AffineLayer ToTrained(ReadOnlySpan<float> scale)
    {
        var affine = new AffineLayer(Inputs, Outputs, new float[Inputs * Outputs], new float[Outputs]);
        for (var output = 0; output < Outputs; output++)
        {
            for (var input = 0; input < Inputs; input++)
                affine.Weights[output * Inputs + input] = *Weight(input, output) * (scale.IsEmpty ? 1 : scale[input]);
            affine.Biases[output] = *Bias(output);
        }
        return affine;
    }
}
