using System.Buffers;
using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MnistMl.Numerics;

namespace MnistMl.Serving;

/// <summary>Writes answers as JSON, in memory that each thread keeps.</summary>
static class AnswerWriter
{
    static readonly JsonEncodedText _label = JsonEncodedText.Encode("label"), _probabilities = JsonEncodedText.Encode("probabilities"),
        _warnings = JsonEncodedText.Encode("warnings"), _model = JsonEncodedText.Encode("model"), _image = JsonEncodedText.Encode("image"),
        _steps = JsonEncodedText.Encode("steps"), _name = JsonEncodedText.Encode("name"), _error = JsonEncodedText.Encode("error"),
        _number = JsonEncodedText.Encode("number"), _digits = JsonEncodedText.Encode("digits"), _box = JsonEncodedText.Encode("box"),
        _predictions = JsonEncodedText.Encode("predictions");

    // Answers are JSON and nothing else: what only HTML needs to be escaped is not, and Base64 stays as short as it is.
    static readonly JsonWriterOptions _options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    static Utf8JsonWriter? _json;

    /// <summary>Writes a prediction.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="model">The model.</param>
    /// <param name="probabilities">[classes]</param>
    /// <param name="warnings">Why it may be wrong.</param>
    /// <param name="image">What the network sees; null if it was not asked for.</param>
    /// <param name="steps">What the image became on the way; null if it was not asked for.</param>
    /// <param name="number">The number that the digits are; null if it was not asked for, or there is one digit.</param>
    public static void Write(
        HttpResponse response, ServedModel model, ReadOnlySpan<float> probabilities, IReadOnlyList<string> warnings,
        string? image = null, IReadOnlyList<StepJson>? steps = null, Number? number = null)
    {
        var json = Begin();
        WritePrediction(json, model, probabilities, warnings);
        if (number != null)
            WriteNumber(json, model, number);
        if (image != null)
            json.WriteString(_image, image);
        if (steps != null)
            WriteSteps(json, steps);
        End(json, response, model);
    }

    /// <summary>Writes predictions of several examples.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="model">The model.</param>
    /// <param name="count">Number of examples.</param>
    /// <param name="probabilities">[examples, classes]</param>
    /// <param name="notes">What there is to say of each example, warnings or an error; null if there is nothing to say of any.</param>
    public static void WriteBatch(HttpResponse response, ServedModel model, int count, ReadOnlySpan<float> probabilities, ExampleNotes[]? notes)
    {
        var json = Begin();
        json.WriteStartArray(_predictions);
        var classes = model.Labels.Count;
        for (var i = 0; i < count; i++)
        {
            json.WriteStartObject();
            if (notes?[i].Error is { } error)
                json.WriteString(_error, error);
            else
                WritePrediction(json, model, probabilities.Slice(i * classes, classes), notes?[i].Warnings ?? []);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        End(json, response, model);
    }

    static Utf8JsonWriter Begin()
    {
        var buffer = _buffer ??= new(1024);
        var json = _json ??= new(buffer, _options);
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        json.WriteStartObject();
        return json;
    }

    static void WritePrediction(Utf8JsonWriter json, ServedModel model, ReadOnlySpan<float> probabilities, IReadOnlyList<string> warnings)
    {
        json.WriteString(_label, model.Labels[probabilities.IndexOfMax()]);
        json.WriteStartArray(_probabilities);
        foreach (var probability in probabilities)
            json.WriteNumberValue(probability);
        json.WriteEndArray();
        json.WriteStartArray(_warnings);
        for (var i = 0; i < warnings.Count; i++)
            json.WriteStringValue(warnings[i]);
        json.WriteEndArray();
    }

    static void WriteSteps(Utf8JsonWriter json, IReadOnlyList<StepJson> steps)
    {
        json.WriteStartArray(_steps);
        foreach (var step in steps)
        {
            json.WriteStartObject();
            json.WriteString(_name, step.Name);
            json.WriteString(_image, step.Image);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteNumber(Utf8JsonWriter json, ServedModel model, Number number)
    {
        json.WriteString(_number, string.Concat(number.Digits.Select(digit => model.Labels[digit.Class].Value)));
        json.WriteStartArray(_digits);
        foreach (var digit in number.Digits)
        {
            json.WriteStartObject();
            json.WriteString(_label, model.Labels[digit.Class]);
            json.WriteStartArray(_probabilities);
            foreach (var probability in digit.Probabilities)
                json.WriteNumberValue(probability);
            json.WriteEndArray();
            json.WriteStartArray(_box);
            var box = digit.Image.Box!.Value;
            foreach (var side in (ReadOnlySpan<int>)[box.Left, box.Top, box.Right, box.Bottom])
                json.WriteNumberValue(side);
            json.WriteEndArray();
            if (digit.Steps is { } steps)
            {
                json.WriteString(_image, ImageFile.DataUrl(digit.Image.Pixels!));
                WriteSteps(json, steps);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void End(Utf8JsonWriter json, HttpResponse response, ServedModel model)
    {
        const int kept = 1 << 20;
        json.WriteString(_model, model.Hash);
        json.WriteEndObject();
        json.Flush();
        var buffer = _buffer!;
        (response.ContentType, response.ContentLength) = (MediaTypeNames.Application.Json, buffer.WrittenCount);
        response.BodyWriter.Write(buffer.WrittenSpan);
        if (buffer.Capacity > kept)
            _buffer = null;
    }
}

/// <summary>What there is to say of an example.</summary>
/// <param name="Warnings">Why its prediction may be wrong.</param>
/// <param name="Error">Why there is none; null if there is one.</param>
readonly record struct ExampleNotes(IReadOnlyList<string> Warnings, string? Error);
