namespace MnistMl.Tests.Training.Reference;

/// <summary>y = W·x + b</summary>
/// <param name="weights">W, [outputs, inputs].</param>
/// <param name="biases">b, [outputs].</param>
sealed class ReferenceDense(float[] weights, float[] biases) : ReferenceAffine(
    weights, biases, hasBias: true, weights.Length / biases.Length, biases.Length, Products(weights.Length / biases.Length, biases.Length))
{
    static IEnumerable<(int Input, int Weight, int Output)> Products(int inputs, int outputs) =>
        from output in Enumerable.Range(0, outputs)
        from input in Enumerable.Range(0, inputs)
        select (input, output * inputs + input, output);
}
