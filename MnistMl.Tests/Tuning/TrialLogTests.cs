using MnistMl.Tuning;

namespace MnistMl.Tests.Tuning;

public sealed class TrialLogTests : IDisposable
{
    readonly TemporarySearch _search = new();

    public void Dispose() => _search.Dispose();

    [Fact]
    public void Trials_are_read_as_they_were_written()
    {
        Trial[] trials =
        [
            new("--network \"conv 8 5x5 +1\" --learning-rate 1E-05", 1, 1 / 3.0, 2 / 3.0, Math.PI),
            new("", 8, 1e-9, null, null, "Training diverged.\nTry another."),
        ];
        using (var log = _search.Open())
        {
            foreach (var trial in trials)
                log.Add(trial);
        }
        using var read = _search.Open();
        Assert.Equal(trials, read.Trials);
        Assert.Equal(trials[0], read.Find(trials[0].Settings, 1));
        Assert.Null(read.Find(trials[0].Settings, 2));
        Assert.Equal(1 / 3.0 + 1e-9, read.Seconds);
    }

    [Theory]
    [InlineData("half a line")]
    [InlineData("class,p1,p2\n1,2,3\n")]
    [InlineData("{\"rows\":3}\n")]
    [InlineData("\n")]
    public void A_file_that_is_none_of_ours_is_refused_and_left_alone(string content)
    {
        File.WriteAllText(_search.Path, content);
        Assert.Contains("--output FILE", Assert.Throws<MnistMlException>(_search.Open).Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(_search.Path));
    }

    [Fact]
    public void Another_search_is_refused_and_it_is_said_what_differs()
    {
        _search.Open().Dispose();
        var before = File.ReadAllText(_search.Path);
        var other = TemporarySearch.Search with { ValidationRows = 30, Start = "--epochs 8 --seed 2" };
        var message = Assert.Throws<MnistMlException>(() => new TrialLog(_search.Path, other, [8])).Message;
        Assert.Contains("(validation rows: 20 there, 30 here; start: --seed 1 there, --seed 2 here)", message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(_search.Path));
    }

    [Theory]
    [InlineData("{\"data\":\"x\",\"start\":\"y\"}")]
    [InlineData("{\"data\":\"x\",\"start\":\"y\",\"checksum\":\"z\"}")]
    [InlineData("{}")]
    [InlineData("null")]
    public void A_first_line_without_all_of_a_search_is_none(string line)
    {
        File.WriteAllText(_search.Path, line + "\n");
        Assert.EndsWith("is not a file of tune. Name another with --output FILE.", Assert.Throws<MnistMlException>(_search.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_larger_than_any_search_is_none()
    {
        using (var file = File.Create(_search.Path))
            file.SetLength(3L << 30);
        Assert.Contains("is not a file of tune", Assert.Throws<MnistMlException>(_search.Open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"settings\":\"a\",\"epo")]
    [InlineData("{\"settings\":\"a\",\"epochs\":3,\"seconds\":1,\"accuracy\":0.5,\"loss\":1}")]
    [InlineData("{\"settings\":\"a\",\"epochs\":4,\"seconds\":-1,\"accuracy\":0.5,\"loss\":1}")]
    [InlineData("{\"settings\":\"a\",\"epochs\":4,\"seconds\":1e999,\"accuracy\":0.5,\"loss\":1}")]
    [InlineData("{\"settings\":\"a\",\"epochs\":4,\"seconds\":1,\"accuracy\":0.5}")]
    [InlineData("{\"settings\":\"a\",\"epochs\":4,\"seconds\":1,\"accuracy\":0.5,\"loss\":1,\"failure\":\"It diverged.\"}")]
    public void A_damaged_line_is_named(string line)
    {
        _search.Open().Dispose();
        File.AppendAllText(_search.Path, line + "\n");
        Assert.Contains("Line 2 of", Assert.Throws<MnistMlException>(_search.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trial_is_in_the_file_as_soon_as_it_is_added()
    {
        using var log = _search.Open();
        var before = new FileInfo(_search.Path).Length;
        log.Add(new Trial("a", 8, 1, 0.5, 1));
        Assert.InRange(new FileInfo(_search.Path).Length, before + 1, long.MaxValue);
    }

    [Fact]
    public void Two_searches_cannot_write_one_file()
    {
        using var log = _search.Open();
        Assert.Contains("no other search is using", Assert.Throws<MnistMlException>(_search.Open).Message, StringComparison.Ordinal);
    }
}
