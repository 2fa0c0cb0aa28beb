using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using MnistMl.Commands;
using MnistMl.Fetching;
using MnistMl.Tests.Commands;
using MnistMl.Tests.Data;

namespace MnistMl.Tests.Fetching;

/// <summary>Fetching from a server that makes every mistake.</summary>
public sealed class DatasetFetcherTests : IDisposable
{
    const string FilePath = "/file.arff", Tag = "\"first\"";

    static readonly byte[] _file = Arff(rows: 200, pixels: 4);

    readonly TemporaryFolder _folder = new();
    readonly ManualTime _time = new();
    readonly List<TimeSpan> _waits = [];
    readonly CancellationTokenSource _cancellation = new();

    string Output => Path.Join(_folder.Path, "set.arff");

    string Partial => Output + ".partial";

    public void Dispose()
    {
        _folder.Dispose();
        _cancellation.Dispose();
    }

    [Fact]
    public async Task A_data_set_of_images_is_saved_as_it_was_sent()
    {
        using var server = Server(Whole);
        var fetched = await Fetch(server);

        Assert.Equal(_file, File.ReadAllBytes(Output));
        Assert.Equal((Output, true, true, null), (fetched.Path, fetched.IsNew, fetched.IsChecked, fetched.LabelColumn));
        Assert.Equal((200, 4, 2), (fetched.Data.Dataset.RowCount, fetched.Data.Dataset.FeatureCount, fetched.Data.Dataset.ClassNames.Count));
        Assert.Equal(["/api/v1/json/data/7", FilePath], server.Requests.Select(request => request.Path));
        Assert.Equal([Output], Directory.GetFiles(_folder.Path));
        Assert.Empty(_waits);
    }

    [Fact]
    public async Task What_is_there_with_the_right_checksum_is_not_downloaded_and_what_is_damaged_is()
    {
        var output = Output + ".gz";
        using var server = Server(Whole);
        Assert.True((await Fetch(server, output)).IsNew);
        Assert.Equal(_file, Unzip(File.ReadAllBytes(output)));
        Assert.False((await Fetch(server, output)).IsNew);
        Assert.Single(server.Requests, request => request.Path == FilePath);

        File.WriteAllBytes(output, File.ReadAllBytes(output)[..^20]);
        Assert.True((await Fetch(server, output)).IsNew);
        Assert.Equal(2, server.Requests.Count(request => request.Path == FilePath));
    }

    [Fact]
    public async Task Whether_what_is_there_is_gzipped_its_content_says_not_its_name()
    {
        using var server = Server(Whole);
        File.WriteAllBytes(Output + ".gz", _file);
        Assert.False((await Fetch(server, Output + ".gz")).IsNew);
        File.WriteAllBytes(Output, CsvDialect.Zipped(_file));
        Assert.False((await Fetch(server)).IsNew);
        Assert.DoesNotContain(server.Requests, request => request.Path == FilePath);
    }

