using System.Net;
using System.Text.Json;
using MnistMl.Data;

namespace MnistMl.Fetching;

/// <summary>What OpenML says of a data set.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where its ARFF file is.</param>
/// <param name="Md5">The file's MD5, in lower case; null if it is not said.</param>
/// <param name="Target">The name of the class's column; null if it is not said.</param>
sealed record OpenMlDataset(int Id, string Name, Uri Address, string? Md5, string? Target)
{
    /// <summary>Where OpenML is.</summary>
    public static Uri DefaultServer { get; } = new("https://www.openml.org/");

    /// <summary>Its number and name.</summary>
    public override string ToString() => $"data set {Id} ({CsvLine.Quote(Name)[1..^1]})";

    /// <summary>Asks OpenML about a data set.</summary>
    /// <exception cref="MnistMlException">There is none of the number, or the answer is not understood.</exception>
    public static async Task<OpenMlDataset> Get(WebClient client, Uri server, int id, Action<string> notice, CancellationToken cancellation)
    {
        const int maxBytes = 1 << 20;
        var address = new Uri(server, $"api/v1/json/data/{id}");
        return await client.Retry(
            () => client.Get(
                address, _ => { },
                async answer => Parse(await answer.ReadAll(maxBytes), answer.Response.StatusCode, server, id), cancellation),
            () => 0, notice, cancellation);
    }

    static OpenMlDataset Parse(byte[] json, HttpStatusCode status, Uri server, int id)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (Object(root, "error") is { } error)
                throw new MnistMlException($"{server.Host} has no data set {id}: {CsvLine.Quote(Text(error, "message") ?? "unknown")[1..^1]}.");
            if (status == HttpStatusCode.OK && Object(root, "data_set_description") is { } set
                && Text(set, "name") is { } name && Uri.TryCreate(Text(set, "url"), UriKind.Absolute, out var address))
            {
                // Old descriptions have addresses of http.
                if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback)
                    address = new UriBuilder(address) { Scheme = Uri.UriSchemeHttps, Port = address.IsDefaultPort ? -1 : address.Port }.Uri;
                return new(id, name, address, Text(set, "md5_checksum")?.ToLowerInvariant(), Text(set, "default_target_attribute"));
            }
        }
        catch (JsonException)
        {
        }
        throw new MnistMlException(
            status == HttpStatusCode.OK ? $"{server} answers with something that is no description of data set {id}. Try again later."
            : status == HttpStatusCode.NotFound ? $"{server.Host} has no data set {id}."
            : $"{server} answers {(int)status} to the question for data set {id}. Try again later.");
    }

    static JsonElement? Object(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
