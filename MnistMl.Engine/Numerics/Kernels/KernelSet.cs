using System.Numerics;
using System.Runtime.Intrinsics;

namespace MnistMl.Numerics.Kernels;

/// <summary>
/// The loops in which training and scoring spend their time. All strides are in floats and whole multiples of
/// <see cref="Alignment"/>, so that no kernel has a remainder to treat. What pads a row up to that is zero and stays
/// zero; what keeps it further away from the next (<see cref="Stride"/>) matters to no result. Every sum is taken in
/// the order of its inner index, in one accumulator an element or, of sparse products, in two: a result depends on the
/// instruction set, but never on how rows were shared out among threads.
/// </summary>
abstract unsafe class KernelSet
{
    /// <summary>Floats that every row of a matrix is padded to a multiple of: the widest vector.</summary>
    public const int Alignment = 16;

    /// <summary>
    /// Below this, gradients by logits are cut off: what they are multiplied into would be subnormal numbers, on which
    /// processors take a hundred times as long. Gradients start there once a network is sure of a row.
    /// </summary>
    public const float MinGradient = 1e-20f;

    /// <summary>ε of batch normalization, added to a variance to keep it from zero (Ioffe and Szegedy 2015).</summary>
    public const float BatchNormEpsilon = 1e-5f;

    /// <summary>Environment variable that forces a kernel set by name, for tests and measurements.</summary>
    public const string Variable = "MNISTML_KERNELS";

    /// <summary>Every kernel set, best first.</summary>
    static readonly (string Name, bool IsSupported, Func<KernelSet> Create)[] _all =
    [
        ("Vector512", Vector512.IsHardwareAccelerated, () => new KernelSet<Vector512<float>, Simd512>()),
        ("Vector256", Vector256.IsHardwareAccelerated, () => new KernelSet<Vector256<float>, Simd256>()),
        ("Vector128", true, () => new KernelSet<Vector128<float>, Simd128>()),
    ];

    /// <summary>The names of the kernel sets that this processor runs, best first.</summary>
    public static IEnumerable<string> Supported => _all.Where(set => set.IsSupported).Select(set => set.Name);

    /// <summary>The kernel set in use: the best supported, or the one that <see cref="Variable"/> names.</summary>
    public static KernelSet Best { get; } = Create(
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name ? name : Supported.First());

