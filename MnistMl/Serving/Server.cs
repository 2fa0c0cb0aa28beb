using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace MnistMl.Serving;

/// <summary>Serves a model: a page to draw on, and an API.</summary>
sealed class Server : IAsyncDisposable
{
    readonly WebApplication _application;
    readonly ModelFileWatch _models;
    readonly PredictionApi _api;
    readonly ServerLimits _limits;
    readonly TextWriter _messages;
    readonly CancellationTokenSource _end = new();
    Task _watching = Task.CompletedTask;

    Server(string model, IPEndPoint endPoint, ServerLimits limits, TextWriter messages)
    {
        (_limits, _messages) = (limits, TextWriter.Synchronized(messages));
        _models = new(model, _messages);
        _api = new(_models, limits);
        _application = Build(endPoint);
    }

    /// <summary>Where it is.</summary>
    public Uri Address => new(_application.Urls.Single());

    /// <summary>The model in service.</summary>
    public ModelFileWatch Models => _models;

    /// <summary>Starts a server.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="endPoint">Where to listen; at port 0, any that is free.</param>
    /// <param name="limits">What it takes at most.</param>
    /// <param name="messages">Where it says what goes wrong, and what becomes of new models.</param>
    /// <exception cref="MnistMlException">There is no such model, or the address cannot be listened on.</exception>
    public static async Task<Server> StartAsync(string model, IPEndPoint endPoint, ServerLimits limits, TextWriter messages)
    {
        var server = new Server(model, endPoint, limits, messages);
        try
        {
            await server._application.StartAsync();
            server._watching = server._models.WatchAsync(server._end.Token);
            return server;
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
        {
            await server.DisposeAsync();
            throw new MnistMlException($"{endPoint} cannot be listened on: {e.Message}", e);
        }
    }

    /// <summary>Takes no new requests, and ends as soon as those under way have ended.</summary>
    public async Task StopAsync()
    {
        using var time = new CancellationTokenSource(_limits.EndTime);
        await _application.StopAsync(time.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching.ContinueWith(_ => { }, TaskScheduler.Default);
        await _application.DisposeAsync();
        _api.Dispose();
        _end.Dispose();
    }

    WebApplication Build(IPEndPoint endPoint)
    {
        // Nothing is taken from the environment or from files: what is served is what the command line says.
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = Environments.Production });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = _limits.BodyBytes;
            kestrel.Limits.MaxConcurrentConnections = _limits.Connections;
            kestrel.Limits.RequestHeadersTimeout = _limits.HeadersTime;
            kestrel.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddRateLimiter(_ => { });
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = _limits.EndTime);
        ApiDescription.AddTo(builder.Services);

        var application = builder.Build();
        var guard = new RequestGuard(endPoint.Address);
        application.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = Explain, StatusCodeSelector = StatusOf });
        application.Use(next => context =>
        {
            RequestGuard.SetHeaders(context.Response);
            guard.ThrowIfForeign(context.Request);
            return next(context);
        });
        application.UseStatusCodePages(status => Explain(status.HttpContext));
        if (_limits.RequestsPerSecond is { } rate)
            application.UseRateLimiter(RateOf(rate));
        application.UseRouting();
        Page.Map(application);
        ApiDescription.Map(application, _api, _models);
        return application;
    }

    static RateLimiterOptions RateOf(int requestsPerSecond) => new()
    {
        RejectionStatusCode = StatusCodes.Status429TooManyRequests,
        OnRejected = (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = "1";
            return ValueTask.CompletedTask;
        },
        GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetTokenBucketLimiter(
            ClientOf(context.Connection.RemoteIpAddress), _ => new()
            {
                TokenLimit = 10 * requestsPerSecond,
                TokensPerPeriod = requestsPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            })),
    };

    /// <summary>Who a client is: of IPv6, one has all addresses of a network.</summary>
    static string ClientOf(IPAddress? address)
    {
        const int network = 8;
        if (address?.IsIPv4MappedToIPv6 == true)
            address = address.MapToIPv4();
        return address?.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes()[..network])
            : $"{address}";
    }

    static int StatusOf(Exception exception) => exception switch
    {
        RefusedException refused => refused.Status,
        BadHttpRequestException bad => bad.StatusCode,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Writes why a request is refused, or that something went wrong, but never where in the code.</summary>
    async Task Explain(HttpContext context)
    {
        var exception = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        // Whoever has gone is told nothing.
        if (exception is ConnectionResetException or OperationCanceledException)
            return;
        var (response, refused) = (context.Response, exception as RefusedException);
        RequestGuard.SetHeaders(response);
        if (response.StatusCode == StatusCodes.Status503ServiceUnavailable)
            response.Headers.RetryAfter = "1";
        // What is left of the body is not read: the next request needs another connection.
        if (response.StatusCode == StatusCodes.Status413PayloadTooLarge)
            response.Headers.Connection = "close";
        if (response.StatusCode == StatusCodes.Status500InternalServerError)
            await _messages.WriteLineAsync($"{context.Request.Method} {context.Request.Path} failed: {exception?.Message}");
        await TypedResults.Problem(new ProblemJson
        {
            Status = response.StatusCode,
            Type = refused?.Type,
            Detail = response.StatusCode switch
            {
                StatusCodes.Status429TooManyRequests => "You ask too often. Wait for a second.",
                StatusCodes.Status404NotFound => "There is nothing here. The page is at /, the API is described at /openapi/v1.json.",
                _ when exception is RefusedException or BadHttpRequestException => exception.Message,
                _ => null,
            },
            Model = _models.Current.Hash.Value,
            Steps = refused?.Steps,
        }).ExecuteAsync(context);
    }

    /// <summary>The command that runs the server decides when it ends.</summary>
    sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
