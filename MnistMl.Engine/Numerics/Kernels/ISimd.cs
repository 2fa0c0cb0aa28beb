using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MnistMl.Numerics.Kernels;

/// <summary>The vector operations that the kernels are made of, for one width of vector.</summary>
/// <typeparam name="TVector">The vector: some number of floats.</typeparam>
unsafe interface ISimd<TVector> where TVector : struct
{
    static abstract int Count { get; }
    static abstract TVector Zero { get; }

    /// <summary>0, 1, 2, and so on.</summary>
    static abstract TVector Indices { get; }
    static abstract TVector Create(float value);
    static abstract TVector Load(float* source);
    static abstract void Store(TVector value, float* destination);
    static abstract TVector Add(TVector a, TVector b);
    static abstract TVector Subtract(TVector a, TVector b);
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a·b + c, rounded once where the processor can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>
    /// The larger of a and b. Where b is not a number, neither is this; where only a is not, it may be b.
    /// </summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>
    /// The smaller of a and b. Where b is not a number, neither is this; where only a is not, it may be b.
    /// </summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>
    /// 1 ÷ (√a + b) for normal a and b from 0 on, to 3e-7 of itself: estimates, both refined once, where the processor
    /// gives them.
    /// </summary>
    static abstract TVector ReciprocalOfRoot(TVector a, TVector b);
    static abstract TVector Round(TVector a);
    static abstract TVector Floor(TVector a);

    /// <summary>2 to the power of n, which holds whole numbers from −126 to 127.</summary>
    static abstract TVector TwoToThe(TVector n);
    static abstract float SumAcross(TVector a);
    static abstract float MaxAcross(TVector a);

    static abstract TVector Abs(TVector a);

    /// <summary>value where a is above b, else 0.</summary>
    static abstract TVector WhereGreater(TVector a, TVector b, TVector value);

    /// <summary>The 32 bits at each of the places, which are whole numbers: bits, not a number.</summary>
    static abstract TVector Gather(uint* source, TVector places);

    /// <summary>One of the four bytes of 32 bits, 0 being the lowest, as a number.</summary>
    static abstract TVector Byte(TVector bits, int index);

    /// <summary>Stores numbers from 0 to 255 as bytes, their fractions cut off.</summary>
    static abstract void StoreBytes(TVector value, byte* destination);
}

readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    public static int Count => Vector512<float>.Count;
    public static Vector512<float> Zero => Vector512<float>.Zero;
    public static Vector512<float> Indices => Vector512<float>.Indices;
    public static Vector512<float> Create(float value) => Vector512.Create(value);
    public static Vector512<float> Load(float* source) => Vector512.Load(source);
    public static void Store(Vector512<float> value, float* destination) => value.Store(destination);
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.MultiplyAddEstimate(a, b, c);
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Vector512.MaxNative(a, b);
    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) => Vector512.MinNative(a, b);

    public static Vector512<float> ReciprocalOfRoot(Vector512<float> a, Vector512<float> b)
    {
        if (!Avx512F.IsSupported)
            return Vector512<float>.One / (Vector512.Sqrt(a) + b);
        var inverse = Avx512F.ReciprocalSqrt14(a);
        var root = a * inverse;
        var divisor = root + b;
        var estimate = Avx512F.Reciprocal14(divisor);
        var error = Avx512F.FusedMultiplyAddNegated(root, inverse, Vector512<float>.One);
        divisor = MultiplyAdd(root * Create(0.5f), error, divisor);
        return estimate * Avx512F.FusedMultiplyAddNegated(divisor, estimate, Create(2f));
    }

    public static Vector512<float> Round(Vector512<float> a) => Vector512.Round(a);
    public static Vector512<float> Floor(Vector512<float> a) => Vector512.Floor(a);
    public static Vector512<float> TwoToThe(Vector512<float> n) =>
        ((Vector512.ConvertToInt32Native(n) + Vector512.Create(127)) << 23).AsSingle();
    public static float SumAcross(Vector512<float> a) => Vector512.Sum(a);
    public static float MaxAcross(Vector512<float> a) => Simd256.MaxAcross(Simd256.Max(a.GetLower(), a.GetUpper()));
    public static Vector512<float> Abs(Vector512<float> a) => Vector512.Abs(a);
    public static Vector512<float> WhereGreater(Vector512<float> a, Vector512<float> b, Vector512<float> value) =>
        Vector512.GreaterThan(a, b) & value;

    public static Vector512<float> Gather(uint* source, Vector512<float> places) =>
        Vector512.Create(Simd256.Gather(source, places.GetLower()), Simd256.Gather(source, places.GetUpper()));

    public static Vector512<float> Byte(Vector512<float> bits, int index) =>
        Vector512.ConvertToSingle(((bits.AsUInt32() >> (8 * index)) & Vector512.Create((uint)byte.MaxValue)).AsInt32());

    public static void StoreBytes(Vector512<float> value, byte* destination)
    {
        var whole = Vector512.ConvertToInt32Native(value);
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector128Byte(whole).Store(destination);
            return;
        }
        Simd256.StoreBytes(value.GetLower(), destination);
        Simd256.StoreBytes(value.GetUpper(), destination + Simd256.Count);
    }
}

