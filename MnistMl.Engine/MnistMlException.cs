namespace MnistMl;

/// <summary>
/// Something that the user gave (a file, a row, an option) cannot be used. The message is one or two complete sentences
/// that say what is wrong, where, and what to do. The command line prints it and exits with code 1.
/// </summary>
public class MnistMlException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The message to show to the user.</param>
    public MnistMlException(string message) : base(message) { }

    /// <summary>Creates the exception with the one that caused it.</summary>
    /// <param name="message">The message to show to the user.</param>
    /// <param name="innerException">The cause.</param>
    public MnistMlException(string message, Exception innerException) : base(message, innerException) { }
}
