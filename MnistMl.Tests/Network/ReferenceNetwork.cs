namespace MnistMl.Tests.Network;

/// <summary>A multilayer perceptron as the textbook has it: in doubles, one number after the other.</summary>
/// <param name="weights">By layer, [inputs][outputs].</param>
/// <param name="biases">By layer, [outputs].</param>
sealed class ReferenceNetwork(double[][][] weights, double[][] biases)
{
    public double[][][] Weights => weights;

    public double[][] Biases => biases;

    public double[] Logits(double[] input)
    {
        var values = input;
        for (var layer = 0; layer < weights.Length; layer++)
        {
            var outputs = (double[])biases[layer].Clone();
            for (var i = 0; i < values.Length; i++)
            {
                var (value, row) = (values[i], weights[layer][i]);
                for (var o = 0; o < outputs.Length; o++)
                    outputs[o] += value * row[o];
            }
            if (layer < weights.Length - 1)
                outputs = [.. outputs.Select(x => Math.Max(x, 0))];
            values = outputs;
        }
        return values;
    }

    public double[] Probabilities(double[] input)
    {
        var logits = Logits(input);
        var exponentials = logits.Select(logit => Math.Exp(logit - logits.Max())).ToArray();
        return [.. exponentials.Select(e => e / exponentials.Sum())];
    }

    public double MeanLoss(double[][] inputs, int[] labels) =>
        inputs.Zip(labels, (input, target) => -Math.Log(Probabilities(input)[target])).Average();

    /// <summary>The mean loss's derivative by a parameter, by central differences.</summary>
    public double Derivative(ref double parameter, double[][] inputs, int[] labels) =>
        FiniteDifference.Derivative(ref parameter, () => MeanLoss(inputs, labels));
}