    [Fact]
    public async Task What_is_there_and_cannot_be_read_is_told()
    {
        using var server = Server(Whole);
        File.WriteAllBytes(Output, _file);
        using var locked = new FileStream(Output, FileMode.Open, FileAccess.Read, FileShare.None);
        Assert.StartsWith($"{Output} cannot be read: ", await Refused(server), StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, request => request.Path == FilePath);
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_where_it_ended()
    {
        using var server = Server(request => Ranged(request) is var reply && reply.Body.Length > 1000 ? reply with { Sent = 700 } : reply);
        await Fetch(server);

        Assert.Equal(_file, File.ReadAllBytes(Output));
        var requests = server.Requests.Where(request => request.Path == FilePath).ToArray();
        Assert.Equal([null, .. Enumerable.Range(1, requests.Length - 1).Select(part => $"bytes={700 * part}-")], requests.Select(request => request.Range));
        Assert.Equal([null, .. Enumerable.Repeat(Tag, requests.Length - 1)], requests.Select(request => request.IfRange));
        Assert.True(requests.Length > 2);
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_one_that_breaks_off()
    {
        using var received = new ManualResetEventSlim();
        using var server = Server(request => Ranged(request) is var reply && request.Range == null
            ? reply with { Sent = 700, Reset = () => received.Wait(TestContext.Current.CancellationToken) }
            : reply);
        var notices = new List<string?>();
        using var client = Client();
        await new DatasetFetcher(client, server.Address, 1 << 20, new EachTime(progress =>
        {
            notices.Add(progress.Notice);
            if (progress.Bytes == 700)
                received.Set();
        })).Fetch(7, Output, _cancellation.Token);
        Assert.StartsWith("The connection to 127.0.0.1 broke off.", Assert.Single(notices, notice => notice != null), StringComparison.Ordinal);
        Assert.Equal(_file, File.ReadAllBytes(Output));
    }

    [Fact]
    public async Task What_goes_wrong_with_the_bytes_that_came_is_not_the_connections_failure()
    {
        using var server = new LoopbackServer(_ => new(200, _file));
        using var client = Client();
        var full = new IOException("No space left");
        Assert.Same(full, await Assert.ThrowsAsync<IOException>(() => client.Get(
            server.Address, _ => { },
            async answer =>
            {
                await answer.Read(_ => throw full);
                return true;
            },
            _cancellation.Token)));
    }

    [Fact]
    public async Task Of_a_weak_tag_the_date_is_what_a_part_is_asked_for_by()
    {
        const string date = "Fri, 02 Jan 2026 03:04:05 GMT";
        using var server = Server(request => Ranged(request, _file, "W/\"weak\"", $"Last-Modified: {date}") is var reply && request.Range == null ? reply with { Sent = 700 } : reply);
        await Fetch(server);
        Assert.Equal([null, date], server.Requests.Where(request => request.Path == FilePath).Select(request => request.IfRange));
        Assert.Equal(_file, File.ReadAllBytes(Output));
    }

    [Theory]
    [InlineData("ignores ranges", 1)]
    [InlineData("new file, known by its tag", 1)]
    [InlineData("new file, in spite of the tag", 2)]
    [InlineData("another place", 2)]
    [InlineData("not satisfiable", 2)]
    public async Task A_download_that_cannot_go_on_starts_again(string how, int failures)
    {
        // The first is of another version where the second is new: only all of the second has the right checksum.
        var (old, tag) = how.StartsWith("new", StringComparison.Ordinal) ? (Arff(rows: 200, pixels: 4, seed: 2), "\"old\"") : (_file, Tag);
        var tries = 0;
        using var server = Server(request => (how, request.Range) switch
        {
            (_, null) when ++tries == 1 => Ranged(request, old, tag) with { Sent = 700 },
            ("ignores ranges", _) => Whole(request),
            ("new file, in spite of the tag", not null) => Ranged(new(request.Path, new Dictionary<string, string> { ["range"] = request.Range }), _file, Tag),
            ("another place", not null) => Ranged(new(request.Path, new Dictionary<string, string> { ["range"] = "bytes=710-" })),
            ("not satisfiable", not null) => new(416, []),
            _ => Ranged(request),
        });
        await Fetch(server);
        Assert.Equal(_file, File.ReadAllBytes(Output));
        // A part that is wrong is seen by itself, not by the checksum of the whole.
        Assert.Equal(failures, _waits.Count);
    }

    [Fact]
    public async Task What_has_come_is_kept_when_it_is_interrupted()
    {
        using (var server = Server(request => Ranged(request) with { Sent = 700, Stall = _cancellation.Cancel }))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Fetch(server));
        // How much of it had been read is up to chance: at least, nothing is wrong with it.
        var kept = File.Exists(Partial) ? File.ReadAllBytes(Partial) : [];
        Assert.Equal(_file[..kept.Length], kept);
        Assert.False(File.Exists(Output));

        File.WriteAllBytes(Partial, _file[..500]);
        using var again = Server(request => Ranged(request));
        await Fetch(again, cancellation: CancellationToken.None);
        Assert.Equal("bytes=500-", again.Requests[^1].Range);
        Assert.Equal(_file, File.ReadAllBytes(Output));
    }

    [Fact]
    public async Task What_an_earlier_run_left_is_no_part_of_anything_without_a_checksum()
    {
        File.WriteAllBytes(Partial, _file[..500]);
        using var server = Server(request => Ranged(request), md5: null);
        var fetched = await Fetch(server);
        Assert.Null(server.Requests[^1].Range);
        Assert.False(fetched.IsChecked);
        Assert.Equal(_file, File.ReadAllBytes(Output));
    }

    [Fact]
    public async Task What_cannot_be_gone_on_with_is_deleted_when_it_is_interrupted()
    {
        using var server = Server(request => Ranged(request) with { Sent = 700, Stall = _cancellation.Cancel }, md5: null);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Fetch(server));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("INT", true, 130)]
    [InlineData("TERM", false, 143)]
    public async Task The_command_ends_by_the_signal_and_says_whether_what_has_come_is_kept(string signal, bool hasChecksum, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no way to send another process Ctrl+C.");
        var id = 0;
        using var began = new ManualResetEventSlim();
        using var server = Server(
            request => Ranged(request) with { Sent = 700, Stall = () => InterruptionTests.Send(id, signal) }, md5: hasChecksum ? "" : null,
            describe: (_, _) =>
            {
                began.Wait(TestContext.Current.CancellationToken);
                return null;
            });
        using var process = ProgramProcess.Start(_folder.Path, "data", "fetch", "--id", "7", "--output", Output, "--server", $"{server.Address}");
        id = process.Id;
        began.Set();
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(exitCode, process.ExitCode);
        Assert.Equal(hasChecksum, error.Contains("What has come is kept", StringComparison.Ordinal));
        Assert.Equal(!hasChecksum, error.Contains("nothing is saved", StringComparison.Ordinal));
        if (!hasChecksum)
            Assert.False(File.Exists(Partial));
    }

