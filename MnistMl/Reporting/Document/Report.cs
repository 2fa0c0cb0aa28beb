namespace MnistMl.Reporting.Document;

/// <summary>Writes what a run came to as a document, for a browser or for a pull request.</summary>
static class Report
{
    /// <summary>What error messages call it.</summary>
    public const string Content = "report";

    /// <summary>Writes a report: as Markdown where the file's name ends in .md, else as HTML.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it says.</param>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public static void Write(string path, ReportContent content) =>
        Write(path, file => HtmlReport.Write(file, content), file => MarkdownReport.Write(file, content));

    /// <summary>Writes a document: as Markdown where the file's name ends in .md, else as HTML.</summary>
    /// <param name="path">The file.</param>
    /// <param name="writeHtml">Writes it as HTML.</param>
    /// <param name="writeMarkdown">Writes it as Markdown.</param>
    /// <exception cref="MnistMlException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> writeHtml, Action<Stream> writeMarkdown) =>
        AtomicFile.Write(path, Content, IsMarkdown(path) ? writeMarkdown : writeHtml);

    /// <summary>The path of a report.</summary>
    /// <exception cref="MnistMlException">Its name says neither HTML nor Markdown.</exception>
    public static string PathOf(string text) => IsMarkdown(text) || text.EndsWith(".html", StringComparison.OrdinalIgnoreCase)
        ? text
        : throw new MnistMlException($"'{text}' is neither HTML nor Markdown. Name a file that ends in .html or .md.");

    static bool IsMarkdown(string path) => path.EndsWith(".md", StringComparison.OrdinalIgnoreCase);
}
