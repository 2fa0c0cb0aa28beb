using System.CommandLine;

namespace MnistMl.Commands;

/// <summary><c>data</c>: looks at data, and brings it into other forms.</summary>
static class DataCommand
{
    public const string Name = "data";

    public static IReadOnlyList<(string Arguments, string Explanation)> Examples { get; } =
    [
        DataInfoCommand.Examples[0],
        DataFetchCommand.Examples[0],
        DataConvertCommand.Examples[0],
    ];

    public static Command Create() => new(Name, "Look at data, download or convert it.")
    {
        DataInfoCommand.Create(),
        DataFetchCommand.Create(),
        DataConvertCommand.Create(),
    };
}
