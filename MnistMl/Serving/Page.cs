using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MnistMl.Serving;

/// <summary>The files of the page, which are parts of the program.</summary>
static class Page
{
    static readonly (string Path, string File, string ContentType)[] _files =
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/page.css", "page.css", "text/css; charset=utf-8"),
        ("/page.js", "page.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "icon.svg", "image/svg+xml"),
    ];

    /// <summary>Adds the page to what is served.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var (path, file, contentType) in _files)
        {
            var content = Read(file);
            var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"";
            endpoints.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], context => Write(context, content, contentType, tag));
        }
    }

    static async Task Write(HttpContext context, byte[] content, string contentType, string tag)
    {
        RequestGuard.SetPageHeaders(context.Response);
        context.Response.Headers.ETag = tag;
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        (context.Response.ContentType, context.Response.ContentLength) = (contentType, content.Length);
        if (HttpMethods.IsGet(context.Request.Method))
            await context.Response.BodyWriter.WriteAsync(content, context.RequestAborted);
    }

    static byte[] Read(string file)
    {
        using var stream = typeof(Page).Assembly.GetManifestResourceStream(file)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
