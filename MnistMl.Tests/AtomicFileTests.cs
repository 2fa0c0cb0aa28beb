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
