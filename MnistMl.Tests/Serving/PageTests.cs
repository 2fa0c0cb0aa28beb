using MnistMl.Images;
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
    public async Task What_has_just_been_begun_is_not_yet_said_to_be_no_digit()
    {
        await using var page = await chromium.Open();
        await page.Page.EvaluateExpressionAsync("window.answers = 0; window.fetch = (fetch => async (...all) => { const answer = await fetch(...all); answers++; return answer; })(fetch)");
        await using var canvas = await page.Page.QuerySelectorAsync("#canvas");
        var box = (await canvas.BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + box.Height / 2);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + box.Width / 2 + 1, box.Y + box.Height / 2);
        await page.Page.WaitForFunctionAsync("() => answers > 0");
        await page.Page.EvaluateExpressionAsync("new Promise(done => setTimeout(done, 100))");
        Assert.Equal("Nothing is drawn yet", await page.Text("confidence"));
        await page.Page.Mouse.UpAsync();
        await page.WaitForText("confidence", "No digit");
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
            await page.Page.WaitForSelectorAsync("#photo[hidden]");
            await page.Page.SetViewportAsync(new() { Width = 700, Height = 720 });
            await page.Page.EvaluateExpressionAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            Assert.True(await page.Page.EvaluateExpressionAsync<bool>("document.getElementById('photo').hidden && !document.body.classList.contains('is-drawn')"));
            await page.WaitForText("status", "no PNG, JPEG or WebP file");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task The_camera_is_looked_through_and_takes_a_picture()
    {
        await using var page = await chromium.Open();
        await page.Page.ClickAsync("#camera");
        await page.Page.WaitForSelectorAsync("#take:not(:disabled)");
        Assert.Empty(await Chromium.Violations(page.Page));
        await page.Page.EvaluateExpressionAsync("[window.track] = document.getElementById('video').srcObject.getTracks()");
        await page.Page.ClickAsync("#take");
        await page.WaitForText("label", "7");
        Assert.Equal(320, await page.Page.EvaluateExpressionAsync<int>("document.getElementById('photo').naturalWidth"));
        // The camera is let go, and its light goes out.
        Assert.True(await page.Page.EvaluateExpressionAsync<bool>("!document.getElementById('viewfinder').open && track.readyState === 'ended'"));
        Assert.Empty(page.Errors);
    }

    [Theory]
    [InlineData("NotFoundError", "No camera is found.")]
    [InlineData("NotAllowedError", "The camera cannot be used")]
    public async Task A_camera_that_is_not_there_or_not_allowed_is_said(string failure, string message)
    {
        await using var page = await chromium.Open();
        await page.Page.EvaluateFunctionAsync("name => navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name); }", failure);
        await page.Page.ClickAsync("#camera");
        await page.WaitForText("message", message);
        Assert.False(await page.Page.EvaluateExpressionAsync<bool>("document.getElementById('viewfinder').open"));
    }

    [Fact]
    public async Task Telephones_take_a_photograph_with_their_own_camera()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, SevenOnPaper(), TestContext.Current.CancellationToken);
            await using var page = await chromium.Open(width: 400, isPhone: true);
            var asked = page.Page.WaitForFileChooserAsync();
            await page.Page.TapAsync("#camera");
            await (await asked).AcceptAsync(path);
            await page.WaitForText("label", "7");
            Assert.Equal("environment", await page.Page.EvaluateExpressionAsync<string>("document.getElementById('shot').getAttribute('capture')"));
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

        // Boxes of an image that is no square are where it is shown, in the middle.
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, Png(Drawing.Paper(300, 200, 220).Seven(left: 40).Seven(left: 180)), TestContext.Current.CancellationToken);
            await using var file = await page.Page.QuerySelectorAsync("#file");
            await file.UploadFileAsync(path);
            await page.WaitForText("label", "77");
            var (left, top) = (await Side("left"), await Side("top"));
            Assert.InRange(left, 100 * 32 / 300.0, 100 * 40 / 300.0);
            Assert.InRange(top, 100 * (42 + 50) / 300.0, 100 * (50 + 50) / 300.0);
        }
        finally
        {
            File.Delete(path);
        }

        Task<double> Side(string side) => page.Page.EvaluateExpressionAsync<double>($"parseFloat(document.querySelector('#boxes li').style.{side})");
    }

    [Fact]
    public async Task Of_a_number_the_least_sure_digit_is_shown_until_another_is_chosen()
    {
        await using var page = await chromium.Open();
        await page.Draw((0.1, 0.3), (0.4, 0.3), (0.25, 0.7));
        await page.Draw((0.75, 0.25), (0.75, 0.75));
        await page.WaitForText("label", "71");
        // The first part of a stroke may be read as the whole of it is.
        await page.Page.WaitForFunctionAsync("() => document.getElementById('bars').ariaBusy === 'false'");
        // What is shown is in the order of the digits: the bar of which is the greatest, and the box and the button that are marked.
        Task<string[]> Shown() => page.Page.EvaluateExpressionAsync<string[]>(
            """
            [[...document.querySelectorAll('[role=meter]')].sort((a, b) => b.ariaValueNow - a.ariaValueNow)[0].ariaLabel,
              document.querySelector('#boxes .is-shown').textContent, document.querySelector('#digits :checked').nextSibling.textContent]
            """);
        Task<string> Image() => page.Page.EvaluateExpressionAsync<string>("document.getElementById('image').src");
        var shares = await page.Page.EvaluateExpressionAsync<double[]>("[...document.querySelectorAll('#digits small')].map(share => parseFloat(share.textContent.replace('>', '')))");
        var (least, other) = shares[0] <= shares[1] ? ("7", "1") : ("1", "7");
        Assert.Equal([least, least, least], await Shown());
        Assert.Equal(shares.Min(), await page.Page.EvaluateExpressionAsync<double>("Math.max(...[...document.querySelectorAll('[role=meter]')].map(bar => bar.ariaValueNow))"));
        var before = await Image();

        await page.Page.ClickAsync("#digits label:not(:has(:checked))");
        Assert.Equal([other, other, other], await Shown());
        Assert.NotEqual(before, await Image());
        Assert.Contains(other == "7" ? "digit 1 of 2" : "digit 2 of 2", await page.Page.EvaluateExpressionAsync<string>("document.getElementById('bars').ariaLabel"), StringComparison.Ordinal);
        await page.Press("ArrowRight");
        Assert.Equal([least, least, least], await Shown());

        // The steps of the whole image come before the digit's own.
        Assert.StartsWith("channel", await page.Text("steps"), StringComparison.Ordinal);

        // What is chosen stays so while the digits are as many; a clear drawing has nothing to choose.
        await page.Press("ArrowRight");
        await page.Draw((0.75, 0.75), (0.75, 0.8));
        await page.WaitForText("status", "71, ");
        Assert.Equal(other, (await Shown())[2]);
        await page.Draw((0.92, 0.25), (0.92, 0.75));
        await page.WaitForText("label", "711");
        Assert.True(await page.Page.EvaluateExpressionAsync<bool>(
            """
            (shares => shares.indexOf(Math.min(...shares)) === [...document.querySelectorAll("#digits input")].findIndex(input => input.checked))(
              [...document.querySelectorAll('#digits small')].map(share => parseFloat(share.textContent.replace('> 99.9', '100'))))
            """));
        await page.Page.ClickAsync("#clear");
        await page.WaitForText("confidence", "Nothing is drawn yet");
        Assert.True(await page.Page.EvaluateExpressionAsync<bool>("document.getElementById('digits').hidden"));
        Assert.Empty(page.Errors);
    }

    [Theory]
    [InlineData(320)]
    [InlineData(768)]
    [InlineData(2560)]
    public async Task Nothing_is_wider_than_the_window(int width)
    {
        await using var page = await chromium.Open(width);
        foreach (var left in (double[])[0.05, 0.28, 0.52, 0.76])
            await page.Draw((left, 0.35), (left + 0.15, 0.35), (left + 0.07, 0.65));
        await page.WaitForText("label", "7777");
        // A number is not broken into lines.
        Assert.Equal(1, await page.Page.EvaluateExpressionAsync<int>(
            "(range => (range.selectNodeContents(document.getElementById('label')), range.getClientRects().length))(document.createRange())"));
        Assert.Equal("4", await page.Page.EvaluateExpressionAsync<string>("document.getElementById('label').style.getPropertyValue('--letters')"));
        await page.Page.EvaluateExpressionAsync("(label => { label.textContent = '0123456789'; label.style.setProperty('--letters', 10); })(document.getElementById('label'))");
        Assert.Equal(1, await page.Page.EvaluateExpressionAsync<int>(
            "(range => (range.selectNodeContents(document.getElementById('label')), range.getClientRects().length))(document.createRange())"));
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

    static byte[] SevenOnPaper() => Png(Drawing.Paper(200, 200, 220).Seven());

    static byte[] Png(Plane plane)
    {
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
