namespace MnistMl;

/// <summary>
/// Something the user gave (a file, a row, an option) cannot be used. The message is one or two complete sentences that
/// say what was wrong, where, and what to do; the command line prints it and exits with code 1.
/// </summary>
public class MnistMlException : Exception
{
    /// <summary>Creates the exception with the sentence to show.</summary>
    public MnistMlException(string message) : base(message) { }

    /// <summary>Creates the exception with the sentence to show and the exception that led to it.</summary>
    public MnistMlException(string message, Exception innerException) : base(message, innerException) { }
}
