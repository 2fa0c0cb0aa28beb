using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using MnistMl.Torch;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>The options of <c>train</c> that say what does the work: the engine, or libtorch on one of its devices.</summary>
static class BackendOptions
{
    const string Engine = "engine", Torch = "torch", Cpu = "cpu", Cuda = "cuda";

    static readonly Option<string> _backend = CommonOptions.Create(
        "--backend", "NAME", "What trains: engine, or torch, which is libtorch (docs/torch.md).",
        text => OptionText.OneOf(text, [Engine, Torch], name => name), Engine);

    static readonly Option<string> _device = CommonOptions.Create(
        "--device", "NAME", "Device of torch: cpu, cuda, which is the first GPU, or cuda:N, the GPU of that number from 0. [default: cpu]",
        text =>
        {
            _ = GpuOf(text);
            return text;
        });

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="engineOnly">Its options that only the engine understands.</param>
    public static void AddTo(Command command, params IEnumerable<string> engineOnly)
    {
        foreach (var option in (Option[])[_backend, _device])
            command.Options.Add(option);
        _backend.CompletionSources.Add(Engine, Torch);
        _device.CompletionSources.Add(Cpu, Cuda);
        command.Validators.Add(result =>
        {
            if (!IsTorch(result))
            {
                if (result.GetResult(_device) is { Implicit: false })
                    result.AddError($"{_device.Name} is that of torch. Add {_backend.Name} {Torch}.");
                return;
            }
            foreach (var name in engineOnly.Where(name => result.Children.OfType<OptionResult>().Any(given => given.Option.Name == name && !given.Implicit)))
                result.AddError($"{name} is for the engine alone. Leave it out, or {_backend.Name} {Torch}.");
        });
    }

    /// <summary>Whether libtorch is to train.</summary>
    public static bool IsTorch(ParseResult parsed) => IsTorch(parsed.CommandResult);

    /// <summary>What is to train.</summary>
    /// <exception cref="MnistMlException">There is no libtorch, or no such device.</exception>
    public static TrainingBackend Open(ParseResult parsed) => IsTorch(parsed) ? OpenTorch(GpuOf(parsed.GetValue(_device) ?? Cpu)) : TrainingBackend.Engine;

    static bool IsTorch(CommandResult result) => result.GetResult(_backend) is { Implicit: false } given && given.Tokens is [{ Value: Torch }];

    // On its own, and without its type in the signature, so that the assembly is loaded for nobody else.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SuppressMessage("Performance", "CA1859", Justification = "The more specific type would be loaded by every caller.")]
    static TrainingBackend OpenTorch(int? gpu)
    {
        var backend = new TorchBackend { GpuDeviceId = gpu, FallbackToCpu = false };
        // Before anything is read: what is missing is said at once.
        _ = backend.Device;
        return backend;
    }

    static int? GpuOf(string text) => text switch
    {
        Cpu => null,
        Cuda => 0,
        _ when text.StartsWith($"{Cuda}:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new MnistMlException($"'{text}' is not {Cpu}, {Cuda} or {Cuda}:N."),
    };
}
