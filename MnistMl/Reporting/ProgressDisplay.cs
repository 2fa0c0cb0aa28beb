using System.Collections.Concurrent;
using MnistMl.Training;
using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>
/// Shows the progress of training: a line for each finished epoch and, on a terminal, one that lives below them. Dispose it,
/// which removes that one, before anything else is written.
/// </summary>
sealed class ProgressDisplay : IProgress<TrainingProgress>, IDisposable
{
    const int ShortestBar = 4, LongestBar = 24, LongestSparkline = 24;

    /// <summary>From so many columns on there is room for whole words: in the line of an epoch, and in the one that lives.</summary>
    const int Regular = 80, Wide = 120;

    // The cursor waits below the bar, on an empty line, in case an exception or Ctrl+C ends the program.
    const string ToBar = "\e[1A\r";

    const string Gap = "  ";

    static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    readonly IAnsiConsole _console;
    readonly bool _hasBar;
    readonly ConcurrentQueue<string> _lines = new();
    readonly ManualResetEventSlim _disposed = new();
    readonly Thread _thread;
    readonly ConcurrentQueue<EpochSummary> _history = new();
    Moment? _first;
    double _epochSeconds;
    volatile Moment? _latest;
    Moment? _drawn;

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
        var latest = new Moment(value, _epochSeconds + value.Seconds);
        _first ??= latest;
        if (value.Completed is { } epoch)
        {
            _lines.Enqueue(Line(value, epoch));
            _history.Enqueue(epoch);
            _epochSeconds += epoch.Seconds;
        }
        if (value.CheckpointFailure is { } failure && failure != _latest?.Progress.CheckpointFailure)
            _lines.Enqueue($"{failure} Training goes on.");
        _latest = latest;
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

    /// <summary>Draws what fits in the line: what is most important before the rest, each in its place.</summary>
    void DrawBar(Moment moment)
    {
        var progress = moment.Progress;
        var history = _history.ToArray();
        var isWide = _console.Profile.Width >= Wide;
        // A full line would wrap on some terminals, and part of it would not be removed.
        var room = Math.Max(0, _console.Profile.Width - 1);
        var epoch = EpochNumber(progress);
        epoch = epoch[..Math.Min(epoch.Length, room)];
        room -= epoch.Length;

        var loss = Fit(LossText(progress.Loss), ref room);
        var left = Fit(SecondsLeft(moment) is { } seconds ? $"{Figures.Duration(seconds)} left" : "", ref room);
        var accuracy = Fit(AccuracyText(progress.Accuracy, isWide), ref room);
        var validation = Fit(history is [.., { ValidationAccuracy: { } share }] ? ValidationText($"{Figures.Percent(share),8}", isWide) : "", ref room);
        var unit = isWide ? " examples/s" : "/s";
        var rate = Fit(Figures.Count(progress.RowsDone / Math.Max(progress.Seconds, 1e-3)) + unit, ref room);
        var losses = Array.ConvertAll(history, past => past.TrainLoss);
        var roomForLosses = Math.Clamp(room - 2 * Gap.Length - ShortestBar, 0, Math.Min(LongestSparkline, progress.Epochs * progress.NetworkCount));
        var sparkline = Fit(_console.Profile.Capabilities.Unicode && losses.Length > 0 ? Sparkline.Draw(losses, roomForLosses).PadRight(roomForLosses) : "", ref room);
        var bar = room >= Gap.Length + ShortestBar ? Math.Min(LongestBar, room - Gap.Length) : 0;

        _console.Write(epoch + loss + sparkline + accuracy + validation);
        if (bar > 0)
        {
            var filled = (int)(bar * Math.Clamp(moment.Share, 0, 1));
            var (full, empty) = _console.Profile.Capabilities.Unicode ? ('━', '─') : ('=', '-');
            _console.Write(Gap);
            _console.Write(new string(full, filled), new Style(Color.Green));
            _console.Write(new string(empty, bar - filled), new Style(decoration: Decoration.Dim));
        }
        _console.Write(rate + left);
    }

    /// <summary>The time left, if it goes on as since the first report; null if too little is done to tell.</summary>
    double? SecondsLeft(Moment moment) => moment.Share - _first!.Share is > 0 and var done
        ? (moment.Seconds - _first.Seconds) / done * (1 - moment.Share)
        : null;

    /// <summary>The line of a finished epoch; on a narrow terminal, what is most important of it.</summary>
    string Line(TrainingProgress progress, EpochSummary epoch)
    {
        var number = EpochNumber(progress);
        var hasWords = _console.Profile.Width >= Regular;
        var room = _console.Profile.Width - number.Length;
        var loss = Fit(LossText(epoch.TrainLoss), ref room);
        var validation = epoch is { ValidationLoss: { } validationLoss, ValidationAccuracy: { } share }
            ? Fit(ValidationText((hasWords ? $"{Figures.Loss(validationLoss)} " : "") + $"{Figures.Percent(share),8}", hasWords), ref room) : "";
        var accuracy = Fit(AccuracyText(epoch.TrainAccuracy, hasWords), ref room);
        var seconds = Fit(Figures.Duration(epoch.Seconds), ref room);
        return number + loss + accuracy + validation + seconds;
    }

    static string LossText(double loss) => $"loss {Figures.Loss(loss)}";

    static string AccuracyText(double share, bool hasWords) => $"{(hasWords ? "accuracy" : "acc")} {Figures.Percent(share),8}";

    static string ValidationText(string figures, bool hasWords) => $"{(hasWords ? "validation" : "val")} {figures}";

    /// <summary>A part of a line, if there is room for it.</summary>
    static string Fit(string part, ref int room)
    {
        if (part.Length == 0 || Gap.Length + part.Length > room)
            return "";
        room -= Gap.Length + part.Length;
        return Gap + part;
    }

    static string EpochNumber(TrainingProgress progress)
    {
        var network = progress.NetworkCount > 1 ? $"Network {Of(progress.NetworkNumber, progress.NetworkCount)}{Gap}" : "";
        return $"{network}Epoch {Of(progress.Epoch, progress.Epochs)}";

        static string Of(int number, int count) => $"{$"{number}".PadLeft($"{count}".Length)}/{count}";
    }

    /// <summary>A report, and the time that the training had taken then.</summary>
    sealed record Moment(TrainingProgress Progress, double Seconds)
    {
        /// <summary>How much of the whole training was done, 0 to 1.</summary>
        public double Share
        {
            get
            {
                var network = (Progress.Epoch - 1 + (double)Progress.RowsDone / Progress.RowsInEpoch) / Progress.Epochs;
                return (Progress.NetworkNumber - 1 + network) / Progress.NetworkCount;
            }
        }
    }
}
