using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace MnistMl.Benchmarks;

/// <summary>
/// Trains, tests and predicts again and again in this process, while a server answers beside it, and notes what memory both hold
/// each minute.
/// </summary>
static class SoakReport
{
    /// <summary>By how much the least of the last third of the minutes may be above that of the second, as a share and in bytes: a heap has no exact size.</summary>
    const double MaxGrowth = 0.05, MaxBytes = 10e6;

    /// <summary>Soaks for the command line: <c>soak MINUTES</c>.</summary>
    public static int Run(string[] arguments)
    {
        var minutes = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        using var folder = new TemporaryFolder();
        var served = folder.Path("served.zip");
        Do(["train", "--quiet", "--epochs", "1", "--train-rows", "5000", "--output", served]);
        using var server = Process.Start(new ProcessStartInfo(ChildProcess.PathOf("MnistMl"), ["serve", "--model", served, "--port", "0"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var address = new Uri(new Uri(server.StandardOutput.ReadLine()!.Split(" at ")[1].Split(' ')[0]), "/api/predict");
            using var over = new CancellationTokenSource();
            var requests = Task.Run(() => Ask(address, over.Token));
            var (clock, rounds, memory) = (Stopwatch.StartNew(), 0L, new List<(long Live, long Server)>());
            Console.WriteLine("| minute | rounds | live heap, MB | working set, MB | server's working set, MB |\n|---:|---:|---:|---:|---:|");
            while (memory.Count < minutes)
            {
                Round(folder, rounds++);
                if (clock.Elapsed.TotalMinutes < memory.Count + 1)
                    continue;
                var live = GC.GetTotalMemory(forceFullCollection: true);
                server.Refresh();
                memory.Add((live, server.WorkingSet64));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {clock.Elapsed.TotalMinutes:F1} | {rounds} | {live / 1e6:F1} | {Environment.WorkingSet / 1e6:F0} | {server.WorkingSet64 / 1e6:F0} |"));
            }
            over.Cancel();
            var isFlat = IsFlat([.. memory.Select(minute => minute.Live)]) && IsFlat([.. memory.Select(minute => minute.Server)]);
            Console.WriteLine($"\n{(isFlat ? "Flat" : "Growing")}: {rounds} rounds of training, testing and predicting; {requests.GetAwaiter().GetResult():N0} requests.");
            return isFlat ? 0 : 1;
        }
        finally
        {
            server.Kill();
        }
    }

    /// <summary>
    /// Whether the least of the last third is about that of the second: what is not yet collected comes and goes. In the first, code
    /// is compiled and pools fill.
    /// </summary>
    static bool IsFlat(long[] bytes)
    {
        var third = bytes.Length / 3;
        return third > 0 && bytes[^third..].Min() <= bytes[third..^third].Min() * (1 + MaxGrowth) + MaxBytes;
    }

    static void Round(TemporaryFolder folder, long number)
    {
        string[] training = (number % 4) switch
        {
            0 => ["--network", "32,16", "--epochs", "2", "--ensemble", "2", "--ema-decay", "0.99"],
            1 => ["--network", "conv 6 5x5 /2 bn, max 2x2, 16", "--epochs", "1", "--augment", "shift 1, rotate 10"],
            2 => ["--network", "32, dropout 0.2", "--epochs", "4", "--patience", "1", "--validation-rows", "500"],
            _ => ["--recipe", "fast", "--epochs", "1"],
        };
        var (model, predictions) = (folder.Path("model.zip"), folder.Path("predictions.csv"));
        Do(["train", "--quiet", "--train-rows", "4000", .. training, "--output", model, "--checkpoint", folder.Path("checkpoint"), "--checkpoint-interval", "0"]);
        Do(["evaluate", "--model", model]);
        Do(["predict", Commands.BundledData.Find(), "--model", model, "--output", predictions]);
    }

    static void Do(string[] arguments)
    {
        using var error = new StringWriter();
        if (Commands.CommandLine.Run(arguments, TextWriter.Null, error) != 0)
            throw new MnistMlException($"{string.Join(' ', arguments)} failed: {error}");
    }

    /// <summary>Asks the server for predictions, a hundred a second.</summary>
    static async Task<long> Ask(Uri address, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        var (pixels, random) = (new byte[784], new Random(1));
        for (var asked = 0L; ; asked++)
        {
            if (cancellation.IsCancellationRequested)
                return asked;
            random.NextBytes(pixels);
            using var body = new ByteArrayContent(pixels);
            body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var response = await client.PostAsync(address, body, CancellationToken.None);
            response.EnsureSuccessStatusCode();
            await Task.Delay(10, CancellationToken.None);
        }
    }
}
