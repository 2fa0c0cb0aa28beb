using MnistMl.Network;
using MnistMl.Numerics;

namespace MnistMl.Tests.Network;

/// <summary>However rows of bytes are kept and loaded, they are the bytes times the scale.</summary>
public sealed unsafe class ByteMatrixTests
{
    const float Scale = 1 / 255f;
    const int Rows = 70;

    public static TheoryData<int, int> LengthsAndShares
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (var featureCount in (int[])[1, 15, 16, 63, 64, 65, 130, 784])
            {
                foreach (var percent in (int[])[0, 20, 100])
                    data.Add(featureCount, percent);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(LengthsAndShares))]
    public void Bytes_are_scaled(int featureCount, int percent)
    {
        var (pixels, rows) = Create(featureCount, percent);
        var loaded = new AlignedArray<float>(featureCount + 1);
        foreach (var input in (FeatureMatrix[])[rows, rows.Compact()])
        {
            for (var row = 0; row < Rows; row++)
            {
                loaded.Span[featureCount] = -1;
                input.Load(row, loaded.Pointer);
                Assert.Equal(pixels[row].Select(pixel => pixel * Scale), loaded.Span[..featureCount].ToArray());
                Assert.Equal(-1, loaded.Span[featureCount]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(LengthsAndShares))]
    public void Zeros_are_left_out_and_nothing_else(int featureCount, int percent)
    {
        var (pixels, rows) = Create(featureCount, percent);
        foreach (var input in (FeatureMatrix[])[rows, rows.Compact()])
        {
            var batch = new SparseBatch(Rows, featureCount);
            for (var row = 0; row < Rows; row++)
            {
                input.Prefetch(row);
                input.Load(row, batch, row);
            }
            for (var block = 0; block < batch.FeatureBlocks; block++)
            {
                var matrix = batch.Rows(block);
                for (var row = 0; row < Rows; row++)
                {
                    for (var i = 0; i < SparseBatch.Block; i++)
                    {
                        var feature = block * SparseBatch.Block + i;
                        var pixel = feature < featureCount ? pixels[row][feature] : 0;
                        Assert.Equal(pixel != 0, (matrix.Bits[row] >> i & 1) == 1);
                        var number = ByteNumber.Read(matrix.Numbers, matrix.BytesToFloats, row * matrix.RowStep + i * matrix.ColumnStep, -1);
                        Assert.Equal(pixel * Scale, number);
                    }
                }
            }
        }
    }

    static (byte[][] Pixels, ByteMatrix Rows) Create(int featureCount, int percent)
    {
        var random = new Random(featureCount + percent);
        byte[][] pixels =
        [
            .. Enumerable.Range(0, Rows).Select(_ =>
                Enumerable.Range(0, featureCount).Select(_ => (byte)(random.Next(100) < percent ? random.Next(1, 256) : 0)).ToArray()),
        ];
        return (pixels, new ByteMatrix(pixels.SelectMany(row => row).ToArray(), featureCount, Scale));
    }
}
