using System.Buffers;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace MnistMl.Serving;

/// <summary>The body of a request in pooled memory, of which the server has only so much at a time.</summary>
sealed class RequestBody : IDisposable
{
    readonly RateLimitLease _room;
    byte[] _bytes;
    int _length;

    RequestBody(RateLimitLease room, int capacity) => (_room, _bytes) = (room, ArrayPool<byte>.Shared.Rent(capacity));

    /// <summary>The bytes, until it is disposed of.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    /// <summary>Reads a body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="room">Has a permit for each byte.</param>
    /// <param name="maxBytes">The most bytes of a body.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RefusedException">It is too large, or there is no room.</exception>
    /// <exception cref="BadHttpRequestException">It does not arrive as it should.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, RateLimiter room, int maxBytes, CancellationToken cancellation)
    {
        // Without a length, it may be of any.
        var capacity = (int)Math.Min(request.ContentLength ?? maxBytes, maxBytes);
        if (request.ContentLength > maxBytes)
            throw TooLarge(maxBytes);
        var lease = room.AttemptAcquire(capacity);
        if (!lease.IsAcquired)
        {
            lease.Dispose();
            throw Busy();
        }
        var body = new RequestBody(lease, request.ContentLength is null ? 1 << 16 : capacity + 1);
        try
        {
            await body.FillAsync(request.Body, maxBytes, cancellation);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public static RefusedException Busy() =>
        new(StatusCodes.Status503ServiceUnavailable, "The server has as much to do as it can. Try again in a second.");

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _room.Dispose();
    }

    static RefusedException TooLarge(int maxBytes) =>
        new(StatusCodes.Status413PayloadTooLarge, $"The body has more than {maxBytes >> 20} MiB. Send less.");

    async Task FillAsync(Stream stream, int maxBytes, CancellationToken cancellation)
    {
        while (true)
        {
            if (_length == _bytes.Length)
                Grow();
            var read = await stream.ReadAsync(_bytes.AsMemory(_length), cancellation);
            if (read == 0)
                return;
            _length += read;
            if (_length > maxBytes)
                throw TooLarge(maxBytes);
        }
    }

    void Grow()
    {
        var grown = ArrayPool<byte>.Shared.Rent(2 * _bytes.Length);
        Bytes.Span.CopyTo(grown);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = grown;
    }
}
