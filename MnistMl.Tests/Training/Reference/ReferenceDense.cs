namespace MnistMl.Tests.Training.Reference;

/// <summary>y = W·x + b</summary>
/// <param name="weights">W, [outputs, inputs].</param>
/// <param name="biases">b, [outputs].</param>
sealed class ReferenceDense(float[] weights, float[] biases) : ReferenceLayer
{
    readonly int _inputCount = weights.Length / biases.Length, _outputCount = biases.Length;
    readonly ReferenceParameters _weights = new(ToDoubles(weights), decays: true);
    readonly ReferenceParameters _biases = new(ToDoubles(biases), decays: false);
    double[][] _inputs = [];

    public override IReadOnlyList<ReferenceParameters> Parameters => [_weights, _biases];

    public override double[][] Forward(double[][] inputs, bool training)
    {
        _inputs = inputs;
        var outputs = Zeros(inputs.Length, _outputCount);
        for (var row = 0; row < inputs.Length; row++)
        {
            for (var o = 0; o < _outputCount; o++)
            {
                outputs[row][o] = _biases.Values[o];
                for (var i = 0; i < _inputCount; i++)
                    outputs[row][o] += _weights.Values[o * _inputCount + i] * inputs[row][i];
            }
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
            for (var o = 0; o < _outputCount; o++)
            {
                _biases.Gradient[o] += δ[row][o];
                for (var i = 0; i < _inputCount; i++)
                {
                    _weights.Gradient[o * _inputCount + i] += δ[row][o] * _inputs[row][i];
                    δInputs[row][i] += δ[row][o] * _weights.Values[o * _inputCount + i];
                }
            }
        }
        return δInputs;
    }
}
