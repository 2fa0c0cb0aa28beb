using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MnistMl.Commands;
using MnistMl.Images;
using MnistMl.Inference;
using MnistMl.Runs;
using MnistMl.Serving;
using MnistMl.Tests.Data;
using MnistMl.Tests.Images;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace MnistMl.Tests.Serving;

/// <summary>The API, by requests to a server.</summary>
[Collection(ServingTests.Name)]
public sealed partial class ApiTests(DigitModels models) : IAsyncLifetime
{
    const string Bytes = "application/octet-stream", Json = "application/json", Predict = "/api/predict", Batch = "/api/predict/batch";

    readonly HttpClient _client = new();
    Server _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await models.Serve();
        _client.BaseAddress = _server.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Bytes_json_and_an_image_in_MNISTs_form_are_predicted_as_the_predictor_does()
    {
        var predictor = Predictor.Load(models.Model);
        for (var row = 0; row < 5; row++)
        {
            var pixels = models.Test.Row(row).ToArray();
            var expected = new float[10];
            predictor.Probabilities(pixels, expected);

            var png = Png(pixels);
            foreach (var content in (HttpContent[])[
                Content(pixels, Bytes), JsonContent.Create(new { pixels = pixels.Select(pixel => (float)pixel) }),
                Content(png, "image/png"), JsonContent.Create(new { image = Convert.ToBase64String(png) }),
                JsonContent.Create(new { image = "data:image/png;base64," + Convert.ToBase64String(png) })])
            {
                var answer = await Answer(Predict, content);
                Assert.Equal(expected, Floats(answer["probabilities"]!));
                Assert.Equal(predictor.Predict(pixels).ClassName, (string?)answer["label"]);
                Assert.Equal(HashOf(models.Model), (string?)answer["model"]);
                Assert.Empty(answer["warnings"]!.AsArray());
            }
        }
    }

    [Fact]
    public async Task The_metrics_of_a_model_in_the_folder_of_its_run_are_told()
    {
        using var folder = new TemporaryFolder();
        var run = new RunFolder(folder.Path, "one", resume: false);
        var record = new RunRecord("one", "", false, default, "", "", 1, new Dictionary<string, string>(), new("", "", null, ""));
        run.Save(_ => record, [], models.Model, inside => File.WriteAllText(
            Path.Join(inside, RunFolder.MetricsFile), "{\"microAccuracy\":0.75,\"logLoss\":null,\"rowsTested\":8}"));
        var model = Path.Join(run.Location, "model.zip");

        Assert.Equal("""{"microAccuracy":0.75,"rowsTested":8}""", await MetricsOf(model));
        Assert.Null(await MetricsOf(models.Model));
        Assert.Null(await MetricsOf(models.Replace(model, models.Other)));

        async Task<string?> MetricsOf(string file)
        {
            await using var server = await models.Serve(model: file);
            return (await _client.GetFromJsonAsync<JsonNode>(new Uri(server.Address, "/api/model"), TestContext.Current.CancellationToken))!["metrics"]?.ToJsonString();
        }
    }

    [Fact]
    public async Task A_model_of_values_from_0_to_1_takes_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        string PathOf(string name) => Path.Join(folder.Path, name);
        File.WriteAllLines(PathOf("rows.csv"), Enumerable.Range(0, 60).Select(row =>
            $"{(row % 2 == 0 ? "left" : "right")},{string.Join(',', Enumerable.Range(0, 784).Select(i => i % 28 < 14 == (row % 2 == 0) ? (0.5 + row / 255.0).ToString("F4", CultureInfo.InvariantCulture) : "0"))}"));
        Assert.Equal(0, CommandLine.Run(["train", "--data", PathOf("rows.csv"), "--network", "4", "--epochs", "2", "--quiet", "--output", PathOf("unit.zip")], TextWriter.Null, TextWriter.Null));
        var pixels = models.Test.Row(0).ToArray();
        var expected = new float[2];
        Predictor.Load(PathOf("unit.zip")).Probabilities(Array.ConvertAll(pixels, pixel => pixel / 255f), expected);

