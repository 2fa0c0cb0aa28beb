using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TorchSharp;

namespace MnistMl.Torch;

/// <summary>
/// The native libraries: libtorch, and TorchSharp's own on top of it. They are loaded here, by path or by name, because TorchSharp
/// would print 41 lines where one of them is missing, and not say why.
/// </summary>
static partial class LibTorch
{
    /// <summary>The environment variable that names a folder with libtorch, such as <c>torch/lib</c> of an installed PyTorch.</summary>
    public const string FolderVariable = "MNISTML_LIBTORCH";

    /// <summary>The libtorch that TorchSharp is built for; asked for it, TorchSharp would load it.</summary>
    const string Version = "2.10.0";

    const string TorchSharp = "LibTorchSharp";

    static readonly Lazy<string?> _failure = new(TryLoad);

    static Assembly Assembly => typeof(torch).Assembly;

    /// <summary>Why they cannot be loaded, in one sentence; null if they are.</summary>
    public static string? Failure => _failure.Value;

    /// <summary>Loads them.</summary>
    /// <exception cref="MnistMlException">They cannot be loaded; the message says why.</exception>
    public static void Load()
    {
        if (Failure is { } failure)
            throw new MnistMlException(failure);
    }

    static string? TryLoad()
    {
        try
        {
            if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder)
            {
                var torchFile = FileOf(folder, "torch");
                if (!File.Exists(torchFile))
                    return $"{FolderVariable} is '{folder}', but there is no {torchFile}.";
                // What is loaded by path here is found by its name afterwards. Of CUDA nothing may be there.
                if (FileOf(folder, "torch_cuda") is var cuda && File.Exists(cuda))
                    NativeLibrary.Load(cuda);
                NativeLibrary.Load(torchFile);
            }
            else
            {
                NativeLibrary.TryLoad("torch_cuda", Assembly, null, out _);
                try
                {
                    NativeLibrary.Load("torch", Assembly, null);
                }
                catch (DllNotFoundException missing) when (CauseOf(missing) == null)
                {
                    return "This build is without libtorch: build it with -p:LibTorch=cpu, as in 'dotnet run --project MnistMl -p:LibTorch=cpu -- train "
                        + $"--backend torch', or set {FolderVariable} to a folder that has libtorch {Version}.";
                }
            }
            NativeLibrary.Load(TorchSharp, Assembly, null);
            return null;
        }
        catch (Exception failed) when (failed is DllNotFoundException or BadImageFormatException)
        {
            return $"libtorch cannot be loaded: {CauseOf(failed) ?? $"{TorchSharp} is not there, which the package TorchSharp has for x64 Linux and Windows, and for macOS on ARM"}.";
        }
    }

    static string FileOf(string folder, string name) => Path.Join(
        folder,
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so");

    /// <summary>
    /// What the loader says of the library itself, or of one that it needs. A line for each place where it was looked for
    /// in vain says nothing; null if there are only those.
    /// </summary>
    static string? CauseOf(Exception failed)
    {
        var lines = failed.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var name = LibraryName().Match(lines[0]).Groups["name"].Value;
        var cause = lines.Skip(1).FirstOrDefault(line => !line.EndsWith("No such file or directory", StringComparison.Ordinal)
            || Path.GetFileNameWithoutExtension(line.Split(':')[0]) is var file && file != name && file != $"lib{name}");
        if (cause == null)
            return lines.Length > 1 || failed is DllNotFoundException ? null : lines[0].TrimEnd('.');
        return VersionMissing().Match(cause) is { Success: true } old
            ? $"{old.Groups["file"].Value} is too old, version {old.Groups["version"].Value} not found in it: it takes Debian 13, Ubuntu 24.04 or newer"
            : cause.TrimEnd('.');
    }

    [GeneratedRegex("'(?<name>[^']+)'")]
    private static partial Regex LibraryName();

    [GeneratedRegex("^(?<file>[^:]+): version [`'](?<version>[^']+)' not found")]
    private static partial Regex VersionMissing();
}
