using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistMl.Torch;

/// <summary>
/// A layer at work in libtorch. Between layers images are [rows, channels, height, width]; a fully connected layer takes them as the
/// engine does, position by position.
/// </summary>
abstract class TorchLayer
{
    /// <summary>What is trained, and decays.</summary>
    public virtual IEnumerable<Parameter> Weights => [];

    /// <summary>What is trained, and does not decay.</summary>
    public virtual IEnumerable<Parameter> Biases => [];

    /// <summary>What training changes without a gradient.</summary>
    public virtual IEnumerable<Tensor> Statistics => [];

    /// <summary>What the layer makes of a batch.</summary>
    /// <param name="x">What the layer before made, or the features.</param>
    /// <param name="isTraining">Whether there will be a backward pass.</param>
    public abstract Tensor Forward(Tensor x, bool isTraining);

    protected static Parameter Trained(Tensor initial, Device device) => new(initial.contiguous().to(device), requires_grad: true);

    protected static float[] Floats(Tensor values) => values.detach().cpu().contiguous().data<float>().ToArray();
}

/// <summary>A fully connected layer.</summary>
/// <param name="initial">Its initial weights and biases.</param>
/// <param name="hasRelu">Whether a ReLU follows.</param>
/// <param name="device">Where it is to work.</param>
sealed class TorchDense(AffineLayer initial, bool hasRelu, Device device) : TorchLayer
{
    readonly Parameter _weights = Trained(tensor(initial.Weights, [initial.Outputs, initial.Inputs]), device),
        _biases = Trained(tensor(initial.Biases), device);

    public override IEnumerable<Parameter> Weights => [_weights];

    public override IEnumerable<Parameter> Biases => [_biases];

    public override Tensor Forward(Tensor x, bool isTraining)
    {
        if (x.dim() == 4)
            x = x.permute(0, 2, 3, 1).flatten(1);
        var y = functional.linear(x, _weights, _biases);
        return hasRelu ? y.relu() : y;
    }

    /// <summary>The layer for inputs not yet multiplied by a scale, [inputs]; empty for 1.</summary>
    public AffineLayer ToTrained(float[] scale)
    {
        var weights = Floats(_weights);
        for (var i = 0; i < weights.Length && scale.Length > 0; i++)
            weights[i] *= scale[i % scale.Length];
        return initial with { Weights = weights, Biases = Floats(_biases) };
    }
}

/// <summary>A layer of images.</summary>
abstract class TorchImageLayer : TorchLayer
{
    /// <summary>The layer for inputs not yet multiplied by a scale.</summary>
    public abstract SpatialLayer ToTrained(float scale);
}

/// <summary>A convolution with a ReLU after it, and batch normalization between them where there is to be.</summary>
/// <param name="initial">Its initial weights, and its biases, which are the normalization's β.</param>
/// <param name="device">Where it is to work.</param>
class TorchConvolution(SpatialLayer initial, Device device) : TorchImageLayer
{
    readonly Conv2D _spec = (Conv2D)initial.Options;

    // The engine has the channels of a position together.
    readonly Parameter _weights = Trained(
        tensor(initial.Weights, [initial.Output.Channels, ((Conv2D)initial.Options).Height, ((Conv2D)initial.Options).Width, initial.Input.Channels]).permute(0, 3, 1, 2), device);

    protected Parameter Shifts { get; } = Trained(tensor(initial.Biases), device);

    protected long Channels => _spec.Channels;

    public override IEnumerable<Parameter> Weights => [_weights];

    public override IEnumerable<Parameter> Biases => [Shifts];

    public override Tensor Forward(Tensor x, bool isTraining) => Convolve(x, Shifts).relu();

    protected Tensor Convolve(Tensor x, Tensor? biases) =>
        functional.conv2d(x, _weights, biases, [_spec.Stride, _spec.Stride], [_spec.Padding, _spec.Padding]);

