using System.Runtime.CompilerServices;

namespace MnistMl.Tests;

/// <summary>A fact that needs Microsoft.ML: skipped, by name, in a build that has to do without.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class MLNetFactAttribute : FactAttribute
{
    public MLNetFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
#if !MLNET
        Skip = MLNetTheoryAttribute.Reason;
#endif
    }
}
