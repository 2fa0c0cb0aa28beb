using MnistMl.Tests.Images;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace MnistMl.Tests.Serving;

/// <summary>The page, in a browser.</summary>
[Collection(ServingTests.Name)]
public sealed class PageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task A_seven_that_the_mouse_draws_is_read_while_it_is_drawn_and_undone()
    {
        await using var page = await chromium.Open();
        Assert.Equal("Nothing is drawn yet", await page.Text("confidence"));
        await page.Draw(DrawingPage.Seven);
        await page.WaitForText("label", "7");
        Assert.Equal("7", await page.Page.EvaluateExpressionAsync<string>(
            "[...document.querySelectorAll('[role=meter]')].sort((a, b) => b.ariaValueNow - a.ariaValueNow)[0].ariaLabel"));
        Assert.Equal(10, await page.Page.EvaluateExpressionAsync<int>("document.querySelectorAll('[role=meter]').length"));
        Assert.Equal(28, await page.Page.EvaluateExpressionAsync<int>("document.getElementById('image').naturalWidth"));
        Assert.Contains("pieces", await page.Text("steps"), StringComparison.Ordinal);

        await page.Page.ClickAsync("#undo");
        await page.WaitForText("confidence", "Nothing is drawn yet");
        Assert.True(await page.Page.EvaluateExpressionAsync<bool>("document.getElementById('undo').disabled"));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task The_answer_comes_while_the_stroke_is_not_yet_ended()
    {
        await using var page = await chromium.Open();
        await page.Page.EvaluateExpressionAsync("document.addEventListener('pointerup', event => event.stopImmediatePropagation(), true)");
        await page.Draw(DrawingPage.Seven);
        await page.WaitForText("label", "7");
    }

    [Fact]
    public async Task A_seven_that_a_finger_draws_is_read_and_nothing_scrolls()
    {
        await using var page = await chromium.Open(width: 400, isPhone: true);
        await page.Touch(DrawingPage.Seven);
        await page.WaitForText("label", "7");
        Assert.Equal(0, await page.Page.EvaluateExpressionAsync<int>("window.scrollY"));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task A_seven_is_drawn_and_cleared_by_keys_alone()
    {
        await using var page = await chromium.Open();
        await page.ListenToStatus();
        await page.Press("Tab");
        Assert.Equal("canvas", await page.Page.EvaluateExpressionAsync<string>("document.activeElement.id"));
        await page.Press("ArrowUp", 6);
        await page.Press("ArrowLeft", 5);
        await page.Press("Space");
        await page.Press("ArrowRight", 10);
        for (var i = 0; i < 6; i++)
        {
            await page.Press("ArrowDown", 2);
            await page.Press("ArrowLeft");
        }
        await page.Press("Space");
        await page.WaitForText("label", "7");
        await page.WaitForText("status", "7, ");
        Assert.Equal(["Pen down", "Pen up"], (await page.Said()).Where(said => said.StartsWith("Pen", StringComparison.Ordinal)));

        await page.Press("Delete");
        await page.WaitForText("confidence", "Nothing is drawn yet");
        await page.Page.Keyboard.DownAsync("Control");
        await page.Press("z");
        await page.Page.Keyboard.UpAsync("Control");
        await page.WaitForText("label", "7");
        Assert.Empty(page.Errors);
    }

    [Theory]
    [InlineData("drop", "dataTransfer", "DragEvent")]
    [InlineData("paste", "clipboardData", "ClipboardEvent")]
    public async Task An_image_may_be_dropped_and_pasted(string type, string data, string constructor)
    {
        await using var page = await chromium.Open();
        await page.Page.EvaluateFunctionAsync(
            $$"""
            async url => {
              const {{data}} = new DataTransfer();
              const bytes = Uint8Array.from(atob(url), letter => letter.charCodeAt(0));
              {{data}}.items.add(new File([bytes], "seven.png", { type: "image/png" }));
              document.body.dispatchEvent(new {{constructor}}("{{type}}", { {{data}}, bubbles: true, cancelable: true }));
            }
            """, Convert.ToBase64String(SevenOnPaper()));
        await page.WaitForText("label", "7");
        Assert.False(await page.Page.EvaluateExpressionAsync<bool>("document.getElementById('photo').hidden"));

        // A new stroke is a new drawing.
        await page.Draw((0.5, 0.2), (0.5, 0.8));
        await page.WaitForText("label", "1");
        Assert.True(await page.Page.EvaluateExpressionAsync<bool>("document.getElementById('photo').hidden"));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task An_image_may_be_opened_and_what_is_none_is_said()
    {
        var path = Path.GetTempFileName();
        try
        {
            await using var page = await chromium.Open();
            await using var file = await page.Page.QuerySelectorAsync("#file");
            await File.WriteAllBytesAsync(path, SevenOnPaper(), TestContext.Current.CancellationToken);
            await file.UploadFileAsync(path);
            await page.WaitForText("label", "7");

            await File.WriteAllTextAsync(path, "no image", TestContext.Current.CancellationToken);
            await file.UploadFileAsync(path);
            await page.WaitForText("message", "no PNG, JPEG or WebP file");
            Assert.Equal("–", await page.Text("label"));
            await page.WaitForText("status", "no PNG, JPEG or WebP file");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Several_digits_are_a_number_with_boxes_and_none_are_said()
    {
        await using var page = await chromium.Open();
        await page.Draw((0.1, 0.3), (0.4, 0.3), (0.25, 0.7));
        await page.Draw((0.6, 0.3), (0.9, 0.3), (0.75, 0.7));
        await page.WaitForText("label", "77");
        await page.WaitForText("status", "77, ");
        Assert.Equal("77", await page.Text("boxes"));
        await page.Page.ClickAsync("#clear");
        await page.WaitForText("confidence", "Nothing is drawn yet");
        Assert.Equal("", await page.Text("boxes"));
    }

    [Theory]
    [InlineData(320)]
    [InlineData(768)]
    [InlineData(2560)]
    public async Task Nothing_is_wider_than_the_window(int width)
    {
        await using var page = await chromium.Open(width);
        await page.Draw(DrawingPage.Seven);
        await page.WaitForText("label", "7");
        Assert.Empty(await page.Page.EvaluateExpressionAsync<string[]>(
            "[...document.querySelectorAll('body *:not(.for-readers)')].filter(element => element.getBoundingClientRect().right > innerWidth).map(element => element.id || element.tagName)"));
    }

    [Fact]
    public async Task It_is_dark_where_that_is_preferred()
    {
        await using var page = await chromium.Open(colorScheme: "dark");
        var colors = await page.Page.EvaluateExpressionAsync<string[]>("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]");
        Assert.Equal(["rgb(18, 19, 23)", "rgb(238, 238, 242)"], colors);
    }

    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 320)]
    public async Task Axe_finds_nothing(string colorScheme, int width)
    {
        await using var page = await chromium.Open(width, colorScheme: colorScheme);
        Assert.Empty(await Chromium.Violations(page.Page));
        await page.Draw((0.1, 0.3), (0.4, 0.3), (0.25, 0.7));
        await page.Draw((0.6, 0.3), (0.9, 0.3), (0.75, 0.7));
        await page.WaitForText("label", "77");
        Assert.Empty(await Chromium.Violations(page.Page));
    }

    static byte[] SevenOnPaper()
    {
        var plane = Drawing.Paper(200, 200, 220).Seven();
        using var image = new Image<L8>(plane.Width, plane.Height);
        for (var y = 0; y < plane.Height; y++)
        {
            for (var x = 0; x < plane.Width; x++)
                image[x, y] = new L8((byte)plane[x, y]);
        }
        using var file = new MemoryStream();
        image.SaveAsPng(file);
        return file.ToArray();
    }
}
