using System.Net;
using Microsoft.AspNetCore.Http;

namespace MnistMl.Serving;

/// <summary>
/// Lets no request pass that names another host: a page from elsewhere whose name is made to mean this computer could otherwise
/// read the answers. Every answer says what browsers may do with it: nothing but show it.
/// </summary>
/// <param name="address">The address that is listened on.</param>
sealed class RequestGuard(IPAddress address)
{
    const string ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        + "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    readonly bool _isLoopback = IPAddress.IsLoopback(address);

    /// <summary>Whether requests may name a host.</summary>
    public bool Allows(string host)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        // A number means no other computer, whoever is asked; a name may mean any.
        if (IPAddress.TryParse(host.AsSpan().Trim("[]"), out var number))
            return !_isLoopback || IPAddress.IsLoopback(number);
        return !_isLoopback && host.Split('.')[0].Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Refuses a request that names another host.</summary>
    /// <exception cref="RefusedException">It does.</exception>
    public void ThrowIfForeign(HttpRequest request)
    {
        if (!Allows(request.Host.Host))
            throw RefusedException.BadRequest("The Host header names another computer than this one. Ask for it by its address.");
    }

    /// <summary>Sets the headers that every answer has.</summary>
    public static void SetHeaders(HttpResponse response)
    {
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.CacheControl = "no-store";
    }

    /// <summary>Sets the headers of the page, beside those that every answer has.</summary>
    public static void SetPageHeaders(HttpResponse response)
    {
        var headers = response.Headers;
        headers.CacheControl = "no-cache";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()";
    }
}