        await using var server = await models.Serve(model: PathOf("unit.zip"));
        using var content = Content(pixels, Bytes);
        var answer = await _client.PostAsync(new Uri(server.Address, Predict), content, TestContext.Current.CancellationToken);
        var probabilities = Floats(JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["probabilities"]!);
        Assert.Equal(expected[0], probabilities[0], 1e-5f);
        Assert.InRange(expected[0], 0.001f, 0.999f);
    }

    [Fact]
    public async Task A_body_may_come_in_pieces_and_without_a_length()
    {
        var pixels = models.Test.Row(0).ToArray();
        using var content = new StreamContent(new PiecesStream(pixels));
        content.Headers.ContentType = new(Bytes);
        var answer = await Answer(Predict, content);
        Assert.Equal(Floats((await Answer(Predict, Content(pixels, Bytes)))["probabilities"]!), Floats(answer["probabilities"]!));
    }

    [Fact]
    public async Task Images_of_three_formats_are_read_by_the_code_of_predict_and_the_steps_are_shown()
    {
        var plane = Drawing.Paper(200, 200, 220).Seven(thickness: 4);
        var predictor = Predictor.Load(models.Model);
        foreach (var (encoder, type) in ((IImageEncoder, string)[])[
            (new PngEncoder(), "image/png"), (new JpegEncoder(), "image/jpeg"), (new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }, "image/webp")])
        {
            var file = Encode(plane, encoder);
            var image = MnistForm.Of(PictureDecoder.Read(file, "it"), keepSteps: true);
            var expected = new float[10];
            predictor.Probabilities(image.Pixels, expected);

            var answer = await Answer(Predict, Content(file, type));
            Assert.Equal(expected, Floats(answer["probabilities"]!));
            Assert.Null(answer["image"]);
            Assert.Null(answer["steps"]);

            answer = await Answer(Predict + "?steps=true", Content(file, type));
            Assert.Equal(expected, Floats(answer["probabilities"]!));
            Assert.Equal(image.Pixels, Decode((string)answer["image"]!));
            Assert.Equal(image.Steps.Select(step => step.Name), answer["steps"]!.AsArray().Select(step => (string)step!["name"]!));
            Assert.Equal(image.Pixels, Decode((string)answer["steps"]!.AsArray()[^1]!["image"]!));
        }
    }

    [Fact]
    public async Task Several_digits_are_warned_of()
    {
        var answer = await Answer(Predict, Content(Encode(Drawing.Paper(300, 200, 220).Seven(left: 40).Seven(left: 180), new PngEncoder()), "image/png"));
        Assert.Contains("several digits", (string?)Assert.Single(answer["warnings"]!.AsArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_digit_of_a_number_has_its_image_and_the_steps_that_follow_those_of_the_whole()
    {
        var file = Encode(Drawing.Paper(300, 200, 220).Seven(left: 40).Seven(left: 180), new PngEncoder());
        var expected = NumberForm.Of(PictureDecoder.Read(file, "it"), _ => 1, keepSteps: true).Digits;
        var answer = await Answer(Predict + "?number=true&steps=true", Content(file, "image/png"));
        string[] Names(JsonNode? of) => [.. of!["steps"]!.AsArray().Select(step => (string)step!["name"]!)];

        Assert.Equal(expected.Select(digit => digit.Pixels), answer["digits"]!.AsArray().Select(digit => Decode((string)digit!["image"]!)));
        Assert.Equal(expected[0].Steps.Select(step => step.Name), Names(answer).Concat(Names(answer["digits"]![0])));
        Assert.Equal(expected[1].Steps.Select(step => step.Name), Names(answer["digits"]![1]));
        Assert.Null((await Answer(Predict + "?number=true", Content(file, "image/png")))["digits"]![0]!["steps"]);
    }

    [Fact]
    public async Task What_looks_like_no_digit_is_warned_of()
    {
        var cross = Encode(Drawing.Paper(200, 200, 220).Line(50, 40, 150, 160, 10, 30).Line(150, 40, 50, 160, 10, 30), new PngEncoder());
        var answer = await Answer(Predict, Content(cross, "image/png"));
        Assert.Equal(MnistForm.NoDigit, (string?)Assert.Single(answer["warnings"]!.AsArray()));
    }

    [Fact]
    public async Task Several_digits_are_a_number_where_it_is_asked_for()
    {
        var file = Encode(Drawing.Paper(300, 200, 220).Seven(left: 40).Seven(left: 180), new PngEncoder());
        var answer = await Answer(Predict + "?number=true", Content(file, "image/png"));
        Assert.Equal("77", (string?)answer["number"]);
        Assert.Empty(answer["warnings"]!.AsArray());
        var boxes = answer["digits"]!.AsArray().Select(digit => digit!["box"]!.AsArray().Select(side => (int)side!).ToArray()).ToArray();
        Assert.Equal(2, boxes.Length);
        foreach (var (left, box) in ((int[])[40, 180]).Zip(boxes))
        {
            // The strokes' middle, and half of their thickness on each side.
            Assert.InRange(box[0], left - 8, left);
            Assert.InRange(box[1], 42, 50);
            Assert.InRange(box[2], left + 60, left + 68);
            Assert.InRange(box[3], 150, 158);
        }
        Assert.Null((await Answer(Predict + "?number=true", Content(Encode(Drawing.Paper(200, 200, 220).Seven(), new PngEncoder()), "image/png")))["number"]);
    }

    [Fact]
    public async Task An_image_without_ink_is_no_digit_and_its_steps_are_shown()
    {
        var empty = Encode(Drawing.Paper(100, 100, 220), new PngEncoder());
        var problem = await Problem(HttpStatusCode.BadRequest, Predict + "?steps=true", Content(empty, "image/png"));
        Assert.Equal("urn:mnistml:no-digit", (string?)problem["type"]);
        Assert.Equal("No ink is seen.", (string?)problem["detail"]);
        Assert.NotEmpty(problem["steps"]!.AsArray());
    }

    [Fact]
    public async Task A_batch_has_the_predictions_of_its_examples()
    {
        var pixels = models.Test.Pixels.ToArray();
        var expected = new float[1_000];
        Predictor.Load(models.Model).Probabilities(pixels, expected);

        var answer = await Answer(Batch, Content(pixels, Bytes));
        Assert.Equal(expected, answer["predictions"]!.AsArray().SelectMany(prediction => Floats(prediction!["probabilities"]!)));
        Assert.Equal(HashOf(models.Model), (string?)answer["model"]);
    }

    [Fact]
    public async Task An_example_of_a_batch_that_cannot_be_read_has_an_error_and_the_others_go_on()
    {
        var pixels = models.Test.Row(0).ToArray();
        var answer = await Answer(Batch, JsonContent.Create(new
        {
            examples = (object[])[
                new { image = Convert.ToBase64String(Encode(Drawing.Paper(100, 100, 220), new PngEncoder())) },
                new { pixels = pixels.Select(pixel => (float)pixel) },
                new { pixels = (float[])[1, 2] },
                new { image = Convert.ToBase64String(Png(pixels)) },
            ],
        }));
        var predictions = answer["predictions"]!.AsArray();
        Assert.Equal("No ink is seen.", (string?)predictions[0]!["error"]);
        Assert.Null(predictions[0]!["label"]);
        Assert.Contains("784", (string?)predictions[2]!["error"], StringComparison.Ordinal);
        Assert.Equal(Floats(predictions[1]!["probabilities"]!), Floats(predictions[3]!["probabilities"]!));
    }

    [Theory]
    [InlineData(Predict, Bytes, "short", 400, "The body has 5 bytes, but the model takes 784")]
    [InlineData(Predict, Json, "{", 400, "The body is no JSON")]
    [InlineData(Predict, Json, "[1]", 400, "The body is JSON, but no object.")]
    [InlineData(Predict, Json, "{}", 400, "neither an array 'pixels' nor a text 'image'")]
    [InlineData(Predict, Json, "{\"pixels\":[1]}", 400, "no array of 784 numbers")]
    [InlineData(Predict, Json, "{\"image\":\"%\"}", 400, "neither Base64")]
    [InlineData(Predict, Json, "{\"image\":\"R0lGODlhAQABAAAAACw=\"}", 415, "no PNG, JPEG or WebP")]
    [InlineData(Predict, "image/png", "", 415, "no PNG, JPEG or WebP")]
    [InlineData(Predict, "image/png", "GIF89a, which is read from files, is not read here", 415, "no PNG, JPEG or WebP")]
    [InlineData(Predict, "text/plain", "seven", 415, "none of these: application/octet-stream")]
    [InlineData(Predict, "application/octet-streams", "seven", 415, "none of these")]
    [InlineData(Batch, Bytes, "short", 400, "not whole examples of 784 bytes")]
    [InlineData(Batch, Bytes, "", 400, "1 to 1000 examples, but 0")]
    [InlineData(Batch, Json, "{}", 400, "no array 'examples'")]
    [InlineData(Batch, Json, "{\"examples\":[]}", 400, "1 to 1000 examples, but 0")]
    [InlineData(Batch, "image/png", "", 415, "none of these")]
    [InlineData("/api/nothing", Bytes, "", 404, "There is nothing here.")]
    [InlineData("/healthz", Bytes, "", 405, null)]
    public async Task What_is_wrong_is_said(string path, string type, string body, int status, string? detail)
    {
        var problem = await Problem((HttpStatusCode)status, path, Content(System.Text.Encoding.UTF8.GetBytes(body), type));
        Assert.Equal(status, (int?)problem["status"]);
        Assert.Contains(detail ?? "", (string?)problem["detail"] ?? "", StringComparison.Ordinal);
        Assert.Equal(HashOf(models.Model), (string?)problem["model"]);
    }

    [Theory]
    [InlineData("256")]
    [InlineData("-1")]
    [InlineData("1e39")]
    [InlineData("\"7\"")]
    [InlineData("null")]
    public async Task Pixels_are_numbers_from_0_to_255(string pixel)
    {
        var zeros = string.Concat(Enumerable.Repeat("0,", 783));
        using var content = new StringContent($"{{\"pixels\":[{zeros}{pixel}]}}", new MediaTypeHeaderValue(Json));
        Assert.Contains("'pixels'[783] is no number", (string?)(await Problem(HttpStatusCode.BadRequest, Predict, content))["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_claims_to_be_huge_is_refused_before_it_is_decoded()
    {
        var file = Png(new byte[784]);
        // Width and height of the header; its checksum, which is looked at first, after them.
        ReadOnlySpan<byte> huge = [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60];
        huge.CopyTo(file.AsSpan(16));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), Crc32.Of(file.AsSpan(12, 17)));
        var problem = await Problem(HttpStatusCode.BadRequest, Predict, Content(file, "image/png"));
        Assert.Contains("60000 × 60000 pixels, which are more than 32 megapixels", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_image_is_said_without_a_trace_of_the_code()
    {
        var file = Png(models.Test.Row(0).ToArray());
        var problem = await Problem(HttpStatusCode.BadRequest, Predict, Content(file[..80], "image/png"));
        Assert.StartsWith("The image is damaged", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_large_a_body_is_refused_with_and_without_a_length()
    {
        await using var server = await models.Serve(new() { BodyBytes = 2_000 });
        foreach (var hasLength in (bool[])[true, false])
        {
            using HttpContent content = hasLength ? new ByteArrayContent(new byte[2_001]) : new StreamContent(new PiecesStream(new byte[2_001]));
            content.Headers.ContentType = new("image/png");
            await Problem(HttpStatusCode.RequestEntityTooLarge, new Uri(server.Address, Predict).ToString(), content);
        }
    }

    [Fact]
    public async Task A_client_that_asks_too_often_waits()
    {
        await using var server = await models.Serve(new() { RequestsPerSecond = 1 });
        var address = new Uri(server.Address, "/healthz");
        HttpResponseMessage? refused = null;
        // Ten at once are allowed; a slow computer may give some more.
        for (var i = 0; i < 1_000 && refused == null; i++)
        {
            var response = await _client.GetAsync(address, TestContext.Current.CancellationToken);
            if (i < 10)
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            refused = response.StatusCode == HttpStatusCode.OK ? null : response;
        }
        Assert.Equal(HttpStatusCode.TooManyRequests, refused!.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Every_answer_says_what_browsers_may_do_with_it_and_none_lets_other_sites_read_it()
    {
        foreach (var path in (string[])["/", "/page.js", "/api/model", "/api/nothing", "/openapi/v1.json"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Origin", "https://example.com");
            using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Contains("default-src 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal(path is not ("/" or "/page.js"), response.Headers.CacheControl!.NoStore);
            Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task A_request_that_names_another_host_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz") { Headers = { Host = "evil.example" } };
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Host header", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(response.Headers.Contains("Content-Security-Policy"));
    }

    [Theory]
    [InlineData("127.0.0.1", "localhost", true)]
    [InlineData("127.0.0.1", "LOCALHOST", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "[::1]", true)]
    [InlineData("127.0.0.1", "192.168.1.7", false)]
    [InlineData("127.0.0.1", "localhost.example", false)]
    [InlineData("127.0.0.1", "", false)]
    [InlineData("0.0.0.0", "192.168.1.7", true)]
    [InlineData("0.0.0.0", "[fe80::1]", true)]
    [InlineData("0.0.0.0", "localhost", true)]
    [InlineData("0.0.0.0", "evil.example", false)]
    public void Numbers_and_names_of_this_computer_are_allowed(string address, string host, bool isAllowed)
    {
        Assert.Equal(isAllowed, new RequestGuard(IPAddress.Parse(address)).Allows(host));
    }

    [Fact]
    public void The_computers_own_name_is_allowed_where_others_are_clients()
    {
        Assert.True(new RequestGuard(IPAddress.Any).Allows(Environment.MachineName));
        Assert.True(new RequestGuard(IPAddress.Any).Allows(Environment.MachineName + ".local"));
    }

    [Fact]
    public async Task The_model_and_the_health_are_told()
    {
        var model = await Get("/api/model");
        Assert.Equal(HashOf(models.Model), (string?)model["model"]);
        Assert.Equal("digits.zip", (string?)model["file"]);
        Assert.Equal("dense 64, dense 10, softmax", (string?)model["network"]);
        Assert.Equal(784 * 64 + 64 + 64 * 10 + 10, (long?)model["parameters"]);
        Assert.Equal(Enumerable.Range(0, 10).Select(label => $"{label}"), model["labels"]!.AsArray().Select(label => (string)label!));
        Assert.InRange((DateTimeOffset)model["loadedAt"]!, DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow);
        Assert.Equal("healthy", (string?)(await Get("/healthz"))["status"]);
    }

    [Fact]
    public async Task OpenAPI_describes_what_is_sent_and_answered()
    {
        var paths = (await Get("/openapi/v1.json"))["paths"]!.AsObject();
        Assert.Equal(["/api/predict", "/api/predict/batch", "/api/model", "/healthz"], paths.Select(path => path.Key));
        var predict = paths[Predict]!["post"]!;
        Assert.Equal([Bytes, "image/png", "image/jpeg", "image/webp", Json], predict["requestBody"]!["content"]!.AsObject().Select(type => type.Key));
        foreach (var status in (string[])["200", "400", "408", "413", "415", "429", "503"])
            Assert.NotNull(predict["responses"]![status]);
    }

    [Fact]
    public async Task The_page_is_whole_without_any_other_host()
    {
        foreach (var (path, type) in ((string, string)[])[
            ("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript"), ("/icon.svg", "image/svg+xml")])
        {
            using var response = await _client.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Empty(OtherHost().Matches(text).Where(address => address.Value != "http://www.w3.org/2000/svg").Select(address => address.Value));

            using var again = new HttpRequestMessage(HttpMethod.Get, path);
            again.Headers.IfNoneMatch.Add(response.Headers.ETag!);
            using var unchanged = await _client.SendAsync(again, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        }
    }

    [GeneratedRegex("""(\w+:)?//\w[^\s"']*""")]
    private static partial Regex OtherHost();

    static string HashOf(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    static float[] Floats(JsonNode array) => [.. array.AsArray().Select(value => (float)value!)];

    static ByteArrayContent Content(byte[] body, string type) => new(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

    static byte[] Png(byte[] pixels)
    {
        var plane = new Plane(28, 28);
        for (var i = 0; i < pixels.Length; i++)
            plane.Values[i] = pixels[i];
        return Encode(plane, new PngEncoder());
    }

    static byte[] Encode(Plane plane, IImageEncoder encoder)
    {
        using var image = new Image<L8>(plane.Width, plane.Height);
        for (var y = 0; y < plane.Height; y++)
        {
            for (var x = 0; x < plane.Width; x++)
                image[x, y] = new L8((byte)plane[x, y]);
        }
        using var file = new MemoryStream();
        image.Save(file, encoder);
        return file.ToArray();
    }

    static byte[] Decode(string dataUrl)
    {
        const string start = "data:image/png;base64,";
        Assert.StartsWith(start, dataUrl, StringComparison.Ordinal);
        using var image = Image.Load<L8>(Convert.FromBase64String(dataUrl[start.Length..]));
        var pixels = new byte[image.Width * image.Height];
        image.CopyPixelDataTo(pixels);
        return pixels;
    }

    async Task<JsonNode> Get(string path) => JsonNode.Parse(await _client.GetStringAsync(path, TestContext.Current.CancellationToken))!;

    async Task<JsonNode> Answer(string path, HttpContent content)
    {
        using (content)
        {
            using var response = await _client.PostAsync(path, content, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode == HttpStatusCode.OK, text);
            return JsonNode.Parse(text)!;
        }
    }

    async Task<JsonNode> Problem(HttpStatusCode status, string path, HttpContent content)
    {
        using (content)
        {
            using var response = await _client.PostAsync(path, content, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode == status, $"{response.StatusCode}: {text}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
            return JsonNode.Parse(text)!;
        }
    }

    /// <summary>Hands out a few bytes at a time, and cannot tell its length.</summary>
    sealed class PiecesStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(100, buffer.Length)], cancellationToken);
    }
}