readonly unsafe struct Simd256 : ISimd<Vector256<float>>
{
    public static int Count => Vector256<float>.Count;
    public static Vector256<float> Zero => Vector256<float>.Zero;
    public static Vector256<float> Indices => Vector256<float>.Indices;
    public static Vector256<float> Create(float value) => Vector256.Create(value);
    public static Vector256<float> Load(float* source) => Vector256.Load(source);
    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.MultiplyAddEstimate(a, b, c);
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Vector256.MaxNative(a, b);
    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) => Vector256.MinNative(a, b);

    public static Vector256<float> ReciprocalOfRoot(Vector256<float> a, Vector256<float> b)
    {
        if (!Fma.IsSupported)
            return Vector256<float>.One / (Vector256.Sqrt(a) + b);
        var inverse = Avx.ReciprocalSqrt(a);
        var root = a * inverse;
        var divisor = root + b;
        var estimate = Avx.Reciprocal(divisor);
        var error = Fma.MultiplyAddNegated(root, inverse, Vector256<float>.One);
        divisor = MultiplyAdd(root * Create(0.5f), error, divisor);
        return estimate * Fma.MultiplyAddNegated(divisor, estimate, Create(2f));
    }

    public static Vector256<float> Round(Vector256<float> a) => Vector256.Round(a);
    public static Vector256<float> Floor(Vector256<float> a) => Vector256.Floor(a);
    public static Vector256<float> TwoToThe(Vector256<float> n) =>
        ((Vector256.ConvertToInt32Native(n) + Vector256.Create(127)) << 23).AsSingle();
    public static float SumAcross(Vector256<float> a) => Vector256.Sum(a);
    public static float MaxAcross(Vector256<float> a) => Simd128.MaxAcross(Simd128.Max(a.GetLower(), a.GetUpper()));
    public static Vector256<float> Abs(Vector256<float> a) => Vector256.Abs(a);
    public static Vector256<float> WhereGreater(Vector256<float> a, Vector256<float> b, Vector256<float> value) =>
        Vector256.GreaterThan(a, b) & value;

    public static Vector256<float> Gather(uint* source, Vector256<float> places) => Avx2.IsSupported
        ? Avx2.GatherVector256((float*)source, Vector256.ConvertToInt32Native(places), sizeof(uint))
        : Vector256.Create(Simd128.Gather(source, places.GetLower()), Simd128.Gather(source, places.GetUpper()));

    public static Vector256<float> Byte(Vector256<float> bits, int index) =>
        Vector256.ConvertToSingle(((bits.AsUInt32() >> (8 * index)) & Vector256.Create((uint)byte.MaxValue)).AsInt32());

    public static void StoreBytes(Vector256<float> value, byte* destination)
    {
        var whole = Vector256.ConvertToInt32Native(value).AsUInt32();
        var halves = Vector128.Narrow(whole.GetLower(), whole.GetUpper());
        Unsafe.WriteUnaligned(destination, Vector128.Narrow(halves, halves).AsUInt64()[0]);
    }
}

readonly unsafe struct Simd128 : ISimd<Vector128<float>>
{
    public static int Count => Vector128<float>.Count;
    public static Vector128<float> Zero => Vector128<float>.Zero;
    public static Vector128<float> Indices => Vector128<float>.Indices;
    public static Vector128<float> Create(float value) => Vector128.Create(value);
    public static Vector128<float> Load(float* source) => Vector128.Load(source);
    public static void Store(Vector128<float> value, float* destination) => value.Store(destination);
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.MultiplyAddEstimate(a, b, c);
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) => Vector128.MaxNative(a, b);
    public static Vector128<float> Min(Vector128<float> a, Vector128<float> b) => Vector128.MinNative(a, b);

    public static Vector128<float> ReciprocalOfRoot(Vector128<float> a, Vector128<float> b)
    {
        if (!Fma.IsSupported)
            return Vector128<float>.One / (Vector128.Sqrt(a) + b);
        var inverse = Sse.ReciprocalSqrt(a);
        var root = a * inverse;
        var divisor = root + b;
        var estimate = Sse.Reciprocal(divisor);
        var error = Fma.MultiplyAddNegated(root, inverse, Vector128<float>.One);
        divisor = MultiplyAdd(root * Create(0.5f), error, divisor);
        return estimate * Fma.MultiplyAddNegated(divisor, estimate, Create(2f));
    }

    public static Vector128<float> Round(Vector128<float> a) => Vector128.Round(a);
    public static Vector128<float> Floor(Vector128<float> a) => Vector128.Floor(a);
    public static Vector128<float> TwoToThe(Vector128<float> n) =>
        ((Vector128.ConvertToInt32Native(n) + Vector128.Create(127)) << 23).AsSingle();
    public static float SumAcross(Vector128<float> a) => Vector128.Sum(a);

    public static float MaxAcross(Vector128<float> a)
    {
        var pairs = Max(a, Vector128.Shuffle(a, Vector128.Create(2, 3, 0, 1)));
        return Max(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    public static Vector128<float> Abs(Vector128<float> a) => Vector128.Abs(a);
    public static Vector128<float> WhereGreater(Vector128<float> a, Vector128<float> b, Vector128<float> value) =>
        Vector128.GreaterThan(a, b) & value;

    public static Vector128<float> Gather(uint* source, Vector128<float> places)
    {
        var i = Vector128.ConvertToInt32Native(places);
        return Vector128.Create(source[i[0]], source[i[1]], source[i[2]], source[i[3]]).AsSingle();
    }

    public static Vector128<float> Byte(Vector128<float> bits, int index) =>
        Vector128.ConvertToSingle(((bits.AsUInt32() >> (8 * index)) & Vector128.Create((uint)byte.MaxValue)).AsInt32());

    public static void StoreBytes(Vector128<float> value, byte* destination)
    {
        var whole = Vector128.ConvertToInt32Native(value).AsUInt32();
        var halves = Vector128.Narrow(whole, whole);
        Unsafe.WriteUnaligned(destination, Vector128.Narrow(halves, halves).AsUInt32()[0]);
    }
}
