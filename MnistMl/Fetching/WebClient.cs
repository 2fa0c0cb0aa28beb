using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace MnistMl.Fetching;

/// <summary>
/// Gets files of the web. A request that may succeed later is made again, after waits that double; one that gets no bytes for long
/// is given up; redirects are followed, but not from https to http.
/// </summary>
sealed class WebClient : IDisposable
{
    const int MaxFailures = 6, MaxRedirects = 10;

    static readonly TimeSpan _firstWait = TimeSpan.FromSeconds(1), _longestWait = TimeSpan.FromSeconds(30),
        _longestRetryAfter = TimeSpan.FromMinutes(2), _stallTimeout = TimeSpan.FromSeconds(30);

    readonly HttpClient _http;
    readonly bool _isLocal;
    readonly TimeProvider _time;
    readonly Func<TimeSpan, CancellationToken, Task> _wait;

    /// <param name="isLocal">Whether http is allowed, of the computer itself.</param>
    /// <param name="time">The time.</param>
    /// <param name="wait">Waits before a request is made again.</param>
    public WebClient(bool isLocal, TimeProvider time, Func<TimeSpan, CancellationToken, Task> wait)
    {
        (_isLocal, _time, _wait) = (isLocal, time, wait);
        // Redirects are ours, to see where they lead; and ranges are of what is sent, not of what is unzipped.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false, UseProxy = !isLocal };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("MnistMl", "2.0"));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Does what needs the web, until it succeeds or there is no hope left.</summary>
    /// <param name="attempt">One try.</param>
    /// <param name="progress">How far it has come at most: as long as that grows, there is hope.</param>
    /// <param name="notice">Told why it is tried again.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="MnistMlException">It failed too often, or in a way that does not pass.</exception>
    public async Task<T> Retry<T>(Func<Task<T>> attempt, Func<long> progress, Action<string> notice, CancellationToken cancellation)
    {
        for (var failures = 0; ;)
        {
            var before = progress();
            try
            {
                return await attempt();
            }
            catch (TransientException e)
            {
                failures = progress() > before ? 1 : failures + 1;
                if (failures == MaxFailures)
                    throw new MnistMlException($"{e.Message} That was try {MaxFailures} without success. Check the connection, and try again later.", e);
                var wait = e.RetryAfter ?? Backoff(failures);
                notice(string.Create(CultureInfo.InvariantCulture, $"{e.Message} Next try in {wait.TotalSeconds:F0} s."));
                await _wait(wait, cancellation);
            }
        }
    }

    /// <summary>Makes a request, and reads the answer with a function.</summary>
    /// <param name="address">The address.</param>
    /// <param name="prepare">Adds headers.</param>
    /// <param name="read">Reads the answer, by <see cref="Answer.Read"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="TransientException">It failed in a way that may pass.</exception>
    /// <exception cref="MnistMlException">It failed in another way.</exception>
    public async Task<T> Get<T>(Uri address, Action<HttpRequestHeaders> prepare, Func<Answer, Task<T>> read, CancellationToken cancellation)
    {
        using var stall = new CancellationTokenSource(_stallTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellation);
        try
        {
            using var response = await Follow(address, prepare, either.Token);
            ThrowIfTransient(response, address);
            return await read(new Answer(response, () => stall.CancelAfter(_stallTimeout), either.Token));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException($"{address.Host} sent nothing for {_stallTimeout.TotalSeconds} s.");
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new MnistMlException($"There is no secure connection to {address.Host}: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (HttpRequestException e)
        {
            throw new TransientException($"{address.Host} cannot be reached: {e.Message.TrimEnd('.')}.", e);
        }
    }

    async Task<HttpResponseMessage> Follow(Uri address, Action<HttpRequestHeaders> prepare, CancellationToken cancellation)
    {
        for (var redirects = 0; ; redirects++)
        {
            ThrowIfInsecure(address);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            prepare(request.Headers);
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                return response;
            response.Dispose();
            if (redirects == MaxRedirects)
                throw new MnistMlException($"{address} redirects without end.");
            address = new Uri(address, location);
        }
    }

    void ThrowIfInsecure(Uri address)
    {
        var isAllowed = address.Scheme == Uri.UriSchemeHttps || _isLocal && address.IsLoopback && address.Scheme == Uri.UriSchemeHttp;
        if (!isAllowed)
            throw new MnistMlException($"{address} is not asked for: only https is.");
    }

    void ThrowIfTransient(HttpResponseMessage response, Uri address)
    {
        if ((int)response.StatusCode is not (408 or 429 or >= 500))
            return;
        var wait = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - _time.GetUtcNow() : null;
        if (wait > _longestRetryAfter)
            throw new MnistMlException(string.Create(CultureInfo.InvariantCulture, $"{address.Host} asks to come back in {wait.Value.TotalSeconds:F0} s. Try again then."));
        throw new TransientException($"{address.Host} answered {(int)response.StatusCode}.")
        {
            RetryAfter = wait < TimeSpan.Zero ? TimeSpan.Zero : wait,
        };
    }

    // Half of the wait is random: programs that failed together do not come back together.
    static TimeSpan Backoff(int failures)
    {
        var longest = Math.Min(_firstWait.TotalSeconds * (1 << failures - 1), _longestWait.TotalSeconds);
        return TimeSpan.FromSeconds(longest * (1 + Random.Shared.NextDouble()) / 2);
    }
}

/// <summary>An answer from the web.</summary>
/// <param name="response">Its status and headers.</param>
/// <param name="onBytes">Told that bytes came.</param>
/// <param name="cancellation">Ends reading.</param>
sealed class Answer(HttpResponseMessage response, Action onBytes, CancellationToken cancellation)
{
    /// <summary>Status and headers.</summary>
    public HttpResponseMessage Response => response;

    /// <summary>Whether it is gzipped on its way.</summary>
    /// <exception cref="MnistMlException">It is packed in another way.</exception>
    public bool IsGzip => response.Content.Headers.ContentEncoding.Where(encoding => encoding is not "identity").ToArray() switch
    {
        [] => false,
        ["gzip" or "x-gzip"] => true,
        var encodings => throw new MnistMlException($"{response.RequestMessage?.RequestUri} comes packed by {string.Join(", ", encodings)}, which was not asked for."),
    };

    /// <summary>Reads it as it comes.</summary>
    /// <param name="take">Takes the next bytes.</param>
    /// <exception cref="TransientException">The connection broke off.</exception>
    public async Task Read(Action<ReadOnlyMemory<byte>> take)
    {
        using var content = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[1 << 16];
        for (int length; (length = await ReadPart()) > 0;)
        {
            onBytes();
            take(buffer.AsMemory(0, length));
        }

        // Apart from what is done with the bytes, whose errors are not the connection's.
        async ValueTask<int> ReadPart()
        {
            try
            {
                return await content.ReadAsync(buffer, cancellation);
            }
            catch (IOException e)
            {
                throw new TransientException($"The connection to {response.RequestMessage?.RequestUri?.Host} broke off.", e);
            }
        }
    }

    /// <summary>Reads it to its end.</summary>
    /// <param name="maxBytes">The most bytes to read.</param>
    /// <exception cref="MnistMlException">It has more, or is packed.</exception>
    public async Task<byte[]> ReadAll(int maxBytes)
    {
        if (IsGzip)
            throw new MnistMlException($"{response.RequestMessage?.RequestUri} comes packed by gzip, which was not asked for.");
        using var bytes = new MemoryStream();
        await Read(part =>
        {
            if (bytes.Length + part.Length > maxBytes)
                throw new MnistMlException($"{response.RequestMessage?.RequestUri} has more than {maxBytes} bytes, and is no description of a data set.");
            bytes.Write(part.Span);
        });
        return bytes.ToArray();
    }
}

/// <summary>A failure that may pass.</summary>
sealed class TransientException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the server asks to wait; null if it says nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
