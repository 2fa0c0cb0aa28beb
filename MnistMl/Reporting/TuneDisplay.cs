using MnistMl.Training;
using MnistMl.Tuning;
using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>
/// Shows the progress of a search: a line for each finished trial and, on a terminal, one below them for the current
/// trial.
/// </summary>
/// <param name="console">Where to show it, opened by <see cref="Terminal.Open"/>.</param>
/// <param name="seconds">The budget.</param>
/// <param name="rungs">Number of rungs.</param>
/// <param name="clock">The clock.</param>
sealed class TuneDisplay(IAnsiConsole console, double seconds, int rungs, TimeProvider clock)
    : IProgress<TrainingProgress>
{
    // As in ProgressDisplay, the cursor waits below the line.
    const string ToLine = "\e[1A\r";

    static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(200);

    NextTrial? _trial;
    Trial? _best;
    long _start, _lastDrawn;
    bool _isDrawn;

    /// <summary>Records that a trial starts.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="log">The trials before it.</param>
    public void Start(NextTrial trial, TrialLog log) =>
        (_trial, _best, _start) = (trial, Trial.Rank(log.Trials).FirstOrDefault(), clock.GetTimestamp());

    /// <summary>Shows the progress of the current trial.</summary>
    public void Report(TrainingProgress value)
    {
        if (!console.Profile.Capabilities.Ansi || clock.GetElapsedTime(_lastDrawn) < _interval)
            return;
        var best = _best is { Accuracy: { } accuracy }
            ? $"  best so far {Figures.Percent(accuracy)} ({Epochs(_best.Epochs)})"
            : "";
        var text = $"{TrialText()}, epoch {value.Epoch}/{value.Epochs}  "
            + TimeLeft(clock.GetElapsedTime(_start).TotalSeconds) + best;
        // A full line would wrap on some terminals, and part of it would not be removed.
        var room = Math.Max(0, console.Profile.Width - 1);
        Write(() =>
        {
            console.Write(new ControlCode(_isDrawn ? ToLine : ""));
            console.Write(text[..Math.Min(text.Length, room)]);
            console.Write(new ControlCode("\e[K\n"));
        });
        (_isDrawn, _lastDrawn) = (true, clock.GetTimestamp());
    }

    /// <summary>Writes the result of a trial, or only removes the line if it is null.</summary>
    public void End(Trial? trial)
    {
        Write(() =>
        {
            if (_isDrawn)
                console.Write(new ControlCode(ToLine + "\e[J"));
            if (trial != null)
                console.WriteLine(Line(trial));
        });
        _isDrawn = false;
    }

    string Line(Trial trial)
    {
        var figures = trial is { Accuracy: { } accuracy, Loss: { } loss }
            ? $"{Figures.Percent(accuracy),8}  loss {Figures.Loss(loss)}"
            : "failed";
        return $"{TrialText()}, {Epochs(trial.Epochs)}  {figures}  {Figures.Duration(trial.Seconds)}  "
            + $"{TimeLeft(trial.Seconds)}  {TuneReport.SettingsText(trial.Settings)}";
    }

    string TrialText()
    {
        var count = _trial switch
        {
            { Count: null } => "",
            { Count: var known, Rung: > 0 } => $" of {known}",
            { Count: var estimate } => $" of about {estimate}",
            _ => "",
        };
        return $"Rung {_trial!.Rung + 1}/{rungs}, trial {_trial.Number}{count}";
    }

    string TimeLeft(double sinceStart) =>
        $"{Figures.Duration(Math.Max(0, seconds - _trial!.SecondsUsed - sinceStart))} left";

    static string Epochs(int epochs) => epochs == 1 ? "1 epoch" : $"{epochs} epochs";

    static void Write(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
            // The search continues even if its progress can no longer be shown.
        }
    }
}
