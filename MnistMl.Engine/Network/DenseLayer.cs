using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Network;

/// <summary>A fully connected layer with W as [inputs, outputs], which threads share by rows of the batch.</summary>
unsafe class DenseLayer : FullyConnectedLayer
{
    /// <summary>
    /// W transposed, [outputs, inputs], for the gradient by the inputs, one group of inputs after the other; none for
    /// the first layer, which has nothing before it.
    /// </summary>
    readonly AlignedArray<float>? _transposed;
    readonly int _groupInputs, _groupStride;

    public DenseLayer(int index, Volume input, int outputs, bool relu)
        : this(index, input, outputs, relu, input.Length, input.Stride)
    {
    }

    /// <summary>A layer whose inputs are in groups, each of which one thread computes.</summary>
    /// <param name="index">The layer's place in the network, from 0.</param>
    /// <param name="input">The shape of its inputs.</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="groupInputs">Inputs in a group, but for the last, which may have fewer.</param>
    /// <param name="groupStride">Distance between rows of a group.</param>
    protected DenseLayer(int index, Volume input, int outputs, bool relu, int groupInputs, int groupStride)
        : base(
            index, input, outputs, relu,
            new Parameters(input.Length, KernelSet.Stride(outputs)), new Parameters(1, KernelSet.Stride(outputs)))
    {
        (_groupInputs, _groupStride) = (groupInputs, groupStride);
        if (index > 0)
        {
            var groups = (input.Length + groupInputs - 1) / groupInputs;
            _transposed = new AlignedArray<float>((long)OutputStride * groups * groupStride);
        }
    }

    /// <summary>The outputs, padded to whole vectors.</summary>
    protected int OutputColumns => KernelSet.Pad(Outputs);

    public sealed override float* Weight(int input, int output) => Weights.Row(Input.Offset(input)) + output;

    public sealed override float* Bias(int output) => Biases.Row(0) + output;

    /// <summary>Computes the outputs of some rows of the batch.</summary>
    public virtual void Forward(Batch batch, int firstRow, int rows)
    {
        Kernels.MatrixProduct(
            batch.Values(Index, firstRow), batch.Stride(Index), 1,
            Weights.Row(0), Weights.Stride, Biases.Row(0), batch.Values(Index + 1, firstRow), OutputStride,
            rows, Weights.RowCount, OutputColumns);
        Activate(batch, firstRow, rows);
    }

    /// <summary>
    /// Takes the loss's gradient by the outputs of some rows back through the ReLU and, unless this is the first layer,
    /// on to the inputs.
    /// </summary>
    public virtual void Backward(Batch batch, int firstRow, int rows)
    {
        ActivationGradient(batch, firstRow, rows);
        if (Index > 0)
            InputGradient(batch, firstRow, rows, 0, Input.Length, batch.Δ(Index, firstRow));
    }

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

    public sealed override void BiasGradient(Batch batch, float* gradient) =>
        Kernels.ColumnSums(batch.Δ(Index + 1, 0), OutputStride, gradient, batch.RowCount, OutputStride);

    public sealed override void WeightsChanged(int firstRow, int rows)
    {
        if (_transposed == null)
            return;
        for (var row = firstRow; row < firstRow + rows;)
        {
            var (group, column) = Math.DivRem(row, _groupInputs);
            var here = Math.Min(firstRow + rows - row, _groupInputs - column);
            Transposition.Transpose(
                Weights.Row(row), OutputStride, Transposed(group) + column, _groupStride, here, OutputColumns);
            row += here;
        }
    }
}
