using MnistMl.Network;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Tests.Network;

public sealed class OutputPanelsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_output_has_a_place_of_its_own_and_each_panel_a_thread(bool together)
    {
        for (var outputs = 1; outputs <= 1100; outputs++)
        {
            var panels = new OutputPanels(outputs, together);

            var places = Enumerable.Range(0, outputs).Select(panels.Find).ToArray();
            Assert.Equal(outputs, places.Distinct().Count());
            foreach (var (output, (panel, column)) in places.Index())
            {
                Assert.Equal(output, panels.FirstOutput(panel) + column);
                Assert.InRange(column, 0, panels.Columns(panel) - 1);
            }
            for (var group = 0; group < panels.Groups; group++)
            {
                var (first, count) = panels.Outputs(group);
                Assert.InRange(count, 1, panels.GroupColumns);
                var inGroup = Enumerable.Range(0, panels.Count).Where(panel => panels.Place(panel).Group == group);
                Assert.Equal(KernelSet.Pad(count), inGroup.Sum(panels.Columns));
                Assert.Equal(first, panels.FirstOutput(inGroup.First()));
            }
            Assert.Equal(outputs, Enumerable.Range(0, panels.Groups).Sum(group => panels.Outputs(group).Count));

            for (var threads = 1; threads <= 9; threads++)
            {
                var shares = Enumerable.Range(0, threads).Select(thread => panels.ThreadPanels(thread, threads));
                Assert.Equal(Enumerable.Range(0, panels.Count), shares.SelectMany(share => Enumerable.Range(share.First, share.End - share.First)));
            }
        }
    }

    [Theory]
    [InlineData(64, 1, 64)]
    [InlineData(128, 2, 64)]
    [InlineData(144, 2, 48)]
    [InlineData(192, 4, 48)]
    [InlineData(256, 4, 64)]
    [InlineData(1000, 4, 64)]
    public void Groups_are_alike_and_no_narrower_than_finding_the_non_zeros_is_worth(int outputs, int groups, int width)
    {
        var panels = new OutputPanels(outputs, together: false);
        Assert.Equal((groups, width), (panels.Groups, panels.Width));
    }
}
