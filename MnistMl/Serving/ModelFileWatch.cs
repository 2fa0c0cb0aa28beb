using MnistMl.Runs;

namespace MnistMl.Serving;

/// <summary>
/// Keeps the model of a file in service. A file that is replaced is loaded beside the model in service, which requests that are
/// under way keep; one that cannot be loaded leaves that model in place.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="messages">Where it says what became of a new file, a line each.</param>
sealed class ModelFileWatch(string path, TextWriter messages)
{
    static readonly TimeSpan _interval = TimeSpan.FromSeconds(0.25);

    volatile ServedModel _current = ServedModel.Load(path);
    volatile string? _error;

    /// <summary>The model in service.</summary>
    public ServedModel Current => _current;

    /// <summary>Why the file as it is now is not in service; null if it is.</summary>
    public string? Error => _error;

    /// <summary>Looks at the file, again and again.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task WatchAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(_interval);
        var (before, seen) = (State(), State());
        // A change before the watch began is one, too.
        if (ServedFileHasChanged())
            seen = default;
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            var now = State();
            // What is still growing is not yet a model.
            if (now != seen && now == before)
            {
                seen = now;
                Reload();
            }
            before = now;
        }
    }

    /// <summary>Takes what is in the file now into service.</summary>
    public void Reload()
    {
        try
        {
            if (ServedFileHasChanged())
            {
                _current = ServedModel.Load(path);
                messages.WriteLine($"Loaded: {path} has changed, {_current.Hash.Value[..12]} is in service.");
            }
            _error = null;
        }
        catch (MnistMlException failure)
        {
            _error = failure.Message;
            messages.WriteLine($"{failure.Message} The model before, {_current.Hash.Value[..12]}, stays in service.");
        }
    }

    bool ServedFileHasChanged()
    {
        try
        {
            return RunFolder.HashOf(path) != _current.Hash.Value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Loading says what is wrong.
            return true;
        }
    }

    (bool Exists, long Length, DateTime Written) State()
    {
        var file = new FileInfo(path);
        return file.Exists ? (true, file.Length, file.LastWriteTimeUtc) : default;
    }
}
