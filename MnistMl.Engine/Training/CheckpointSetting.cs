using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MnistMl.Files;
using MnistMl.Model;
using MnistMl.Numerics.Kernels;

namespace MnistMl.Training;

/// <summary>What the bits of a trained network depend on, by name.</summary>
sealed record CheckpointSetting
{
    readonly (string Name, string Value)[] _parts;

    CheckpointSetting((string Name, string Value)[] parts) => _parts = parts;

    /// <summary>That of a training.</summary>
    public static CheckpointSetting Of(TrainingSet train, TrainingSet? validation, TrainingOptions options) => new(
    [
        ("the training rows", HashOf(train)),
        ("the validation rows", validation == null ? "none" : HashOf(validation)),
        ("the instruction set", KernelSet.Best.GetType().GenericTypeArguments[0].Name),
        ("the network", NetworkParser.Format(options.HiddenLayers)),
        ("the number of epochs", $"{options.Epochs}"),
        ("the batch size", $"{options.BatchSize}"),
        ("the optimizer", $"{options.Optimizer}"),
        ("the learning rate", $"{options.LearningRate:R}"),
        ("the schedule", $"{options.Schedule}"),
        ("the label smoothing", $"{options.LabelSmoothing:R}"),
        ("the class weights", $"{options.ClassWeights}"),
        ("gradient clipping", $"{options.GradientClipValue:R}"),
        ("the EMA decay", $"{options.EmaDecay:R}"),
        ("early stopping", $"{options.Patience}"),
        ("the augmentation", $"{options.Augmentation}"),
        ("the share of epochs without augmentation", $"{options.NoAugmentationShare:R}"),
        ("the distillation", options.Distillation == null ? "none" : TextOf(options.Distillation)),
        ("calibration", $"{options.Calibrate}"),
        ("the number of networks", $"{options.EnsembleSize}"),
        ("the seed", $"{options.Seed}"),
    ]);

    /// <summary>What differs from another, in words; null where nothing does.</summary>
    public string? DifferenceFrom(CheckpointSetting other) => !_parts.Select(part => part.Name).SequenceEqual(other._parts.Select(part => part.Name))
        ? "the version of this program"
        : string.Join(", ", _parts.Except(other._parts).Select(part => part.Name)) is { Length: > 0 } names ? names : null;

    /// <summary>Writes it.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(_parts.Length);
        foreach (var (name, value) in _parts)
        {
            writer.Write(name);
            writer.Write(value);
        }
    }

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    public static CheckpointSetting Read(BinaryReader reader) =>
        new([.. Enumerable.Range(0, Checkpoint.ReadCount(reader)).Select(_ => (reader.ReadString(), reader.ReadString()))]);

    static string HashOf(TrainingSet rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        rows.Input.AppendTo(hash);
        hash.AppendData(MemoryMarshal.AsBytes(rows.Labels.Span));
        hash.AppendData(MemoryMarshal.AsBytes(rows.Weights.Span));
        hash.AppendData(MemoryMarshal.AsBytes<float>(rows.Scale));
        hash.AppendData(Encoding.UTF8.GetBytes($"{string.Join('\n', rows.ClassNames)}\n{rows.Range}\n{rows.Input.FeatureCount}"));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    static string TextOf(Distillation distillation)
    {
        using var teachers = new MemoryStream();
        foreach (var teacher in distillation.Teachers)
            ModelOnnx.Write(teacher, teachers);
        return $"{distillation.Alpha:R} {distillation.Temperature:R} {Convert.ToHexString(SHA256.HashData(teachers.GetBuffer().AsSpan(0, (int)teachers.Length)))}";
    }
}
