using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistMl.Torch;

/// <summary>The engine's network in libtorch: made of its initial weights, and given back as a trained network.</summary>
sealed class TorchNetwork
{
    readonly TorchLayer[] _layers;

    /// <summary>Width and height of an image; null where the features are none.</summary>
    readonly int? _imageSide;

    /// <summary>Makes a network to train.</summary>
    /// <param name="train">The examples that it will be trained on.</param>
    /// <param name="options">What to train; the seed is that of its initial weights.</param>
    /// <param name="device">Where it is to work.</param>
    public TorchNetwork(TrainingSet train, TrainingOptions options, Device device)
    {
        // Normalization has no weights of its own to draw, and a trained network has none left.
        LayerSpec[] drawn = [.. options.HiddenLayers.Select(spec => spec is Conv2D convolution ? convolution with { BatchNorm = false } : spec)];
        var initial = FeedForwardNetwork.Create(train.Input.Densities(), drawn, train.ClassNames.Count, new Random(options.Seed & int.MaxValue))
            .ToTrained(train.ClassNames, Ones(train.Input.FeatureCount));
        var capacity = Math.Min(options.BatchSize, train.Input.RowCount);
        var (images, flat) = (new Queue<SpatialLayer>(initial.SpatialLayers), new Queue<AffineLayer>(initial.Layers));
        _imageSide = initial.SpatialLayers.Count > 0 ? initial.SpatialLayers[0].Input.Height : null;
        _layers = [.. options.HiddenLayers.Append(train.ClassNames.Count).Select(ToTorch)];

        // The one place where a layer of the specification meets its counterpart in libtorch.
        TorchLayer ToTorch(LayerSpec spec) => spec switch
        {
            Dense => new TorchDense(flat.Dequeue(), hasRelu: flat.Count > 0, device),
            Conv2D { BatchNorm: true } => new TorchBatchNormConvolution(images.Dequeue(), capacity, device),
            Conv2D => new TorchConvolution(images.Dequeue(), device),
            Pooling2D => new TorchPooling(images.Dequeue()),
            MnistMl.Model.Dropout dropout => new TorchDropout(dropout.Rate),
            _ => throw new ArgumentException($"libtorch has no layer for '{spec}'.", nameof(options)),
        };
    }

    /// <summary>What is trained, and decays.</summary>
    public IEnumerable<Parameter> Weights => _layers.SelectMany(layer => layer.Weights);

    /// <summary>What is trained, and does not decay.</summary>
    public IEnumerable<Parameter> Biases => _layers.SelectMany(layer => layer.Biases);

    /// <summary>All that training changes.</summary>
    public IEnumerable<Tensor> State => [.. Weights, .. Biases, .. _layers.SelectMany(layer => layer.Statistics)];

    /// <summary>The logits of a batch.</summary>
    /// <param name="x">[rows, features]</param>
    /// <param name="isTraining">Whether there will be a backward pass.</param>
    public Tensor Forward(Tensor x, bool isTraining)
    {
        if (_imageSide is { } side)
            x = x.reshape(-1, 1, side, side);
        foreach (var layer in _layers)
            x = layer.Forward(x, isTraining);
        return x;
    }

    /// <summary>A copy of the weights that takes features not yet multiplied by <paramref name="scale"/>.</summary>
    /// <param name="classNames">The classes' names.</param>
    /// <param name="scale">[features]: the factor of each feature in training.</param>
    public TrainedNetwork ToTrained(IReadOnlyList<string> classNames, float[] scale)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var images = _layers.OfType<TorchImageLayer>().Select((layer, i) => layer.ToTrained(i == 0 ? scale[0] : 1)).ToArray();
        var flat = _layers.OfType<TorchDense>()
            .Select((layer, i) => layer.ToTrained(i == 0 && images.Length == 0 ? scale : []));
        return new([.. flat], classNames, images);
    }

    static float[] Ones(int count)
    {
        var ones = new float[count];
        Array.Fill(ones, 1f);
        return ones;
    }
}
