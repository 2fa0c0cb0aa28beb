using System.Text.Json;

namespace MnistMl.Serving;

/// <summary>Reads examples in JSON: <see cref="ExampleJson"/> and <see cref="BatchJson"/>.</summary>
static class JsonExample
{
    const string Pixels = "pixels", Image = "image", Examples = "examples", DataUrlMark = ";base64,";

    /// <summary>Parses a body.</summary>
    /// <exception cref="RefusedException">It is no JSON object.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
            throw RefusedException.BadRequest("The body is JSON, but no object.");
        }
        catch (JsonException wrong)
        {
            throw RefusedException.BadRequest($"The body is no JSON: {wrong.Message}");
        }
    }

    /// <summary>The examples of a batch.</summary>
    /// <exception cref="RefusedException">There are none, or too many.</exception>
    public static IReadOnlyList<JsonElement> ExamplesOf(JsonElement batch, int max)
    {
        if (!batch.TryGetProperty(Examples, out var examples) || examples.ValueKind != JsonValueKind.Array)
            throw RefusedException.BadRequest($"The JSON has no array '{Examples}'.");
        var count = examples.GetArrayLength();
        ThrowIfNotSoMany(count, max);
        return [.. examples.EnumerateArray()];
    }

    /// <summary>Throws if a batch has no examples, or too many.</summary>
    public static void ThrowIfNotSoMany(int count, int max)
    {
        if (count < 1 || count > max)
            throw RefusedException.BadRequest($"A batch has 1 to {max} examples, but {count} are there.");
    }

    /// <summary>The pixels of an example; null if it is an image.</summary>
    /// <exception cref="RefusedException">They are not as they should be.</exception>
    public static float[]? PixelsOf(JsonElement example, int count)
    {
        if (example.ValueKind != JsonValueKind.Object)
            throw RefusedException.BadRequest($"An example is an object with '{Pixels}' or '{Image}'.");
        if (!example.TryGetProperty(Pixels, out var array))
            return null;
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() != count)
            throw RefusedException.BadRequest($"'{Pixels}' is no array of {count} numbers, which the model takes.");
        var pixels = new float[count];
        var i = 0;
        foreach (var element in array.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetSingle(out var pixel) || !(pixel is >= 0 and <= byte.MaxValue))
                throw RefusedException.BadRequest($"'{Pixels}'[{i}] is no number from 0 for paper to 255 for ink.");
            pixels[i++] = pixel;
        }
        return pixels;
    }

    /// <summary>The file of an example that is an image.</summary>
    /// <exception cref="RefusedException">There is none, or it is not in Base64.</exception>
    public static byte[] FileOf(JsonElement example)
    {
        if (!example.TryGetProperty(Image, out var text) || text.ValueKind != JsonValueKind.String)
            throw RefusedException.BadRequest($"The JSON has neither an array '{Pixels}' nor a text '{Image}'.");
        if (text.TryGetBytesFromBase64(out var file))
            return file;
        var url = text.GetString()!;
        var data = url.StartsWith("data:", StringComparison.Ordinal) ? url.IndexOf(DataUrlMark, StringComparison.Ordinal) : -1;
        try
        {
            return data < 0 ? throw new FormatException() : Convert.FromBase64String(url[(data + DataUrlMark.Length)..]);
        }
        catch (FormatException)
        {
            throw RefusedException.BadRequest($"'{Image}' is neither Base64 nor a data URL of it.");
        }
    }
}
