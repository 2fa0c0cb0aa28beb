using System.Xml.Linq;
using static MnistMl.Reporting.Document.Html;

namespace MnistMl.Reporting.Document;

/// <summary>One HTML file, without scripts and without anything from elsewhere, and what its sections are made of.</summary>
static class HtmlDocument
{
    /// <summary>Nothing may be loaded, and nothing run, whatever classes are called.</summary>
    const string Policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

    /// <summary>Writes a document.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="title">What the browser calls it.</param>
    /// <param name="header">What is at its top.</param>
    /// <param name="sections">What follows.</param>
    public static void Write(Stream stream, string title, XElement header, IEnumerable<XElement> sections) => Html.Write(stream, Element(
        "html", Attribute("lang", "en"),
        Element(
            "head",
            Element("meta", Attribute("charset", "utf-8")),
            Element("meta", Attribute("http-equiv", "Content-Security-Policy"), Attribute("content", Policy)),
            Element("meta", Attribute("name", "viewport"), Attribute("content", "width=device-width, initial-scale=1")),
            Element("meta", Attribute("name", "color-scheme"), Attribute("content", "light dark")),
            Element("title", title),
            Element("style", StyleSheet())),
        Element(
            "body",
            header,
            Element("main", sections.ToArray()))));

    static string StyleSheet()
    {
        using var resource = typeof(HtmlDocument).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }

    /// <summary>A section with its heading, and a sentence or two that lead into it.</summary>
    public static XElement Section(string id, string heading, string? lead, params object?[] content) => Element(
        "section", Attribute("id", id), Attribute("aria-labelledby", $"{id}-heading"),
        Element("h2", Attribute("id", $"{id}-heading"), heading),
        lead == null ? null : Element("p", Class("lead"), Sentence(lead)),
        content);

    /// <summary>What is shown only when it is asked for.</summary>
    public static XElement Details(string summary, XElement content) =>
        Element("details", Element("summary", summary), Wide(summary, content));

    /// <summary>A table that may be wider than the window: it is scrolled by itself, with keys, too.</summary>
    public static XElement Wide(string label, XElement table) => Element(
        "div", Class("wide"), Attribute("tabindex", "0"), Attribute("role", "group"), Attribute("aria-label", label), table);

    /// <summary>A table whose rows are headed by their first column.</summary>
    public static XElement Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows) => Element(
        "table", Class("figures"),
        Element("thead", Element("tr", heads.Select(head => Element("th", Attribute("scope", "col"), head)))),
        Element("tbody", rows.Select(row => Element(
            "tr", Element("th", Attribute("scope", "row"), row[0]), row.Skip(1).Select(cell => Element("td", cell))))));
}
