using MnistMl.Model;

namespace MnistMl.Tests.Model;

public sealed class NetworkParserTests
{
    [Fact]
    public void Layers_are_read_in_words() =>
        Assert.Equal(
            [
                new Conv2D(24, 5, 5, 2), new Conv2D(8, 3, 1, 1, 2, BatchNorm: true), new AveragePooling2D(2, 2, 2),
                new AveragePooling2D(3, 2, 1), new Dropout(0.25), new Dense(128), new Dense(64),
            ],
            NetworkParser.Parse(" conv 24 5x5 /2,conv 8 3×1 +2 bn, average 2x2, average 3x2 /1, dropout .25, dense 128,64"));

    [Theory]
    [InlineData("none")]
    [InlineData("256,128")]
    [InlineData("dense 256, dropout 1E-05")]
    [InlineData("dense 256, dropout 0.5, dense 128, dropout 0.25")]
    [InlineData("conv 24 5x5 /2 +1 bn, conv 48 5x5 bn, average 2x2 /2, dense 128")]
    public void What_is_written_is_read_again(string text) => Assert.Equal(text, NetworkParser.Format(NetworkParser.Parse(text)));

    [Fact]
    public void Batch_normalization_has_a_former_word_too() => Assert.Equal(
        "conv 24 5x5 /2 +1 bn, dense 9", NetworkParser.Format(NetworkParser.Parse("conv 24 5x5 /2 +1 norm, 9")));

    [Theory]
    [InlineData("conv 24 5x5, pool 2", "             ^^^^", "'pool' is no layer")]
    [InlineData("conv 24", "     ^^", "missing")]
    [InlineData("conv x 5x5", "     ^", "'x'")]
    [InlineData("conv 24 5", "        ^", "'5'")]
    [InlineData("conv 24 5x0", "        ^^^", "'5x0'")]
    [InlineData("conv 24 5x5 /0", "            ^^", "/ and a whole number")]
    [InlineData("conv 24 5x5 +1 /2", "               ^^", "too much")]
    [InlineData("conv 24 5x5 bn /2", "               ^^", "too much")]
    [InlineData("dense 128 bn", "          ^^", "too much")]
    [InlineData("128, dropout 1", "             ^", "share")]
    [InlineData("128, dropout -0.1", "             ^^^^", "share")]
    [InlineData("128, dropout", "     ^^^^^^^", "missing")]
    [InlineData("conv 8 5x5, max 2x3", "                ^^^", "a stride is missing")]
    [InlineData("256,,128", "    ^", "''")]
    [InlineData("0", "^", "a width")]
    [InlineData("dense", "^^^^^", "missing")]
    [InlineData("256 128", "    ^^^", "too much")]
    public void What_is_wrong_is_shown_under_the_word(string text, string marker, string mention)
    {
        var lines = Assert.Throws<MnistMlException>(() => NetworkParser.Parse(text)).Message.Split(Environment.NewLine);
        Assert.Contains(mention, lines[0], StringComparison.Ordinal);
        Assert.Equal("  " + text, lines[^2]);
        Assert.Equal("  " + marker, lines[^1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(29)]
    public void Of_a_long_text_so_much_is_shown_that_no_terminal_breaks_it(int place)
    {
        var layers = Enumerable.Repeat("conv 16 3x3", 30).ToArray();
        layers[place] = "con 16 3x3";
        var lines = Assert.Throws<MnistMlException>(() => NetworkParser.Parse(string.Join(", ", layers))).Message.Split(Environment.NewLine);
        Assert.InRange(lines[^2].Length, 40, 79);
        Assert.Equal("con", lines[^2].Substring(lines[^1].IndexOf('^', StringComparison.Ordinal), lines[^1].Count(mark => mark == '^')));
        Assert.Equal(place > 0, lines[^2].StartsWith("  ...", StringComparison.Ordinal));
        Assert.Equal(place < 29, lines[^2].EndsWith("...", StringComparison.Ordinal));
    }
}
