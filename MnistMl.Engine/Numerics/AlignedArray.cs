namespace MnistMl.Numerics;

/// <summary>
/// Zeroed numbers at a fixed address that starts a cache line, for kernels to point at. They live as long as this
/// object: whoever takes <see cref="Pointer"/> keeps a reference to it.
/// </summary>
sealed unsafe class AlignedArray<T> where T : unmanaged
{
    const int CacheLine = 64;

    readonly T[] _pinned;

    public AlignedArray(long length)
    {
        Length = checked((int)length);
        _pinned = GC.AllocateArray<T>(checked(Length + CacheLine / sizeof(T)), pinned: true);
        fixed (T* start = _pinned)
            Pointer = (T*)(((nuint)start + (CacheLine - 1)) & ~(nuint)(CacheLine - 1));
    }

    /// <summary>A copy of some numbers.</summary>
    public AlignedArray(ReadOnlySpan<T> values) : this(values.Length) => values.CopyTo(Span);

    public int Length { get; }

    public T* Pointer { get; }

    public Span<T> Span => new(Pointer, Length);
}