    /// <summary>Creates the kernel set of that name.</summary>
    /// <exception cref="MnistMlException">There is none, or the processor does not run it.</exception>
    public static KernelSet Create(string name) =>
        _all.FirstOrDefault(
            set => set.IsSupported && set.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Create?.Invoke()
        ?? throw new MnistMlException(
            $"{Variable} is '{name}', but this processor runs {string.Join(", ", Supported)}.");

    /// <summary>The least multiple of <see cref="Alignment"/> that is at least <paramref name="length"/>.</summary>
    public static int Pad(int length) => (length + Alignment - 1) / Alignment * Alignment;

    /// <summary>
    /// The distance between rows of that length: padded, and not a multiple of 16 cache lines, which would have the
    /// rows' beginnings compete for few places in the cache, but <paramref name="grain"/> floats more.
    /// </summary>
    public static int Stride(int length, int grain = Alignment) =>
        Pad(length) % (16 * Alignment) == 0 ? Pad(length) + grain : Pad(length);

    /// <summary>
    /// C = A·B, or with a bias, C = A·B + bias in every row. A's element (row, inner) is at a[row·aRowStride +
    /// inner·aInnerStride], so that A may be read transposed.
    /// </summary>
    /// <param name="a">[rows, inner]</param>
    /// <param name="aRowStride">Distance between A's rows, in floats.</param>
    /// <param name="aInnerStride">Distance between A's columns, in floats.</param>
    /// <param name="b">[inner, columns]</param>
    /// <param name="bStride">Distance between B's rows.</param>
    /// <param name="bias">[columns], or null for none.</param>
    /// <param name="c">[rows, columns]</param>
    /// <param name="cStride">Distance between C's rows.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="inner">Columns of A, rows of B.</param>
    /// <param name="columns">Columns of B and C, a multiple of <see cref="Alignment"/>.</param>
    public abstract void MatrixProduct(
        float* a, nint aRowStride, nint aInnerStride, float* b, nint bStride, float* bias, float* c, nint cStride,
        int rows, int inner, int columns);

    /// <summary>
    /// C = A·B + bias in every row, or, without a bias, C += A·B, where A's element (row, inner) is at a[aRows[row] +
    /// aInners[inner]]: an indirect GEMM (Dukhan, "The indirect convolution algorithm", 2019). Rows of A and C may lie
    /// anywhere, and A's may overlap: with the patches of an image as A's rows this is a convolution, as by im2col
    /// without its copy; with A transposed, the gradient by its weights.
    /// </summary>
    /// <param name="a">What the places of A count from.</param>
    /// <param name="aRows">[rows]</param>
    /// <param name="aInners">[inner]</param>
    /// <param name="b">[inner, stride]</param>
    /// <param name="bias">[columns], or null to add to C.</param>
    /// <param name="c">What <paramref name="cRows"/> count from.</param>
    /// <param name="cRows">[rows]: where C's rows begin.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="inner">Columns of A, rows of B.</param>
    /// <param name="columns">Columns of B and C, a multiple of <see cref="Alignment"/>.</param>
    /// <param name="stride">Distance between rows of B.</param>
    public abstract void IndirectGemm(
        float* a, int* aRows, int* aInners, float* b, float* bias, float* c, int* cRows,
        int rows, int inner, int columns, int stride);

    /// <summary>C = start + A·B, where A is mostly zeros.</summary>
    /// <param name="a">[rows, up to 64]</param>
    /// <param name="b">[up to 64, columns]</param>
    /// <param name="bStride">Distance between rows of B.</param>
    /// <param name="start">[rows, columns]: what to add to, C itself for one; null for zeros.</param>
    /// <param name="startStride">Distance between rows of the start; 0 to start every row alike.</param>
    /// <param name="c">[rows, columns]</param>
    /// <param name="cStride">Distance between rows of C.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C, a multiple of <see cref="Alignment"/>.</param>
    public abstract void SparseProduct(
        SparseMatrix a, float* b, nint bStride, float* start, nint startStride, float* c, nint cStride, int rows,
        int columns);

    /// <summary>
    /// <see cref="Adam"/> by the gradient that a <see cref="SparseProduct"/> would give, which is never stored: the one
    /// waits for memory while the other computes.
    /// </summary>
    /// <param name="a">[rows, up to 64]</param>
    /// <param name="b">[up to 64, columns]</param>
    /// <param name="bStride">Distance between rows of B.</param>
    /// <param name="start">[rows, columns]: what the product is added to; null for zeros.</param>
    /// <param name="step">The step of weights [rows, columns].</param>
    /// <param name="stride">Distance between rows of the start, of the weights and of their moments.</param>
    /// <param name="rows">Rows of A and of the weights.</param>
    /// <param name="columns">Columns of B and of the weights, a multiple of <see cref="Alignment"/>.</param>
    public abstract void SparseAdam(
        SparseMatrix a, float* b, nint bStride, float* start, in AdamStep step, nint stride, int rows, int columns);

    /// <summary>The means of windows, column by column.</summary>
    /// <param name="source">The image.</param>
    /// <param name="starts">Where in it windows begin.</param>
    /// <param name="places">From there, where a window's positions are.</param>
    /// <param name="means">[windows, columns]</param>
    /// <param name="columns">Numbers at a position, a multiple of <see cref="Alignment"/>.</param>
    public abstract void WindowMeans(
        float* source, ReadOnlySpan<int> starts, ReadOnlySpan<int> places, float* means, int columns);

    /// <summary>Adds to δ of an image its part of δ of its windows' means.</summary>
    public abstract void WindowMeansGradient(
        float* δMeans, ReadOnlySpan<int> starts, ReadOnlySpan<int> places, float* δSource, int columns);

    /// <summary>The maxima of windows, column by column: parameters as for <see cref="WindowMeans"/>.</summary>
    public abstract void WindowMaxima(
        float* source, ReadOnlySpan<int> starts, ReadOnlySpan<int> places, float* maxima, int columns);

    /// <summary>Adds δ of its windows' maxima to δ of an image: the first of equal maxima gets it.</summary>
    public abstract void WindowMaximaGradient(
        float* source, float* maxima, float* δMaxima, ReadOnlySpan<int> starts, ReadOnlySpan<int> places,
        float* δSource, int columns);

    /// <summary>The mean and the variance of each channel of images.</summary>
    /// <param name="source">The images.</param>
    /// <param name="layout">How they lie.</param>
    /// <param name="means">[columns]</param>
    /// <param name="variances">[columns]: the mean squares of the differences from the mean.</param>
    public abstract void ChannelStatistics(float* source, in SpatialLayout layout, float* means, float* variances);

    /// <summary>outputs = max(0, (source − mean) ÷ √(variance + ε)·scale + bias), column by column.</summary>
    /// <param name="source">The images.</param>
    /// <param name="layout">How they and the outputs lie.</param>
    /// <param name="means">[columns]</param>
    /// <param name="variances">[columns]</param>
    /// <param name="scales">[columns]</param>
    /// <param name="biases">[columns]</param>
    /// <param name="outputs">May be the source.</param>
    public abstract void NormalizeRelu(
        float* source, in SpatialLayout layout, float* means, float* variances, float* scales, float* biases,
        float* outputs);

    /// <summary>
    /// Takes δ of the outputs of <see cref="NormalizeRelu"/> back to the images, whose means and variances are
    /// from <see cref="ChannelStatistics"/>: they, too, depend on the images.
    /// </summary>
    /// <param name="source">The images.</param>
    /// <param name="layout">How they, the outputs and δ lie.</param>
    /// <param name="means">[columns]</param>
    /// <param name="variances">[columns]</param>
    /// <param name="scales">[columns]</param>
    /// <param name="outputs">The outputs.</param>
    /// <param name="factor">The factor by which dropout has multiplied outputs that are not 0.</param>
    /// <param name="δ">That of the outputs, replaced by that of the images.</param>
    /// <param name="δScales">[columns]: that of the scales.</param>
    /// <param name="δBiases">[columns]: that of the biases.</param>
    public abstract void NormalizeReluGradient(
        float* source, in SpatialLayout layout, float* means, float* variances, float* scales, float* outputs,
        float factor, float* δ,
        float* δScales, float* δBiases);

    /// <summary>destination = bias + Σ sources, one after the other.</summary>
    /// <param name="sources">The first source.</param>
    /// <param name="sourceStride">Distance between sources, in floats.</param>
    /// <param name="count">Number of sources.</param>
    /// <param name="bias">[stride]</param>
    /// <param name="destination">[rows, stride]</param>
    /// <param name="rows">Rows of each source and the destination.</param>
    /// <param name="stride">Row length, padding included.</param>
    public abstract void SumWithBias(
        float* sources, nint sourceStride, int count, float* bias, float* destination, int rows, int stride);

    /// <summary>destination = Σ over the rows of source.</summary>
    /// <param name="source">[rows, columns]</param>
    /// <param name="stride">Distance between rows of the source.</param>
    /// <param name="destination">[columns]</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns, a multiple of <see cref="Alignment"/>.</param>
    public abstract void ColumnSums(float* source, nint stride, float* destination, int rows, int columns);

    /// <summary>values = max(values, 0).</summary>
    /// <param name="values">[rows, columns]</param>
    /// <param name="stride">Distance between rows.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Columns, a multiple of <see cref="Alignment"/>.</param>
    public abstract void Relu(float* values, nint stride, int rows, int columns);

    /// <summary>δ = factor·δ, or 0 where the ReLU's output is.</summary>
    /// <param name="output">[rows, columns]</param>
    /// <param name="δ">[rows, columns]</param>
    /// <param name="factor">The factor by which dropout has multiplied outputs that are not 0.</param>
    /// <param name="stride">Distance between rows, of both.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Columns, a multiple of <see cref="Alignment"/>.</param>
    public abstract void ReluGradient(float* output, float* δ, float factor, nint stride, int rows, int columns);

    /// <summary>
    /// Turns a row of logits into its softmax. What pads the row is set to zero.
    /// </summary>
    /// <param name="logits">[stride], replaced by probabilities.</param>
    /// <param name="classCount">Number of classes, at most <paramref name="stride"/>.</param>
    /// <param name="stride">Row length, padding included.</param>
    /// <returns>The highest logit, and ln Σ exp(logit).</returns>
    public abstract (float Max, float LogSum) Softmax(float* logits, int classCount, int stride);

    /// <summary>δ = factor·probabilities, or 0 where that is below <see cref="MinGradient"/>.</summary>
    public abstract void CrossEntropyGradient(float* probabilities, float factor, float* δ, nint length);

    /// <summary>One SGD step: weights −= stepSize·gradient.</summary>
    public abstract void SgdStep(float* weights, float* gradient, nint length, float stepSize);

    /// <summary>
    /// One step with momentum: velocity = momentum·velocity + gradient, weights −= byGradient·gradient +
    /// byVelocity·velocity.
    /// </summary>
    public abstract void Momentum(
        float* weights, float* velocity, float* gradient, nint length, float momentum, float byGradient,
        float byVelocity);

    /// <summary>
    /// One step of RMSprop: squares = keep·squares + gradient², weights −= stepSize·gradient ÷ (√squares + epsilon).
    /// The squares are summed, not averaged: <paramref name="stepSize"/> and <paramref name="epsilon"/> allow for that.
    /// </summary>
    public abstract void RmsProp(
        float* weights, float* squares, float* gradient, nint length, float stepSize, float keep, float epsilon);

    /// <summary>One step of Adam.</summary>
    /// <param name="step">The step.</param>
    /// <param name="gradient">[length]</param>
    /// <param name="length">Number of weights.</param>
    public abstract void Adam(in AdamStep step, float* gradient, nint length);

    /// <summary>Clamps values to ±<paramref name="greatest"/>.</summary>
    public abstract void Clip(float* values, nint length, float greatest);

    /// <summary>Weight decay: weights = kept·weights, or 0 where that is too small to matter to any output.</summary>
    public abstract void DecayWeights(float* weights, nint length, float kept);

    /// <summary>Linear interpolation: values += share·(target − values).</summary>
    public abstract void Lerp(float* values, float* target, nint length, float share);

    /// <summary>
    /// Resamples an image: each pixel is the image at the point that the map and the displacements lead to,
    /// interpolated bilinearly. Outside of the image all is 0.
    /// </summary>
    /// <param name="quads">
    /// The pixel at (0, 0), with its neighbours, of the image as <see cref="PixelQuads"/> packs it.
    /// </param>
    /// <param name="size">Width and height of the image, at most <see cref="PixelQuads.MaxSize"/>.</param>
    /// <param name="map">Maps a pixel (x, y) to the point to sample; its numbers are finite.</param>
    /// <param name="Δx">[size, stride]: added to the point to sample; finite. Null for none.</param>
    /// <param name="Δy">As <paramref name="Δx"/>, and null where that is.</param>
    /// <param name="stride">Row length of the displacements.</param>
    /// <param name="destination">
    /// [size, size], with room for <see cref="Alignment"/> bytes more, which are overwritten.
    /// </param>
    public abstract void Resample(
        uint* quads, int size, in Matrix3x2 map, float* Δx, float* Δy, int stride, byte* destination);
}
