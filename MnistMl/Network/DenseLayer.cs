using MnistMl.Models;
using MnistMl.Network.Kernels;

namespace MnistMl.Network;

/// <summary>A fully connected layer: y = x·W + b, with W as [inputs, outputs], and an optional ReLU.</summary>
unsafe class DenseLayer : Layer
{
    /// <summary>W transposed, [outputs, inputs], for the gradient by the inputs; none where there is nothing before.</summary>
    readonly AlignedArray<float>? _transposed;
    readonly int _inputStride;

    public DenseLayer(int index, int inputs, int outputs, bool relu)
        : this(index, inputs, outputs, relu, new Parameters(inputs, KernelSet.Stride(outputs)), new Parameters(1, KernelSet.Stride(outputs)))
    {
    }

    protected DenseLayer(int index, int inputs, int outputs, bool relu, Parameters weights, Parameters biases)
        : base(index, inputs, outputs, relu, weights, biases)
    {
        _inputStride = KernelSet.Stride(inputs);
        if (index > 0)
            _transposed = new AlignedArray<float>((long)OutputStride * _inputStride);
    }

    /// <summary>
    /// Draws the weights from a normal distribution of variance 2 ÷ inputs (He et al. 2015) and sets the biases to zero.
    /// </summary>
    public void Initialize(Random random)
    {
        var deviation = Math.Sqrt(2.0 / Inputs);
        for (var input = 0; input < Inputs; input++)
        {
            for (var output = 0; output < Outputs; output++)
            {
                // Box–Muller; 1 − u keeps the logarithm's argument above zero.
                var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
                *Weight(input, output) = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
            }
        }
        WeightsChanged(0, Inputs);
    }

    /// <summary>Takes the weights and biases of a trained layer.</summary>
    public void Set(AffineLayer layer)
    {
        for (var output = 0; output < Outputs; output++)
        {
            for (var input = 0; input < Inputs; input++)
                *Weight(input, output) = layer.Weights[output * Inputs + input];
            Biases.Row(0)[output] = layer.Biases[output];
        }
        WeightsChanged(0, Inputs);
    }

    /// <summary>The layer's weights and biases, for inputs that are not yet multiplied by <paramref name="scale"/>.</summary>
    /// <param name="scale">[inputs]: what each input was multiplied by in training.</param>
    public AffineLayer ToAffine(ReadOnlySpan<float> scale)
    {
        var affine = new AffineLayer(Inputs, Outputs, new float[Inputs * Outputs], new float[Outputs]);
        for (var output = 0; output < Outputs; output++)
        {
            for (var input = 0; input < Inputs; input++)
                affine.Weights[output * Inputs + input] = *Weight(input, output) * scale[input];
            affine.Biases[output] = Biases.Row(0)[output];
        }
        return affine;
    }

    /// <summary>Where the weight from an input to an output is.</summary>
    public virtual float* Weight(int input, int output) => Weights.Row(input) + output;

    protected override void Product(Batch batch, int firstRow, int rows) =>
        Kernels.MatrixProduct(
            batch.Values(Index, firstRow), batch.Stride(Index), 1,
            Weights.Row(0), Biases.Row(0), batch.Values(Index + 1, firstRow), rows, Inputs, OutputColumns, OutputStride);

    protected override void InputGradient(Batch batch, int firstRow, int rows) =>
        InputGradient(batch, firstRow, rows, 0, Inputs);

    /// <summary>The loss's gradient by some of the inputs; the first is a multiple of <see cref="KernelSet.Alignment"/>.</summary>
    protected void InputGradient(Batch batch, int firstRow, int rows, int firstInput, int inputs) =>
        Kernels.MatrixProduct(
            batch.Δ(Index + 1, firstRow), OutputStride, 1, _transposed!.Pointer + firstInput, null,
            batch.Δ(Index, firstRow) + firstInput, rows, Outputs, KernelSet.Pad(inputs), _inputStride);

    public override void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient) =>
        Kernels.MatrixProduct(
            batch.Values(Index, 0) + firstRow, 1, batch.Stride(Index),
            batch.Δ(Index + 1, 0), null, gradient, rows, batch.Rows, OutputColumns, OutputStride);

    protected override void WeightsChanged(int firstRow, int rows)
    {
        if (_transposed != null)
        {
            Transposition.Transpose(
                Weights.Row(firstRow), OutputStride, _transposed.Pointer + firstRow, _inputStride, rows, OutputColumns);
        }
    }
}
