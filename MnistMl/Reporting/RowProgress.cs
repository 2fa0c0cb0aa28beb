using System.Diagnostics;
using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>
/// Shows on a terminal how many rows are done, once that takes longer than a moment. Dispose it, which removes the line, before
/// anything else is written.
/// </summary>
/// <param name="console">Where to show it, opened by <see cref="Terminal.Open"/>.</param>
/// <param name="patience">How long it shows nothing.</param>
/// <param name="unit">What a row is called.</param>
sealed class RowProgress(IAnsiConsole console, TimeSpan patience, string unit = "rows") : IDisposable
{
    static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    readonly long _start = Stopwatch.GetTimestamp();
    long _lastDrawn;
    bool _isDrawn;

    /// <summary>Shows the number of rows, unless it was shown a moment ago.</summary>
    public void Report(long rows)
    {
        var elapsed = Stopwatch.GetElapsedTime(_start);
        if (!console.Profile.Capabilities.Ansi || elapsed < patience || _isDrawn && Stopwatch.GetElapsedTime(_lastDrawn) < _interval)
            return;
        (_lastDrawn, _isDrawn) = (Stopwatch.GetTimestamp(), true);
        console.Write(new ControlCode($"\r\e[K{Figures.Count(rows)} {unit}  {Figures.Count(rows / Math.Max(1e-3, elapsed.TotalSeconds))} {unit}/s"));
    }

    public void Dispose() => Clear();

    /// <summary>Removes the line until the next report.</summary>
    public void Clear()
    {
        if (_isDrawn)
            console.Write(new ControlCode("\r\e[K"));
        _isDrawn = false;
    }
}
