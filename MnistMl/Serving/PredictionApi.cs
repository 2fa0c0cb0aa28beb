using System.Buffers;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using MnistMl.Images;

namespace MnistMl.Serving;

/// <summary>Answers requests for predictions.</summary>
/// <param name="models">Has the model.</param>
/// <param name="limits">What is taken at most.</param>
sealed class PredictionApi(ModelFileWatch models, ServerLimits limits) : IDisposable
{
    /// <summary>What bodies may be.</summary>
    public const string Bytes = "application/octet-stream", Json = "application/json";

    /// <summary>What bodies may be that are images.</summary>
    public static readonly string[] Images = ["image/png", "image/jpeg", "image/webp"];

    readonly ConcurrencyLimiter _room = new(new() { PermitLimit = limits.BodyBytesAtOnce });
    readonly ConcurrencyLimiter _work = new(new() { PermitLimit = limits.WorkAtOnce, QueueLimit = limits.WorkWaiting });

    public void Dispose()
    {
        _room.Dispose();
        _work.Dispose();
    }

    /// <summary>Predicts the class of one example.</summary>
    public Task Predict(HttpContext context)
    {
        var type = context.Request.ContentType;
        if (Is(type, Bytes))
            return PredictBytes(context);
        return Is(type, Json) ? Work(context, PredictJson)
            : Array.Exists(Images, image => Is(type, image)) ? Work(context, PredictImage)
            : throw Unsupported($"{Bytes}, {Json}, {string.Join(", ", Images)}");
    }

    /// <summary>Predicts the classes of several examples.</summary>
    public Task PredictBatch(HttpContext context)
    {
        var type = context.Request.ContentType;
        return Is(type, Bytes) ? Work(context, PredictBatchBytes)
            : Is(type, Json) ? Work(context, PredictBatchJson)
            : throw Unsupported($"{Bytes}, {Json}");
    }

