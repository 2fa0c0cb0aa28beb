namespace MnistMl.Tests.Training.Reference;

/// <summary>A layer whose outputs are sums of products of inputs and weights, each with the bias of its channel.</summary>
/// <param name="weights">The weights at first.</param>
/// <param name="biases">The biases at first, [channels].</param>
/// <param name="hasBias">Whether the biases are learned.</param>
/// <param name="inputCount">Inputs of a row.</param>
/// <param name="outputCount">Outputs of a row: at each position one of each channel.</param>
/// <param name="products">Every product that is added up: of which input and which weight, for which output.</param>
abstract class ReferenceAffine(
    float[] weights, float[] biases, bool hasBias, int inputCount, int outputCount,
    IEnumerable<(int Input, int Weight, int Output)> products) : ReferenceLayer
{
    readonly ReferenceParameters _weights = new(ToDoubles(weights), decays: true);
    readonly ReferenceParameters _biases = new(ToDoubles(biases), decays: false);
    readonly (int Input, int Weight, int Output)[] _products = [.. products];
    double[][] _inputs = [];

    public override IReadOnlyList<ReferenceParameters> Parameters => hasBias ? [_weights, _biases] : [_weights];

    public override double[][] Forward(double[][] inputs, bool training)
    {
        _inputs = inputs;
        var outputs = Zeros(inputs.Length, outputCount);
        for (var row = 0; row < inputs.Length; row++)
        {
            for (var o = 0; o < outputCount; o++)
                outputs[row][o] = _biases.Values[o % biases.Length];
            foreach (var (i, w, o) in _products)
                outputs[row][o] += inputs[row][i] * _weights.Values[w];
        }
        return outputs;
    }

    public override double[][] Backward(double[][] δ)
    {
        Array.Clear(_weights.Gradient);
        Array.Clear(_biases.Gradient);
        var δInputs = Zeros(δ.Length, inputCount);
        for (var row = 0; row < δ.Length; row++)
        {
            for (var o = 0; o < outputCount; o++)
                _biases.Gradient[o % biases.Length] += δ[row][o];
            foreach (var (i, w, o) in _products)
            {
                _weights.Gradient[w] += δ[row][o] * _inputs[row][i];
                δInputs[row][i] += δ[row][o] * _weights.Values[w];
            }
        }
        return δInputs;
    }
}
