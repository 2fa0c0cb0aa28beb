using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MnistMl.Tests.Fetching;

/// <summary>A request as it came.</summary>
sealed record Request(string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? Range => Headers.GetValueOrDefault("range");
    public string? IfRange => Headers.GetValueOrDefault("if-range");
}

/// <summary>An answer, right or wrong.</summary>
sealed record Reply(int Status, byte[] Body, params string[] Headers)
{
    /// <summary>What is said of the body's length; null for nothing.</summary>
    public int? Length { get; init; } = Body.Length;

    /// <summary>How many bytes of the body are sent before the connection is closed.</summary>
    public int Sent { get; init; } = Body.Length;

    /// <summary>Called instead of closing the connection, which then stays open until the other side closes it.</summary>
    public Action? Stall { get; init; }

    /// <summary>Called before the connection is reset, instead of closed.</summary>
    public Action? Reset { get; init; }
}

/// <summary>A server on this computer, which does what a test wants.</summary>
sealed class LoopbackServer : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Func<Request, Reply> _answer;
    readonly CancellationTokenSource _end = new();
    readonly Task _serving;

    public LoopbackServer(Func<Request, Reply> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _serving = Task.Run(Serve);
    }

    public Uri Address { get; }

    /// <summary>All requests so far.</summary>
    public List<Request> Requests { get; } = [];

    public void Dispose()
    {
        if (_end.IsCancellationRequested)
            return;
        _end.Cancel();
        _serving.Wait();
        _listener.Stop();
    }

    async Task Serve()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                try
                {
                    await Answer(client);
                }
                catch (IOException)
                {
                    // The other side has enough.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    async Task Answer(TcpClient client)
    {
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        if (await reader.ReadLineAsync() is not { } first)
            return;
        var headers = new Dictionary<string, string>();
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            headers[line[..line.IndexOf(':')].ToLowerInvariant()] = line[(line.IndexOf(':') + 1)..].Trim();
        var request = new Request(first.Split(' ')[1], headers);
        Requests.Add(request);

        var reply = _answer(request);
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} Something\r\nConnection: close\r\n");
        foreach (var header in reply.Headers)
            head.Append(header).Append("\r\n");
        if (reply.Length is { } length)
            head.Append($"Content-Length: {length}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
        await stream.WriteAsync(reply.Body.AsMemory(0, reply.Sent));
        if (reply.Reset != null)
        {
            reply.Reset();
            client.LingerState = new(true, 0);
            // Not left to the stream, which ends the connection in good order first.
            client.Client.Close();
            return;
        }
        if (reply.Stall == null)
            return;
        reply.Stall();
        while (await stream.ReadAsync(new byte[1]) > 0)
        {
        }
    }
}

/// <summary>A time that passes when a test says so.</summary>
sealed class ManualTime : TimeProvider
{
    readonly List<Timer> _timers = [];
    DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_timers)
            _timers.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        Timer[] due;
        lock (_timers)
        {
            _now += time;
            due = [.. _timers.Where(timer => timer.Due <= _now)];
        }
        foreach (var timer in due)
            timer.Fire();
    }

    sealed class Timer(ManualTime time, Action fire) : ITimer
    {
        public DateTimeOffset? Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            // Either before time passes, or after it is seen what is due by then.
            lock (time._timers)
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
            return true;
        }

        public void Dispose()
        {
            lock (time._timers)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
