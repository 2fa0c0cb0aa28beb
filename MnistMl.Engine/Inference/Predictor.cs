using System.Collections.Concurrent;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Network;
using MnistMl.Numerics;

namespace MnistMl.Inference;

/// <summary>
/// Scores examples with a trained network, one at a time or many at once. It is loaded once, and may then be used from any
/// number of threads at the same time. Once there is working memory for each of them, <c>Predict</c> allocates nothing, nor does
/// <c>Probabilities</c> for up to 256 examples.
/// </summary>
/// <remarks>
/// An example is a row of features as the network's training data had them: for images, pixels from 0 for paper to 255 for ink,
/// row by row. The same example has the same probabilities, bit for bit, whether it is scored alone or among others.
/// </remarks>
public sealed unsafe class Predictor
{
    /// <summary>Examples that a thread takes at a time: which is free first takes the next, for none are equally fast.</summary>
    const int ChunkRows = 4 * BatchPredictor.BatchRows;

    readonly FeedForwardNetwork _layers;

    /// <summary>Working memory that no thread is using.</summary>
    readonly ConcurrentBag<Worker> _idle = [];

    /// <summary>Prepares a network to score.</summary>
    public Predictor(TrainedNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network = network;
        // Pixels are mostly zero, and other features, of which there are few, take no longer for being treated like them.
        _layers = FeedForwardNetwork.From(network, isSparse: true);
    }

    /// <summary>The network.</summary>
    public TrainedNetwork Network { get; }

    /// <summary>Number of features of an example.</summary>
    public int FeatureCount => Network.FeatureCount;

    /// <summary>The classes' names, in the order of the probabilities.</summary>
    public IReadOnlyList<string> ClassNames => Network.ClassNames;

    /// <summary>Loads a network from a file that this library has saved: ONNX where its name ends in .onnx, else ML.NET's zip.</summary>
    /// <exception cref="MnistMlException">The file cannot be read, is damaged, or holds something else than such a network.</exception>
    public static Predictor Load(string path) => new(ModelFile.Read(path));

    /// <summary>The most probable class of an example; of equally probable ones the first.</summary>
    /// <param name="features">[features]</param>
    /// <exception cref="ArgumentException">There are more or fewer features than the network takes.</exception>
    public ClassProbability Predict(ReadOnlySpan<float> features)
    {
        ThrowIfNotOne(features.Length);
        fixed (float* first = features)
            return Predict(null, first);
    }

    /// <inheritdoc cref="Predict(ReadOnlySpan{float})"/>
    public ClassProbability Predict(ReadOnlySpan<byte> features)
    {
        ThrowIfNotOne(features.Length);
        fixed (byte* first = features)
            return Predict(first, null);
    }

    /// <summary>The most probable classes of an example, the most probable first; of equally probable ones the first in class order.</summary>
    /// <param name="features">[features]</param>
    /// <param name="k">How many, 1 to the number of classes.</param>
    /// <exception cref="ArgumentException">There are more or fewer features than the network takes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many classes.</exception>
    public IReadOnlyList<ClassProbability> TopK(ReadOnlySpan<float> features, int k)
    {
        ThrowIfNotOne(features.Length);
        fixed (float* first = features)
            return TopK(null, first, k);
    }

    /// <inheritdoc cref="TopK(ReadOnlySpan{float}, int)"/>
    public IReadOnlyList<ClassProbability> TopK(ReadOnlySpan<byte> features, int k)
    {
        ThrowIfNotOne(features.Length);
        fixed (byte* first = features)
            return TopK(first, null, k);
    }

    /// <summary>The probabilities of all classes, for one example or for many, which all processors share.</summary>
    /// <param name="features">[examples, features]</param>
    /// <param name="probabilities">[examples, classes], to be written.</param>
    /// <exception cref="ArgumentException">
    /// The features are not whole examples, or there is not room for exactly their probabilities.
    /// </exception>
    public void Probabilities(ReadOnlySpan<float> features, Span<float> probabilities)
    {
        var rows = RowsOf(features.Length, probabilities.Length);
        fixed (float* first = features, results = probabilities)
            Score(null, first, rows, results);
    }