    public sealed override SpatialLayer ToTrained(float scale)
    {
        var (weights, biases) = (Floats(_weights.permute(0, 2, 3, 1)), Floats(Shifts));
        var (factors, shifts) = Fold();
        for (var i = 0; i < weights.Length; i++)
            weights[i] *= factors[i / (weights.Length / biases.Length)] * scale;
        for (var i = 0; i < biases.Length; i++)
            biases[i] += shifts[i];
        return new(_spec, initial.Input, weights, biases);
    }

    /// <summary>What becomes of each channel's products in a trained network: a factor, and a shift beside the bias.</summary>
    protected virtual (float[] Factors, float[] Shifts) Fold() => ([.. Enumerable.Repeat(1f, _spec.Channels)], new float[_spec.Channels]);
}

/// <summary>A convolution, batch normalization by ghost batches, and a ReLU.</summary>
/// <param name="initial">Its initial weights and β.</param>
/// <param name="capacity">The most rows of a batch.</param>
/// <param name="device">Where it is to work.</param>
sealed class TorchBatchNormConvolution(SpatialLayer initial, int capacity, Device device) : TorchConvolution(initial, device)
{
    readonly Parameter _scales = Trained(ones(initial.Output.Channels), device);
    readonly Tensor _means = zeros(initial.Output.Channels, device: device), _variances = ones(initial.Output.Channels, device: device);
    double _batchCount;

    public override IEnumerable<Parameter> Biases => [Shifts, _scales];

    public override IEnumerable<Tensor> Statistics => [_means, _variances];

    public override Tensor Forward(Tensor x, bool isTraining)
    {
        var y = Convolve(x, biases: null);
        if (!isTraining)
            return Normalize(y, _means, _variances, isTraining: false).relu();
        Follow(y);
        var groupRows = Batch.GroupRowsOf(capacity, BatchNormalization.MinRows);
        return cat([.. y.split(groupRows).Select(NormalizeGroup)]).relu();
    }

    Tensor NormalizeGroup(Tensor y) => y.numel() == Channels
        // libtorch refuses a single number, of which nothing is left but the shift.
        ? Shifts.reshape(1, -1, 1, 1)
        : Normalize(y, zeros_like(_means), ones_like(_variances), isTraining: true);

    Tensor Normalize(Tensor y, Tensor means, Tensor variances, bool isTraining) =>
        functional.batch_norm(y, means, variances, _scales, Shifts, isTraining, eps: KernelSet.BatchNormEpsilon);

    /// <summary>Has the running averages follow a batch, as the engine's do.</summary>
    void Follow(Tensor y)
    {
        using var _ = no_grad();
        var size = (double)y.shape[0] / capacity;
        _batchCount += size;
        var share = tensor((float)(Math.Max(BatchNormalization.Momentum, 1 / _batchCount) * size)).to(y.device);
        var (variance, mean) = var_mean(y, [0, 2, 3], unbiased: false);
        _means.lerp_(mean, share);
        _variances.lerp_(variance, share);
    }

    protected override (float[] Factors, float[] Shifts) Fold()
    {
        float[] factors = [.. Floats(_scales).Zip(Floats(_variances), (scale, variance) => (float)(scale / Math.Sqrt(variance + KernelSet.BatchNormEpsilon)))];
        return (factors, [.. factors.Zip(Floats(_means), (factor, mean) => -factor * mean)]);
    }
}

/// <summary>A pooling: means or maxima of windows.</summary>
/// <param name="initial">Which it is.</param>
sealed class TorchPooling(SpatialLayer initial) : TorchImageLayer
{
    readonly Pooling2D _spec = (Pooling2D)initial.Options;

    public override Tensor Forward(Tensor x, bool isTraining)
    {
        long[] window = [_spec.Height, _spec.Width], stride = [_spec.Stride, _spec.Stride];
        return _spec is MaxPooling2D ? functional.max_pool2d(x, window, stride) : functional.avg_pool2d(x, window, stride);
    }

    public override SpatialLayer ToTrained(float scale) => initial;
}

/// <summary>Dropout, by libtorch's random numbers.</summary>
/// <param name="rate">The share that is zeroed.</param>
sealed class TorchDropout(double rate) : TorchLayer
{
    public override Tensor Forward(Tensor x, bool isTraining) => functional.dropout(x, rate, isTraining);
}
