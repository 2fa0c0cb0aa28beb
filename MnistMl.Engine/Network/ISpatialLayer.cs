using MnistMl.Model;

namespace MnistMl.Network;

/// <summary>A layer over images, which takes one group of a batch's rows at a time.</summary>
interface ISpatialLayer
{
    /// <summary>Computes the outputs of some rows of a group; in training, of all of them.</summary>
    void Forward(Batch batch, int firstRow, int rows);

    /// <summary>
    /// Takes the loss's gradient by the outputs of a group's rows back to the inputs, unless this is the first layer,
    /// and sums up the group's part of the gradient by the weights, if there are any.
    /// </summary>
    void Backward(Batch batch, int firstRow, int rows);

    /// <summary>The layer of a trained network, for inputs not yet multiplied by <paramref name="scale"/>.</summary>
    SpatialLayer ToTrained(float scale);
}