    [Fact]
    public async Task A_server_that_sends_nothing_is_given_up_and_asked_again()
    {
        var stalls = 0;
        using var server = Server(request => Ranged(request) is var reply && ++stalls <= 2
            ? reply with { Sent = Math.Min(reply.Body.Length, 700), Stall = () => _time.Advance(TimeSpan.FromSeconds(31)) }
            : reply);
        await Fetch(server);
        Assert.Equal(_file, File.ReadAllBytes(Output));
        Assert.Equal(2, _waits.Count);
    }

    [Fact]
    public async Task A_server_that_is_slow_but_sends_is_waited_for()
    {
        var file = Arff(rows: 40_000, pixels: 4);
        using var server = Server(request => Whole(request, file), file);
        var slow = new EachTime(_ => _time.Advance(TimeSpan.FromSeconds(20)));
        using var client = Client();
        await new DatasetFetcher(client, server.Address, 1 << 20, slow).Fetch(7, Output, _cancellation.Token);
        Assert.Equal(file, File.ReadAllBytes(Output));
        Assert.True(slow.Count > 2);
        Assert.Empty(_waits);
    }

    [Fact]
    public async Task Progress_is_told_with_the_bytes_that_came_before_and_what_went_wrong()
    {
        using var server = Server(request => Ranged(request) is var reply && request.Range == null ? reply with { Sent = 700 } : reply);
        var told = new List<DownloadProgress>();
        using var client = Client();
        await new DatasetFetcher(client, server.Address, 1 << 20, new EachTime(told.Add)).Fetch(7, Output, _cancellation.Token);
        Assert.Equal(new(_file.Length, _file.Length, null), told[^1]);
        Assert.Contains(told, progress => progress is { Bytes: 700, Notice: { } notice } && notice.StartsWith("The connection to 127.0.0.1 broke off. Next try in ", StringComparison.Ordinal));
        Assert.Equal(told.Select(progress => progress.Bytes).Order(), told.Select(progress => progress.Bytes));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(408)]
    [InlineData(429)]
    public async Task What_may_pass_is_tried_again_after_waits_that_double(int status)
    {
        using var server = Server(Whole, describe: (request, tries) => tries <= 5 ? new Reply(status, []) : null);
        await Fetch(server);
        Assert.Equal(5, _waits.Count);
        Assert.All(_waits.Index(), wait => Assert.InRange(wait.Item.TotalSeconds, Math.Pow(2, wait.Index) / 2, Math.Pow(2, wait.Index)));
        Assert.Equal(_file, File.ReadAllBytes(Output));
    }

