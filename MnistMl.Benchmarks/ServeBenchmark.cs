using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using MnistMl.Data;

namespace MnistMl.Benchmarks;

/// <summary>
/// The server under load, from this process: how much processor time a prediction takes beside an endpoint that reads the same body
/// and answers nothing, how long answers take, whether memory stays, and whether bad clients do harm.
/// </summary>
static class ServeBenchmark
{
    /// <summary>The command that serves an endpoint that reads a body and answers nothing.</summary>
    public const string Part = "serve-part";

    const int Connections = 8, Warmups = 40_000, RoundRequests = 40_000, MemoryRequests = 1_000_000, DroppedConnections = 10_000;

    static readonly TimeSpan _loadTime = TimeSpan.FromSeconds(15);

    public static void Run(BenchmarkOptions options)
    {
        using var folder = new TemporaryFolder();
        var model = folder.Path("digits.zip");
        if (Commands.CommandLine.Run(["train", "--quiet", "--output", model], TextWriter.Null, Console.Error) != 0)
            throw new MnistMlException("There is no network to serve.");
        var digits = DatasetFile.Read(Commands.BundledData.Find()).Slice(60_000, 1_000);
        byte[][] requests = [.. Enumerable.Range(0, digits.RowCount).Select(row => Request(digits.Row(row)))];

        using var server = ServedProcess.Start("MnistMl", "serve", "--model", model, "--port", "0");
        var (cost, requestsPerSecond) = Compare(server, requests, options.Rounds);
        var half = Pace(server, requests, requestsPerSecond / 2);
        var memory = Soak(server, requests);
        var bad = Harm(server, requests);

        Benchmarks.Print($"784 bytes to ten probabilities, by the default network (784-192-96-10), on {Environment.ProcessorCount} processors that the load");
        Benchmarks.Print($"generator shares; {Connections} connections.");
        Benchmarks.Print($"");
        Benchmarks.Print($"| | |");
        Benchmarks.Print($"|---|---:|");
        Benchmarks.Print($"| processor time of a request, µs | {cost.Prediction:F1} |");
        Benchmarks.Print($"| … of one whose body is read and that is answered nothing, µs | {cost.Nothing:F1} |");
        Benchmarks.Print($"| ratio, median of {options.Rounds} turns | {cost.Ratio:F2} |");
        Benchmarks.Print($"| greatest load, requests a second | {requestsPerSecond:N0} |");
        Benchmarks.Print($"| at half of it: median, ms | {half[0]:F2} |");
        Benchmarks.Print($"| … 99th percentile, ms | {half[1]:F2} |");
        Benchmarks.Print($"| … 99.9th percentile, ms | {half[2]:F2} |");
        Benchmarks.Print($"| memory after 100,000, 500,000, 1,000,000 requests, MB | {string.Join(", ", memory.Select(bytes => FormattableString.Invariant($"{bytes / 1e6:F0}")))} |");
        Benchmarks.Print($"| after {DroppedConnections:N0} connections opened and dropped, 500 slow and 2,000 broken requests | {bad} |");
    }

