using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using MnistMl.Commands;
using MnistMl.Inference;
using MnistMl.Runs;
using MnistMl.Serving;
using MnistMl.Tests.Commands;

namespace MnistMl.Tests.Serving;

/// <summary>A server over time: new models, bad clients, its end.</summary>
[Collection(ServingTests.Name)]
public sealed class ServerTests(DigitModels models) : IDisposable
{
    const string HalfABody = "POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\nhalf";

    static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    readonly HttpClient _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_file_that_is_replaced_is_noticed_and_a_bad_one_leaves_the_model_in_place()
    {
        var (path, messages) = (models.Copy(), new StringWriter());
        await using var server = await models.Serve(model: path, messages: messages);
        var before = await Predict(server);

        await File.WriteAllTextAsync(path, "no model", TestContext.Current.CancellationToken);
        await Until(() => server.Models.Error != null);
        Assert.Equal(before.ToJsonString(), (await Predict(server)).ToJsonString());
        Assert.Contains(path, (string?)(await Get(server, "/api/model"))["error"], StringComparison.Ordinal);
        Assert.Contains("stays in service", $"{messages}", StringComparison.Ordinal);

        models.Replace(path, models.Other);
        await Until(() => server.Models.Error == null);
        var after = await Predict(server);
        Assert.NotEqual((string?)before["model"], (string?)after["model"]);
        Assert.NotEqual(before["probabilities"]!.ToJsonString(), after["probabilities"]!.ToJsonString());
        Assert.Null((await Get(server, "/api/model"))["error"]);
        Assert.Contains($"{path} has changed", $"{messages}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_gone_leaves_the_model_in_place()
    {
        var path = models.Copy();
        await using var server = await models.Serve(model: path);
        File.Delete(path);
        server.Models.Reload();
        Assert.NotNull(server.Models.Error);
        await Predict(server);
    }

    [Fact]
    public async Task No_request_is_lost_while_models_are_swapped_and_each_answer_is_of_the_model_that_it_names()
    {
        var path = models.Copy();
        await using var server = await models.Serve(model: path);
        var pixels = models.Test.Row(0).ToArray();
        var expected = new Dictionary<string, float>();
        foreach (var model in (string[])[models.Model, models.Other])
            expected[RunFolder.HashOf(model)] = Predictor.Load(model).Predict(pixels).Probability;

        var isDone = false;
        var asking = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var seen = new HashSet<string>();
            for (var i = 0; i < 20 || !Volatile.Read(ref isDone); i++)
            {
                var answer = await Predict(server);
                var hash = (string)answer["model"]!;
                seen.Add(hash);
                Assert.Equal(expected[hash], answer["probabilities"]!.AsArray().Max(probability => (float)probability!));
            }
            return seen;
        })).ToArray();
        for (var i = 0; i < 10; i++)
        {
            models.Replace(path, i % 2 == 0 ? models.Other : models.Model);
            server.Models.Reload();
            // Each model is in service for some requests.
            await Predict(server);
        }
        Volatile.Write(ref isDone, true);
        foreach (var seen in await Task.WhenAll(asking))
            Assert.NotEmpty(seen);
    }

    [Fact]
    public async Task Where_there_is_no_room_for_another_body_the_client_is_told_to_wait()
    {
        await using var server = await models.Serve(new() { BodyBytesAtOnce = 150 });
        using var first = await Send(server, HalfABody);
        // Until the first has its room.
        HttpResponseMessage? refused = null;
        await Until(async () =>
        {
            using var content = new ByteArrayContent(new byte[100]) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
            refused = await _client.PostAsync(new Uri(server.Address, "/api/predict"), content, TestContext.Current.CancellationToken);
            return refused.StatusCode != HttpStatusCode.UnsupportedMediaType;
        });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused!.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);

        await first.GetStream().WriteAsync(new byte[96], TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 415", await Read(first), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_body_is_given_up()
    {
        await using var server = await models.Serve(new() { BodyTime = TimeSpan.FromSeconds(0.2) });
        using var slow = await Send(server, HalfABody);
        Assert.StartsWith("HTTP/1.1 408", await Read(slow), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("GET /healthz HTTP/1.1\r\n\r\n")]
    [InlineData("POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")]
    public async Task Broken_requests_are_refused_and_the_server_goes_on(string request)
    {
        await using var server = await models.Serve();
        using var client = await Send(server, request);
        Assert.StartsWith("HTTP/1.1 400", await Read(client), StringComparison.Ordinal);
        await Predict(server);
    }

    [Fact]
    public async Task Connections_that_are_dropped_do_no_harm()
    {
        var messages = new StringWriter();
        await using var server = await models.Serve(messages: messages);
        string[] beginnings = ["", HalfABody, HalfABody.Replace("image/png", "application/octet-stream", StringComparison.Ordinal).Replace("100", "784", StringComparison.Ordinal)];
        for (var i = 0; i < 100; i++)
        {
            using var client = await Send(server, beginnings[i % beginnings.Length]);
            client.LingerState = new(i % 2 == 0, 0);
        }
        await Predict(server);
        Assert.Equal("", $"{messages}");
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Signals_end_the_program_once_requests_under_way_are_answered(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no way to send another process Ctrl+C.");
        using var process = ProgramProcess.Start(Path.GetDirectoryName(models.Model)!, "serve", "--model", models.Model, "--port", "0");
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        var address = new Uri(line!.Split(" at ")[1].Split(' ')[0]);

        using var client = new TcpClient(address.Host, address.Port);
        // Once the server asks for the body, the request is under way.
        await client.GetStream().WriteAsync(
            "POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"u8.ToArray(),
            TestContext.Current.CancellationToken);
        var start = new byte[25];
        await client.GetStream().ReadExactlyAsync(start, TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 100 Continue", Encoding.ASCII.GetString(start), StringComparison.Ordinal);
        InterruptionTests.Send(process.Id, signal);
        await client.GetStream().WriteAsync(new byte[100], TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 415", await Read(client), StringComparison.Ordinal);

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal("", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_the_command_line_asks_for_and_is_not_to_be_had_is_said()
    {
        await using var server = await models.Serve();
        Assert.Contains("cannot be listened on", Run(1, "--model", models.Model, "--port", $"{server.Address.Port}"), StringComparison.Ordinal);
        Assert.Contains("none.zip", Run(1, "--model", "none.zip", "--port", "0"), StringComparison.Ordinal);
        Assert.Contains("--port: '70000' is no port", Run(2, "--port", "70000"), StringComparison.Ordinal);
        Assert.Contains("--host takes an address", Run(2, "--host", "example"), StringComparison.Ordinal);

        static string Run(int expectedExitCode, params string[] arguments)
        {
            using var error = new StringWriter();
            Assert.Equal(expectedExitCode, CommandLine.Run(["serve", .. arguments], TextWriter.Null, error));
            return $"{error}";
        }
    }

    static async Task<TcpClient> Send(Server server, string request)
    {
        var client = new TcpClient(server.Address.Host, server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        return client;
    }

    static async Task<string> Read(TcpClient client)
    {
        var buffer = new byte[1_000];
        return Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken));
    }

    static Task Until(Func<bool> condition) => Until(() => Task.FromResult(condition()));

    static async Task Until(Func<Task<bool>> condition)
    {
        using var time = new CancellationTokenSource(_soon);
        while (!await condition())
            await Task.Delay(20, time.Token);
    }

    async Task<JsonNode> Predict(Server server)
    {
        using var content = new ByteArrayContent(models.Test.Row(0).ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var response = await _client.PostAsync(new Uri(server.Address, "/api/predict"), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    async Task<JsonNode> Get(Server server, string path) =>
        JsonNode.Parse(await _client.GetStringAsync(new Uri(server.Address, path), TestContext.Current.CancellationToken))!;
}
