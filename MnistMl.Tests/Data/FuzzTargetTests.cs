using MnistMl.Benchmarks;

namespace MnistMl.Tests.Data;

/// <summary>Inputs that fuzzing has kept, and those that it began with, end as they should.</summary>
public class FuzzTargetTests
{
    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_input_ends_as_it_should(string name)
    {
        var (target, kept) = (FuzzTarget.Named(name), FuzzTarget.Kept(name));
        Assert.NotEmpty(kept);
        foreach (var input in target.Seeds().Concat(kept))
            target.Read(input);
    }
}
