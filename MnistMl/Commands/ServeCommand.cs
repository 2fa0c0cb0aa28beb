using System.CommandLine;
using System.Globalization;
using System.Net;
using MnistMl.Serving;

namespace MnistMl.Commands;

/// <summary><c>serve</c>: a page to draw on, and an API, until Ctrl+C.</summary>
static class ServeCommand
{
    public const string Name = "serve";

    /// <summary>Requests a second of one client, where others than this computer can be clients.</summary>
    const int RequestsPerSecond = 100;

    static readonly Option<string> _model = CommonOptions.Model();

    static readonly Option<int> _port = CommonOptions.Create(
        "--port", "N", "Port to listen at; 0 takes any that is free.", Port, byDefault: 5000);

    static readonly Option<IPAddress> _host = new("--host")
    {
        Description = "Address to listen on: 127.0.0.1 is this computer alone, 0.0.0.0 every network that it is in. [default: 127.0.0.1]",
        HelpName = "ADDRESS",
        CustomParser = result =>
        {
            if (Address(result.Tokens.Single().Value) is { } address)
                return address;
            result.AddError("--host takes an address of this computer, such as 127.0.0.1, 0.0.0.0 or ::1, or localhost.");
            return null;
        },
    };

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        ("serve", "Open http://127.0.0.1:5000 and draw a digit. Ctrl+C ends it."),
        ("serve --model accurate.zip --port 8080", "Serve another model at another port. A model that is saved over it is taken at once."),
        ("serve --host 0.0.0.0", "Let phones and other computers of the network draw, too. There is no password, and no encryption."),
    ];

    public static Command Create()
    {
        var command = new Command(Name, "Serve a page to draw on, and an API for predictions.") { _model, _port, _host };
        command.SetAction(parsed => Serve(parsed).GetAwaiter().GetResult());
        return command;
    }

    static async Task<int> Serve(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        using var console = new ConsoleCancellation();
        var (model, address) = (parsed.GetRequiredValue(_model), parsed.GetValue(_host) ?? IPAddress.Loopback);
        var isLocal = IPAddress.IsLoopback(address);
        await using var server = await Server.StartAsync(
            model, new(address, parsed.GetValue(_port)), new() { RequestsPerSecond = isLocal ? null : RequestsPerSecond }, error);
        output.WriteLine($"Serving {model} at {server.Address.GetLeftPart(UriPartial.Authority)} (Ctrl+C ends it).");
        if (!isLocal)
            CommandLine.PrintWarning("Whoever is in the network can use it: there is no password, and no encryption.", error);
        try
        {
            await Task.Delay(Timeout.Infinite, console.Token);
        }
        catch (OperationCanceledException)
        {
            await server.StopAsync();
        }
        return 0;
    }

    static int Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort
            ? port
            : throw new MnistMlException($"'{text}' is no port. Ports are whole numbers from 0 to {IPEndPoint.MaxPort}.");

    static IPAddress? Address(string text) =>
        text.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.TryParse(text, out var address) ? address : null;
}
