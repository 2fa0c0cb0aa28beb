using System.Globalization;
using System.Runtime.InteropServices;
using MnistMl.Data;

namespace MnistMl.Tuning;

/// <summary>What is searched: all that the result of a trial depends on besides its settings, but not the time there is.</summary>
/// <param name="Data">The file or folder of the rows.</param>
/// <param name="TrainRows">Number of rows trained on.</param>
/// <param name="ValidationRows">Number of rows measured on.</param>
/// <param name="Checksum">A checksum of these rows.</param>
/// <param name="Start">The settings at the start, in words, all of them.</param>
/// <param name="Searched">Which of them are searched, by their options.</param>
sealed record Search(string Data, int TrainRows, int ValidationRows, string Checksum, string Start, string Searched)
{
    /// <summary>A checksum of the rows to train on and those to measure on.</summary>
    public static string ChecksumOf(params ReadOnlySpan<Dataset> parts)
    {
        var text = "";
        foreach (var rows in parts)
        {
            text += Crc32.Of(rows.Pixels).ToString("x8", CultureInfo.InvariantCulture);
            text += Crc32.Of(MemoryMarshal.AsBytes(rows.Labels)).ToString("x8", CultureInfo.InvariantCulture);
        }
        return text;
    }

    /// <summary>What sets this search apart from another, for people to read.</summary>
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
