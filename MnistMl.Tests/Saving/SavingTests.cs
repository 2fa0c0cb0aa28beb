using MnistMl.Tests.Data;

namespace MnistMl.Tests.Saving;

/// <summary>Saves of which each call fails in turn, or which a power cut ends: what was there is there, or what was to be.</summary>
public class SavingTests
{
    /// <summary>Kinds of files, and how many versions there are before: of checkpoints, two are kept.</summary>
    public static TheoryData<string, int> Kinds =>
        new(from saving in Saving.All from versions in Enumerable.Range(0, saving.IsKept ? 3 : 2) select (saving.FileName, versions));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_call_that_fails_leaves_the_old_file_or_the_new_one_and_nothing_else(string file, int before)
    {
        var saving = Saving.All.First(kind => kind.FileName == file);
        var (count, failed) = (Save(saving, before, fails: null).Calls.Count(call => call.CanFail), 0);

        for (var position = 0; position < count; position++)
        {
            foreach (var forGood in (bool[])[false, true])
                failed += Save(saving, before, (_, number) => forGood ? number >= position : number == position).HasFailed ? 1 : 0;
        }

        Assert.Equal(2 * count, failed);
    }

    static (List<DiskCall> Calls, bool HasFailed) Save(Saving saving, int before, Func<DiskCall, int, bool>? fails)
    {
        using var folder = new TemporaryFolder();
        SaveAll(saving, folder, before);
        var files = FilesOf(folder);
        using var disk = RecordingDisk.Use(fails);
        var message = MessageOf(() => saving.Save(folder.Path, before + 1));
        disk.Dispose();

        if (message != null)
        {
            Assert.Contains(RecordingDisk.Failure, message, StringComparison.Ordinal);
            Assert.EndsWith(".", message, StringComparison.Ordinal);
            Assert.DoesNotContain(".tmp", message, StringComparison.Ordinal);
            if (!saving.IsAppended && disk.Failed!.Action != DiskAction.Move)
                Assert.Equal(files, FilesOf(folder));
        }
        var version = saving.Read(folder.Path);
        Assert.InRange(version, message == null ? before + 1 : before, before + 1);
        Assert.All(Directory.GetFiles(folder.Path), file => Assert.Contains(Path.GetFileName(file), (string[])[saving.FileName, $"{saving.FileName}.previous"]));
        // The next one goes on from there.
        Record(() => saving.Save(folder.Path, version + 1));
        Assert.Equal(version + 1, saving.Read(folder.Path));
        return (disk.Calls, message != null);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void After_a_power_cut_the_old_file_or_the_new_one_is_there(string file, int before)
    {
        var saving = Saving.All.First(kind => kind.FileName == file);
        using var folder = new TemporaryFolder();
        SaveAll(saving, folder, before);
        var files = FilesOf(folder);
        var calls = Record(() => saving.Save(folder.Path, before + 1));

        var found = new HashSet<int>();
        foreach (var state in PowerCut.States(files, calls))
        {
            using var after = new TemporaryFolder();
            foreach (var (name, content) in state)
                File.WriteAllBytes(Path.Join(after.Path, name), content);
            var version = saving.Read(after.Path);
            found.Add(version);
            Record(() => saving.Save(after.Path, version + 1));
            Assert.Equal(version + 1, saving.Read(after.Path));
            Assert.Empty(Directory.GetFiles(after.Path, "*.tmp"));
        }

        Assert.Equal([before, before + 1], found.Order());
        // Once it is saved, it stays.
        Assert.All(PowerCut.StatesAfter(files, calls), state => Assert.Equal(FilesOf(folder), state));
    }

    static void SaveAll(Saving saving, TemporaryFolder folder, int last) => Record(() =>
    {
        for (var version = 1; version <= last; version++)
            saving.Save(folder.Path, version);
    });

    static List<DiskCall> Record(Action save)
    {
        using var disk = RecordingDisk.Use();
        save();
        return disk.Calls;
    }

    static string? MessageOf(Action save)
    {
        try
        {
            save();
            return null;
        }
        catch (MnistMlException failure)
        {
            return failure.Message;
        }
    }

    static Dictionary<string, byte[]> FilesOf(TemporaryFolder folder) =>
        Directory.GetFiles(folder.Path).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);
}
