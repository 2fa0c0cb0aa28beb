using MnistMl.Commands;

namespace MnistMl.Tests.Commands;

public sealed class ShellTests
{
    [Fact]
    public void Arguments_with_blanks_are_quoted() => Assert.Equal(
        "--network \"conv 8 5x5, dense 9\" --epochs 3", Shell.Join(["--network", "conv 8 5x5, dense 9", "--epochs", "3"]));

    [Theory]
    [InlineData("mnist.zip", "mnist.zip")]
    [InlineData("größe/a-1,b.zip", "größe/a-1,b.zip")]
    [InlineData("", "\"\"")]
    [InlineData("a b.zip", "\"a b.zip\"")]
    [InlineData("a&b.zip", "\"a&b.zip\"")]
    [InlineData("it's a.zip", "\"it's a.zip\"")]
    public void What_a_shell_would_take_apart_is_quoted(string argument, string expected) =>
        Assert.Equal(expected, Shell.Quote(argument));

    [Theory]
    [InlineData("a $b.zip", "'a $b.zip'")]
    [InlineData("a\\b.zip", "'a\\b.zip'")]
    [InlineData("five 5!.zip", "'five 5!.zip'")]
    [InlineData("it's $5!.zip", "'it'\\''s $5!.zip'")]
    public void What_a_shell_expands_in_double_quotes_is_in_single_quotes(string argument, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows' shell knows one kind of quotes.");
        Assert.Equal(expected, Shell.Quote(argument));
    }
}
