using MnistMl.Reporting.Document;
using MnistMl.Runs;
using MnistMl.Tests.Data;
using MnistMl.Tests.Runs;
using MnistMl.Tests.Serving;
using PuppeteerSharp;
using PuppeteerSharp.Media;

namespace MnistMl.Tests.Reporting.Document;

/// <summary>A report, in a browser.</summary>
[Collection(ServingTests.Name)]
public sealed class ReportPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("light", 1100, 10, "rgb(243, 241, 236)")]
    [InlineData("dark", 320, 40, "rgb(18, 19, 23)")]
    public async Task It_is_readable_in_light_and_dark_on_wide_screens_and_narrow(string colorScheme, int width, int classes, string ground)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "report.html");
        Report.Write(path, new SampleReport(SampleReport.Names(classes), side: 28).Corrupted().Trained(epochs: 5, bestEpoch: 3));
        await using var page = await chromium.OpenFile(path, width, colorScheme);

        await page.EvaluateExpressionAsync("document.querySelector('details').open = true");
        Assert.Empty(await Chromium.Violations(page));
        Assert.Equal(ground, await page.EvaluateExpressionAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.True(await page.EvaluateExpressionAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        Assert.True(await page.EvaluateExpressionAsync<bool>("[...document.images].every(image => image.naturalWidth > 0)"));

        await AssertWhiteOnPaper(page);
        Assert.Equal("none", await page.EvaluateExpressionAsync<string>("getComputedStyle(document.querySelector('details')).display"));
    }

    [Fact]
    public async Task A_comparison_is_readable_on_a_narrow_screen()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "comparison.html");
        var runs = Enumerable.Range(0, 10).Select(run => run % 2 == 0 ? SampleRuns.First with { TestRows = SampleRuns.Rows } : SampleRuns.Second);
        await using (var file = File.Create(path))
            HtmlComparison.Write(file, new([.. runs]), "compare");
        await using var page = await chromium.OpenFile(path, 320, "dark");

        Assert.Empty(await Chromium.Violations(page));
        Assert.True(await page.EvaluateExpressionAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        Assert.Equal(10, await page.EvaluateExpressionAsync<int>(
            "new Set([...document.querySelector('figure').querySelectorAll('path')].map(line => getComputedStyle(line)).map(style => style.stroke + style.strokeDasharray)).size"));
        await AssertWhiteOnPaper(page);
    }

    static async Task AssertWhiteOnPaper(IPage page)
    {
        // Paper is white, whatever the screen is.
        await page.EmulateMediaTypeAsync(MediaType.Print);
        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateExpressionAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }
}