    /// <inheritdoc cref="Probabilities(ReadOnlySpan{float}, Span{float})"/>
    public void Probabilities(ReadOnlySpan<byte> features, Span<float> probabilities)
    {
        var rows = RowsOf(features.Length, probabilities.Length);
        fixed (byte* first = features)
        {
            fixed (float* results = probabilities)
                Score(first, null, rows, results);
        }
    }

    void ThrowIfNotOne(int features)
    {
        if (features != FeatureCount)
            throw new ArgumentException($"An example has {FeatureCount} features, but {features} were given.", nameof(features));
    }

    IReadOnlyList<ClassProbability> TopK(byte* bytes, float* floats, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, ClassNames.Count);
        var probabilities = new float[ClassNames.Count];
        fixed (float* results = probabilities)
            Score(bytes, floats, 1, results);
        return [.. ClassNames.Zip(probabilities, (name, probability) => new ClassProbability(name, probability))
            .OrderByDescending(entry => entry.Probability).Take(k)];
    }

    int RowsOf(int features, int probabilities)
    {
        var (rows, rest) = Math.DivRem(features, FeatureCount);
        if (rest != 0)
            throw new ArgumentException($"{features} features are not whole examples of {FeatureCount}.", nameof(features));
        return probabilities == (long)rows * ClassNames.Count
            ? rows
            : throw new ArgumentException(
                $"{rows} examples have {(long)rows * ClassNames.Count} probabilities, but there is room for {probabilities}.", nameof(probabilities));
    }

    ClassProbability Predict(byte* bytes, float* floats)
    {
        var worker = Take();
        fixed (float* results = worker.Probabilities)
            worker.Score(bytes, floats, 1, results);
        var best = ((ReadOnlySpan<float>)worker.Probabilities).IndexOfMax();
        var prediction = new ClassProbability(ClassNames[best], worker.Probabilities[best]);
        _idle.Add(worker);
        return prediction;
    }

    void Score(byte* bytes, float* floats, int rows, float* results)
    {
        if (rows > ChunkRows)
        {
            Share(bytes, floats, rows, results);
            return;
        }
        var worker = Take();
        worker.Score(bytes, floats, rows, results);
        _idle.Add(worker);
    }

    /// <summary>Scores examples in chunks, of which each processor takes the next as soon as it is free.</summary>
    void Share(byte* bytes, float* floats, int rows, float* results) =>
        Parallel.For(0, (rows + ChunkRows - 1) / ChunkRows, chunk =>
        {
            var first = (nint)chunk * ChunkRows;
            Score(
                bytes == null ? null : bytes + first * FeatureCount, floats == null ? null : floats + first * FeatureCount,
                (int)Math.Min(ChunkRows, rows - first), results + first * ClassNames.Count);
        });

    Worker Take() => _idle.TryTake(out var worker) ? worker : new Worker(_layers);

    /// <summary>What one thread at a time works with.</summary>
    sealed class Worker(FeedForwardNetwork layers)
    {
        readonly PinnedMatrix _input = new(layers.FeatureCount);
        readonly BatchPredictor _predictor = new(layers);

        /// <summary>[classes]: room for the probabilities of one example.</summary>
        public float[] Probabilities { get; } = new float[layers.ClassCount];

        /// <summary>Scores examples that are bytes or, where there are none, floats.</summary>
        public void Score(byte* bytes, float* floats, int rows, float* results)
        {
            if (bytes != null)
                _input.Set(bytes, rows);
            else
                _input.Set(floats, rows);
            _predictor.Predict(_input, 0, new Span<float>(results, rows * layers.ClassCount));
        }
    }
}