    /// <summary>The example is scored where the connection has put it: nothing is copied or kept.</summary>
    async Task PredictBytes(HttpContext context)
    {
        var (request, model) = (context.Request, models.Current);
        if (request.ContentLength is { } length && length != model.FeatureCount)
            throw WrongLength(model, length);
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var body = read.Buffer;
            if (body.Length > model.FeatureCount || read.IsCompleted && body.Length < model.FeatureCount)
                throw WrongLength(model, body.Length);
            if (body.Length == model.FeatureCount && (read.IsCompleted || request.ContentLength != null))
            {
                Answer(context.Response, model, body);
                reader.AdvanceTo(body.End);
                return;
            }
            reader.AdvanceTo(body.Start, body.End);
        }
    }

    static void Answer(HttpResponse response, ServedModel model, ReadOnlySequence<byte> body)
    {
        const int onStack = 64;
        var classes = model.Labels.Count;
        var probabilities = classes <= onStack ? stackalloc float[classes] : new float[classes];
        model.Score(body.IsSingleSegment ? body.First : body.ToArray(), probabilities);
        AnswerWriter.Write(response, model, probabilities, []);
    }

    /// <summary>Reads a body, and works on it as soon as a processor is free.</summary>
    async Task Work(HttpContext context, Action<HttpContext, ServedModel, ReadOnlyMemory<byte>, CancellationToken> work)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(limits.BodyTime);
        try
        {
            using var body = await RequestBody.ReadAsync(context.Request, _room, limits.BodyBytes, time.Token);
            time.CancelAfter(limits.BodyTime);
            using var turn = await _work.AcquireAsync(1, time.Token);
            if (!turn.IsAcquired)
                throw RequestBody.Busy();
            work(context, models.Current, body.Bytes, time.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new RefusedException(StatusCodes.Status408RequestTimeout, $"The request took longer than {limits.BodyTime.TotalSeconds:F0} seconds.");
        }
    }

    void PredictImage(HttpContext context, ServedModel model, ReadOnlyMemory<byte> file, CancellationToken _)
    {
        ThrowIfWithoutImages(model);
        var hasSteps = context.Request.Query["steps"] == "true";
        var picture = ImageFile.Decode(file, limits.ImagePixels);
        var image = ImageFile.FormOf(picture, hasSteps);
        var probabilities = new float[model.Labels.Count];
        model.Score(image.Pixels, probabilities);
        var number = context.Request.Query["number"] == "true" && image.Warnings.Contains(MnistForm.SeveralDigits) ? Number.Read(picture, model, hasSteps) : null;
        AnswerWriter.Write(
            context.Response, model, probabilities, model.WarningsOf(number?.Warnings ?? image.Warnings), hasSteps ? ImageFile.DataUrl(image.Pixels!) : null,
            number != null ? number.Steps : ImageFile.StepsOf(image.Steps), number);
    }

    void PredictJson(HttpContext context, ServedModel model, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        using var document = JsonExample.Parse(body);
        if (JsonExample.PixelsOf(document.RootElement, model.FeatureCount) is not { } pixels)
        {
            PredictImage(context, model, JsonExample.FileOf(document.RootElement), cancellation);
            return;
        }
        var probabilities = new float[model.Labels.Count];
        model.Score(pixels, probabilities);
        AnswerWriter.Write(context.Response, model, probabilities, []);
    }

    void PredictBatchBytes(HttpContext context, ServedModel model, ReadOnlyMemory<byte> body, CancellationToken _)
    {
        var (count, rest) = Math.DivRem(body.Length, model.FeatureCount);
        if (rest != 0)
            throw RefusedException.BadRequest($"The body's {body.Length} bytes are not whole examples of {model.FeatureCount} bytes, a pixel each.");
        JsonExample.ThrowIfNotSoMany(count, limits.BatchExamples);
        var probabilities = new float[count * model.Labels.Count];
        model.Score(body, probabilities);
        AnswerWriter.WriteBatch(context.Response, model, count, probabilities, null);
    }

    void PredictBatchJson(HttpContext context, ServedModel model, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        using var document = JsonExample.Parse(body);
        var examples = JsonExample.ExamplesOf(document.RootElement, limits.BatchExamples);
        var (pixels, notes) = (new float[examples.Count * model.FeatureCount], new ExampleNotes[examples.Count]);
        for (var i = 0; i < examples.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            notes[i] = Read(model, examples[i], pixels.AsSpan(i * model.FeatureCount, model.FeatureCount));
        }
        var probabilities = new float[examples.Count * model.Labels.Count];
        model.Score(pixels, probabilities);
        AnswerWriter.WriteBatch(context.Response, model, examples.Count, probabilities, notes);
    }

    ExampleNotes Read(ServedModel model, JsonElement example, Span<float> pixels)
    {
        try
        {
            if (JsonExample.PixelsOf(example, model.FeatureCount) is { } given)
            {
                given.CopyTo(pixels);
                return new([], null);
            }
            ThrowIfWithoutImages(model);
            var image = ImageFile.FormOf(ImageFile.Decode(JsonExample.FileOf(example), limits.ImagePixels), keepSteps: false);
            for (var i = 0; i < pixels.Length; i++)
                pixels[i] = image.Pixels![i];
            return new(model.WarningsOf(image.Warnings), null);
        }
        catch (RefusedException refused)
        {
            return new([], refused.Message);
        }
    }

    static void ThrowIfWithoutImages(ServedModel model)
    {
        if (!model.TakesImages)
            throw RefusedException.BadRequest($"The model takes {model.FeatureCount} pixels, but images are brought to 28 × 28. Send pixels.");
    }

    static bool Is(string? type, string wanted) =>
        type != null && type.StartsWith(wanted, StringComparison.OrdinalIgnoreCase) && (type.Length == wanted.Length || type[wanted.Length] is ';' or ' ');

    static RefusedException Unsupported(string types) =>
        new(StatusCodes.Status415UnsupportedMediaType, $"The Content-Type of the body is none of these: {types}.");

    static RefusedException WrongLength(ServedModel model, long length) =>
        RefusedException.BadRequest($"The body has {length} bytes, but the model takes {model.FeatureCount}, a pixel each.");
}
