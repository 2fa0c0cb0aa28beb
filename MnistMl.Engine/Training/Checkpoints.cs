using System.Diagnostics;

namespace MnistMl.Training;

/// <summary>Keeps the checkpoint file of a training: reads it to resume, and writes it as the training goes on.</summary>
sealed class Checkpoints
{
    readonly string _path;
    readonly TimeSpan _interval;
    readonly Lazy<CheckpointSetting> _setting;
    readonly List<TrainingResult> _finished = [];
    readonly Stopwatch _clock;
    readonly double _secondsBefore;

    long _lastWritten = Stopwatch.GetTimestamp();
    bool _isWritten;

    /// <summary>Opens the file that the options name.</summary>
    /// <param name="train">The examples to train on.</param>
    /// <param name="validation">Examples to measure each epoch on; null for none.</param>
    /// <param name="options">What to train, and how.</param>
    /// <param name="clock">Runs since the start of the training.</param>
    /// <exception cref="MnistMlException">It is to be resumed, and there is none, or it is of another training.</exception>
    public Checkpoints(TrainingSet train, TrainingSet? validation, TrainingOptions options, Stopwatch clock)
    {
        (_path, _interval, _clock) = (options.CheckpointPath!, options.CheckpointInterval, clock);
        // The rows are hashed only when there is something to write or to compare: short trainings end before.
        _setting = new(() => CheckpointSetting.Of(train, validation, options));
        if (!options.Resume)
            return;
        var read = Checkpoint.Read(_path);
        if (_setting.Value.DifferenceFrom(read.Setting) is { } difference)
        {
            throw new CheckpointException($"The checkpoint '{_path}' is of another training: {difference} differs. "
                + "Resume with the same data and settings, or train without resuming.");
        }
        (_finished, Current, _secondsBefore, _isWritten) = ([.. read.Finished], read.Current, read.Seconds, true);
    }

    /// <summary>The networks that are trained.</summary>
    public IReadOnlyList<TrainingResult> Finished => _finished;

    /// <summary>The network that was under way when the training was interrupted, until it goes on; null for none.</summary>
    public NetworkCheckpoint? Current { get; private set; }

    /// <summary>Time of the whole training, that before an interruption included.</summary>
    public double Seconds => _secondsBefore + _clock.Elapsed.TotalSeconds;

    /// <summary>Whether it is time to write one.</summary>
    public bool IsDue => Stopwatch.GetElapsedTime(_lastWritten) > _interval;

    /// <summary>Writes a checkpoint of the network under way.</summary>
    /// <returns>Why it could not be written: training goes on all the same; null if it was.</returns>
    public string? TryWrite(NetworkCheckpoint network)
    {
        try
        {
            new Checkpoint(_setting.Value, Seconds, _finished, network).Write(_path);
            _isWritten = true;
            return null;
        }
        catch (MnistMlException failure)
        {
            return failure.Message;
        }
        finally
        {
            _lastWritten = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>The network under way as it was written last; null if it was not.</summary>
    public NetworkCheckpoint? ReadLast()
    {
        try
        {
            return _isWritten ? Checkpoint.Read(_path).Current : null;
        }
        catch (MnistMlException)
        {
            return null;
        }
    }

    /// <summary>Takes a network that is trained, which the next checkpoint contains.</summary>
    public void Finish(TrainingResult result)
    {
        _finished.Add(result);
        (Current, _isWritten) = (null, false);
    }
}
