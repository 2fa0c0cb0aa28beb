using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using MnistMl.Commands;
using MnistMl.Tests.Data;
using MnistMl.Tests.Model;
using MnistMl.Torch;
using MnistMl.Training;

namespace MnistMl.Tests.Torch;

/// <summary>What is said with and without libtorch, where it is asked for.</summary>
public sealed class TorchCommandTests
{
    [Theory]
    [InlineData("--device cuda", "--backend torch")]
    [InlineData("--backend torch --device tpu", "'tpu' is not cpu, cuda or cuda:N")]
    [InlineData("--backend torch --device cuda:-1", "'cuda:-1'")]
    [InlineData("--backend tensorflow", "'tensorflow' is not engine or torch")]
    [InlineData("--backend torch --resume", "--resume is for the engine alone")]
    [InlineData("--backend torch --checkpoint mnist.checkpoint", "--checkpoint is for the engine alone")]
    [InlineData("--backend torch --teacher mnist.zip", "--teacher is for the engine alone")]
    [InlineData("tune --backend torch", "--backend")]
    public void What_does_not_go_together_is_refused_with_exit_code_2(string arguments, string mention)
    {
        var (exitCode, error) = Run(arguments.Split(' '));

        Assert.Equal(2, exitCode);
        Assert.Contains(mention, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_only_the_engine_understands_are_refused()
    {
        var options = new TrainingOptions { Backend = new TorchBackend() };

        Assert.Contains("checkpoints", Assert.Throws<ArgumentException>((options with { CheckpointPath = "x" }).Validate).Message, StringComparison.Ordinal);
        Assert.Contains("distill", Assert.Throws<ArgumentException>((options with { Distillation = new([Networks.Random(1, 4, 2)]) }).Validate).Message, StringComparison.Ordinal);
        options.Validate();
    }

    [Fact]
    public void Without_libtorch_one_sentence_says_how_to_get_it()
    {
        Assert.SkipWhen(LibTorch.Failure == null, "libtorch is here.");

        var (exitCode, error) = Run("--backend", "torch");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("Error: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.Matches("-p:LibTorch=cpu|cannot be loaded", error);
    }

    [Fact]
    public void Who_does_not_ask_for_it_loads_nothing_of_it()
    {
        using var folder = new TemporaryFolder();
        var program = new Program();
        using var output = new StringWriter();
        using var error = new StringWriter();

        var exitCode = program.LoadFromAssemblyName(typeof(CommandLine).Assembly.GetName())
            .GetType(typeof(CommandLine).FullName!)!.GetMethod(nameof(CommandLine.Run))!
            .Invoke(null, [Train(folder), output, error]);

        Assert.True(exitCode is 0, $"{error}");
        Assert.Contains("MnistMl.MLNet", program.Asked);
        Assert.DoesNotContain(program.Asked, name => name.Contains("Torch", StringComparison.Ordinal));
    }

    [Fact]
    public void With_it_the_device_is_said()
    {
        Assert.SkipWhen(LibTorch.Failure != null, LibTorch.Failure ?? "");
        using var folder = new TemporaryFolder();
        string[] train = [.. Train(folder), "--backend", "torch", "--threads", "1"];

        Assert.Contains("libtorch on cpu)", Run(out var text, train).Item2 + text, StringComparison.Ordinal);
        Run(out var json, [.. train, "--device", "cpu", "--json"]);
        Assert.Equal("cpu", JsonDocument.Parse(json).RootElement.GetProperty("device").GetString());
    }

    static string[] Train(TemporaryFolder folder)
    {
        var rows = Path.Join(folder.Path, "rows.csv");
        File.WriteAllLines(rows, ["class,p1,p2,p3,p4", .. Enumerable.Range(0, 40).Select(row => row % 2 == 0 ? $"a,{row},9,9,{row}" : $"b,200,{row},220,250")]);
        return ["--data", rows, "--epochs", "2", "--output", Path.Join(folder.Path, "a.zip")];
    }

    static (int ExitCode, string Error) Run(params string[] arguments) => Run(out _, arguments);

    static (int ExitCode, string Error) Run(out string output, string[] arguments)
    {
        using var written = new StringWriter();
        using var error = new StringWriter();
        var exitCode = CommandLine.Run(arguments, written, error);
        output = $"{written}";
        return (exitCode, $"{error}");
    }

    /// <summary>The program once more, which has not loaded anything yet.</summary>
    sealed class Program() : AssemblyLoadContext("program")
    {
        /// <summary>The assemblies that were asked for.</summary>
        public List<string> Asked { get; } = [];

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            Asked.Add(assemblyName.Name!);
            return assemblyName.Name!.StartsWith(nameof(MnistMl), StringComparison.Ordinal)
                ? LoadFromAssemblyPath(Path.Join(AppContext.BaseDirectory, $"{assemblyName.Name}.dll"))
                : null;
        }
    }
}
