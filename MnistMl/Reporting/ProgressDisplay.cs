using System.Collections.Concurrent;
using MnistMl.Training;
using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>
/// Shows the progress of training: a line for each finished epoch and, on a terminal, a bar below them. Dispose it,
/// which removes the bar, before anything else is written.
/// </summary>
sealed class ProgressDisplay : IProgress<TrainingProgress>, IDisposable
{
    const int LongestBar = 24;

    // The cursor waits below the bar, on an empty line, in case an exception or Ctrl+C ends the program.
    const string ToBar = "\e[1A\r";

    static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    readonly IAnsiConsole _console;
    readonly bool _hasBar;
    readonly ConcurrentQueue<string> _lines = new();
    readonly ManualResetEventSlim _disposed = new();
    readonly Thread _thread;
    volatile TrainingProgress? _latest;
    TrainingProgress? _drawn;

    /// <summary>Starts the display.</summary>
    /// <param name="console">
    /// Where to show it, opened by <see cref="Terminal.Open"/>: standard error, to leave standard output for results.
    /// </param>
    public ProgressDisplay(IAnsiConsole console) : this(console, _interval) { }

    internal ProgressDisplay(IAnsiConsole console, TimeSpan interval)
    {
        _console = console;
        _hasBar = console.Profile.Capabilities.Ansi;
        _thread = new Thread(() => DrawUntilDisposed(interval)) { IsBackground = true, Name = "Progress" };
        _thread.Start();
    }

    /// <summary>Records the progress. It takes next to no time, since it never waits for the terminal.</summary>
    public void Report(TrainingProgress value)
    {
        if (value.Completed is { } epoch)
            _lines.Enqueue(Line(value, epoch));
        if (value.CheckpointFailure is { } failure && failure != _latest?.CheckpointFailure)
            _lines.Enqueue($"{failure} Training goes on.");
        _latest = value;
    }

    /// <summary>Writes the last lines, and removes the bar.</summary>
    public void Dispose()
    {
        _disposed.Set();
        _thread.Join();
    }

    void DrawUntilDisposed(TimeSpan interval)
    {
        try
        {
            while (!_disposed.Wait(interval))
                Draw();
            DrawLines();
        }
        catch (IOException)
        {
            // Training continues even if its progress can no longer be shown.
        }
    }

    internal void Draw()
    {
        DrawLines();
        if (!_hasBar || _latest is not { } latest || latest == _drawn)
            return;

        if (_drawn is not null)
            _console.Write(new ControlCode(ToBar));
        DrawBar(latest);
        _console.Write(new ControlCode("\e[K\n"));
        _drawn = latest;
    }

    void DrawLines()
    {
        if (_drawn is not null && (_disposed.IsSet || !_lines.IsEmpty))
        {
            _console.Write(new ControlCode(ToBar + "\e[J"));
            _drawn = null;
        }
        while (_lines.TryDequeue(out var line))
            _console.WriteLine(line);
    }

    void DrawBar(TrainingProgress progress)
    {
        var figures = EpochFigures(progress, progress.Loss, progress.Accuracy) + "  ";
        var rate = $" {Figures.Count(progress.RowsDone / Math.Max(progress.Seconds, 1e-3)),9} rows/s";

        // A full line would wrap on some terminals, and part of it would not be removed.
        var room = Math.Max(0, _console.Profile.Width - 1);
        var length = Math.Clamp(room - figures.Length - rate.Length, 0, LongestBar);
        var member = (progress.Epoch - 1 + (double)progress.RowsDone / progress.RowsInEpoch) / progress.Epochs;
        var share = (progress.NetworkNumber - 1 + member) / progress.NetworkCount;
        var filled = (int)(length * Math.Clamp(share, 0, 1));
        var (full, empty) = _console.Profile.Capabilities.Unicode ? ('━', '─') : ('=', '-');

        _console.Write(figures[..Math.Min(figures.Length, room)]);
        _console.Write(new string(full, filled), new Style(Color.Green));
        _console.Write(new string(empty, length - filled), new Style(decoration: Decoration.Dim));
        _console.Write(rate[..Math.Clamp(room - figures.Length - length, 0, rate.Length)]);
    }

    static string Line(TrainingProgress progress, EpochSummary epoch)
    {
        var validation = epoch is { ValidationLoss: { } loss, ValidationAccuracy: { } accuracy }
            ? $"  validation {Figures.Loss(loss)} {Figures.Percent(accuracy),8}"
            : "";
        return EpochFigures(progress, epoch.TrainLoss, epoch.TrainAccuracy) + validation
            + $"  {Figures.Duration(epoch.Seconds)}";
    }

    static string EpochFigures(TrainingProgress progress, double loss, double accuracy)
    {
        var network = progress.NetworkCount > 1 ? $"Network {Of(progress.NetworkNumber, progress.NetworkCount)}  " : "";
        return $"{network}Epoch {Of(progress.Epoch, progress.Epochs)}  "
            + $"loss {Figures.Loss(loss)}  accuracy {Figures.Percent(accuracy),8}";

        static string Of(int number, int count) => $"{$"{number}".PadLeft($"{count}".Length)}/{count}";
    }
}