    [Fact]
    public async Task There_are_six_tries_without_progress()
    {
        using var server = Server(_ => new(503, []));
        Assert.Contains("127.0.0.1 answered 503. That was try 6", await Refused(server), StringComparison.Ordinal);
        Assert.Equal(6, server.Requests.Count(request => request.Path == FilePath));
    }

    [Fact]
    public async Task As_long_as_bytes_come_there_is_no_last_try_and_from_the_start_again_is_no_progress()
    {
        using (var server = Server(request => Ranged(request) is var reply && reply.Body.Length > 100 ? reply with { Sent = 100 } : reply))
        {
            await Fetch(server);
            Assert.True(server.Requests.Count > 20);
        }
        File.Delete(Output);
        using var forgetful = Server(request => Whole(request) with { Sent = 100 });
        Assert.Contains("The connection to 127.0.0.1 broke off. That was try 6", await Refused(forgetful), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("Fri, 02 Jan 2026 03:05:05 GMT", 60)]
    [InlineData("Fri, 02 Jan 2026 03:03:05 GMT", 0)]
    public async Task A_server_says_how_long_to_wait(string retryAfter, int seconds)
    {
        using var server = Server(Whole, describe: (_, tries) => tries == 1 ? new Reply(429, [], $"Retry-After: {retryAfter}") : null);
        await Fetch(server);
        Assert.Equal([TimeSpan.FromSeconds(seconds)], _waits);
    }

    [Fact]
    public async Task A_wait_that_is_too_long_is_left_to_the_user()
    {
        using var server = Server(Whole, describe: (_, _) => new Reply(429, [], "Retry-After: 3600"));
        Assert.Contains("asks to come back in 3600 s", await Refused(server), StringComparison.Ordinal);
        Assert.Empty(_waits);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_tried_again()
    {
        var server = Server(Whole);
        server.Dispose();
        Assert.Contains("127.0.0.1 cannot be reached", await Refused(server), StringComparison.Ordinal);
        Assert.Equal(5, _waits.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wrong_checksum_is_tried_once_more(bool isAlwaysWrong)
    {
        var downloads = 0;
        using var server = Server(request => ++downloads == 1 || isAlwaysWrong ? Whole(request, Arff(200, 4, seed: 3)) : Whole(request));
        if (isAlwaysWrong)
            Assert.Contains($"damaged, 2 times: its MD5 is {Md5(Arff(200, 4, seed: 3))}, expected {Md5(_file)}", await Refused(server), StringComparison.Ordinal);
        else
            await Fetch(server);
        Assert.Equal(2, downloads);
        Assert.Equal(isAlwaysWrong ? [] : [Output], Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public async Task A_wrong_length_is_no_whole_file(int more)
    {
        using var server = Server(request => Whole(request) with { Length = _file.Length + more });
        var message = await Refused(server);
        Assert.Contains(more > 0 ? "broke off" : "its MD5 is", message, StringComparison.Ordinal);
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public async Task A_length_that_is_not_said_is_that_of_what_comes()
    {
        using var server = Server(request => Whole(request) with { Length = null });
        await Fetch(server);
        Assert.Equal(_file, File.ReadAllBytes(Output));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_too_large_is_not_downloaded(bool isLengthSaid)
    {
        using var server = Server(request => isLengthSaid ? Whole(request) with { Sent = 0 } : Whole(request) with { Length = null });
        Assert.Contains($"has more than 1000 bytes. Allow more with --max-size", await Refused(server, maxBytes: 1000), StringComparison.Ordinal);
        Assert.True(!File.Exists(Partial) || new FileInfo(Partial).Length <= 1000);
    }

    [Fact]
    public async Task What_comes_gzipped_is_unzipped_also_in_parts()
    {
        var zipped = CsvDialect.Zipped(_file, CompressionLevel.NoCompression);
        using var server = Server(request => Ranged(request, zipped, Tag, "Content-Encoding: gzip") is var reply && reply.Body.Length > 1000 ? reply with { Sent = 700 } : reply);
        await Fetch(server);
        Assert.Equal(_file, File.ReadAllBytes(Output));
        Assert.Contains("bytes=700-", server.Requests.Select(request => request.Range));
    }

    [Fact]
    public async Task What_unzips_to_more_than_is_allowed_is_refused()
    {
        using var server = Server(request => Whole(request, CsvDialect.Zipped(new byte[1_000_000]), "Content-Encoding: gzip"));
        Assert.Contains("has more than 100000 bytes", await Refused(server, maxBytes: 100_000), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_is_packed_in_another_way_is_none()
    {
        File.WriteAllBytes(Partial, _file[..500]);
        using var server = Server(request => Ranged(request, CsvDialect.Zipped(_file), Tag, "Content-Encoding: gzip"));
        await Fetch(server);
        Assert.Equal(["bytes=500-", null], server.Requests.Where(request => request.Path == FilePath).Select(request => request.Range));
        Assert.Equal(_file, File.ReadAllBytes(Output));
        Assert.Single(_waits);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirects_are_followed(int status)
    {
        using var server = Server(request => request.Path == FilePath ? new(status, [], "Location: /there/it/is") : Whole(request));
        await Fetch(server);
        Assert.Equal("/there/it/is", server.Requests[^1].Path);
        Assert.Equal(_file, File.ReadAllBytes(Output));
    }

    [Theory]
    [InlineData("/file.arff", "redirects without end")]
    [InlineData("http://example.com/file.arff", "http://example.com/file.arff is not asked for: only https is")]
    [InlineData("ftp://127.0.0.1/file.arff", "is not asked for")]
    public async Task Redirects_without_end_or_to_what_is_not_secure_are_refused(string location, string problem)
    {
        using var server = Server(_ => new(302, [], $"Location: {location}"));
        Assert.Contains(problem, await Refused(server), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "<!DOCTYPE html><p>Welcome", "no description of data set 7")]
    [InlineData(200, "{}", "no description of data set 7")]
    [InlineData(200, "[1]", "no description of data set 7")]
    [InlineData(200, "", "no description of data set 7")]
    [InlineData(200, """{"data_set_description":{"name":"set"}}""", "no description of data set 7")]
    [InlineData(200, """{"data_set_description":{"name":"set","url":"file.arff"}}""", "no description of data set 7")]
    [InlineData(412, """{"error":{"code":"111","message":"Unknown dataset"}}""", "127.0.0.1 has no data set 7: Unknown dataset.")]
    [InlineData(404, "<html>", "127.0.0.1 has no data set 7.")]
    [InlineData(403, "<html>", "answers 403")]
    public async Task An_answer_that_is_no_description_is_told(int status, string answer, string problem)
    {
        using var server = new LoopbackServer(_ => new(status, Encoding.UTF8.GetBytes(answer)));
        Assert.Contains(problem, await Refused(server), StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task A_description_without_end_is_not_read()
    {
        using var server = new LoopbackServer(_ => new(200, new byte[2_000_000]));
        Assert.Contains("has more than 1048576 bytes", await Refused(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_that_comes_gzipped_was_not_asked_for()
    {
        using var server = new LoopbackServer(_ => new(200, CsvDialect.Zipped(_file)[..20], "Content-Encoding: gzip"));
        Assert.Contains("comes packed by gzip, which was not asked for", await Refused(server), StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told()
    {
        using var server = Server(_ => new(404, []));
        Assert.Contains("the answer is 404", await Refused(server), StringComparison.Ordinal);
        Assert.Empty(_waits);
    }

    [Fact]
    public async Task A_data_set_that_is_not_of_square_images_with_a_class_is_refused()
    {
        await Refuses(Arff(rows: 20, pixels: 3), "data set 7 (set) is not of square images: a row has 3 numbers");
        await Refuses(Encoding.UTF8.GetBytes("@relation r\n@attribute a string\n@attribute b string\n@data\nx,y\nz,w\n"), "data set 7 (set) is not of images with a class:");
        await Refuses(Encoding.UTF8.GetBytes("<html>An error, but 200</html>"), "data set 7 (set) is not of images with a class:");

        async Task Refuses(byte[] file, string problem)
        {
            using var server = Server(request => Whole(request, file), file);
            Assert.Contains(problem, await Refused(server), StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(_folder.Path));
        }
    }

    [Fact]
    public async Task The_class_is_the_column_that_is_said_to_be()
    {
        var file = Encoding.UTF8.GetBytes("@relation r\n@attribute class numeric\n" + string.Concat(Enumerable.Range(0, 4).Select(i => $"@attribute p{i} numeric\n"))
            + "@attribute kind numeric\n@data\n" + string.Concat(Enumerable.Range(0, 40).Select(row => $"{row % 2},0,{row},255,{row * 3},{row % 3}\n")));
        using var server = Server(request => Whole(request, file), file, target: "kind");
        var fetched = await Fetch(server);
        Assert.Equal(("kind", "kind"), (fetched.LabelColumn, fetched.Data.Description.LabelName));
        Assert.Equal(3, fetched.Data.Dataset.ClassNames.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_data_set_without_a_clear_class_is_refused_and_kept_if_its_checksum_is_right(bool hasChecksum)
    {
        var file = Encoding.UTF8.GetBytes("@relation r\n" + string.Concat(Enumerable.Range(0, 5).Select(i => $"@attribute p{i} numeric\n"))
            + "@data\n" + string.Concat(Enumerable.Range(0, 40).Select(row => $"0.{row},0,{row},255,0.{row * 3}\n")));
        using var server = Server(request => Whole(request, file), file, md5: hasChecksum ? "" : null, target: "");
        for (var run = 0; run < 2; run++)
        {
            var (exitCode, _, error) = Run("data", "fetch", "--id", "7", "--output", Output, "--server", $"{server.Address}");
            Assert.Equal(1, exitCode);
            Assert.Contains("data set 7 (set) has no clear class: ", error, StringComparison.Ordinal);
            Assert.DoesNotContain("--label-column says which", error, StringComparison.Ordinal);
            Assert.Equal(hasChecksum, error.Contains($"It is saved as {Output}", StringComparison.Ordinal));
            Assert.Equal(hasChecksum ? [Output] : [], Directory.GetFiles(_folder.Path));
        }
        Assert.Equal(hasChecksum ? 1 : 2, server.Requests.Count(request => request.Path == FilePath));
    }

    [Fact]
    public async Task Old_addresses_of_http_are_asked_for_by_https()
    {
        using var server = new LoopbackServer(_ => new(200, Encoding.UTF8.GetBytes("""{"data_set_description":{"name":"set","url":"http://example.com/a"}}""")));
        using var client = Client();
        Assert.Equal("https://example.com/a", (await OpenMlDataset.Get(client, server.Address, 7, _ => { }, CancellationToken.None)).Address.ToString());
    }

    [Fact]
    public async Task What_is_fetched_is_kept_in_the_users_cache_and_found_where_there_is_no_repository()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || OperatingSystem.IsMacOS(), "Elsewhere the folder cannot be set.");
        var before = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", _folder.Path);
        try
        {
            var missing = Assert.Throws<MnistMlException>(() => BundledData.Find([_folder.Path])).Message;
            Assert.Contains("data fetch", missing, StringComparison.Ordinal);

            using var server = Server(Whole, name: "../ev il", id: BundledData.OpenMlId);
            var path = Path.Join(_folder.Path, "mnistml", "---ev-il-554.arff.gz");
            Assert.Equal(path, (await Fetch(server, output: null, id: BundledData.OpenMlId)).Path);
            Assert.Equal(path, BundledData.Find([_folder.Path]));
            Assert.Equal(_file, Unzip(File.ReadAllBytes(path)));

            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", "relative");
            Assert.True(Path.IsPathRooted(DataCache.Folder));
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", before);
        }
    }

    [Fact]
    public void The_command_says_where_it_is_and_how_to_train()
    {
        using var server = Server(Whole);
        var (code, output, error) = Run("data", "fetch", "--id", "7", "--output", Output, "--server", $"{server.Address}");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains($"Saved: {Output} (200 rows of 4 pixels, 2 classes, ", output, StringComparison.Ordinal);
        Assert.Contains($"train --data {Output}", output, StringComparison.Ordinal);
        Assert.Contains($"There already: {Output}", Run("data", "fetch", "--id", "7", "--output", Output, "--server", $"{server.Address}").Output, StringComparison.Ordinal);
        File.Delete(Output);
        Assert.Contains("has more than 1000 bytes", Run("data", "fetch", "--id", "7", "--max-size", "1k", "--output", Output, "--server", $"{server.Address}").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--server", "http://example.com")]
    [InlineData("--server", "file:///etc")]
    [InlineData("--max-size", "0")]
    [InlineData("--max-size", "G")]
    [InlineData("--id", "0")]
    public void What_cannot_be_meant_is_a_wrong_command_line(string option, string value) =>
        Assert.Equal(2, Run("data", "fetch", option, value).ExitCode);

    static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (CommandLine.Run(arguments, output, error), $"{output}", $"{error}");
    }

    static LoopbackServer Server(
        Func<Request, Reply> file, byte[]? whole = null, string? md5 = "", string target = "class", string name = "set", int id = 7,
        Func<Request, int, Reply?>? describe = null)
    {
        LoopbackServer? server = null;
        var descriptions = 0;
        server = new LoopbackServer(request =>
        {
            if (request.Path != $"/api/v1/json/data/{id}")
                return file(request);
            var checksum = md5 == null ? "" : $"\"md5_checksum\":\"{Md5(whole ?? _file).ToUpperInvariant()}\",";
            return describe?.Invoke(request, ++descriptions) ?? new(200, Encoding.UTF8.GetBytes(
                $$$"""{"data_set_description":{"id":"{{{id}}}","name":"{{{name}}}",{{{checksum}}}"default_target_attribute":"{{{target}}}","url":"{{{server!.Address}}}file.arff"}}"""));
        });
        return server;
    }

    static Reply Whole(Request request) => Whole(request, _file);

    static Reply Whole(Request _, byte[] file, params string[] headers) => new(200, file, [$"ETag: {Tag}", .. headers]);

    /// <summary>As a right server answers.</summary>
    static Reply Ranged(Request request) => Ranged(request, _file, Tag);

    static Reply Ranged(Request request, byte[] file, string tag, params string[] headers)
    {
        headers = [$"ETag: {tag}", .. headers];
        var isSame = request.IfRange == null || headers.Any(header => header.EndsWith(": " + request.IfRange, StringComparison.Ordinal));
        if (request.Range is not { } range || !isSame)
            return new(200, file, headers);
        var start = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        return start >= file.Length
            ? new(416, [])
            : new(206, file[start..], [.. headers, $"Content-Range: bytes {start}-{file.Length - 1}/{file.Length}"]);
    }

    WebClient Client() => new(isLocal: true, _time, (wait, _) =>
    {
        _waits.Add(wait);
        return Task.CompletedTask;
    });

    Task<FetchedDataset> Fetch(LoopbackServer server) => Fetch(server, Output);

    async Task<FetchedDataset> Fetch(
        LoopbackServer server, string? output = "", int id = 7, long maxBytes = 1 << 20, CancellationToken? cancellation = null)
    {
        using var client = Client();
        return await new DatasetFetcher(client, server.Address, maxBytes, progress: null)
            .Fetch(id, output is "" ? Output : output, cancellation ?? _cancellation.Token);
    }

    async Task<string> Refused(LoopbackServer server, long maxBytes = 1 << 20) =>
        (await Assert.ThrowsAsync<MnistMlException>(() => Fetch(server, Output, maxBytes: maxBytes))).Message;

    sealed class EachTime(Action<DownloadProgress> tell) : IProgress<DownloadProgress>
    {
        public int Count { get; private set; }

        public void Report(DownloadProgress value)
        {
            Count++;
            tell(value);
        }
    }

    static string Md5(byte[] file)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(file);
        return Convert.ToHexStringLower(md5.GetHashAndReset());
    }

    static byte[] Unzip(byte[] file)
    {
        using var gzip = new GZipStream(new MemoryStream(file), CompressionMode.Decompress);
        using var unzipped = new MemoryStream();
        gzip.CopyTo(unzipped);
        return unzipped.ToArray();
    }

    static byte[] Arff(int rows, int pixels, int seed = 1)
    {
        var random = new Random(seed);
        var text = new StringBuilder("@relation set\n");
        for (var pixel = 1; pixel <= pixels; pixel++)
            text.Append($"@attribute pixel{pixel} numeric\n");
        text.Append("@attribute class {a,b}\n@data\n");
        for (var row = 0; row < rows; row++)
            text.Append($"{string.Concat(Enumerable.Range(0, pixels).Select(_ => $"{random.Next(256)},"))}{"ab"[row % 2]}\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
