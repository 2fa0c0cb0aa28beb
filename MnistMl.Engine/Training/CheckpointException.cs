namespace MnistMl.Training;

/// <summary>There is no checkpoint to resume from, or it is damaged, or of another training.</summary>
sealed class CheckpointException : MnistMlException
{
    public CheckpointException(string message) : base(message) { }

    public CheckpointException(string message, Exception cause) : base(message, cause) { }
}
