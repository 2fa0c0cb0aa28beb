using System.Diagnostics;
using MnistMl.Commands;

namespace MnistMl.Tests.Commands;

/// <summary>Words that are not finished, or not as they should be.</summary>
public sealed class SpellingTests
{
    [Theory]
    [InlineData("trian", "'trian'. Did you mean train?")]
    [InlineData("trian --epochs 3", "'trian'. Did you mean train?")]
    [InlineData("--epcohs 3", "'--epcohs'. Did you mean --epochs?")]
    [InlineData("train --epochss 3 --jsn", "'--epochss'. Did you mean --epochs?", "'--jsn'. Did you mean --json?")]
    [InlineData("evaluate --modle x", "'--modle'. Did you mean --model?")]
    [InlineData("train --batch 3", "'--batch'. Did you mean --batch-size?")]
    [InlineData("data inf", "Required command was not provided.", "'inf'. Did you mean info?")]
    [InlineData("predict --modle m.zip rows.csv", "'--modle'. Did you mean --model?")]
    [InlineData("train mnist", "'mnist'.")]
    [InlineData("train --qqq", "'--qqq'.")]
    [InlineData("train --sed 1", "'--sed'. Did you mean --seed?")]
    public void A_misspelt_word_is_answered_with_the_nearest_one(string arguments, params string[] ends)
    {
        using var error = new StringWriter();

        Assert.Equal(2, CommandLine.Run(arguments.Split(' '), TextWriter.Null, error));

        var lines = $"{error}".ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        Assert.Equal(ends.Length + 1, lines.Length);
        Assert.All(ends.Zip(lines), pair => Assert.EndsWith(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.StartsWith("See ", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train --ep", "--epochs")]
    [InlineData("train --schedule c", "constant", "cosine", "one-cycle")]
    [InlineData("ex", "export")]
    [InlineData("data conv", "convert")]
    public void An_unfinished_word_is_completed(string line, params string[] words)
    {
        using var output = new StringWriter();

        Assert.Equal(0, CommandLine.Run([$"[suggest:{line.Length}]", line], output, TextWriter.Null));

        Assert.Equal(words, $"{output}".ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Where(word => word.Length > 0));
    }

    [Fact]
    public async Task Bash_completes_as_the_documentation_has_it()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "There is no bash.");
        var script = RepositoryFile.Read("docs/options.md").Split("```bash\n")[1].Split("```")[0];
        var start = new ProcessStartInfo("/bin/bash", ["--norc", "-c",
            $$"""
            mnistml() { dotnet "{{ProgramProcess.ProgramPath}}" "$@"; }
            {{script}}
            COMP_LINE="mnistml train --schedule co --epochs 3"; COMP_POINT=27; COMP_WORDS=(mnistml train --schedule co --epochs 3); COMP_CWORD=3
            _mnistml
            printf '%s\n' "${COMPREPLY[@]}"
            """])
        { RedirectStandardOutput = true };
        using var bash = Process.Start(start)!;

        Assert.Equal("constant\ncosine\n", await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
