using System.Text;
using MnistMl.Tests.Data;
using MnistMl.Tests.Images;
using PuppeteerSharp;

namespace MnistMl.Tests.Serving;

/// <summary>A browser, where this computer has one, and a server whose page it shows.</summary>
public sealed class Chromium(DigitModels models) : IAsyncLifetime
{
    /// <summary>Why the tests are skipped where there is no browser.</summary>
    public const string None = "No Chromium is installed (Debian: apt-get install chromium).";

    static readonly string[] _names = ["chromium", "chromium-browser", "google-chrome"];

    readonly TemporaryFolder _profile = new();
    MnistMl.Serving.Server? _server;
    IBrowser? _browser;

    /// <summary>Whether there is one.</summary>
    public bool IsInstalled => _browser != null;

    public async ValueTask InitializeAsync()
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        if (folders.SelectMany(folder => _names.Select(name => Path.Join(folder, name))).FirstOrDefault(File.Exists) is not { } path)
            return;
        _server = await models.Serve();
        _browser = await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = path,
            UserDataDir = _profile.Path,
            // A browser at the other end of a pipe ends with the process that started it.
            Pipe = true,
            // There is nothing in it but pages of this repository, and root cannot have the sandbox. Its camera sees a seven.
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream", $"--use-file-for-fake-video-capture={WriteVideo()}",
            ],
        });
    }

    /// <summary>A video of one frame (YUV4MPEG2): a seven on paper.</summary>
    string WriteVideo()
    {
        var frame = Drawing.Paper(320, 240, 220).Seven(left: 130, top: 70);
        var path = Path.Join(_profile.Path, "seven.y4m");
        using var file = File.Create(path);
        file.Write(Encoding.ASCII.GetBytes($"YUV4MPEG2 W{frame.Width} H{frame.Height} F30:1 Ip A1:1 C420jpeg\nFRAME\n"));
        file.Write(Array.ConvertAll(frame.Values, value => (byte)value));
        // No color: a quarter as many of each of the two differences.
        file.Write([.. Enumerable.Repeat((byte)128, frame.Values.Length / 2)]);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser != null)
            await _browser.DisposeAsync();
        if (_server != null)
            await _server.DisposeAsync();
        _profile.Dispose();
    }

    /// <summary>Opens a file in a context of its own.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Width of the window in pixels.</param>
    /// <param name="colorScheme">Light or dark.</param>
    internal async Task<IPage> OpenFile(string path, int width, string colorScheme)
    {
        Assert.SkipUnless(IsInstalled, None);
        var page = await _browser!.NewPageAsync();
        await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 720 });
        await page.EmulateMediaFeaturesAsync([new() { MediaFeature = MediaFeature.PrefersColorScheme, Value = colorScheme }]);
        await page.GoToAsync(new Uri(path).AbsoluteUri);
        return page;
    }

    /// <summary>What axe finds wrong with a page for those who cannot see it well, or at all.</summary>
    internal static async Task<string[]> Violations(IPage page)
    {
        using var resource = typeof(Deque.AxeCore.Commons.AxeResult).Assembly.GetManifestResourceStream("Deque.AxeCore.Commons.Resources.axe.min.js")!;
        using var script = new StreamReader(resource, Encoding.UTF8);
        await page.EvaluateExpressionAsync(await script.ReadToEndAsync());
        return await page.EvaluateExpressionAsync<string[]>(
            """
            Promise.allSettled(document.getAnimations().map(animation => animation.finished)).then(() => axe.run()).then(result =>
              result.violations.map(violation => `${violation.id}: ${violation.help}: ${violation.nodes.map(node => node.html)}`))
            """);
    }

    /// <summary>Opens the page in a context of its own.</summary>
    /// <param name="width">Width of the window in pixels.</param>
    /// <param name="isPhone">Whether it is touched.</param>
    /// <param name="colorScheme">Light or dark.</param>
    internal async Task<DrawingPage> Open(int width = 1280, bool isPhone = false, string colorScheme = "light")
    {
        Assert.SkipUnless(IsInstalled, None);
        var context = await _browser!.CreateBrowserContextAsync();
        var page = await context.NewPageAsync();
        await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 720, IsMobile = isPhone, HasTouch = isPhone });
        await page.EmulateMediaFeaturesAsync([new() { MediaFeature = MediaFeature.PrefersColorScheme, Value = colorScheme }]);
        var drawing = new DrawingPage(context, page);
        await page.GoToAsync(_server!.Address.ToString());
        await page.WaitForSelectorAsync("#bars li");
        return drawing;
    }
}
