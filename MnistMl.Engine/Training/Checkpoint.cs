using System.Security.Cryptography;
using MnistMl.Files;
using MnistMl.Model;

namespace MnistMl.Training;

/// <summary>All that an interrupted training needs to go on to the same bits as if it had not been interrupted.</summary>
/// <param name="Setting">What the result depends on: it goes on only where all of it is the same.</param>
/// <param name="Seconds">Time of training so far.</param>
/// <param name="Finished">The networks of an ensemble that are trained.</param>
/// <param name="Current">The network under way.</param>
sealed record Checkpoint(CheckpointSetting Setting, double Seconds, IReadOnlyList<TrainingResult> Finished, NetworkCheckpoint Current)
{
    /// <summary>What the file begins with, and after what version of its form.</summary>
    internal static ReadOnlySpan<byte> Magic => "MnistMl checkpoint 1\n"u8;

    /// <summary>What is appended to the name of the checkpoint before the last.</summary>
    const string Previous = ".previous";

    /// <summary>Writes a file in place of the one before, which is kept beside it.</summary>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, "checkpoint", file =>
    {
        var content = new MemoryStream();
        using (var writer = new BinaryWriter(content))
        {
            Setting.Write(writer);
            writer.Write(Seconds);
            writer.Write(Finished.Count);
            foreach (var result in Finished)
                Write(writer, result);
            Current.Write(writer);
            writer.Flush();
            file.Write(Magic);
            file.Write(SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length)));
            file.Write(content.GetBuffer(), 0, (int)content.Length);
        }
    }, path + Previous);

    /// <summary>Reads a file, or, where it is damaged or missing, the one before.</summary>
    /// <exception cref="MnistMlException">There is none, or none that can be read.</exception>
    public static Checkpoint Read(string path)
    {
        if (!Exists(path))
            throw new CheckpointException($"There is no checkpoint '{path}' to resume from.");
        try
        {
            return ReadOne(path);
        }
        catch (CheckpointException) when (File.Exists(path + Previous))
        {
            return ReadOne(path + Previous);
        }
    }

    /// <summary>Whether there is a checkpoint.</summary>
    public static bool Exists(string path) => File.Exists(path) || File.Exists(path + Previous);

    /// <summary>Deletes the checkpoints, once the result of the training is safe.</summary>
    public static void Delete(string path)
    {
        foreach (var file in (string[])[path, path + Previous])
            AtomicFile.TryDelete(file);
    }

    static Checkpoint ReadOne(string path)
    {
        try
        {
            return Read(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="CheckpointException">They are no checkpoint.</exception>
    internal static Checkpoint Read(byte[] file, string name)
    {
        var content = file.AsMemory(Math.Min(file.Length, Magic.Length + SHA256.HashSizeInBytes));
        if (!file.AsSpan().StartsWith(Magic))
            throw new CheckpointException($"'{name}' is not a checkpoint, or one of another version of this program.");
        if (file.Length < Magic.Length + SHA256.HashSizeInBytes
            || !SHA256.HashData(content.Span).AsSpan().SequenceEqual(file.AsSpan(Magic.Length, SHA256.HashSizeInBytes)))
        {
            throw new CheckpointException($"The checkpoint '{name}' is damaged.");
        }
        try
        {
            using var reader = new BinaryReader(new MemoryStream(file, Magic.Length + SHA256.HashSizeInBytes, content.Length));
            return new(
                CheckpointSetting.Read(reader), reader.ReadDouble(), [.. Enumerable.Range(0, ReadCount(reader)).Select(_ => ReadResult(reader))],
                NetworkCheckpoint.Read(reader));
        }
        // The checksum is right: another version has written it, or somebody by hand.
        catch (Exception e) when (e is IOException or ArgumentException or FormatException or MnistMlException)
        {
            throw Unreadable(name, e);
        }
    }

    static CheckpointException Unreadable(string name, Exception cause) =>
        new($"The checkpoint '{name}' cannot be read: {cause.Message.TrimEnd('.')}.", cause);

    /// <summary>Reads how many things follow, of a byte or more each: memory is taken only for what can be there.</summary>
    internal static int ReadCount(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        return count >= 0 && count <= reader.BaseStream.Length - reader.BaseStream.Position
            ? count
            : throw new EndOfStreamException($"There are not {count} values.");
    }

    static void Write(BinaryWriter writer, TrainingResult result)
    {
        Write(writer, result.Network);
        Write(writer, result.History);
        writer.Write(result.BestEpoch ?? 0);
        writer.Write(result.Seconds);
    }

    static TrainingResult ReadResult(BinaryReader reader) =>
        new(ReadNetwork(reader), ReadHistory(reader), reader.ReadInt32() is > 0 and var best ? best : null, IsCancelled: false, reader.ReadDouble());

    /// <summary>Writes a network, bit for bit.</summary>
    internal static void Write(BinaryWriter writer, TrainedNetwork network)
    {
        using var onnx = new MemoryStream();
        ModelOnnx.Write(network, onnx);
        writer.Write((int)onnx.Length);
        writer.Write(onnx.GetBuffer(), 0, (int)onnx.Length);
    }

    /// <summary>Reads a network.</summary>
    internal static TrainedNetwork ReadNetwork(BinaryReader reader) => ModelOnnx.Read(new MemoryStream(reader.ReadBytes(ReadCount(reader))), "checkpoint");

    /// <summary>Writes what the epochs came to.</summary>
    internal static void Write(BinaryWriter writer, IReadOnlyList<EpochSummary> history)
    {
        writer.Write(history.Count);
        foreach (var epoch in history)
        {
            writer.Write(epoch.Epoch);
            writer.Write(epoch.TrainLoss);
            writer.Write(epoch.TrainAccuracy);
            writer.Write(epoch.ValidationLoss ?? double.NaN);
            writer.Write(epoch.ValidationAccuracy ?? double.NaN);
            writer.Write(epoch.Seconds);
            writer.Write(epoch.NetworkNumber ?? 0);
        }
    }

    /// <summary>Reads what epochs came to.</summary>
    internal static IReadOnlyList<EpochSummary> ReadHistory(BinaryReader reader)
    {
        return [.. Enumerable.Range(0, ReadCount(reader)).Select(_ => new EpochSummary(
            reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), OrNull(reader.ReadDouble()), OrNull(reader.ReadDouble()), reader.ReadDouble(),
            reader.ReadInt32() is > 0 and var network ? network : null))];

        static double? OrNull(double value) => double.IsNaN(value) ? null : value;
    }
}

/// <summary>A network in training, after a step.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Step">Number of its steps that are done.</param>
/// <param name="EpochSeconds">Its time so far.</param>
/// <param name="Sums">What its examples came to so far.</param>
/// <param name="History">The epochs before.</param>
/// <param name="BestEpoch">With early stopping, the best epoch so far; null for none.</param>
/// <param name="Best">Its network.</param>
/// <param name="State">Weights, moments, averages.</param>
sealed record NetworkCheckpoint(
    int Epoch, int Step, double EpochSeconds, EpochSums Sums, IReadOnlyList<EpochSummary> History, EpochSummary? BestEpoch, TrainedNetwork? Best, byte[] State)
{
    /// <summary>Writes it.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Epoch);
        writer.Write(Step);
        writer.Write(EpochSeconds);
        writer.Write(Sums.Loss);
        writer.Write(Sums.Correct);
        writer.Write(Sums.Examples);
        Checkpoint.Write(writer, History);
        writer.Write(BestEpoch?.Epoch ?? 0);
        if (Best != null)
            Checkpoint.Write(writer, Best);
        writer.Write(State.Length);
        writer.Write(State);
    }

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    public static NetworkCheckpoint Read(BinaryReader reader)
    {
        var (epoch, step, seconds) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble());
        var sums = new EpochSums(reader.ReadDouble(), reader.ReadInt64(), reader.ReadInt64());
        var history = Checkpoint.ReadHistory(reader);
        var best = reader.ReadInt32();
        var network = best > 0 ? Checkpoint.ReadNetwork(reader) : null;
        return new(epoch, step, seconds, sums, history, history.FirstOrDefault(summary => summary.Epoch == best), network, reader.ReadBytes(Checkpoint.ReadCount(reader)));
    }
}
