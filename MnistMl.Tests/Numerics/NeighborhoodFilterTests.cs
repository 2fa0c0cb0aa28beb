using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Tests.Numerics;

/// <summary>Dilation, erosion and smoothing, compared with their definitions, pixel by pixel.</summary>
public sealed class NeighborhoodFilterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(28)]
    [InlineData(33)]
    public void Steps_are_as_by_the_definition(int size)
    {
        var filter = new NeighborhoodFilter(size);
        var image = RandomImage(size, seed: size);
        foreach (var step in Enum.GetValues<NeighborhoodStep>())
        {
            foreach (var count in (float[])[0, 0.001f, 0.25f, 0.5f, 0.7f, 1, 1.5f, 2, 3.75f])
                Assert.Equal(Reference(image, size, step, count), filter.Apply(image, step, count).ToArray());
        }
    }

    [Fact]
    public void An_image_does_not_depend_on_those_before()
    {
        var (used, image) = (new NeighborhoodFilter(28), RandomImage(28, seed: 1));
        used.Apply(RandomImage(28, seed: 2), NeighborhoodStep.Dilation, 3.5f);
        Assert.Equal(
            new NeighborhoodFilter(28).Apply(image, NeighborhoodStep.Dilation, 1.5f).ToArray(), used.Apply(image, NeighborhoodStep.Dilation, 1.5f).ToArray());
    }

    [Fact]
    public void A_square_grows_and_shrinks_by_the_radius_on_each_side()
    {
        const int Size = 28, Side = 6;
        var square = new byte[Size * Size];
        for (var y = 10; y < 10 + Side; y++)
            square.AsSpan(y * Size + 10, Side).Fill(byte.MaxValue);
        var filter = new NeighborhoodFilter(Size);
        foreach (var radius in (float[])[-2, -1.25f, -0.5f, 0.5f, 1, 1.75f])
        {
            // Through the middle of it, where corners play no part.
            var ink = filter.Apply(square, radius > 0 ? NeighborhoodStep.Dilation : NeighborhoodStep.Erosion, Math.Abs(radius)).Slice(13 * Size, Size).ToArray().Sum(pixel => pixel / 255.0);
            Assert.Equal(Side + 2 * radius, ink, 0.02);
        }
    }

    [Theory]
    [InlineData(0.4f)]
    [InlineData(1)]
    [InlineData(1.5f)]
    [InlineData(4)]
    public void Smoothing_spreads_a_line_as_a_Gaussian_does(float σ)
    {
        const int Size = 28, Middle = 14;
        var line = new byte[Size * Size];
        for (var y = 0; y < Size; y++)
            line[y * Size + Middle] = byte.MaxValue;
        var smooth = new NeighborhoodFilter(Size).Apply(line, NeighborhoodStep.Smoothing, 2 * σ * σ).Slice(Middle * Size, Size).ToArray();
        // Steps round, each by up to half a level.
        for (var x = 2; x < Size - 2; x++)
        {
            var expected = σ < 1 ? (x - Middle) switch { 0 => 1 - σ * σ, 1 or -1 => σ * σ / 2, _ => 0 } : Math.Exp(-0.5 * Math.Pow((x - Middle) / σ, 2)) / (σ * Math.Sqrt(2 * Math.PI));
            Assert.Equal(byte.MaxValue * expected, smooth[x], 6.0);
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

    /// <summary>Whole steps, then a part of one: the pixel, and the greatest, least or weighted mean of it and its neighbours.</summary>
    static byte[] Reference(byte[] image, int size, NeighborhoodStep step, float count)
    {
        for (var left = count; left > 0; left--)
        {
            var (before, part) = (image, Math.Round(256 * Math.Min(left, 1)) / 256);
            image = [.. Enumerable.Range(0, before.Length).Select(i =>
            {
                var (x, y) = (i % size, i / size);
                int[] cross = [At(x, y), At(x - 1, y), At(x + 1, y), At(x, y - 1), At(x, y + 1)];
                var whole = step switch
                {
                    NeighborhoodStep.Erosion => cross.Min(),
                    NeighborhoodStep.Dilation => cross.Max(),
                    _ => Mean(x, y),
                };
                return (byte)Math.Floor((1 - part) * At(x, y) + part * whole + 0.5);
            })];

            int Mean(int x, int y)
            {
                var sum = 0;
                for (var i = 0; i < 9; i++)
                {
                    var (dx, dy) = (i % 3 - 1, i / 3 - 1);
                    sum += (2 - Math.Abs(dx)) * (2 - Math.Abs(dy)) * At(x + dx, y + dy);
                }
                return (sum + 8) / 16;
            }

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
