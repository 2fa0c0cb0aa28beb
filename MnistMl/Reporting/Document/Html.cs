using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace MnistMl.Reporting.Document;

/// <summary>Elements of HTML and SVG. What is made of them is well formed, and texts are escaped.</summary>
static class Html
{
    static readonly XmlWriterSettings _settings = new() { OmitXmlDeclaration = true, Encoding = new UTF8Encoding(false), CloseOutput = false };

    /// <summary>Elements that have no end tag.</summary>
    static readonly HashSet<string> _void = ["br", "img", "meta"];

    /// <summary>An element with its attributes, elements and texts; what is null is left out.</summary>
    public static XElement Element(string name, params ReadOnlySpan<object?> content)
    {
        var element = new XElement(name);
        foreach (var part in content)
            element.Add(part is string text ? Printable(text) : part);
        // Else it would be written as <p />, which opens a paragraph.
        if (element.IsEmpty && !_void.Contains(name))
            element.Value = "";
        return element;
    }

    /// <summary>An attribute.</summary>
    public static XAttribute Attribute(string name, string value) => new(name, Printable(value));

    /// <summary>The classes of an element; null for none.</summary>
    public static XAttribute? Class(string? names) => names == null ? null : new("class", names);

    /// <summary>Writes a document.</summary>
    public static void Write(Stream stream, XElement document)
    {
        stream.Write("<!doctype html>\n"u8);
        using var writer = XmlWriter.Create(stream, _settings);
        document.Save(writer);
    }

    /// <summary>A sentence whose lines do not break between a number and its percent sign.</summary>
    public static string Sentence(string text) => text.Replace(" %", "\u00A0%", StringComparison.Ordinal);

    /// <summary>A text with question marks in place of what cannot be printed.</summary>
    public static string Printable(string text) => string.Concat(text.EnumerateRunes().Select(
        rune => Rune.IsControl(rune) && rune.Value is not '\n' || rune.Value is 0xFFFE or 0xFFFF ? "?" : rune.ToString()));
}
