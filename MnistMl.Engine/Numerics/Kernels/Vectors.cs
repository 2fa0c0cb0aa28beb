using System.Runtime.CompilerServices;

namespace MnistMl.Numerics.Kernels;

unsafe partial class KernelSet<TVector, TSimd>
{
    /// <summary>The epilogue of a product: what happens to results that are still in registers.</summary>
    interface IEpilogue
    {
        /// <param name="value">Some of the results.</param>
        /// <param name="at">The number of the first of them.</param>
        void Take(TVector value, nint at);
    }

    /// <summary>Stores them.</summary>
    readonly struct StoreEpilogue(float* destination) : IEpilogue
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TVector value, nint at) => TSimd.Store(value, destination + at);
    }

    /// <summary>A few vectors side by side, which stay in registers.</summary>
    interface IVectors<TSelf> where TSelf : struct, IVectors<TSelf>
    {
        static abstract TSelf Load(float* source);

        static abstract TSelf Add(TSelf a, TSelf b);

        /// <summary>Hands the vectors on, the first as number <paramref name="at"/> and on.</summary>
        static abstract void Take<TEpilogue>(TSelf value, TEpilogue epilogue, nint at)
            where TEpilogue : struct, IEpilogue;

        /// <summary>x · b + c.</summary>
        static abstract TSelf MultiplyAdd(TVector x, TSelf b, TSelf c);

        /// <summary>x · b + c with a b that is used once: it goes from memory right into the multiplication.</summary>
        static abstract TSelf MultiplyAdd(TVector x, float* b, TSelf c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<TVectors>(TVectors value, float* destination) where TVectors : struct, IVectors<TVectors> =>
        TVectors.Take(value, new StoreEpilogue(destination), 0);

    readonly struct Vectors1(TVector a) : IVectors<Vectors1>
    {
        readonly TVector _a = a;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors1 Load(float* source) => new(TSimd.Load(source));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors1 Add(Vectors1 a, Vectors1 b) => new(TSimd.Add(a._a, b._a));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Take<TEpilogue>(Vectors1 value, TEpilogue epilogue, nint at)
            where TEpilogue : struct, IEpilogue
        {
            epilogue.Take(value._a, at);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors1 MultiplyAdd(TVector x, Vectors1 b, Vectors1 c) => new(TSimd.MultiplyAdd(x, b._a, c._a));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors1 MultiplyAdd(TVector x, float* b, Vectors1 c) =>
            new(TSimd.MultiplyAdd(x, TSimd.Load(b), c._a));
    }

    readonly struct Vectors2(TVector a, TVector b) : IVectors<Vectors2>
    {
        readonly TVector _a = a, _b = b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors2 Load(float* source) => new(TSimd.Load(source), TSimd.Load(source + TSimd.Count));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors2 Add(Vectors2 a, Vectors2 b) => new(TSimd.Add(a._a, b._a), TSimd.Add(a._b, b._b));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Take<TEpilogue>(Vectors2 value, TEpilogue epilogue, nint at)
            where TEpilogue : struct, IEpilogue
        {
            epilogue.Take(value._a, at);
            epilogue.Take(value._b, at + TSimd.Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors2 MultiplyAdd(TVector x, Vectors2 b, Vectors2 c) =>
            new(TSimd.MultiplyAdd(x, b._a, c._a), TSimd.MultiplyAdd(x, b._b, c._b));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors2 MultiplyAdd(TVector x, float* b, Vectors2 c) =>
            new(TSimd.MultiplyAdd(x, TSimd.Load(b), c._a), TSimd.MultiplyAdd(x, TSimd.Load(b + TSimd.Count), c._b));
    }

    readonly struct Vectors3(TVector a, TVector b, TVector c) : IVectors<Vectors3>
    {
        readonly TVector _a = a, _b = b, _c = c;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors3 Load(float* source) =>
            new(TSimd.Load(source), TSimd.Load(source + TSimd.Count), TSimd.Load(source + 2 * TSimd.Count));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors3 Add(Vectors3 a, Vectors3 b) =>
            new(TSimd.Add(a._a, b._a), TSimd.Add(a._b, b._b), TSimd.Add(a._c, b._c));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Take<TEpilogue>(Vectors3 value, TEpilogue epilogue, nint at)
            where TEpilogue : struct, IEpilogue
        {
            epilogue.Take(value._a, at);
            epilogue.Take(value._b, at + TSimd.Count);
            epilogue.Take(value._c, at + 2 * TSimd.Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors3 MultiplyAdd(TVector x, Vectors3 b, Vectors3 c) =>
            new(
                TSimd.MultiplyAdd(x, b._a, c._a),
                TSimd.MultiplyAdd(x, b._b, c._b),
                TSimd.MultiplyAdd(x, b._c, c._c));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors3 MultiplyAdd(TVector x, float* b, Vectors3 c) =>
            new(
                TSimd.MultiplyAdd(x, TSimd.Load(b), c._a),
                TSimd.MultiplyAdd(x, TSimd.Load(b + TSimd.Count), c._b),
                TSimd.MultiplyAdd(x, TSimd.Load(b + 2 * TSimd.Count), c._c));
    }

    readonly struct Vectors4(TVector a, TVector b, TVector c, TVector d) : IVectors<Vectors4>
    {
        readonly TVector _a = a, _b = b, _c = c, _d = d;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors4 Load(float* source) =>
            new(
                TSimd.Load(source), TSimd.Load(source + TSimd.Count),
                TSimd.Load(source + 2 * TSimd.Count), TSimd.Load(source + 3 * TSimd.Count));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors4 Add(Vectors4 a, Vectors4 b) =>
            new(TSimd.Add(a._a, b._a), TSimd.Add(a._b, b._b), TSimd.Add(a._c, b._c), TSimd.Add(a._d, b._d));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Take<TEpilogue>(Vectors4 value, TEpilogue epilogue, nint at)
            where TEpilogue : struct, IEpilogue
        {
            epilogue.Take(value._a, at);
            epilogue.Take(value._b, at + TSimd.Count);
            epilogue.Take(value._c, at + 2 * TSimd.Count);
            epilogue.Take(value._d, at + 3 * TSimd.Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors4 MultiplyAdd(TVector x, Vectors4 b, Vectors4 c) =>
            new(
                TSimd.MultiplyAdd(x, b._a, c._a),
                TSimd.MultiplyAdd(x, b._b, c._b),
                TSimd.MultiplyAdd(x, b._c, c._c),
                TSimd.MultiplyAdd(x, b._d, c._d));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vectors4 MultiplyAdd(TVector x, float* b, Vectors4 c) =>
            new(
                TSimd.MultiplyAdd(x, TSimd.Load(b), c._a),
                TSimd.MultiplyAdd(x, TSimd.Load(b + TSimd.Count), c._b),
                TSimd.MultiplyAdd(x, TSimd.Load(b + 2 * TSimd.Count), c._c),
                TSimd.MultiplyAdd(x, TSimd.Load(b + 3 * TSimd.Count), c._d));
    }
}
