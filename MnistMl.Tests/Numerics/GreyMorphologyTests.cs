using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Tests.Numerics;

/// <summary>Dilation and erosion, compared with their definition, pixel by pixel.</summary>
public sealed class GreyMorphologyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(28)]
    [InlineData(33)]
    public void Strokes_are_as_by_the_definition(int size)
    {
        var morphology = new GreyMorphology(size);
        var image = RandomImage(size, seed: size);
        foreach (var radius in (float[])[0, 0.001f, 0.25f, 0.5f, 1, 1.5f, 2, 3.75f, -0.25f, -0.7f, -1, -1.5f, -2])
            Assert.Equal(Reference(image, size, radius), morphology.Apply(image, radius).ToArray());
    }

    [Fact]
    public void An_image_does_not_depend_on_those_before()
    {
        var (used, image) = (new GreyMorphology(28), RandomImage(28, seed: 1));
        used.Apply(RandomImage(28, seed: 2), 3.5f);
        Assert.Equal(new GreyMorphology(28).Apply(image, 1.5f).ToArray(), used.Apply(image, 1.5f).ToArray());
    }

    [Fact]
    public void A_square_grows_and_shrinks_by_the_radius_on_each_side()
    {
        const int Size = 28, Side = 6;
        var square = new byte[Size * Size];
        for (var y = 10; y < 10 + Side; y++)
            square.AsSpan(y * Size + 10, Side).Fill(byte.MaxValue);
        var morphology = new GreyMorphology(Size);
        foreach (var radius in (float[])[-2, -1.25f, -0.5f, 0.5f, 1, 1.75f])
        {
            // Through the middle of it, where corners play no part.
            var ink = morphology.Apply(square, radius).Slice(13 * Size, Size).ToArray().Sum(pixel => pixel / 255.0);
            Assert.Equal(Side + 2 * radius, ink, 0.02);
        }
    }

    [Theory]
    [InlineData(0, 255)]
    [InlineData(0, 76.5f)]
    [InlineData(40, 255)]
    [InlineData(40.4f, 100.7f)]
    [InlineData(255, 255)]
    public void Tones_are_as_by_the_definition(float paper, float ink)
    {
        byte[] tones = [.. Enumerable.Range(0, 256).Select(tone => (byte)tone)];
        var pixels = new AlignedArray<byte>(256 + 15);
        tones.CopyTo(pixels.Span);
        unsafe
        {
            // Not a whole number of vectors.
            ToneScale.Apply(pixels.Pointer, 250, paper, ink);
        }
        for (var tone = 0; tone < 250; tone++)
            Assert.Equal(paper + tone * (ink - paper) / 255.0, pixels.Span[tone], 1.0);
        if ((paper, ink) == (0, 255))
            Assert.Equal(tones, pixels.Span[..256].ToArray());
    }

    /// <summary>Whole steps, then a part of one: the pixel, and the greatest or least of it and its four neighbours.</summary>
    static byte[] Reference(byte[] image, int size, float radius)
    {
        for (var left = MathF.Abs(radius); left > 0; left--)
        {
            var (before, part) = (image, Math.Round(256 * Math.Min(left, 1)) / 256);
            image = [.. Enumerable.Range(0, before.Length).Select(i =>
            {
                var (x, y) = (i % size, i / size);
                int[] near = [At(x, y), At(x - 1, y), At(x + 1, y), At(x, y - 1), At(x, y + 1)];
                return (byte)Math.Floor((1 - part) * At(x, y) + part * (radius > 0 ? near.Max() : near.Min()) + 0.5);
            })];

            int At(int x, int y) => x < 0 || y < 0 || x >= size || y >= size ? 0 : before[y * size + x];
        }
        return image;
    }

    static byte[] RandomImage(int size, int seed)
    {
        var image = new byte[size * size];
        new Random(seed).NextBytes(image);
        return image;
    }
}
