using System.Text;

namespace MnistMl.Tests;

public sealed class AtomicFileTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mnistml-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_can_be_written_is_not_touched_by_asking()
    {
        AtomicFile.ThrowIfUnwritable(Inside("new"), "text");
        File.WriteAllText(Inside("old"), "old");
        AtomicFile.ThrowIfUnwritable(Inside("old"), "text");
        Assert.Equal([Inside("old")], Directory.GetFileSystemEntries(_folder));
        Assert.Equal("old", File.ReadAllText(Inside("old")));
    }

    [Fact]
    public void What_cannot_be_written_is_refused_when_asked_and_when_written()
    {
        Refuse("", "which is no name");
        Refuse(_folder, "which is a folder");
        Refuse(Inside("none/file"), "none/file");
        Refuse(Inside(new string('x', 300)), "cannot be saved");
        if (!OperatingSystem.IsWindows())
            Refuse("/dev/null", "which is a device");
        Assert.Empty(Directory.GetFileSystemEntries(_folder));

        static void Refuse(string path, string mention)
        {
            Action[] both = [() => AtomicFile.ThrowIfUnwritable(path, "text"), () => Write(path, "new")];
            foreach (var refused in both)
            {
                var message = Assert.Throws<MnistMlException>(refused).Message;
                Assert.Contains(mention, message, StringComparison.Ordinal);
                Assert.DoesNotContain(".tmp", message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Permissions_stay_and_what_is_read_only_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other permissions.");
            return;
        }
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherExecute;
        File.WriteAllText(Inside("file"), "old");
        File.SetUnixFileMode(Inside("file"), mode);

        Write(Inside("file"), "new");

        Assert.Equal(mode, File.GetUnixFileMode(Inside("file")));
        File.SetUnixFileMode(Inside("file"), UnixFileMode.UserRead);
        foreach (var refused in (Action[])[() => AtomicFile.ThrowIfUnwritable(Inside("file"), "text"), () => Write(Inside("file"), "newer")])
            Assert.Contains("which is read-only", Assert.Throws<MnistMlException>(refused).Message, StringComparison.Ordinal);
        Assert.Equal("new", File.ReadAllText(Inside("file")));
    }

    [Fact]
    public void What_a_killed_process_has_left_goes_with_the_next_file_but_nothing_that_is_in_use()
    {
        string[] others = ["file.abcdefgh.ijk.tmp.zip", "file2.abcdefgh.ijk.tmp", "file.abcdefgh.tmp", "other"];
        using var space = AtomicFile.Reserve(Inside("file"), "text", bytes: 1 << 20);
        var inUse = Assert.Single(Directory.GetFiles(_folder));
        foreach (var name in (string[])["file.abcdefgh.ijk.tmp", "file.ABCDEFGH.123.tmp", .. others])
            File.WriteAllText(Inside(name), "");

        Write(Inside("file"), "new");

        Assert.Equal(new HashSet<string?>([Path.GetFileName(inUse), "file", .. others]), [.. Directory.GetFiles(_folder).Select(Path.GetFileName)]);
        space.Dispose();
        Assert.False(File.Exists(inUse));
    }

    [Fact]
    public void Space_that_is_not_there_is_refused() => Assert.Contains(
        "There is no room for", Assert.Throws<MnistMlException>(() => AtomicFile.Reserve(Inside("file"), "text", 1L << 60)).Message, StringComparison.Ordinal);

    [Fact]
    public void If_writing_fails_the_old_file_is_still_there_and_nothing_else()
    {
        File.WriteAllText(Inside("file"), "old");

        Assert.Throws<InvalidOperationException>(() => Fail(new InvalidOperationException()));
        Assert.Contains("disk full", Assert.Throws<MnistMlException>(() => Fail(new IOException("disk full"))).Message,
            StringComparison.Ordinal);

        Assert.Equal([Inside("file")], Directory.GetFileSystemEntries(_folder));
        Assert.Equal("old", File.ReadAllText(Inside("file")));

        void Fail(Exception failure) => AtomicFile.Write(Inside("file"), "text", file =>
        {
            file.Write("new"u8);
            file.Flush();
            Assert.Equal("old", File.ReadAllText(Inside("file")));
            throw failure;
        });
    }

    [Fact]
    public void A_link_stays_and_what_it_leads_to_is_replaced()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows takes a privilege to make links.");
        File.WriteAllText(Inside("file"), "old");
        File.CreateSymbolicLink(Inside("link"), "file");
        File.CreateSymbolicLink(Inside("link to link"), Inside("link"));

        Write(Inside("link to link"), "new");

        Assert.Equal("new", File.ReadAllText(Inside("file")));
        Assert.Equal("file", new FileInfo(Inside("link")).LinkTarget);
        Assert.Equal(3, Directory.GetFileSystemEntries(_folder).Length);
    }

    string Inside(string name) => Path.Join(_folder, name);

    static void Write(string path, string text) =>
        AtomicFile.Write(path, "text", file => file.Write(Encoding.UTF8.GetBytes(text)));
}
