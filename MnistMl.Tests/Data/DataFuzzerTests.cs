using MnistMl.Benchmarks;

namespace MnistMl.Tests.Data;

/// <summary>Damaged files end in rows or in one exception for the user; <c>.ci/run</c> tries 20,000 for each reader.</summary>
public class DataFuzzerTests
{
    const int Inputs = 200;

    public static TheoryData<string> Readers => [.. DataFuzzer.Readers];

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_damaged_file_is_read_or_refused_but_nothing_else(string reader)
    {
        var (rows, refused, failures, _, _) = DataFuzzer.Run(reader, first: 0, Inputs);

        Assert.Empty(failures);
        Assert.True(rows > Inputs / 50, $"Only {rows} were read.");
        Assert.True(refused > Inputs / 50, $"Only {refused} were refused.");
    }
}
