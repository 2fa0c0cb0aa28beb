using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MnistMl.Tuning;

/// <summary>
/// The finished trials of a search, in a file of JSON lines: first the search, then each trial, written to the disk
/// before the next begins. An incomplete last line is ignored.
/// </summary>
sealed class TrialLog : IDisposable
{
    static readonly TrialJsonContext _json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Quotes and plus signs stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>A search has some thousand trials, of some hundred bytes each.</summary>
    const long MaxBytes = 1 << 28;

    readonly OrderedDictionary<(string Settings, int Epochs), Trial> _trials = [];
    readonly FileStream _file;
    readonly string _path;
    readonly IReadOnlyList<int> _rungs;

    /// <summary>Opens or creates the file of a search.</summary>
    /// <param name="path">The file.</param>
    /// <param name="search">The search.</param>
    /// <param name="rungs">The epochs of each rung.</param>
    /// <exception cref="MnistMlException">
    /// It cannot be read or written, is not such a file, or is that of another search.
    /// </exception>
    public TrialLog(string path, Search search, IReadOnlyList<int> rungs)
    {
        (_path, _rungs) = (path, rungs);
        try
        {
            _file = Disk.Current.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Failure(e);
        }
        try
        {
            Read(search);
        }
        catch (IOException e)
        {
            _file.Dispose();
            throw Failure(e);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The trials, in the order of their ends.</summary>
    public IReadOnlyCollection<Trial> Trials => _trials.Values;

    /// <summary>Total time of the trials.</summary>
    public double Seconds { get; private set; }

    /// <summary>A trial; null if it has not been done.</summary>
    public Trial? Find(string settings, int epochs) => _trials.GetValueOrDefault((settings, epochs));

    /// <summary>Adds a trial to the file.</summary>
    /// <exception cref="MnistMlException">It cannot be written.</exception>
    public void Add(Trial trial)
    {
        Write(JsonSerializer.Serialize(trial, _json.Trial));
        Remember(trial);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    void Read(Search search)
    {
        if (_file.Length > MaxBytes)
            throw NotOurs();
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        // What a power cut has left unwritten is zeros.
        if (bytes.AsSpan().IndexOf((byte)0) is >= 0 and var end)
            bytes = bytes[..end];
        var header = JsonSerializer.Serialize(search, _json.Search);
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (whole == 0)
        {
            if (!Encoding.UTF8.GetBytes(header).AsSpan().StartsWith(bytes))
                throw NotOurs();
            _file.SetLength(0);
            Write(header);
            Disk.Current.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(_path))!);
            return;
        }

        var lines = Encoding.UTF8.GetString(bytes, 0, whole - 1).Split('\n');
        var found = Parse(lines[0], _json.Search);
        if (found is not { Data: not null, Checksum: not null, Start: not null, Searched: not null })
            throw NotOurs();
        if (found != search)
        {
            var differences = string.Join("; ", search.DifferencesFrom(found));
            throw new MnistMlException($"{_path} is of another search ({differences}). "
                + "Name another file with --output FILE, or delete this one.");
        }
        foreach (var (index, line) in lines.Index().Skip(1))
        {
            Remember(Parse(line, _json.Trial) is { } trial && IsWhole(trial)
                ? trial
                : throw new MnistMlException(
                    $"Line {index + 1} of {_path} is damaged. Delete the line to repeat its trial."));
        }
        _file.SetLength(whole);
        _file.Position = whole;
    }

    bool IsWhole(Trial trial) =>
        trial.Settings != null && _rungs.Contains(trial.Epochs)
        && trial.Seconds >= 0 && double.IsFinite(trial.Seconds)
        && (trial.Accuracy, trial.Loss, trial.Failure) is (not null, not null, null) or (null, null, not null);

    void Remember(Trial trial)
    {
        _trials[(trial.Settings, trial.Epochs)] = trial;
        Seconds += trial.Seconds;
    }

    void Write(string line)
    {
        try
        {
            _file.Write(Encoding.UTF8.GetBytes(line + "\n"));
            _file.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw Failure(e);
        }
    }

    static T? Parse<T>(string line, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    MnistMlException Failure(Exception e) => new(
        $"The trials cannot be saved in '{_path}': {e.Message.TrimEnd('.')}. "
        + "Name another file with --output FILE, which no other search is using, where there is room.", e);

    MnistMlException NotOurs() => new($"{_path} is not a file of tune. Name another with --output FILE.");
}

[JsonSerializable(typeof(Search))]
[JsonSerializable(typeof(Trial))]
sealed partial class TrialJsonContext : JsonSerializerContext;
