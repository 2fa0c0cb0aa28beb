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

    /// <summary>Pixels below this, the soft edges of strokes, are not in the box around the ink.</summary>
    const byte MinInk = 64;

    /// <summary>The name of the class that may have a flag.</summary>
    const string One = "1";

    readonly AugmentationOptions _options;
    readonly int _seed;
    readonly PixelQuads _quads;
    readonly ElasticField? _field;
    readonly NeighborhoodFilter? _filter;
    readonly Flag? _flag;
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
        _filter = options.Thinning > 0 || options.Thickening > 0 || options.Blur > 0 ? new NeighborhoodFilter(Size) : null;
        _flag = options.FlagProbability > 0 ? new Flag(Size) : null;
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
    /// <param name="className">The name of its class.</param>
    public void Apply(ReadOnlySpan<byte> source, Span<byte> destination, long epoch, int row, string className)
    {
        // Every transform draws its random numbers, used or not, so that none depends on which others are used.
        var random = SplitMix64.For(_seed, epoch, row);
        var map = DrawInverseMap(ref random);
        var (fieldKey, α) = ((uint)random.Next(), random.NextShare() * _options.Elastic);
        _field?.Draw(fieldKey, α);
        if (random.NextShare() < _options.FlipProbability)
            map *= new Matrix3x2(-1, 0, 0, 1, Size - 1, 0);

        // What came later draws from streams of its own, those of epochs and rows which no training has: the others draw what they did.
        if (_flag != null && className == One)
            source = DrawFlag(source, SplitMix64.For(_seed, epoch, ~row));
        var others = SplitMix64.For(_seed, ~epoch, row);
        if (DrawThickness(ref others) is not 0 and var radius)
            source = _filter!.Apply(source, radius > 0 ? NeighborhoodStep.Dilation : NeighborhoodStep.Erosion, MathF.Abs(radius));
        if (others.NextShare() < _options.StretchProbability)
            map *= InverseStretch(source, others.NextShare(), others.NextShare());

        _quads.Pack(source);
        KernelSet.Best.Resample(
            _quads.Origin, Size, map,
            _field is null ? null : _field.X, _field is null ? null : _field.Y, _field?.Stride ?? 0,
            _augmented.Pointer);
        if (random.NextShare() < _options.EraseProbability)
            Erase(ref random);
        BlurAndChangeTone(SplitMix64.For(_seed, ~epoch, ~row));
        _augmented.Span[..(Size * Size)].CopyTo(destination);
    }

    ReadOnlySpan<byte> DrawFlag(ReadOnlySpan<byte> image, SplitMix64 random) =>
        random.NextShare() < _options.FlagProbability ? _flag!.Draw(image, ref random) : image;

    /// <summary>By how many pixels strokes are to be made thicker on each side; below 0 thinner.</summary>
    float DrawThickness(ref SplitMix64 random)
    {
        var (kind, amount) = (random.NextShare(), random.NextShare());
        return kind < _options.ThinningProbability && _options.Thinning > 0 ? -amount * (float)_options.Thinning
            : kind >= 1 - _options.ThickeningProbability ? amount * (float)_options.Thickening
            : 0;
    }

    /// <summary>Stretches the box around the ink towards the whole image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="across">The share of the way for left and right.</param>
    /// <param name="down">The share of the way for top and bottom.</param>
    /// <returns>The inverse; nothing changes where there is no ink.</returns>
    Matrix3x2 InverseStretch(ReadOnlySpan<byte> image, float across, float down)
    {
        var (left, top, right, bottom) = (Size, Size, -1, -1);
        for (var row = 0; row < Size; row++)
        {
            var pixels = image.Slice(row * Size, Size);
            var first = pixels.IndexOfAnyInRange(MinInk, byte.MaxValue);
            if (first < 0)
                continue;
            (left, right) = (Math.Min(left, first), Math.Max(right, pixels.LastIndexOfAnyInRange(MinInk, byte.MaxValue)));
            (top, bottom) = (Math.Min(top, row), row);
        }
        if (bottom < 0)
            return Matrix3x2.Identity;
        var (width, height) = (right - left + 1, bottom - top + 1);
        var (x, y) = (InverseAxis(left, width, across), InverseAxis(top, height, down));
        return new(x.Scale, 0, 0, y.Scale, x.Offset, y.Offset);
    }

    /// <summary>The inverse of stretching a part of an axis towards the whole, pixels being as wide as their distance.</summary>
    (float Scale, float Offset) InverseAxis(int start, int length, float share)
    {
        var stretched = length + share * (Size - length);
        var scale = length / stretched;
        var stretchedStart = (1 - share) * start;
        return (scale, start - 0.5f - scale * (stretchedStart - 0.5f));
    }

    void BlurAndChangeTone(SplitMix64 random)
    {
        var (loss, brightness) = (random.NextShare() * (float)_options.Contrast, random.NextShare() * (float)_options.Brightness);
        var contrast = random.NextShare() < _options.ContrastProbability ? 1 - loss : 1;
        var paper = random.NextShare() < _options.BrightnessProbability ? brightness : 0;
        var σ = random.NextShare() * (float)_options.Blur;
        if (random.NextShare() < _options.BlurProbability && σ > 0)
            _filter!.Apply(_augmented.Span[..(Size * Size)], NeighborhoodStep.Smoothing, 2 * σ * σ).CopyTo(_augmented.Span);
        if (contrast < 1 || paper > 0)
            ToneScale.Apply(_augmented.Pointer, Size * Size, paper, paper + contrast * (byte.MaxValue - paper));
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
