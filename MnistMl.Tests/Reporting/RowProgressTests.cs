using MnistMl.Reporting;
using Spectre.Console.Testing;

namespace MnistMl.Tests.Reporting;

public sealed class RowProgressTests
{
    [Theory]
    [InlineData(true, 0, true)]
    [InlineData(true, 3600, false)]
    [InlineData(false, 0, false)]
    public void On_a_terminal_rows_are_counted_after_a_while_in_a_line_that_goes(bool isTerminal, int patience, bool isShown)
    {
        using var console = new TestConsole().EmitAnsiSequences();
        console.Profile.Capabilities.Ansi = isTerminal;
        using (var progress = new RowProgress(console, TimeSpan.FromSeconds(patience)))
            progress.Report(1234);
        if (isShown)
            Assert.Matches(@"^\r\e\[K1,234 rows  [0-9,]+ rows/s\r\e\[K$", console.Output);
        else
            Assert.Empty(console.Output);
    }
}
