using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Network;

/// <summary>A fully connected layer: y = x·W + b, with W as [inputs, outputs], and an optional ReLU.</summary>
unsafe class DenseLayer : Layer
{
    /// <summary>
    /// W transposed, [outputs, inputs], for the gradient by the inputs, one group of inputs after the other; none where there
    /// is nothing before.
    /// </summary>
    readonly AlignedArray<float>? _transposed;
    readonly int _groupInputs, _groupStride;

    public DenseLayer(int index, Volume input, int outputs, bool relu)
        : this(index, input, outputs, relu, input.Length, input.Stride)
    {
    }

    /// <summary>A layer whose inputs are in the care of several threads.</summary>
    /// <param name="index">The layer's place in the network, from 0.</param>
    /// <param name="input">What it takes.</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="groupInputs">Inputs in a group, but for the last, which may have fewer.</param>
    /// <param name="groupStride">Distance between rows of a group.</param>
    protected DenseLayer(int index, Volume input, int outputs, bool relu, int groupInputs, int groupStride)
        : this(index, input, outputs, relu, new Parameters(input.Length, KernelSet.Stride(outputs)), new Parameters(1, KernelSet.Stride(outputs)))
    {
        (_groupInputs, _groupStride) = (groupInputs, groupStride);
        if (index > 0)
            _transposed = new AlignedArray<float>((long)OutputStride * ((input.Length + groupInputs - 1) / groupInputs) * groupStride);
    }

    protected DenseLayer(int index, Volume input, int outputs, bool relu, Parameters weights, Parameters biases)
        : base(index, input, Volume.Flat(outputs), weights, biases, relu)
    {
    }

    /// <summary>The outputs, padded to whole vectors.</summary>
    protected int OutputColumns => KernelSet.Pad(Outputs);

    public override void Initialize(Random random)
    {
        for (var input = 0; input < Inputs; input++)
        {
            for (var output = 0; output < Outputs; output++)
                *Weight(input, output) = Parameters.HeNormal(Inputs, random);
        }
        WeightsChanged(0, Weights.RowCount);
    }

    /// <summary>Takes the weights and biases of a trained layer.</summary>
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
    /// <param name="scale">[inputs]: what each input was multiplied by in training; empty for 1.</param>
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

    /// <summary>Where the weight from an input to an output is.</summary>
    public virtual float* Weight(int input, int output) => Weights.Row(Input.Offset(input)) + output;

    /// <summary>Where the bias of an output is.</summary>
    public virtual float* Bias(int output) => Biases.Row(0) + output;

    protected override void Product(Batch batch, int firstRow, int rows) =>
        Kernels.MatrixProduct(
            batch.Values(Index, firstRow), batch.Stride(Index), 1,
            Weights.Row(0), Weights.Stride, Biases.Row(0), batch.Values(Index + 1, firstRow), OutputStride,
            rows, Weights.RowCount, OutputColumns);

    public override void InputGradient(Batch batch, int firstRow, int rows) =>
        InputGradient(batch, firstRow, rows, 0, Input.Length, batch.Δ(Index, firstRow));

    /// <summary>The loss's gradient by a group of inputs: [batch rows, stride of the group].</summary>
    protected void InputGradient(Batch batch, int firstRow, int rows, int group, int inputs, float* δ) =>
        Kernels.MatrixProduct(
            batch.Δ(Index + 1, firstRow), OutputStride, 1, Transposed(group), _groupStride, null,
            δ, _groupStride, rows, Outputs, KernelSet.Pad(inputs));

    float* Transposed(int group) => _transposed!.Pointer + (nint)group * OutputStride * _groupStride;

    public override void WeightGradient(Batch batch, int thread, int firstRow, int rows, float* gradient) =>
        WeightGradient(batch, batch.Values(Index, 0) + firstRow, batch.Stride(Index), rows, gradient);

    /// <summary>The loss's gradient by the weights of some inputs, which are [batch rows, stride].</summary>
    protected void WeightGradient(Batch batch, float* inputs, int stride, int rows, float* gradient) =>
        Kernels.MatrixProduct(
            inputs, 1, stride, batch.Δ(Index + 1, 0), OutputStride, null, gradient, Weights.Stride,
            rows, batch.RowCount, OutputColumns);

    public override void WeightsChanged(int firstRow, int rows)
    {
        if (_transposed == null)
            return;
        for (var row = firstRow; row < firstRow + rows;)
        {
            var (group, column) = Math.DivRem(row, _groupInputs);
            var here = Math.Min(firstRow + rows - row, _groupInputs - column);
            Transposition.Transpose(Weights.Row(row), OutputStride, Transposed(group) + column, _groupStride, here, OutputColumns);
            row += here;
        }
    }
}
