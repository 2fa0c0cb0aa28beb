using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using MnistMl.Data;
using MnistMl.Reporting;
using MnistMl.Training;

namespace MnistMl.Runs;

/// <summary>What is to be known of a training to do it again, as <c>run.json</c> has it.</summary>
/// <param name="Name">The run's name.</param>
/// <param name="Command">What was typed, less the program's name.</param>
/// <param name="Interrupted">Whether the training ended before its last epoch was over.</param>
/// <param name="Started">When it began.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="Kernels">The kernels that it ran: the model is the same, bit for bit, with the same ones.</param>
/// <param name="Seed">The random seed.</param>
/// <param name="Settings">All options of the training with their values, whether they were typed or not.</param>
/// <param name="Data">What it was trained and tested on.</param>
/// <param name="Model">The model's file in the folder; null if there is none.</param>
/// <param name="ModelHash">SHA-256 of that file.</param>
sealed record RunRecord(
    string Name, string Command, bool Interrupted, DateTimeOffset Started, string Version, string Kernels, int Seed,
    IReadOnlyDictionary<string, string> Settings, RunData Data, string? Model = null, string? ModelHash = null)
{
    /// <summary>What was said of the divergence that ended the training; null if it has not diverged.</summary>
    public string? Diverged { get; init; }

    /// <summary>The runtime.</summary>
    public string Runtime { get; init; } = RuntimeInformation.FrameworkDescription;

    /// <summary>The operating system.</summary>
    public string Platform { get; init; } = RuntimeInformation.OSDescription;

    /// <summary>Number of processors.</summary>
    public int Processors { get; init; } = Environment.ProcessorCount;
}

/// <summary>What was trained and tested on: rows are the same where the hashes are, from whatever file they were read.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="TrainHash">SHA-256 of the training rows.</param>
/// <param name="ValidationHash">SHA-256 of the validation rows; null where there are none.</param>
/// <param name="TestHash">SHA-256 of the test rows.</param>
sealed record RunData(string Path, string TrainHash, string? ValidationHash, string TestHash)
{
    /// <summary>SHA-256 of the pixels and labels of rows, in their order.</summary>
    public static string HashOf(Dataset rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{rows.FeatureCount}\n{rows.Range}\n{string.Join('\n', rows.ClassNames)}\n"));
        hash.AppendData(rows.Pixels);
        hash.AppendData(MemoryMarshal.AsBytes(rows.Labels));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    Converters = [typeof(FiniteDoubleConverter)])]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(IReadOnlyList<EpochSummary>))]
sealed partial class RunJsonContext : JsonSerializerContext;
