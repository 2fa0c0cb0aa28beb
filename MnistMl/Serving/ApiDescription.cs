using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace MnistMl.Serving;

/// <summary>The API's endpoints, and their description by OpenAPI.</summary>
static class ApiDescription
{
    /// <summary>Adds what makes the description.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi(options => options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = nameof(MnistMl),
                Version = typeof(ApiDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
                Description = "Reads handwritten digits.",
            };
            document.Servers?.Clear();
            return Task.CompletedTask;
        }));
    }

    /// <summary>Adds the API to what is served.</summary>
    public static void Map(IEndpointRouteBuilder endpoints, PredictionApi api, ModelFileWatch models)
    {
        endpoints.MapOpenApi();
        // As a plain delegate it would not be described.
        Describe(endpoints.MapPost("/api/predict", (Delegate)api.Predict), "Predict the class of one example.")
            .Produces<PredictionJson>()
            .AddOpenApiOperationTransformer(async (operation, context, cancellation) =>
            {
                operation.Parameters =
                [
                    Flag("steps", "Whether to answer what the network sees of an image, too, and the steps to it."),
                    Flag("number", "Whether to read several digits of an image as a number, too."),
                ];
                operation.RequestBody = await BodyOf<ExampleJson>(
                    context, "An image; or the pixels of an example, a byte each, from 0 for paper to 255 for ink; or either in JSON.",
                    [PredictionApi.Bytes, .. PredictionApi.Images], cancellation);
            });
        Describe(endpoints.MapPost("/api/predict/batch", (Delegate)api.PredictBatch), "Predict the classes of several examples.")
            .Produces<BatchAnswerJson>()
            .AddOpenApiOperationTransformer(async (operation, context, cancellation) => operation.RequestBody = await BodyOf<BatchJson>(
                context, "The pixels of examples, one after the other, a byte each; or examples in JSON.", [PredictionApi.Bytes], cancellation));
        endpoints.MapGet("/api/model", () => ModelOf(models)).WithSummary("The model in service.");
        endpoints.MapGet("/healthz", () => new HealthJson("healthy", models.Current.Hash.Value)).WithSummary("Whether the server is up.");
    }

    static ModelJson ModelOf(ModelFileWatch models)
    {
        var model = models.Current;
        return new(
            model.Hash.Value, model.File, model.LoadedAt, [.. model.Labels.Select(label => label.Value)], model.FeatureCount, model.TakesImages,
            model.Network, model.Parameters, models.Error, model.Metrics);
    }

    static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint, string summary)
    {
        foreach (var status in (ReadOnlySpan<int>)[
            StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout, StatusCodes.Status413PayloadTooLarge,
            StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status429TooManyRequests, StatusCodes.Status503ServiceUnavailable])
        {
            endpoint.Produces<ProblemJson>(status, "application/problem+json");
        }
        return endpoint.WithSummary(summary);
    }

    static OpenApiParameter Flag(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Query,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean },
    };

    static async Task<OpenApiRequestBody> BodyOf<TJson>(
        OpenApiOperationTransformerContext context, string description, string[] binary, CancellationToken cancellation)
    {
        var content = new Dictionary<string, OpenApiMediaType>();
        foreach (var type in binary)
            content[type] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
        content[PredictionApi.Json] = new() { Schema = await context.GetOrCreateSchemaAsync(typeof(TJson), null, cancellation) };
        return new() { Description = description, Required = true, Content = content };
    }
}
