using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MnistMl.Tuning;

/// <summary>
/// The finished trials of a search, in a file of JSON lines: first what is searched, then a line for each trial, on the disk
/// before the next begins. A line that is cut off is as good as none.
/// </summary>
sealed class TrialLog : IDisposable
{
    static readonly TrialJsonContext _json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Quotes and plus signs are there to be read.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    readonly OrderedDictionary<(string Settings, int Epochs), Trial> _trials = [];
    readonly FileStream _file;
    readonly string _path;
    readonly IReadOnlyList<int> _rungs;

    /// <summary>Opens the file of a search, or begins it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="search">What is searched.</param>
    /// <param name="rungs">The numbers of epochs that trials have.</param>
    /// <exception cref="MnistMlException">It cannot be read and written, is no such file, or is that of another search.</exception>
    public TrialLog(string path, Search search, IReadOnlyList<int> rungs)
    {
        (_path, _rungs) = (path, rungs);
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Failure(e);
        }
        try
        {
            Read(search);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The trials, in the order in which they ended.</summary>
    public IReadOnlyCollection<Trial> Trials => _trials.Values;

    /// <summary>Time that all the trials took.</summary>
    public double Seconds { get; private set; }

    /// <summary>A trial, or null where it is not there.</summary>
    public Trial? Find(string settings, int epochs) => _trials.GetValueOrDefault((settings, epochs));

    /// <summary>Writes a trial down.</summary>
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
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        var header = JsonSerializer.Serialize(search, _json.Search);
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (whole == 0)
        {
            if (!Encoding.UTF8.GetBytes(header).AsSpan().StartsWith(bytes))
                throw NotOurs();
            _file.SetLength(0);
            Write(header);
            return;
        }

        var lines = Encoding.UTF8.GetString(bytes, 0, whole - 1).Split('\n');
        var found = Parse(lines[0], _json.Search);
        if (found is not { Data: not null, Start: not null })
            throw NotOurs();
        if (found != search)
        {
            throw new MnistMlException($"{_path} is of another search ({string.Join("; ", search.DifferencesFrom(found))}). "
                + "Name another file with --output FILE, or delete this one.");
        }
        foreach (var (index, line) in lines.Index().Skip(1))
        {
            Remember(Parse(line, _json.Trial) is { } trial && IsWhole(trial)
                ? trial
                : throw new MnistMlException($"Line {index + 1} of {_path} is damaged. Delete the line, and its trial is done once more."));
        }
        _file.SetLength(whole);
        _file.Position = whole;
    }

    bool IsWhole(Trial trial) =>
        trial.Settings != null && _rungs.Contains(trial.Epochs) && trial.Seconds >= 0 && double.IsFinite(trial.Seconds)
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
        $"The trials cannot be kept in '{_path}': {e.Message.TrimEnd('.')}. "
        + "Name a file with --output FILE that no other search is writing.", e);

    MnistMlException NotOurs() => new($"{_path} is not a file that tune wrote. Name another with --output FILE.");
}

[JsonSerializable(typeof(Search))]
[JsonSerializable(typeof(Trial))]
sealed partial class TrialJsonContext : JsonSerializerContext;
