using PuppeteerSharp;
using PuppeteerSharp.Input;

namespace MnistMl.Tests.Serving;

/// <summary>The page as somebody sees and uses it.</summary>
sealed class DrawingPage : IAsyncDisposable
{
    /// <summary>A seven, in shares of the drawing area.</summary>
    public static readonly (double X, double Y)[] Seven = [(0.3, 0.25), (0.7, 0.25), (0.58, 0.5), (0.46, 0.8)];

    readonly IBrowserContext _context;

    public DrawingPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.PageError += (_, error) => Errors.Add($"{error.Message}");
        page.Console += (_, message) =>
        {
            // That an answer is a refusal is none of the page's errors.
            if (message.Message.Type == ConsoleType.Error && !message.Message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                Errors.Add(message.Message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>What the browser has complained about, violations of the content security policy among it.</summary>
    public List<string> Errors { get; } = [];

    public async ValueTask DisposeAsync() => await _context.CloseAsync();

    /// <summary>Text of an element.</summary>
    public Task<string> Text(string id) => Page.EvaluateFunctionAsync<string>("id => document.getElementById(id).textContent", id);

    /// <summary>Waits until an element has a text.</summary>
    public Task WaitForText(string id, string text) => Page.WaitForFunctionAsync(
        "(id, text) => document.getElementById(id).textContent.includes(text)", new WaitForFunctionOptions { Timeout = 30_000 }, id, text);

    /// <summary>Begins to listen to what screen readers are told.</summary>
    public Task ListenToStatus() => Page.EvaluateExpressionAsync(
        """
        window.said = [];
        new MutationObserver(records => said.push(...records.flatMap(record => [...record.addedNodes].map(node => node.textContent))))
          .observe(document.getElementById("status"), { childList: true });
        """);

    /// <summary>What they were told since then.</summary>
    public Task<string[]> Said() => Page.EvaluateExpressionAsync<string[]>("said");

    /// <summary>Draws a stroke with the mouse.</summary>
    public async Task Draw(params (double X, double Y)[] points)
    {
        var places = await Places(points);
        await Page.Mouse.MoveAsync(places[0].X, places[0].Y);
        await Page.Mouse.DownAsync();
        foreach (var (x, y) in places[1..])
            await Page.Mouse.MoveAsync(x, y, new MoveOptions { Steps = 5 });
        await Page.Mouse.UpAsync();
    }

    /// <summary>Draws a stroke with a finger.</summary>
    public async Task Touch(params (double X, double Y)[] points)
    {
        var places = await Places(points);
        await Page.Touchscreen.TouchStartAsync(places[0].X, places[0].Y);
        foreach (var (x, y) in places[1..])
            await Page.Touchscreen.TouchMoveAsync(x, y);
        await Page.Touchscreen.TouchEndAsync();
    }

    /// <summary>Presses a key some times.</summary>
    public async Task Press(string key, int times = 1)
    {
        for (var i = 0; i < times; i++)
            await Page.Keyboard.PressAsync(key);
    }

    async Task<(decimal X, decimal Y)[]> Places((double X, double Y)[] points)
    {
        await using var canvas = await Page.QuerySelectorAsync("#canvas");
        var box = await canvas.BoundingBoxAsync();
        return [.. points.Select(point => (box!.X + (decimal)point.X * box.Width, box.Y + (decimal)point.Y * box.Height))];
    }
}