    /// <summary>Serves an endpoint that reads a body and answers nothing, until standard input ends.</summary>
    public static void RunPart()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore();
        using var application = builder.Build();
        application.UseRouting();
        application.MapPost("/api/predict", async context =>
        {
            var reader = context.Request.BodyReader;
            while (true)
            {
                var read = await reader.ReadAsync();
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        application.StartAsync().GetAwaiter().GetResult();
        Console.WriteLine($"Serving nothing at {application.Urls.Single()} (the end of standard input ends it).");
        Console.In.ReadToEnd();
    }

    static byte[] Request(ReadOnlySpan<byte> pixels) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: {pixels.Length}\r\n\r\n"),
        .. pixels,
    ];

    /// <summary>Both servers in turns, as fast as they answer.</summary>
    static ((double Prediction, double Nothing, double Ratio) Cost, double RequestsPerSecond) Compare(ServedProcess server, byte[][] requests, int rounds)
    {
        using var nothing = ServedProcess.Start("MnistMl.Benchmarks", Part);
        Load(server, requests, Warmups);
        Load(nothing, requests, Warmups);
        var (costs, rates) = (new List<(double Prediction, double Nothing)>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var (rate, prediction) = Load(server, requests, RoundRequests);
            var (_, other) = Load(nothing, requests, RoundRequests);
            Benchmarks.Progress($"  serve: {rate:N0} requests a second, {prediction:F1} µs of processor time each, {other:F1} µs for nothing");
            costs.Add((prediction, other));
            rates.Add(rate);
        }
        return ((costs.Select(cost => cost.Prediction).Median(), costs.Select(cost => cost.Nothing).Median(),
            costs.Select(cost => cost.Prediction / cost.Nothing).Median()), rates.Max());
    }

    /// <summary>Sends requests on some connections, each the next as soon as there is an answer.</summary>
    static (double RequestsPerSecond, double Microseconds) Load(ServedProcess server, byte[][] requests, int count)
    {
        var (processor, clock, sent) = (server.ProcessorTime, Stopwatch.StartNew(), 0);
        Parallelize(server, client =>
        {
            while (Interlocked.Increment(ref sent) is var i && i <= count)
                client.Ask(requests[i % requests.Length]);
        });
        return (count / clock.Elapsed.TotalSeconds, (server.ProcessorTime - processor).TotalMicroseconds / count);
    }

    /// <summary>Sends requests at times that are fixed before: an answer that is late does not put off the next request.</summary>
    /// <returns>Quantiles of the time from when a request was due to its answer, in milliseconds.</returns>
    static double[] Pace(ServedProcess server, byte[][] requests, double requestsPerSecond)
    {
        var count = (int)(requestsPerSecond * _loadTime.TotalSeconds);
        var (times, next, start) = (new double[count], -1, Stopwatch.GetTimestamp());
        Parallelize(server, client =>
        {
            while (Interlocked.Increment(ref next) is var i && i < count)
            {
                var due = i / requestsPerSecond;
                while (Stopwatch.GetElapsedTime(start).TotalSeconds is var now && now < due)
                {
                    if (due - now > 0.002)
                        Thread.Sleep(1);
                    else
                        Thread.Yield();
                }
                client.Ask(requests[i % requests.Length]);
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds - 1_000 * due;
            }
        });
        Array.Sort(times);
        double[] quantiles = [.. ((double[])[0.5, 0.99, 0.999]).Select(share => times[(int)(share * (count - 1))])];
        Benchmarks.Progress($"  serve: {requestsPerSecond:N0} requests a second: median {quantiles[0]:F2} ms, 99 % {quantiles[1]:F2} ms, 99.9 % {quantiles[2]:F2} ms");
        return quantiles;
    }

    static long[] Soak(ServedProcess server, byte[][] requests)
    {
        var memory = new List<long>();
        for (var done = 0; done < MemoryRequests; done += MemoryRequests / 10)
        {
            Load(server, requests, MemoryRequests / 10);
            memory.Add(server.Memory);
            Benchmarks.Progress($"  serve: {done + MemoryRequests / 10:N0} requests: {memory[^1] / 1e6:F1} MB");
        }
        return [memory[0], memory[4], memory[9]];
    }

    /// <summary>Clients that go away, that are slow, and that send nonsense.</summary>
    /// <returns>What became of the server.</returns>
    static string Harm(ServedProcess server, byte[][] requests)
    {
        for (var i = 0; i < DroppedConnections; i++)
        {
            using var socket = server.Connect();
            // Some at once, some in the middle of a request, some without reading the answer.
            socket.Send(requests[0].AsSpan(0, i % 3 == 0 ? 0 : i % 3 == 1 ? 300 : requests[0].Length));
            socket.LingerState = new(i % 2 == 0, 0);
        }
        var slow = Enumerable.Range(0, 500).Select(_ => server.Connect()).ToArray();
        foreach (var socket in slow)
            socket.Send(requests[0].AsSpan(0, 300));
        var random = new Random(1);
        for (var i = 0; i < 2_000; i++)
        {
            using var socket = server.Connect();
            var broken = requests[0].AsSpan().ToArray();
            for (var change = 0; change < 3; change++)
                broken[random.Next(140)] = (byte)random.Next(256);
            socket.Send(broken);
            // An answer, or the end of the connection, or none within a moment: of some the server waits for more.
            socket.Poll(TimeSpan.FromMilliseconds(2), SelectMode.SelectRead);
        }
        using (var client = new Client(server.Connect()))
            client.Ask(requests[0]);
        // Kestrel's least rate of a body ends the slow ones after five seconds.
        var clock = Stopwatch.StartNew();
        var ended = slow.Count(socket => socket.Poll(TimeSpan.FromSeconds(Math.Max(0, 20 - clock.Elapsed.TotalSeconds)), SelectMode.SelectRead));
        foreach (var socket in slow)
            socket.Dispose();
        Thread.Sleep(1_000);
        using (var client = new Client(server.Connect()))
            client.Ask(requests[0]);
        return FormattableString.Invariant($"it answers; {ended} of 500 slow ones given up; {server.Memory / 1e6:F0} MB");
    }

    static void Parallelize(ServedProcess server, Action<Client> work)
    {
        var threads = Enumerable.Range(0, Connections).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var client = new Client(server.Connect());
                work(client);
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Task.WaitAll(threads);
    }

    /// <summary>One connection, on which requests follow each other.</summary>
    sealed class Client(Socket socket) : IDisposable
    {
        readonly byte[] _buffer = new byte[4_096];

        public void Dispose() => socket.Dispose();

        /// <summary>Sends a request, and reads the answer to its end.</summary>
        public void Ask(ReadOnlySpan<byte> request)
        {
            socket.Send(request);
            var (length, end) = (0, -1);
            while (end < 0 || length < end)
            {
                var read = socket.Receive(_buffer.AsSpan(length));
                if (read == 0)
                    throw new MnistMlException("The server has closed a connection.");
                length += read;
                if (end < 0)
                    end = EndOf(_buffer.AsSpan(0, length));
            }
        }

        /// <summary>Length of an answer; -1 while its headers are not whole.</summary>
        static int EndOf(ReadOnlySpan<byte> answer)
        {
            var headers = answer.IndexOf("\r\n\r\n"u8);
            if (headers < 0)
                return -1;
            if (!answer.StartsWith("HTTP/1.1 20"u8))
                throw new MnistMlException($"The server answers: {Encoding.ASCII.GetString(answer)}");
            var name = "Content-Length: "u8;
            var at = answer[..headers].IndexOf(name);
            var body = 0;
            for (var i = at + name.Length; at >= 0 && answer[i] is >= (byte)'0' and <= (byte)'9'; i++)
                body = 10 * body + answer[i] - '0';
            return headers + 4 + body;
        }
    }

    /// <summary>A server in a process of its own.</summary>
    sealed class ServedProcess : IDisposable
    {
        readonly Process _process;
        readonly Uri _address;

        ServedProcess(Process process)
        {
            _process = process;
            var line = process.StandardOutput.ReadLine() ?? throw new MnistMlException("The server does not start.");
            _address = new(line.Split(" at ")[1].Split(' ')[0]);
        }

        public TimeSpan ProcessorTime
        {
            get
            {
                _process.Refresh();
                return _process.TotalProcessorTime;
            }
        }

        public long Memory
        {
            get
            {
                _process.Refresh();
                return _process.WorkingSet64;
            }
        }

        public static ServedProcess Start(string program, params string[] arguments) => new(Process.Start(
            new ProcessStartInfo(ChildProcess.PathOf(program), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!);

        public Socket Connect()
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(_address.Host, _address.Port);
            return socket;
        }

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
