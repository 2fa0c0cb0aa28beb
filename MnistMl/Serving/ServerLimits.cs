namespace MnistMl.Serving;

/// <summary>What a server takes at most, so that no client can use up its memory, its processors or its time.</summary>
sealed record ServerLimits
{
    /// <summary>Bytes of a request's body.</summary>
    public int BodyBytes { get; init; } = 16 << 20;

    /// <summary>Bytes of all bodies, other than single examples, that are in memory at the same time.</summary>
    public int BodyBytesAtOnce { get; init; } = 256 << 20;

    /// <summary>Pixels of an image, which are looked at before it is decoded.</summary>
    public int ImagePixels { get; init; } = 32_000_000;

    /// <summary>Examples of a batch.</summary>
    public int BatchExamples { get; init; } = 1_000;

    /// <summary>Bodies that are worked on at the same time: images and batches take a processor each.</summary>
    public int WorkAtOnce { get; init; } = Environment.ProcessorCount;

    /// <summary>Bodies that wait for one of those to end.</summary>
    public int WorkWaiting { get; init; } = 64;

    /// <summary>How long a body may take to arrive, and then again to be worked on.</summary>
    public TimeSpan BodyTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a request's headers may take to arrive.</summary>
    public TimeSpan HeadersTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Open connections.</summary>
    public int Connections { get; init; } = 1_000;

    /// <summary>Requests a second of one client, after a burst of ten seconds' worth; null where they are not counted.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>How long requests under way have to end once the server is to end.</summary>
    public TimeSpan EndTime { get; init; } = TimeSpan.FromSeconds(10);
}
