namespace MnistMl.Tests.MLNet;

/// <summary>
/// For tests that need ML.NET: <c>[Fact(Skip = MLNet.Missing)]</c>, with the body between <c>#if MLNET</c> and
/// <c>#endif</c>. Where the package could not be restored, the run lists them as skipped.
/// </summary>
static class MLNet
{
#if MLNET
    public const string? Missing = null;
#else
    public const string? Missing = "Microsoft.ML could not be restored.";
#endif
}
