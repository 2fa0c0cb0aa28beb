using System.Globalization;

namespace MnistMl.Reporting;

/// <summary>Formats figures for people, the same in every culture and every report.</summary>
static class Figures
{
    /// <summary>"9,844".</summary>
    public static string Count(double count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"98.44 %".</summary>
    public static string Percent(double share) => (100 * share).ToString("F2", CultureInfo.InvariantCulture) + " %";

    /// <summary>"0.05": as short as it is, to seven places.</summary>
    public static string Plain(double number) => number.ToString("0.#######", CultureInfo.InvariantCulture);

    /// <summary>"0.0512".</summary>
    public static string Loss(double loss) => loss.ToString("F4", CultureInfo.InvariantCulture);

    /// <summary>"0.42 s", "12.3 s" or "3 min 25 s".</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 9.995 => string.Create(CultureInfo.InvariantCulture, $"{seconds:F2} s"),
        < 99.95 => string.Create(CultureInfo.InvariantCulture, $"{seconds:F1} s"),
        _ => WholeSeconds((long)Math.Round(seconds)),
    };

    /// <summary>"431 kB" or "1.2 MB".</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 999_500 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB"),
    };

    static string WholeSeconds(long seconds) => $"{seconds / 60} min {seconds % 60} s";
}
