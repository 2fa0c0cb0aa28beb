using System.Numerics;
using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Augmentation;

/// <summary>
/// Augments images at random. The result depends only on the seed, the epoch and the row, so that any thread may
/// augment any row at any time. Each thread needs an augmenter of its own, because an augmenter has buffers. All
/// geometric transforms are combined into one map, so that an image is interpolated, and thereby blurred, only once.
/// </summary>
sealed unsafe class Augmenter
{
    const float DegreesToRadians = MathF.PI / 180;

    /// <summary>Maximum aspect ratio of an erased rectangle, either way, as in Zhong et al.</summary>
    const float MaxAspectRatio = 1 / 0.3f;

    readonly AugmentationOptions _options;
    readonly int _seed;
    readonly PixelQuads _quads;
    readonly ElasticField? _field;
    readonly AlignedArray<byte> _augmented;

    /// <summary>Creates an augmenter for images of one size.</summary>
    /// <param name="options">The transforms and their parameters.</param>
    /// <param name="featureCount">Number of pixels in an image, which is square and has one channel.</param>
    /// <param name="seed">The seed: the same gives the same images.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of range.</exception>
    /// <exception cref="MnistMlException">Images of so many pixels are not square, or are too large.</exception>
    public Augmenter(AugmentationOptions options, int featureCount, int seed)
    {
        options.Validate();
        if (!Takes(featureCount))
        {
            throw new MnistMlException(
                $"Only square images of up to {PixelQuads.MaxSize} × {PixelQuads.MaxSize} pixels can be augmented, "
                + $"but a row has {featureCount} pixels. Train without augmentation.");
        }
        (_options, _seed, Size) = (options, seed, Volume.SquareSize(featureCount)!.Value);
        _quads = new PixelQuads(Size);
        _field = options.Elastic > 0 ? new ElasticField(Size, options.ElasticSigma) : null;
        _augmented = new AlignedArray<byte>(featureCount + KernelSet.Alignment);
    }

    /// <summary>Width and height of the images, in pixels.</summary>
    public int Size { get; }

    /// <summary>Whether images of so many pixels can be augmented.</summary>
    public static bool Takes(int featureCount) => Volume.SquareSize(featureCount) <= PixelQuads.MaxSize;

    /// <summary>Augments an image.</summary>
    /// <param name="source">[features]: the image, row-major.</param>
    /// <param name="destination">[features]: the augmented image; may be the source.</param>
    /// <param name="epoch">The epoch: in each, an image is augmented differently.</param>
    /// <param name="row">The row of the image in its data set.</param>
    public void Apply(ReadOnlySpan<byte> source, Span<byte> destination, long epoch, int row)
    {
        // Every transform draws its random numbers, used or not, so that none depends on which others are used.
        var random = SplitMix64.For(_seed, epoch, row);
        var map = DrawInverseMap(ref random);
        var (fieldKey, α) = ((uint)random.Next(), random.NextShare() * _options.Elastic);
        _field?.Draw(fieldKey, α);
        if (random.NextShare() < _options.FlipProbability)
            map *= new Matrix3x2(-1, 0, 0, 1, Size - 1, 0);

        _quads.Pack(source);
        KernelSet.Best.Resample(
            _quads.Origin, Size, map,
            _field is null ? null : _field.X, _field is null ? null : _field.Y, _field?.Stride ?? 0,
            _augmented.Pointer);
        if (random.NextShare() < _options.EraseProbability)
            Erase(ref random);
        _augmented.Span[..(Size * Size)].CopyTo(destination);
    }

    /// <summary>
    /// Draws an affine map. Its inverse says for each pixel of the augmented image where in the source it comes from.
    /// </summary>
    Matrix3x2 DrawInverseMap(ref SplitMix64 random)
    {
        var center = (Size - 1) / 2f;
        var forward = Matrix3x2.CreateTranslation(-center, -center)
            * Matrix3x2.CreateScale(
                1 + random.NextSigned() * (float)_options.Scale, 1 + random.NextSigned() * (float)_options.Scale)
            * new Matrix3x2(1, 0, random.NextSigned() * (float)_options.Shear, 1, 0, 0)
            * Matrix3x2.CreateRotation(random.NextSigned() * (float)_options.Rotation * DegreesToRadians)
            * Matrix3x2.CreateTranslation(
                center + random.NextSigned() * (float)_options.Shift,
                center + random.NextSigned() * (float)_options.Shift);
        Matrix3x2.Invert(forward, out var inverse);
        return inverse;
    }

    void Erase(ref SplitMix64 random)
    {
        var area = random.NextShare() * (float)_options.ErasedArea * Size * Size;
        var aspectRatio = MathF.Pow(MaxAspectRatio, random.NextSigned());
        var height = Math.Min(Size, (int)MathF.Round(MathF.Sqrt(area * aspectRatio)));
        var width = Math.Min(Size, (int)MathF.Round(MathF.Sqrt(area / aspectRatio)));
        var top = (int)(random.NextShare() * (Size - height + 1));
        var left = (int)(random.NextShare() * (Size - width + 1));
        for (var y = top; y < top + height; y++)
            _augmented.Span.Slice(y * Size + left, width).Clear();
    }
}
