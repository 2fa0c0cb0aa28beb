namespace MnistMl.Model;

/// <summary>The map y = W·x + b.</summary>
/// <param name="Inputs">Length of x.</param>
/// <param name="Outputs">Length of y.</param>
/// <param name="Weights">W, [outputs, inputs], row by row.</param>
/// <param name="Biases">b, [outputs].</param>
public sealed record AffineLayer(int Inputs, int Outputs, float[] Weights, float[] Biases);
