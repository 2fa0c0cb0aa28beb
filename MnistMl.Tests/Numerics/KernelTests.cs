using System.Numerics.Tensors;
using FsCheck.Xunit;
using MnistMl.Numerics;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Tests.Numerics;

/// <summary>Every kernel, in every instruction set that this processor has, against the loop it stands for.</summary>
public sealed unsafe class KernelTests
{
    const float Tolerance = 2e-5f;

    [Fact]
    public void The_narrowest_vectors_are_always_there() => Assert.Contains("Vector128", KernelSet.Supported);

    [Fact]
    public void An_unknown_kernel_set_is_refused() =>
        Assert.Contains("'Vector3'", Assert.Throws<MnistMlException>(() => KernelSet.Create("Vector3")).Message, StringComparison.Ordinal);

    [Property]
    public void A_matrix_product_is_the_sum_of_products(byte rowsSeed, byte innerSeed, byte columnsSeed, bool transposed, bool biased)
    {
        var (rows, inner, columns) = (1 + rowsSeed % 23, innerSeed % 40, KernelSet.Pad(1 + columnsSeed % 150));
        var random = new Random(rows + inner + columns);
        var (bStride, cStride) = (columns + KernelSet.Alignment * random.Next(3), columns + KernelSet.Alignment * random.Next(3));
        var (a, b, bias) = (Random(rows * inner, random), Random(inner * bStride, random), Random(columns, random));
        var (rowStride, innerStride) = transposed ? (1, rows) : (inner, 1);

        foreach (var kernels in All())
        {
            var c = new AlignedArray<float>(rows * cStride);
            c.Span.Fill(-7);
            kernels.MatrixProduct(
                a.Pointer, rowStride, innerStride, b.Pointer, bStride, biased ? bias.Pointer : null, c.Pointer, cStride, rows, inner, columns);

            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    var sum = biased ? (double)bias.Pointer[column] : 0;
                    for (var i = 0; i < inner; i++)
                        sum += (double)a.Pointer[row * rowStride + i * innerStride] * b.Pointer[i * bStride + column];
                    Assert.Equal(sum, c.Pointer[row * cStride + column], Tolerance);
                }
                Assert.False(c.Span[(row * cStride + columns)..((row + 1) * cStride)].ContainsAnyExcept(-7));
            }
        }
    }

    [Property]
    public void A_gathered_product_is_the_sum_of_products(int seed, bool biased)
    {
        var random = new Random(seed);
        var (rows, inner, columns) = (1 + random.Next(23), random.Next(600), KernelSet.Pad(1 + random.Next(100)));
        var (stride, length) = (columns + KernelSet.Alignment * random.Next(2), 1000);
        var (a, b, bias) = (Random(length, random), Random(inner * stride, random), Random(columns, random));
        var (aRows, aInners, cRows) = (Places(rows, length / 2), Places(inner, length / 2), Shuffled(rows));

        foreach (var kernels in All())
        {
            var c = Random(rows * columns, new Random(rows));
            var before = c.Span.ToArray();
            kernels.IndirectGemm(
                a.Pointer, aRows.Pointer, aInners.Pointer, b.Pointer, biased ? bias.Pointer : null, c.Pointer, cRows.Pointer,
                rows, inner, columns, stride);

            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    var place = cRows.Pointer[row] + column;
                    var sum = (double)(biased ? bias.Pointer[column] : before[place]);
                    for (var i = 0; i < inner; i++)
                        sum += (double)a.Pointer[aRows.Pointer[row] + aInners.Pointer[i]] * b.Pointer[i * stride + column];
                    Assert.Equal(sum, c.Pointer[place], 5 * Tolerance);
                }
            }
        }

        AlignedArray<int> Places(int count, int end) =>
            new([.. Enumerable.Range(0, count).Select(_ => random.Next(end))]);

        AlignedArray<int> Shuffled(int count)
        {
            int[] places = [.. Enumerable.Range(0, count).Select(row => row * columns)];
            random.Shuffle(places);
            return new(places);
        }
    }

    [Property]
    public void A_sparse_product_is_the_product_without_the_zeros(byte rowsSeed, byte innerSeed, byte columnsSeed, bool bytes, bool transposed, bool accumulate)
    {
        var (rows, inner, columns) = (rowsSeed % 90, 1 + innerSeed % 64, KernelSet.Pad(1 + columnsSeed % 150));
        var random = new Random(rows + inner + columns);
        var (bStride, stride) = (columns + KernelSet.Alignment * random.Next(3), columns + KernelSet.Alignment * random.Next(3));
        var (b, before) = (Random(64 * bStride, random), Random(rows * stride, random));
        var bytesToFloats = Random(256, random);
        bytesToFloats.Span[0] = 0;
        var (rowStep, columnStep) = transposed ? (1, rows + 1) : (inner + 1, 1);
        var (byteNumbers, floatNumbers) = (new AlignedArray<byte>(95 * 95), new AlignedArray<float>(95 * 95));
        var bits = new AlignedArray<ulong>(rows);
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < inner; i++)
            {
                if (random.Next(4) > 0)
                    continue;
                bits.Span[row] |= 1ul << i;
                byteNumbers.Span[row * rowStep + i * columnStep] = (byte)random.Next(1, 256);
                floatNumbers.Span[row * rowStep + i * columnStep] = random.NextSingle();
            }
        }
        var a = bytes
            ? new SparseMatrix(bits.Pointer, byteNumbers.Pointer, bytesToFloats.Pointer, rowStep, columnStep)
            : new SparseMatrix(bits.Pointer, floatNumbers.Pointer, null, rowStep, columnStep);

        foreach (var kernels in All())
        {
            var c = new AlignedArray<float>(rows * stride);
            before.Span.CopyTo(c.Span);
            kernels.SparseProduct(a, b.Pointer, bStride, accumulate ? c.Pointer : null, stride, c.Pointer, stride, rows, columns);

            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    var sum = accumulate ? (double)before.Pointer[row * stride + column] : 0;
                    for (var i = 0; i < inner; i++)
                    {
                        var at = row * rowStep + i * columnStep;
                        sum += (double)(bytes ? bytesToFloats.Pointer[byteNumbers.Pointer[at]] : floatNumbers.Pointer[at]) * b.Pointer[i * bStride + column];
                    }
                    Assert.Equal(sum, c.Pointer[row * stride + column], Tolerance);
                }
            }

            for (var row = 0; row < rows; row++)
                Assert.Equal(before.Span[(row * stride + columns)..((row + 1) * stride)], c.Span[(row * stride + columns)..((row + 1) * stride)]);

            // Adam by it in one go does bit for bit what it does afterwards, row by row.
            var (afterwards, atOnce) = (Random(3 * c.Length, new Random(rows)), Random(3 * c.Length, new Random(rows)));
            var (step, stepAtOnce) = (Step(afterwards), Step(atOnce));
            for (var row = 0; row < rows; row++)
            {
                var at = row * stride;
                kernels.Adam(
                    new(step.Weights + at, step.Gradients + at, step.Squares + at, step.StepSize, step.Beta1, step.Beta2, step.Epsilon),
                    c.Pointer + at, columns);
            }
            kernels.SparseAdam(a, b.Pointer, bStride, accumulate ? before.Pointer : null, stepAtOnce, stride, rows, columns);
            Assert.Equal(afterwards.Span, atOnce.Span);

            AdamStep Step(AlignedArray<float> numbers)
            {
                var squares = numbers.Span[(2 * c.Length)..];
                TensorPrimitives.Abs(squares, squares);
                return new(numbers.Pointer, numbers.Pointer + c.Length, numbers.Pointer + 2 * c.Length, 0.1f, 0.9f, 0.999f, 1e-3f);
            }
        }
    }

    [Fact]
    public void A_sparse_product_may_start_every_row_alike()
    {
        var bits = new AlignedArray<ulong>(3);
        var (start, b) = (Random(16, new Random(1)), Random(16, new Random(2)));
        var a = new SparseMatrix(bits.Pointer, b.Pointer, null, 1, 1);
        foreach (var kernels in All())
        {
            var c = new AlignedArray<float>(3 * 16);
            kernels.SparseProduct(a, b.Pointer, 16, start.Pointer, 0, c.Pointer, 16, 3, 16);
            for (var row = 0; row < 3; row++)
                Assert.Equal(start.Span, c.Span.Slice(row * 16, 16));
        }
    }

    [Property]
    public void Sums_with_bias_add_sources(byte rowsSeed, byte columnsSeed, byte countSeed)
    {
        var (rows, stride, count) = (rowsSeed % 20, KernelSet.Pad(1 + columnsSeed), countSeed % 9);
        var random = new Random(rows + stride + count);
        var (sources, bias) = (Random(count * rows * stride, random), Random(stride, random));
        foreach (var kernels in All())
        {
            var sums = new AlignedArray<float>(rows * stride);
            kernels.SumWithBias(sources.Pointer, rows * stride, count, bias.Pointer, sums.Pointer, rows, stride);
            for (var i = 0; i < rows * stride; i++)
            {
                var expected = bias.Pointer[i % stride] + Enumerable.Range(0, count).Sum(source => (double)sources.Pointer[source * rows * stride + i]);
                Assert.Equal(expected, sums.Pointer[i], Tolerance);
            }
        }
    }

    [Property]
    public void Column_sums_add_rows(byte rowsSeed, byte columnsSeed)
    {
        var (rows, stride) = (rowsSeed % 70, KernelSet.Pad(1 + columnsSeed));
        var source = Random(rows * stride, new Random(rows + stride));
        foreach (var kernels in All())
        {
            var sums = new AlignedArray<float>(stride);
            kernels.ColumnSums(source.Pointer, stride, sums.Pointer, rows, stride);
            for (var column = 0; column < stride; column++)
                Assert.Equal(Enumerable.Range(0, rows).Sum(row => (double)source.Pointer[row * stride + column]), sums.Pointer[column], Tolerance);
        }
    }

    [Fact]
    public void A_ReLU_keeps_what_is_positive_and_so_does_its_gradient()
    {
        const int Rows = 3, Columns = 32, Stride = 48;
        foreach (var kernels in All())
        {
            var values = Random(Rows * Stride, new Random(1));
            var before = values.Span.ToArray();
            kernels.Relu(values.Pointer, Stride, Rows, Columns);
            Assert.Equal(before.Select((x, i) => i % Stride < Columns ? Math.Max(x, 0) : x), values.Span.ToArray());

            var δ = Random(Rows * Stride, new Random(2));
            var δBefore = δ.Span.ToArray();
            kernels.ReluGradient(values.Pointer, δ.Pointer, 1.5f, Stride, Rows, Columns);
            Assert.Equal(before.Select((x, i) => i % Stride >= Columns ? δBefore[i] : x > 0 ? 1.5f * δBefore[i] : 0), δ.Span.ToArray());
        }
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(10, 0)]
    [InlineData(16, 0)]
    [InlineData(26, 0)]
    [InlineData(10, 1000)]
    [InlineData(10, -1000)]
    public void Softmax_is_the_exponentials_share(int classCount, float shift)
    {
        foreach (var kernels in All())
        {
            var logits = Random(KernelSet.Pad(classCount), new Random(classCount));
            foreach (ref var logit in logits.Span)
                logit += shift;
            var shifted = logits.Span[..classCount].ToArray().Select(x => Math.Exp(x - (double)shift)).ToArray();

            kernels.Softmax(logits.Pointer, classCount, logits.Length);

            for (var i = 0; i < classCount; i++)
                Assert.Equal(shifted[i] / shifted.Sum(), logits.Pointer[i], shift == 0 ? 1e-6f : 1e-4f);
            Assert.All(logits.Span[classCount..].ToArray(), padding => Assert.Equal(0, padding));
        }
    }

    [Theory]
    [InlineData(-20)]
    [InlineData(-61)]
    [InlineData(-80)]
    [InlineData(-86.9f)]
    [InlineData(-88)]
    [InlineData(-1e6f)]
    public void Softmax_is_exact_to_the_end_of_floats_and_goes_no_further(float logit)
    {
        foreach (var kernels in All())
        {
            var logits = new AlignedArray<float>(KernelSet.Alignment);
            logits.Pointer[1] = logit;

            kernels.Softmax(logits.Pointer, classCount: 2, KernelSet.Alignment);

            Assert.Equal(1, logits.Pointer[0], 1e-6);
            Assert.Equal(1, logits.Pointer[1] / Math.Exp(Math.Max(-87, logit)), 1e-6);
        }
    }

    [Fact]
    public void The_gradient_of_cross_entropy_is_the_scaled_probability_or_0_where_it_is_next_to_nothing()
    {
        foreach (var kernels in All())
        {
            AlignedArray<float> probabilities = new(KernelSet.Alignment), δ = new(KernelSet.Alignment);
            foreach (var (i, probability) in ((float[])[0.25f, 2.1e-20f, 1.9e-20f, 1e-37f, 0]).Index())
                probabilities.Span[i] = probability;
            δ.Span.Fill(7);

            kernels.CrossEntropyGradient(probabilities.Pointer, 0.5f, δ.Pointer, KernelSet.Alignment);

            Assert.Equal([0.125f, 1.05e-20f, 0, 0, 0], δ.Span[..5].ToArray());
            Assert.All(δ.Span[5..].ToArray(), padding => Assert.Equal(0, padding));
        }
    }

    [Fact]
    public void What_is_not_a_number_stays_so()
    {
        foreach (var kernels in All())
        {
            var values = Random(KernelSet.Alignment, new Random(1));
            values.Pointer[3] = float.NaN;
            kernels.Relu(values.Pointer, KernelSet.Alignment, 1, KernelSet.Alignment);
            Assert.True(float.IsNaN(values.Pointer[3]));
            Assert.Equal(KernelSet.Alignment - 1, values.Span.ToArray().Count(float.IsFinite));

            kernels.Softmax(values.Pointer, classCount: 10, KernelSet.Alignment);
            Assert.All(values.Span[..10].ToArray(), probability => Assert.True(float.IsNaN(probability)));
        }
    }

    [Property]
    public void A_transposition_turns_rows_into_columns(byte rowsSeed, byte columnsSeed)
    {
        var (rows, columns) = (1 + rowsSeed % 37, 4 * (1 + columnsSeed % 9));
        var source = Random(rows * columns, new Random(rows + columns));
        var destination = new AlignedArray<float>(rows * columns);
        Transposition.Transpose(source.Pointer, columns, destination.Pointer, rows, rows, columns);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                Assert.Equal(source.Pointer[row * columns + column], destination.Pointer[column * rows + row]);
        }
    }

    internal static IEnumerable<KernelSet> All() => KernelSet.Supported.Select(KernelSet.Create);

    internal static AlignedArray<float> Random(int length, Random random)
    {
        var floats = new AlignedArray<float>(length);
        foreach (ref var x in floats.Span)
            x = (float)(2 * random.NextDouble() - 1);
        return floats;
    }
}
