using System.Numerics;
using MnistMl.Model;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Augmentation;

/// <summary>
/// Changes pictures at random. What becomes of a row depends on the seed, the epoch and the row only, so that any thread
/// may change any row at any time; each needs an augmenter of its own, which has its working memory. A picture is turned,
/// sheared, stretched, moved, mirrored and distorted in one go and interpolated once, so it is not blurred more than it must be.
/// </summary>
sealed unsafe class Augmenter
{
    const float DegreesToRadians = MathF.PI / 180;

    /// <summary>What is erased has a height and a width that differ by this factor at most, as in Zhong et al.</summary>
    const float MaxElongation = 1 / 0.3f;

    readonly AugmentationOptions _options;
    readonly int _seed;
    readonly PixelQuads _quads;
    readonly ElasticField? _field;
    readonly AlignedArray<byte> _image;

    /// <param name="options">How much to change.</param>
    /// <param name="featureCount">Pixels in a row: those of a square picture of one channel, row by row.</param>
    /// <param name="seed">The same seed gives the same pictures.</param>
    /// <exception cref="ArgumentOutOfRangeException">A strength is out of its range.</exception>
    /// <exception cref="MnistMlException">Rows of that length are not square pictures.</exception>
    public Augmenter(AugmentationOptions options, int featureCount, int seed)
    {
        options.Validate();
        (_options, _seed, Size) = (options, seed, SizeOf(featureCount));
        _quads = new PixelQuads(Size);
        _field = options.Elastic > 0 ? new ElasticField(Size, options.ElasticSigma) : null;
        _image = new AlignedArray<byte>(featureCount + KernelSet.Alignment);
    }

    /// <summary>Width and height of the pictures.</summary>
    public int Size { get; }

    /// <summary>Whether rows of that length are pictures that can be changed.</summary>
    public static bool Takes(int featureCount) => Volume.SquareSize(featureCount) <= PixelQuads.MaxSize;

    static int SizeOf(int featureCount)
    {
        return Volume.SquareSize(featureCount) is { } size and <= PixelQuads.MaxSize
            ? size
            : throw new MnistMlException(
                $"Only square pictures of up to {PixelQuads.MaxSize} × {PixelQuads.MaxSize} pixels can be augmented, "
                + $"but a row has {featureCount} pixels. Train without augmentation.");
    }

    /// <summary>Changes one row.</summary>
    /// <param name="source">[features]</param>
    /// <param name="destination">[features]; may be the source.</param>
    /// <param name="epoch">The number of the epoch: in each, a row is changed in another way.</param>
    /// <param name="row">The number of the row.</param>
    public void Apply(ReadOnlySpan<byte> source, Span<byte> destination, long epoch, int row)
    {
        // All is drawn whether it is asked for or not: a row is turned alike with erasing and without.
        var random = SplitMix64.For(_seed, epoch, row);
        var map = DrawMap(ref random);
        var (fieldKey, fieldShare) = ((uint)random.Next(), random.NextShare());
        _field?.Draw(fieldKey, fieldShare * _options.Elastic);
        if (random.NextShare() < _options.FlipProbability)
            map *= new Matrix3x2(-1, 0, 0, 1, Size - 1, 0);

        _quads.Pack(source);
        KernelSet.Best.Resample(
            _quads.Origin, Size, map, _field == null ? null : _field.X, _field == null ? null : _field.Y,
            _field?.Stride ?? 0, _image.Pointer);
        if (random.NextShare() < _options.EraseProbability)
            Erase(ref random);
        _image.Span[..(Size * Size)].CopyTo(destination);
    }

    /// <summary>From a pixel of the new picture to its place in the old one: the inverse of what is drawn.</summary>
    Matrix3x2 DrawMap(ref SplitMix64 random)
    {
        var center = (Size - 1) / 2f;
        var forward = Matrix3x2.CreateTranslation(-center, -center)
            * Matrix3x2.CreateScale(1 + random.NextSigned() * (float)_options.Scale, 1 + random.NextSigned() * (float)_options.Scale)
            * new Matrix3x2(1, 0, random.NextSigned() * (float)_options.Shear, 1, 0, 0)
            * Matrix3x2.CreateRotation(random.NextSigned() * (float)_options.Rotation * DegreesToRadians)
            * Matrix3x2.CreateTranslation(
                center + random.NextSigned() * (float)_options.Shift, center + random.NextSigned() * (float)_options.Shift);
        Matrix3x2.Invert(forward, out var map);
        return map;
    }

    void Erase(ref SplitMix64 random)
    {
        var area = random.NextShare() * (float)_options.ErasedArea * Size * Size;
        var elongation = MathF.Pow(MaxElongation, random.NextSigned());
        var height = Math.Min(Size, (int)MathF.Round(MathF.Sqrt(area * elongation)));
        var width = Math.Min(Size, (int)MathF.Round(MathF.Sqrt(area / elongation)));
        var top = (int)(random.NextShare() * (Size - height + 1));
        var left = (int)(random.NextShare() * (Size - width + 1));
        for (var y = top; y < top + height; y++)
            _image.Span.Slice(y * Size + left, width).Clear();
    }
}
