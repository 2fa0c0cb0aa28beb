using System.Runtime.InteropServices;
using MnistMl.Data;

namespace MnistMl.Tuning;

/// <summary>What the result of a trial depends on besides its settings. It identifies a search.</summary>
/// <param name="Data">The file or folder of the rows.</param>
/// <param name="TrainRows">Number of training rows.</param>
/// <param name="ValidationRows">Number of validation rows.</param>
/// <param name="Checksum">A checksum of these rows.</param>
/// <param name="Start">All settings of the start, as arguments.</param>
/// <param name="Searched">The names of the options that are searched.</param>
sealed record Search(string Data, int TrainRows, int ValidationRows, string Checksum, string Start, string Searched)
{
    /// <summary>A checksum of the training and validation rows.</summary>
    public static string ChecksumOf(params IEnumerable<Dataset> parts) =>
        string.Concat(parts.Select(rows => $"{Crc32.Of(rows.Pixels):x8}{Crc32.Of(MemoryMarshal.AsBytes(rows.Labels)):x8}"));

    /// <summary>How this search differs from another, in words.</summary>
    public IEnumerable<string> DifferencesFrom(Search other)
    {
        (string Name, string Here, string There)[] parts =
        [
            ("data", Data, other.Data),
            ("training rows", $"{TrainRows}", $"{other.TrainRows}"),
            ("validation rows", $"{ValidationRows}", $"{other.ValidationRows}"),
            ("checksum of the rows", Checksum, other.Checksum),
            ("start", Options(Start, except: other.Start), Options(other.Start, except: Start)),
            ("searched", Options(Searched, except: other.Searched), Options(other.Searched, except: Searched)),
        ];
        return parts.Where(part => part.Here != part.There)
            .Select(part => $"{part.Name}: {Shown(part.There)} there, {Shown(part.Here)} here");

        static string Shown(string text) => text.Length > 0 ? text : "less";
    }

    static string Options(string words, string except)
    {
        return string.Join(' ', Split(words).Except(Split(except)));

        static IEnumerable<string> Split(string words) =>
            words.Split("--", StringSplitOptions.RemoveEmptyEntries).Select(option => $"--{option.TrimEnd()}");
    }
}
