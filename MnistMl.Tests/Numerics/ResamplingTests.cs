using System.Numerics;
using FsCheck.Xunit;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Tests.Numerics;

/// <summary>Resampling of an image, in every instruction set that this processor has.</summary>
public sealed unsafe class ResamplingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(28)]
    [InlineData(30)]
    [InlineData(33)]
    [InlineData(100)]
    public void Nothing_done_changes_nothing(int size)
    {
        var image = RandomImage(size);
        foreach (var kernels in All())
            Assert.Equal(image, Resample(kernels, image, size, Matrix3x2.Identity));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-3, 2)]
    [InlineData(27, -27)]
    [InlineData(28, 0)]
    [InlineData(0, -29)]
    [InlineData(-1000, 1e6)]
    public void Whole_pixels_are_moved_as_they_are_and_zeros_follow(int right, int down)
    {
        const int Size = 28;
        var image = RandomImage(Size);
        foreach (var kernels in All())
        {
            var moved = Resample(kernels, image, Size, Matrix3x2.CreateTranslation(-right, -down));
            for (var y = 0; y < Size; y++)
            {
                for (var x = 0; x < Size; x++)
                    Assert.Equal(PixelAt(image, Size, x - right, y - down), moved[y * Size + x]);
            }
        }
    }

    [Fact]
    public void A_quarter_turn_is_exact()
    {
        const int Size = 29;
        var image = RandomImage(Size);
        var center = new Vector2((Size - 1) / 2f);
        foreach (var kernels in All())
        {
            var turned = Resample(kernels, image, Size, Matrix3x2.CreateRotation(MathF.PI / 2, center));
            for (var y = 0; y < Size; y++)
            {
                for (var x = 0; x < Size; x++)
                    Assert.Equal(image[x * Size + Size - 1 - y], turned[y * Size + x]);
            }
        }
    }

    [Fact]
    public void Half_a_pixel_is_the_mean_of_two()
    {
        foreach (var kernels in All())
        {
            var moved = Resample(kernels, [10, 20, 0, 255], 2, Matrix3x2.CreateTranslation(0.5f, 0));
            Assert.Equal([15, 10, 128, 128], moved);
        }
    }

    [Property]
    public void Any_map_and_displacement_is_bilinear_interpolation(byte sizeSeed, int seed, bool displaced)
    {
        var (size, random) = (1 + sizeSeed % 50, new Random(seed));
        var image = RandomImage(size);
        var map = new Matrix3x2(Signed(2), Signed(2), Signed(2), Signed(2), Signed(size), Signed(size));
        var stride = KernelSet.Pad(size);
        var (Δx, Δy) = (new AlignedArray<float>(size * stride), new AlignedArray<float>(size * stride));
        for (var i = 0; displaced && i < Δx.Length; i++)
            (Δx.Span[i], Δy.Span[i]) = (Signed(5), Signed(5));

        foreach (var kernels in All())
        {
            var resampled = Resample(kernels, image, size, map, displaced ? Δx : null, displaced ? Δy : null);
            for (var y = 0; y < size; y++)
            {
                for (var x = 0; x < size; x++)
                {
                    var i = y * stride + x;
                    var expected = Interpolate(
                        image, size, (double)x * map.M11 + y * map.M21 + map.M31 + Δx.Span[i], (double)x * map.M12 + y * map.M22 + map.M32 + Δy.Span[i]);
                    Assert.Equal(expected, resampled[y * size + x], 0.51);
                }
            }
        }

        float Signed(float greatest) => greatest * (2 * random.NextSingle() - 1);
    }

    static double Interpolate(byte[] image, int size, double x, double y)
    {
        var (left, top) = (Math.Floor(x), Math.Floor(y));
        var (right, down) = (x - left, y - top);
        return (1 - right) * (1 - down) * PixelAt(image, size, left, top) + right * (1 - down) * PixelAt(image, size, left + 1, top)
            + (1 - right) * down * PixelAt(image, size, left, top + 1) + right * down * PixelAt(image, size, left + 1, top + 1);
    }

    static byte PixelAt(byte[] image, int size, double x, double y) =>
        x >= 0 && x < size && y >= 0 && y < size ? image[(int)y * size + (int)x] : (byte)0;

    static byte[] Resample(
        KernelSet kernels, byte[] image, int size, Matrix3x2 map, AlignedArray<float>? Δx = null, AlignedArray<float>? Δy = null)
    {
        var quads = new PixelQuads(size);
        // What was packed before leaves no trace.
        quads.Pack(Enumerable.Repeat(byte.MaxValue, size * size).ToArray());
        quads.Pack(image);
        var destination = new AlignedArray<byte>(size * size + KernelSet.Alignment);
        kernels.Resample(
            quads.Origin, size, map, Δx == null ? null : Δx.Pointer, Δy == null ? null : Δy.Pointer, KernelSet.Pad(size), destination.Pointer);
        return destination.Span[..(size * size)].ToArray();
    }

    static byte[] RandomImage(int size)
    {
        var image = new byte[size * size];
        new Random(size).NextBytes(image);
        return image;
    }

    static IEnumerable<KernelSet> All() => KernelSet.Supported.Select(KernelSet.Create);
}
