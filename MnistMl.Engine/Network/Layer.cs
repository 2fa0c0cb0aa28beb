using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Network;

/// <summary>One layer of a network: a map, an optional ReLU after it, and dropout.</summary>
abstract unsafe class Layer
{
    /// <param name="index">The layer's place in the network, from 0.</param>
    /// <param name="input">The shape of its inputs.</param>
    /// <param name="output">The shape of its outputs.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    protected Layer(int index, Volume input, Volume output, bool relu)
    {
        (Index, Input, Output, HasRelu) = (index, input, output, relu);
        OutputStride = output.Stride;
    }

    /// <summary>The layer's place in the network, from 0.</summary>
    public int Index { get; }

    public Volume Input { get; }

    public Volume Output { get; }

    public int Inputs => Input.Count;

    public int Outputs => Output.Count;

    /// <summary>Distance between rows of outputs; room for a row of them, where they lie in groups.</summary>
    public int OutputStride { get; protected init; }

    /// <summary>Whether a ReLU follows.</summary>
    public bool HasRelu { get; }

    /// <summary>
    /// Dropout rate, from 0 to below 1 (Srivastava et al. 2014): the share of the outputs that is zeroed in each row of
    /// a training batch; the others are divided by what is left of 1. The outputs must not be negative: the backward
    /// pass takes every zero for a dropped one.
    /// </summary>
    public float DropoutRate { get; set; }

    /// <summary>Rows that a group of a training batch has at least, if the batch has as many.</summary>
    public virtual int MinGroupRows => 1;

    /// <summary>
    /// The buffers that the layer needs in a batch, by their lengths in floats: see <see cref="Batch.Scratch"/>.
    /// </summary>
    /// <param name="batch">A batch that has no buffers yet.</param>
    public virtual long[] ScratchLengths(Batch batch) => [];

    /// <summary>The lengths of buffers that have room for so many floats for each group of a batch's rows.</summary>
    protected static long[] PerGroup(params int[] lengths) =>
        Array.ConvertAll(lengths, length => Batch.MaxGroups * (long)KernelSet.Stride(length));

    protected static KernelSet Kernels => KernelSet.Best;

    /// <summary>The factor that dropout applies to the outputs it keeps.</summary>
    protected float KeptFactor => 1 / (1 - DropoutRate);

    /// <summary>Applies the ReLU and dropout to the outputs of some rows.</summary>
    protected void Activate(Batch batch, int firstRow, int rows)
    {
        var outputs = batch.Values(Index + 1, firstRow);
        if (HasRelu)
            Kernels.Relu(outputs, OutputStride, rows, OutputStride);
        Drop(batch, outputs, OutputStride, firstRow, rows, 0, OutputStride);
    }

    /// <summary>
    /// Takes the loss's gradient by the outputs of some rows, in place, back through what <see cref="Activate"/> does.
    /// </summary>
    protected void ActivationGradient(Batch batch, int firstRow, int rows)
    {
        if (HasRelu || DropoutRate > 0)
        {
            Kernels.ReluGradient(
                batch.Values(Index + 1, firstRow), batch.Δ(Index + 1, firstRow), KeptFactor, OutputStride, rows,
                OutputStride);
        }
    }

    /// <summary>Applies dropout to some columns of the outputs, which are at <paramref name="values"/>.</summary>
    protected void Drop(Batch batch, float* values, nint stride, int firstRow, int rows, int firstColumn, int columns)
    {
        if (DropoutRate == 0 || !batch.IsTraining)
            return;
        for (var row = firstRow; row < firstRow + rows; row++)
        {
            var key = (uint)SplitMix64.For(Index, batch.Seed, row).Next() + (uint)firstColumn;
            DropoutMask.Apply(values + (row - firstRow) * stride, columns, key, DropoutRate);
        }
    }
}
