using System.Numerics;
using System.Runtime.CompilerServices;

namespace MnistMl.Numerics.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Resample(
        uint* quads, int size, in Matrix3x2 map, float* Δx, float* Δy, int stride, byte* destination)
    {
        // Points further out than these have no neighbour in the image either.
        var (min, max) = (TSimd.Create(-1), TSimd.Create(size));
        var (xByX, yByX) = (TSimd.Create(map.M11), TSimd.Create(map.M12));
        var (quadsInRow, half) = (TSimd.Create(PixelQuads.Stride(size)), TSimd.Create(0.5f));
        var columnsAtOnce = TSimd.Create(TSimd.Count);
        for (nint row = 0; row < size; row++)
        {
            var xOfRow = TSimd.Create(row * map.M21 + map.M31);
            var yOfRow = TSimd.Create(row * map.M22 + map.M32);
            var columns = TSimd.Indices;
            for (nint column = 0; column < size; column += TSimd.Count)
            {
                var x = TSimd.MultiplyAdd(columns, xByX, xOfRow);
                var y = TSimd.MultiplyAdd(columns, yByX, yOfRow);
                if (Δx != null)
                {
                    x = TSimd.Add(x, TSimd.Load(Δx + row * stride + column));
                    y = TSimd.Add(y, TSimd.Load(Δy + row * stride + column));
                }
                x = TSimd.Min(TSimd.Max(x, min), max);
                y = TSimd.Min(TSimd.Max(y, min), max);
                var (left, top) = (TSimd.Floor(x), TSimd.Floor(y));
                var (right, down) = (TSimd.Subtract(x, left), TSimd.Subtract(y, top));

                var quad = TSimd.Gather(quads, TSimd.MultiplyAdd(top, quadsInRow, left));
                var above = Between(TSimd.Byte(quad, 0), TSimd.Byte(quad, 1), right);
                var below = Between(TSimd.Byte(quad, 2), TSimd.Byte(quad, 3), right);
                TSimd.StoreBytes(TSimd.Add(Between(above, below, down), half), destination + column);
                columns = TSimd.Add(columns, columnsAtOnce);
            }
            destination += size;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Between(TVector a, TVector b, TVector share) => TSimd.MultiplyAdd(share, TSimd.Subtract(b, a), a);
}
