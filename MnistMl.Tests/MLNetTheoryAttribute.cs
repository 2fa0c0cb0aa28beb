using System.Runtime.CompilerServices;

namespace MnistMl.Tests;

/// <summary>A theory that needs Microsoft.ML: skipped, by name, in a build that has to do without.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class MLNetTheoryAttribute : TheoryAttribute
{
    public const string Reason = "Microsoft.ML could not be restored, or was turned off.";

    public MLNetTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
#if !MLNET
        Skip = Reason;
#endif
    }
}
