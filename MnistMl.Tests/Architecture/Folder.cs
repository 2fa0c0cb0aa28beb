using System.Text.RegularExpressions;
using ArchUnitNET.Domain;

namespace MnistMl.Tests.Architecture;

/// <summary>A folder of a project: its types are in the namespace of the same name.</summary>
/// <param name="Project">The project, by its assembly's name.</param>
/// <param name="Path">The folders on the way to it, such as <c>Numerics/Kernels</c>; empty for the project's own files.</param>
readonly partial record struct Folder(string Project, string Path)
{
    public bool IsRoot => Path.Length == 0;

    /// <summary>The folder right below the project, which others know it by.</summary>
    public Folder Top => this with { Path = Path.Split('/')[0] };

    public static Folder Of(IType type) =>
        new(type.Assembly.Name.Split(',')[0], RootNamespace().Replace(type.Namespace.FullName, "").Replace('.', '/'));

    public override string ToString() => IsRoot ? Project : $"{Project}/{Path}";

    [GeneratedRegex(@"^MnistMl(\.MLNet|\.Torch|\.Images)?\.?")]
    private static partial Regex RootNamespace();
}
