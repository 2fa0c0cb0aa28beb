using System.Runtime.InteropServices;

namespace MnistMl.Tests.Saving;

/// <summary>
/// What a power cut may leave of a folder, by what POSIX promises. Of what was written to a file since it was flushed, there may be
/// all or nothing, a beginning, a hole, or zeros of the full length. Of what was done to names since the folder was flushed, any part
/// may be undone, but a rename is done wholly or not at all.
/// </summary>
static class PowerCut
{
    /// <summary>All that may be there after a cut at any moment.</summary>
    /// <param name="before">The files before, with their contents, all of them on the disk.</param>
    /// <param name="calls">What was asked of the disk since.</param>
    /// <returns>Names and contents, each state once, whatever is in files that nobody reads any more.</returns>
    public static IEnumerable<IReadOnlyDictionary<string, byte[]>> States(IReadOnlyDictionary<string, byte[]> before, IReadOnlyList<DiskCall> calls)
    {
        var seen = new HashSet<string>();
        for (var done = 0; done <= calls.Count; done++)
        {
            foreach (var state in StatesAfter(before, calls.Take(done)))
            {
                if (seen.Add(string.Join('|', state.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Key} {(IsTemporary(file.Key) ? "" : Convert.ToHexString(file.Value))}"))))
                    yield return state;
            }
        }
    }

    /// <summary>What may be there after a cut when all that was asked is done.</summary>
    /// <inheritdoc cref="States"/>
    public static IEnumerable<IReadOnlyDictionary<string, byte[]>> StatesAfter(IReadOnlyDictionary<string, byte[]> before, IEnumerable<DiskCall> calls)
    {
        var names = before.ToDictionary(file => file.Key, file => new Content(file.Value));
        var flushed = new Dictionary<string, Content>(names);
        var pending = new List<Action<Dictionary<string, Content>>>();
        foreach (var call in calls)
        {
            var (name, to) = (Path.GetFileName(call.Path), Path.GetFileName(call.To));
            switch (call.Action)
            {
                case DiskAction.Open when !names.ContainsKey(name):
                    var created = new Content([]);
                    Do(entries => entries[name] = created);
                    break;
                case DiskAction.Move:
                    var moved = names[name];
                    Do(entries =>
                    {
                        entries.Remove(name);
                        entries[to] = moved;
                    });
                    break;
                case DiskAction.Delete:
                    Do(entries => entries.Remove(name));
                    break;
                case DiskAction.FlushFolder:
                    flushed = new(names);
                    pending.Clear();
                    break;
                case DiskAction.Flush:
                    names[name].Flush();
                    break;
                case DiskAction.Write or DiskAction.SetLength:
                    names[name].Pending.Add(call);
                    break;
            }
        }

        for (var kept = 0; kept < 1 << pending.Count; kept++)
        {
            var entries = new Dictionary<string, Content>(flushed);
            foreach (var (number, action) in pending.Index())
            {
                if ((kept >> number & 1) != 0)
                    action(entries);
            }
            // At most one file is not flushed: no writer has two.
            var open = entries.FirstOrDefault(entry => entry.Value.Pending.Count > 0);
            foreach (var content in open.Value == null ? [[]] : IsTemporary(open.Key) ? [open.Value.Flushed] : open.Value.Possible())
                yield return entries.ToDictionary(entry => entry.Key, entry => entry.Key == open.Key ? content : entry.Value.Flushed);
        }

        void Do(Action<Dictionary<string, Content>> action)
        {
            action(names);
            pending.Add(action);
        }
    }

    static bool IsTemporary(string name) => name.EndsWith(".tmp", StringComparison.Ordinal);

    /// <summary>A file, whatever its name.</summary>
    sealed class Content(byte[] flushed)
    {
        public byte[] Flushed { get; private set; } = flushed;

        public List<DiskCall> Pending { get; } = [];

        public void Flush()
        {
            Flushed = After(Pending);
            Pending.Clear();
        }

        public IEnumerable<byte[]> Possible()
        {
            for (var count = 0; count <= Pending.Count; count++)
            {
                yield return After(Pending.Take(count));
                if (count < Pending.Count && Pending[count] is { Bytes.Length: > 1 } half)
                    yield return After([.. Pending.Take(count), half with { Bytes = half.Bytes[..(half.Bytes.Length / 2)] }]);
                // The length is there, the bytes are not.
                if (count < Pending.Count && Pending[count] is { Action: DiskAction.Write } lost)
                    yield return After(Pending.Select((call, number) => number == count ? lost with { Bytes = new byte[lost.Bytes.Length] } : call));
            }
            yield return After(Pending.Select(call => call with { Bytes = new byte[call.Bytes.Length] }));
        }

        byte[] After(IEnumerable<DiskCall> calls)
        {
            var bytes = Flushed.ToList();
            foreach (var call in calls)
            {
                var end = (int)call.Position + call.Bytes.Length;
                if (call.Action == DiskAction.SetLength || end > bytes.Count)
                    CollectionsMarshal.SetCount(bytes, end);
                call.Bytes.Span.CopyTo(CollectionsMarshal.AsSpan(bytes)[(int)call.Position..]);
            }
            return [.. bytes];
        }
    }
}
