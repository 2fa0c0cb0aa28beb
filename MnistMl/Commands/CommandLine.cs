using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using Microsoft.ML;
using MnistMl.Data;
using MnistMl.Numerics.Kernels;
using MnistMl.Reporting;
using Spectre.Console;

namespace MnistMl.Commands;

/// <summary>The program's command line: its commands, exit codes and error messages.</summary>
static class CommandLine
{
    const int Failed = 1, WrongUsage = 2;

    /// <summary>
    /// A training does not wait for the options of the other commands to be made. Nothing is made twice: options keep every command
    /// that they become part of.
    /// </summary>
    static readonly Lazy<RootCommand> _training = new(() => Create([])), _all = new(() => Create(
    [
        TuneCommand.Create(), EvaluateCommand.Create(), CompareCommand.Create(), PredictCommand.Create(), ExportCommand.Create(),
        InfoCommand.Create(), ServeCommand.Create(), AugmentCommand.Create(), DataCommand.Create(),
    ]));

    /// <summary>What to type for the program in the current folder: the installed tool, or mostly its source.</summary>
    public static string Program { get; } =
        File.Exists(Path.Join(AppContext.BaseDirectory, "DotnetToolSettings.xml")) ? "mnistml"
        : File.Exists(Path.Join("MnistMl", "MnistMl.csproj")) ? "dotnet run --project MnistMl --"
        : File.Exists("MnistMl.csproj") ? "dotnet run --"
        : "MnistMl";

    /// <summary>The program's name and version.</summary>
    public static string Version => $"MnistMl {VersionOf(typeof(CommandLine))} (ML.NET {VersionOf(typeof(MLContext))})";

    /// <summary>What to type for the same once more, from the start.</summary>
    public static string Repeating(ParseResult parsed) =>
        $"{Program} {Shell.Join(parsed.Tokens.Select(token => token.Value).Where(token => token != TrainCommand.ResumeName))}".TrimEnd();

    /// <summary>Runs the command that the arguments name.</summary>
    /// <param name="arguments">What is typed after the program's name.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where progress and errors go.</param>
    /// <returns>0; 1 if the command failed; 2 if the arguments are wrong.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        var parsed = (arguments is [] or [TrainCommand.Name, ..] ? _training : _all).Value.Parse(arguments);
        try
        {
            // It would take the next argument for its value.
            if (arguments.FirstOrDefault(argument => argument.StartsWith("--", StringComparison.Ordinal) && argument.EndsWith('=')) is { } empty)
            {
                PrintError($"{empty[..^1]} has no value. See {Program} --help.", error);
                return WrongUsage;
            }
            if (parsed.Action is ParseErrorAction)
                return Explain(parsed, error);
            // Throws here if the environment names kernels that do not exist, not later on another thread.
            if (Environment.GetEnvironmentVariable(KernelSet.Variable) != null)
                _ = KernelSet.Best;
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (LabelColumnException unclear)
        {
            PrintError(
                $"{unclear.Message} {ReadingOptions.LabelColumn.Name} says which: a name, first, last, or a number from 1."
                    + (unclear.OneHotCount is { } count ? $" If the label is in {count} columns, one for each class, as it seems: {ReadingOptions.OneHot.Name} {count}." : ""),
                error);
            return WrongUsage;
        }
        catch (MnistMlException failure)
        {
            return Fail(failure.Message, error);
        }
        // Errors of data and model files are MnistMlExceptions: this one is of the output.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail($"The output cannot be written: {e.Message}", error);
        }
        catch (TypeInitializationException e) when (e.InnerException is MnistMlException failure)
        {
            return Fail(failure.Message, error);
        }
    }

    static RootCommand Create(IEnumerable<Command> others)
    {
        var root = new RootCommand("Trains a neural network on handwritten digits and saves it as an ML.NET model.") { TrainCommand.Create() };
        TrainCommand.AddTo(root);
        foreach (var command in others)
            root.Subcommands.Add(command);
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        root.Options.OfType<HelpOption>().Single().Action = new HelpWithExamples();
        return root;
    }

    static int Fail(string message, TextWriter error)
    {
        PrintError(message, error);
        return Failed;
    }

    static int Explain(ParseResult parsed, TextWriter error)
    {
        var unmatched = parsed.UnmatchedTokens;
        // The value of an option that there is not says nothing new.
        var values = unmatched.Zip(unmatched.Skip(1)).Where(pair => Spelling.IsOption(pair.First) && !Spelling.IsOption(pair.Second))
            .Select(pair => pair.Second).ToArray();
        // Some errors of a subcommand are reported twice.
        foreach (var message in parsed.Errors.Select(wrong => wrong.Message).Distinct().Where(message => Quoted(message, values) == null))
        {
            var meant = Quoted(message, unmatched) is { } unknown ? Spelling.Suggest(unknown, parsed.CommandResult.Command) : "";
            PrintError(message + meant, error);
        }
        var name = NameOf(parsed.CommandResult.Command);
        error.WriteLine($"See {Program} {(name.Length > 0 ? name + " " : "")}--help.");
        return WrongUsage;
    }

    static string? Quoted(string message, IEnumerable<string> words) =>
        words.FirstOrDefault(word => message.Contains($"'{word}'", StringComparison.Ordinal));

    static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>What is typed for a command, such as <c>data info</c>; nothing for the program's own.</summary>
    static string NameOf(Command command) => command is RootCommand ? ""
        : string.Join(' ', command.Parents.OfType<Command>().Select(NameOf).Append(command.Name).Where(name => name.Length > 0));

    /// <summary>Prints what may be wrong.</summary>
    public static void PrintWarning(string message, TextWriter error) => Print("Warning: ", Color.Yellow, message, error);

    /// <summary>Prints what went wrong.</summary>
    public static void PrintError(string message, TextWriter error) => Print("Error: ", Color.Red, message, error);

    static void Print(string kind, Color color, string message, TextWriter error)
    {
        try
        {
            var console = Terminal.Open(error);
            console.Write(kind, new Style(color));
            // Not through the console, which would wrap lines that are aligned with each other.
            console.Profile.Out.Writer.WriteLine(message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The exit code is all that is left.
        }
    }

    sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(Version);
            return 0;
        }
    }

    /// <summary>The usual help, followed by examples.</summary>
    sealed class HelpWithExamples : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            foreach (var binding in TrainingBindings.All)
                binding.SetDefault();
            var exitCode = new HelpAction().Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var (arguments, explanation) in Examples(parseResult.CommandResult.Command))
                output.WriteLine($"  {Program} {arguments}\n      {explanation}");
            return exitCode;
        }

        static IReadOnlyList<(string Arguments, string Explanation)> Examples(Command command) => NameOf(command) switch
        {
            TuneCommand.Name => TuneCommand.Examples,
            EvaluateCommand.Name => EvaluateCommand.Examples,
            CompareCommand.Name => CompareCommand.Examples,
            PredictCommand.Name => PredictCommand.Examples,
            ExportCommand.Name => ExportCommand.Examples,
            InfoCommand.Name => InfoCommand.Examples,
            ServeCommand.Name => ServeCommand.Examples,
            AugmentCommand.Name => AugmentCommand.Examples,
            DataCommand.Name => DataCommand.Examples,
            DataInfoCommand.Name => DataInfoCommand.Examples,
            DataFetchCommand.Name => DataFetchCommand.Examples,
            DataConvertCommand.Name => DataConvertCommand.Examples,
            _ => TrainCommand.Examples,
        };
    }
}
