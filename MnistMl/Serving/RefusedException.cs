using Microsoft.AspNetCore.Http;

namespace MnistMl.Serving;

/// <summary>A request is refused; the client is told why.</summary>
/// <param name="status">The HTTP status code.</param>
/// <param name="message">What is wrong, and what to do.</param>
sealed class RefusedException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status code.</summary>
    public int Status => status;

    /// <summary>The type of problem, where the status code does not say it all.</summary>
    public string? Type { get; private init; }

    /// <summary>What became of an image until no digit was seen; null where it was not kept.</summary>
    public IReadOnlyList<StepJson>? Steps { get; private init; }

    /// <summary>What is sent makes no sense.</summary>
    public static RefusedException BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    /// <summary>An image has no digit.</summary>
    public static RefusedException NoDigitIn(string message, IReadOnlyList<StepJson>? steps) =>
        new(StatusCodes.Status400BadRequest, message) { Type = "urn:mnistml:no-digit", Steps = steps };
}
