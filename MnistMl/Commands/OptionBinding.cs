using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MnistMl.Optimizers;
using MnistMl.Training;

namespace MnistMl.Commands;

/// <summary>An option of the command line, bound to what it sets in <see cref="TrainingOptions"/>.</summary>
sealed class OptionBinding
{
    // Between them, every option has an effect, so that each has its default in one.
    static readonly TrainingOptions _defaults = Recipe.Fast.Options with { Distillation = new([]) },
        _others = _defaults with { Optimizer = new Sgd(), Schedule = new StepDecay() };

    readonly Option<string> _option;
    readonly Option<string>? _former;
    readonly Func<TrainingOptions, object?> _get;
    readonly bool _hasDefaultInWords;

    /// <param name="name">The option's name.</param>
    /// <param name="helpName">What help calls its value.</param>
    /// <param name="help">What help says of it.</param>
    /// <param name="get">Gets the value; null if there is none, or it would have no effect.</param>
    /// <param name="set"><see cref="Set"/>.</param>
    public OptionBinding(
        string name, string helpName, string help,
        Func<TrainingOptions, object?> get, Func<TrainingOptions, string, TrainingOptions> set)
    {
        (_get, Set) = (get, set);
        // The text is parsed when it is set.
        _option = new(name) { Description = help, HelpName = helpName, CustomParser = _ => null };
    }

    /// <summary>The option's name.</summary>
    public string Name => _option.Name;

    /// <summary>A former name, still accepted but not shown in help.</summary>
    public string FormerName { init => _former = new(value) { Hidden = true, CustomParser = _ => null }; }

    /// <summary>The default as help shows it, if it depends on other options or is never written.</summary>
    public string DefaultInWords
    {
        init
        {
            _option.Description += $" [default: {value}]";
            _hasDefaultInWords = true;
        }
    }

    /// <summary>All words that the option takes, for completion.</summary>
    public string[] Words { init => _option.CompletionSources.Add(value); }

    /// <summary>Whether the option may be given several times.</summary>
    public bool IsList { init => _option.Arity = value ? ArgumentArity.OneOrMore : ArgumentArity.ExactlyOne; }

    /// <summary>What must be chosen for the value to have an effect; null for nothing.</summary>
    public string? Requires { get; init; }

    /// <summary>Whether <c>tune</c> takes the option.</summary>
    public bool IsForTuning { get; init; } = true;

    /// <summary>Draws another value for a search; null if no search varies it.</summary>
    public Func<TrainingOptions, Random, TrainingOptions>? Draw { get; init; }

    /// <summary>Options that refine this one: a search keeps it if one of them is given.</summary>
    public IReadOnlyList<OptionBinding> Parts { get; init; } = [];

    /// <summary>Sets the value of a text; throws a <see cref="MnistMlException"/> if it is wrong.</summary>
    public Func<TrainingOptions, string, TrainingOptions> Set { get; }

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_option);
        if (_former != null)
            command.Options.Add(_former);
    }

    /// <summary>Sets the default that help shows, which nothing else asks for.</summary>
    public void SetDefault()
    {
        if (!_hasDefaultInWords && (Write(_defaults) ?? Write(_others)) is { } text)
            _option.DefaultValueFactory = _ => text;
    }

    /// <summary>The texts given for the option; null if it is not given.</summary>
    public IEnumerable<string>? Given(CommandResult result) =>
        (GivenAs(_option, result) ?? GivenAs(_former, result))?.Tokens.Select(token => token.Value);

    /// <summary>Sets the option's value, if it is given.</summary>
    /// <param name="options">The options to set it in.</param>
    /// <param name="result">The command line.</param>
    /// <param name="fail">Takes error messages.</param>
    public TrainingOptions Read(TrainingOptions options, CommandResult result, Action<string> fail)
    {
        // An option without a value has been reported already.
        if (Given(result)?.FirstOrDefault() is not { } text)
            return options;
        if (GivenAs(_option, result) != null && GivenAs(_former, result) != null)
            fail($"{Name} and {_former!.Name} are the same option. Give one of them.");
        if (Requires != null && Write(options) == null)
        {
            fail($"{Name} needs {Requires}.");
            return options;
        }
        try
        {
            return Set(options, text);
        }
        catch (MnistMlException wrong)
        {
            fail($"{Name}: {wrong.Message}");
            return options;
        }
    }

    /// <summary>The text that sets the value; null if there is none.</summary>
    public string? Write(TrainingOptions options) =>
        _get(options) is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;

    static OptionResult? GivenAs(Option? option, CommandResult result) =>
        option != null && result.GetResult(option) is { Implicit: false } given ? given : null;
}
