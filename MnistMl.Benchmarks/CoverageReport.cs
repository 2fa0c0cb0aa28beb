using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MnistMl.Benchmarks;

/// <summary>Lines and branches that tests reach, by folder, from a file of Cobertura's form: <c>.ci/coverage</c> makes it.</summary>
static partial class CoverageReport
{
    /// <summary>Prints a table, and what is not reached of a project: <c>coverage FILE [PROJECT]</c>.</summary>
    public static int Run(string[] arguments)
    {
        var lines = Read(arguments[0]);
        Console.WriteLine("| folder | lines | covered | branches | covered |\n|---|---:|---:|---:|---:|");
        foreach (var project in lines.GroupBy(line => line.File.Split('/')[0]).OrderBy(project => project.Key, StringComparer.Ordinal))
        {
            Print($"**{project.Key}**", project);
            foreach (var folder in project.GroupBy(line => Path.GetDirectoryName(line.File)!).OrderBy(folder => folder.Key, StringComparer.Ordinal).Where(folder => folder.Key != project.Key))
                Print(folder.Key, folder);
        }
        foreach (var line in lines.Where(line => arguments.Length > 1 && line.File.StartsWith($"{arguments[1]}/", StringComparison.Ordinal)))
        {
            if (!line.IsHit || line.Taken < line.Branches)
                Console.WriteLine($"{line.File}:{line.Number}{(line.IsHit ? $" {line.Taken} of {line.Branches}" : "")}");
        }
        return 0;
    }

    static void Print(string name, IEnumerable<Line> lines)
    {
        var (count, hit, branches, taken) = (lines.Count(), lines.Count(line => line.IsHit), lines.Sum(line => line.Branches), lines.Sum(line => line.Taken));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {name} | {count:N0} | {Percent(hit, count)} | {branches:N0} | {Percent(taken, branches)} |"));

        // Rounded down: 100 % is all.
        static string Percent(int part, int whole) => whole == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(1e3 * part / whole) / 10:F1} %");
    }

    static Line[] Read(string file)
    {
        var document = XDocument.Load(file);
        // Lines of lambdas and of generic types are there once for each class that they become.
        return
        [
            .. document.Descendants("class").SelectMany(type => type.Element("lines")!.Elements("line").Select(line => (File: PathOf((string)type.Attribute("filename")!), Line: line)))
                .Where(line => line.File is { Length: > 0 } path && !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains(".g.cs", StringComparison.Ordinal))
                .GroupBy(line => (line.File, Number: (int)line.Line.Attribute("number")!))
                .Select(line => Line.Of(line.Key.File, line.Key.Number, line.Select(one => one.Line)))
                .OrderBy(line => line.File, StringComparer.Ordinal).ThenBy(line => line.Number),
        ];
    }

    /// <summary>The path from the repository's folder on: all projects begin alike.</summary>
    static string PathOf(string path) => Project().Match(path.Replace('\\', '/')) is { Success: true } match ? match.Value : "";

    [GeneratedRegex(@"MnistMl(\.(Engine|MLNet|Images))?/[^:]*$")]
    private static partial Regex Project();

    [GeneratedRegex(@"\((\d+)/(\d+)\)")]
    private static partial Regex Conditions();

    sealed record Line(string File, int Number, bool IsHit, int Branches, int Taken)
    {
        public static Line Of(string file, int number, IEnumerable<XElement> parts)
        {
            var conditions = parts.Select(part => Conditions().Match((string?)part.Attribute("condition-coverage") ?? "")).Where(match => match.Success)
                .Select(match => (Taken: int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), Count: int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))).ToArray();
            return new(file, number, parts.Any(part => (long)part.Attribute("hits")! > 0), conditions.Sum(one => one.Count), conditions.Sum(one => one.Taken));
        }
    }
}
