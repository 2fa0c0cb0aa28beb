using MnistMl.Fetching;
using Spectre.Console;

namespace MnistMl.Reporting;

/// <summary>Shows the progress of a download on a terminal; elsewhere nothing.</summary>
static class DownloadDisplay
{
    /// <summary>Does what is to be shown.</summary>
    /// <param name="console">Where to show it; null for nowhere.</param>
    /// <param name="name">What is downloaded.</param>
    /// <param name="run">Downloads it.</param>
    public static async Task<T> Show<T>(IAnsiConsole? console, string name, Func<IProgress<DownloadProgress>?, Task<T>> run)
    {
        if (console is not { Profile.Capabilities.Ansi: true })
            return await run(null);
        return await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn())
            .StartAsync(context => run(new Bar(context.AddTask(Markup.Escape(name)).IsIndeterminate(), name)));
    }

    sealed class Bar(ProgressTask task, string name) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            task.Description = Markup.Escape(value.Notice ?? name);
            if (value.Total is { } total)
                task.MaxValue(total).IsIndeterminate(false);
            task.Value = value.Bytes;
        }
    }
}
