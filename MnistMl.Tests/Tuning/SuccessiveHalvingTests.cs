using MnistMl.Tuning;

namespace MnistMl.Tests.Tuning;

public sealed class SuccessiveHalvingTests : IDisposable
{
    const double AllTheTime = 1e9;

    readonly TemporarySearch _search = new();

    public void Dispose() => _search.Dispose();

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 1, 2 })]
    [InlineData(10, new[] { 1, 2, 5, 10 })]
    [InlineData(30, new[] { 1, 3, 7, 15, 30 })]
    public void Each_rung_has_about_twice_the_epochs_of_the_one_below(int epochs, int[] expected) =>
        Assert.Equal(expected, SuccessiveHalving.Rungs(epochs));

    [Fact]
    public void The_better_half_goes_on_the_best_first()
    {
        Assert.True(_search.Run(TemporarySearch.Configurations(7), AllTheTime));
        Assert.Equal(
            ["a 1", "b 1", "c 1", "d 1", "e 1", "f 1", "g 1", "g 2", "f 2", "e 2", "d 2", "g 4", "f 4", "g 8"], _search.Done);
    }

    [Fact]
    public void Equally_accurate_ones_go_by_their_loss_and_failed_ones_do_not_go_on()
    {
        using var log = _search.Open();
        SuccessiveHalving.Run(TemporarySearch.Configurations(4), SuccessiveHalving.Rungs(2), AllTheTime, log, next =>
            next.Configuration.Settings switch
            {
                "a" => new Trial("a", next.Epochs, 1, 0.5, 0.3),
                "b" => new Trial("b", next.Epochs, 1, 0.5, 0.2),
                var failed => new Trial(failed, next.Epochs, 1, null, null, "It diverged."),
            });
        Assert.Equal(["b 2", "a 2", "b 1", "a 1", "c 1", "d 1"], Trial.Rank(log.Trials).Select(trial => $"{trial.Settings} {trial.Epochs}"));
    }

    [Fact]
    public void Where_the_start_cannot_be_trained_that_is_said()
    {
        using var log = _search.Open();
        var failure = Assert.Throws<MnistMlException>(() => SuccessiveHalving.Run(
            TemporarySearch.Configurations(4), [1], AllTheTime, log, next => new Trial("a", 1, 1, null, null, "No such picture.")));
        Assert.Equal("No such picture.", failure.Message);
        Assert.Empty(log.Trials);
    }

    [Fact]
    public void Each_rung_has_its_share_of_the_time()
    {
        // An epoch takes a second: 8 × 1, 4 × 2, 2 × 4 and 1 × 8 epochs.
        _search.Run(TemporarySearch.Configurations(26), seconds: 32);
        Assert.Equal(
            ["a 1", "b 1", "c 1", "d 1", "e 1", "f 1", "g 1", "h 1", "h 2", "g 2", "f 2", "e 2", "h 4", "g 4", "h 8"], _search.Done);
    }

    [Fact]
    public void A_rung_whose_time_is_used_up_leaves_the_rest_to_those_above()
    {
        _search.Run(TemporarySearch.Configurations(26), seconds: 5);
        Assert.Equal(["a 1", "b 1", "b 2", "b 8"], _search.Done);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(33)]
    [InlineData(100)]
    public void Nothing_starts_when_the_time_is_used_up(double seconds)
    {
        _search.Run(TemporarySearch.Configurations(26), seconds);
        using var log = _search.Open();
        Assert.InRange(log.Seconds - log.Trials.Last().Seconds, 0, Math.BitDecrement(seconds));
    }

    [Fact]
    public void A_search_that_goes_on_does_no_trial_twice_and_ends_as_if_it_had_not_been_interrupted()
    {
        using var whole = new TemporarySearch();
        Assert.True(whole.Run(TemporarySearch.Configurations(26), seconds: 50));
        for (var max = 0; max < whole.Done.Count; max++)
        {
            using var parts = new TemporarySearch();
            Assert.False(parts.Run(TemporarySearch.Configurations(26), seconds: 50, max));
            Assert.True(parts.Run(TemporarySearch.Configurations(26), seconds: 50));
            Assert.Equal(whole.Done, parts.Done);
            Assert.Equal(File.ReadAllText(whole.Path), File.ReadAllText(parts.Path));
        }
    }

    [Fact]
    public void With_more_time_it_does_what_it_would_have_done_with_it_from_the_start()
    {
        _search.Run(TemporarySearch.Configurations(26), seconds: 32);
        var before = _search.Done.ToArray();
        _search.Run(TemporarySearch.Configurations(26), seconds: 32);
        Assert.Equal(before, _search.Done);

        using var atOnce = new TemporarySearch();
        atOnce.Run(TemporarySearch.Configurations(26), seconds: 64);
        _search.Run(TemporarySearch.Configurations(26), seconds: 64);
        Assert.Equal(_search.Done.Distinct(), _search.Done);
        Assert.Equal(atOnce.Done.Union(before).Order(), _search.Done.Order());
    }

    [Fact]
    public void Wherever_the_file_is_cut_off_the_search_goes_on()
    {
        _search.Run(TemporarySearch.Configurations(3), AllTheTime);
        var whole = File.ReadAllBytes(_search.Path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_search.Path, whole[..length]);
            _search.Run(TemporarySearch.Configurations(3), AllTheTime);
            Assert.Equal(whole, File.ReadAllBytes(_search.Path));
        }
    }

    [Fact]
    public void How_many_there_will_be_is_estimated_and_then_known()
    {
        using var log = _search.Open();
        var counts = new List<int?>();
        SuccessiveHalving.Run(TemporarySearch.Configurations(26), SuccessiveHalving.Rungs(8), seconds: 16, log, next =>
        {
            counts.Add(next.Count);
            return new Trial(next.Configuration.Settings, next.Epochs, next.Epochs, 0.5, 0.5);
        });
        Assert.Equal([null, 4, 4, 4, 2, 2, 1, 1], counts);
    }
}
