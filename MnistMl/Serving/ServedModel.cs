using System.Text.Json;
using MnistMl.Data;
using MnistMl.Images;
using MnistMl.Runs;

namespace MnistMl.Serving;

/// <summary>A model in service, which any number of requests use at the same time.</summary>
sealed class ServedModel
{
    readonly LoadedModel _model;
    readonly float _maxPixel;

    ServedModel(LoadedModel model, string hash, string file)
    {
        (_model, _maxPixel) = (model, model.MaxPixel);
        Hash = JsonEncodedText.Encode(hash);
        Labels = [.. model.ClassNames.Select(name => JsonEncodedText.Encode(name))];
        File = Path.GetFileName(file);
        LoadedAt = DateTimeOffset.UtcNow;
        Metrics = MetricsOf(file, hash);
        TakesImages = FeatureCount == MnistForm.Side * MnistForm.Side;
        if (model.Network is { } network)
        {
            Network = string.Join(", ", network.Shapes.Select(layer => layer.Options)) + ", softmax";
            Parameters = network.Parameters;
        }
    }

    /// <summary>SHA-256 of the file.</summary>
    public JsonEncodedText Hash { get; }

    /// <summary>The classes, in the order of the probabilities.</summary>
    public IReadOnlyList<JsonEncodedText> Labels { get; }

    /// <summary>Pixels of an example.</summary>
    public int FeatureCount => _model.FeatureCount;

    /// <summary>Whether images in MNIST's form are what it takes.</summary>
    public bool TakesImages { get; }

    /// <summary>The file's name.</summary>
    public string File { get; }

    /// <summary>When it was loaded.</summary>
    public DateTimeOffset LoadedAt { get; }

    /// <summary>The layers; null where ML.NET runs the model.</summary>
    public string? Network { get; }

    /// <summary>Number of weights and biases; null where ML.NET runs the model.</summary>
    public long? Parameters { get; }

    /// <summary>What came of its test; null where the file is not in the folder of its run.</summary>
    public MetricsJson? Metrics { get; }

    static MetricsJson? MetricsOf(string file, string hash)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (RunFolder.Read(folder)?.ModelHash != hash)
            return null;
        try
        {
            var run = ComparedRun.Read(folder);
            return new(run.MicroAccuracy, run.MacroAccuracy, run.LogLoss, run.RowsTested);
        }
        catch (MnistMlException)
        {
            // A model is served whatever lies beside it.
            return null;
        }
    }

    /// <summary>Loads a model.</summary>
    /// <exception cref="MnistMlException">It cannot be read, is none, or was written to at the same time.</exception>
    public static ServedModel Load(string path)
    {
        try
        {
            // Whatever is wrong with the file, loading says it best.
            var hash = System.IO.File.Exists(path) ? RunFolder.HashOf(path) : "";
            var model = LoadedModel.Load(path);
            // The first computations compile code, which no request should wait for.
            var served = new ServedModel(model, hash, path);
            served.Score(new byte[model.FeatureCount], new float[model.ClassNames.Count]);
            return RunFolder.HashOf(path) == hash ? served : throw new MnistMlException($"The model file '{path}' was written to while it was read.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MnistMlException($"The model file '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc cref="LoadedModel.WarningsOf"/>
    public IReadOnlyList<string> WarningsOf(IReadOnlyList<string> warnings) => _model.WarningsOf(warnings);

    /// <summary>Computes the probabilities of examples.</summary>
    /// <param name="pixels">[examples, features]: from 0 for paper to 255 for ink.</param>
    /// <param name="probabilities">[examples, classes], to be written.</param>
    /// <exception cref="MnistMlException">Its scores are not finite numbers.</exception>
    public void Score(ReadOnlyMemory<byte> pixels, Span<float> probabilities)
    {
        if (_maxPixel == byte.MaxValue)
            _model.Score(new(pixels, default, pixels.Length / FeatureCount), probabilities);
        else
            Score(Array.ConvertAll(pixels.ToArray(), pixel => (float)pixel), probabilities);
    }

    /// <inheritdoc cref="Score(ReadOnlyMemory{byte}, Span{float})"/>
    /// <param name="pixels">[examples, features]: from 0 for paper to 255 for ink; they are overwritten.</param>
    /// <param name="probabilities"/>
    public void Score(float[] pixels, Span<float> probabilities)
    {
        foreach (ref var pixel in pixels.AsSpan())
            pixel *= _maxPixel / byte.MaxValue;
        _model.Score(new RowBatch(default, pixels, pixels.Length / FeatureCount), probabilities);
    }
}
