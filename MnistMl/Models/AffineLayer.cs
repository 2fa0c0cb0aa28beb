using System.Numerics.Tensors;

namespace MnistMl.Models;

/// <summary>The map y = W·x + b.</summary>
/// <param name="Inputs">Length of x.</param>
/// <param name="Outputs">Length of y.</param>
/// <param name="Weights">W, [outputs, inputs], row by row.</param>
/// <param name="Biases">b, [outputs].</param>
public sealed record AffineLayer(int Inputs, int Outputs, float[] Weights, float[] Biases)
{
    /// <summary>The one map that has the effect of two.</summary>
    /// <param name="before">The map that comes first: its y is this one's x.</param>
    public AffineLayer After(AffineLayer before)
    {
        var both = new AffineLayer(before.Inputs, Outputs, new float[before.Inputs * Outputs], (float[])Biases.Clone());
        for (var output = 0; output < Outputs; output++)
        {
            var weights = both.Weights.AsSpan(output * before.Inputs, before.Inputs);
            for (var i = 0; i < Inputs; i++)
            {
                var weight = Weights[output * Inputs + i];
                if (weight == 0)
                    continue;
                both.Biases[output] += weight * before.Biases[i];
                TensorPrimitives.MultiplyAdd(before.Weights.AsSpan(i * before.Inputs, before.Inputs), weight, weights, weights);
            }
        }
        return both;
    }
}
