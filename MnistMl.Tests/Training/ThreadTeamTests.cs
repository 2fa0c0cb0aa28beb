using MnistMl.Training;

namespace MnistMl.Tests.Training;

public sealed class ThreadTeamTests
{
    static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task What_fails_on_one_thread_ends_the_others_and_fails_for_who_has_called(int failing)
    {
        var (team, ended) = (new ThreadTeam(4), 0);

        var run = Task.Run(() => team.Run(thread =>
        {
            try
            {
                team.Meet();
                if (thread == failing)
                    throw new InvalidDataException("It fails.");
                team.Meet();
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        }), TestContext.Current.CancellationToken);

        Assert.Equal("It fails.", (await Assert.ThrowsAsync<InvalidDataException>(() => run.WaitAsync(_limit, TestContext.Current.CancellationToken))).Message);
        Assert.Equal(4, ended);
    }
}
