using System.Text;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using MnistMl.Images;
using MnistMl.MLNet;
using MnistMl.Model;
using MnistMl.Torch;
using static ArchUnitNET.Fluent.ArchRuleDefinition;
using Assembly = System.Reflection.Assembly;

namespace MnistMl.Tests.Architecture;

/// <summary>Who uses whom: projects, and folders in them. As compiled, that is: the use of a constant leaves no trace.</summary>
public sealed class ArchitectureTests(ITestOutputHelper output)
{
    const string Consoles = @"^(Spectre\.Console|System\.CommandLine)(\.|$)", MLNet = @"^Microsoft\.ML(\.|$)";

    static readonly Assembly _engine = typeof(TrainedNetwork).Assembly, _mlnet = typeof(NeuralNetworkTransformer).Assembly,
        _torch = typeof(TorchBackend).Assembly, _images = typeof(MnistForm).Assembly, _program = typeof(Pipeline).Assembly;

    static readonly ArchUnitNET.Domain.Architecture _architecture =
        new ArchLoader().LoadAssemblies(_engine, _mlnet, _torch, _images, _program).Build();

    static readonly Use[] _uses = [.. FindUses().Distinct()];

    [Fact]
    public void Projects_use_each_other_in_one_direction()
    {
        Assert.Empty(ProjectsUsedBy(_engine));
        Assert.Equal(["MnistMl.Engine"], ProjectsUsedBy(_mlnet));
        Assert.Equal(["MnistMl.Engine"], ProjectsUsedBy(_torch));
        Assert.Empty(ProjectsUsedBy(_images));
        Assert.Equal(["MnistMl.Engine", "MnistMl.Images", "MnistMl.MLNet", "MnistMl.Torch"], ProjectsUsedBy(_program));
    }

    [Fact]
    public void No_folder_is_used_by_one_that_it_uses() =>
        None(_uses.Where(use => Reachable(use.To).Contains(use.From)));

    [Fact]
    public void Files_outside_of_folders_use_none() =>
        None(_uses.Where(use => use.From.IsRoot && use.From.Project == use.To.Project));

    [Fact]
    public void The_engine_uses_neither_ML_NET_nor_consoles()
    {
        Types().That().ResideInAssembly(_engine).Should().NotDependOnAny(Types(true).That().ResideInNamespaceMatching(MLNet))
            .Check(_architecture);
        UsesNoConsoles(_engine);
    }

    [Fact]
    public void The_libraries_use_no_consoles()
    {
        UsesNoConsoles(_mlnet);
        UsesNoConsoles(_torch);
        UsesNoConsoles(_images);
    }

    [Fact]
    public void The_README_has_the_picture_of_who_uses_whom()
    {
        var picture = Picture();
        output.WriteLine(picture);
        var blocks = RepositoryFile.Read("README.md").Split("```\n");
        Assert.Equal(picture, Assert.Single(blocks, block => block.StartsWith("MnistMl.Engine\n", StringComparison.Ordinal)));
    }

    /// <summary>
    /// Every project and every folder below those that it uses. Which folders of other projects a folder uses is left out,
    /// and so is which folders within a folder.
    /// </summary>
    static string Picture()
    {
        var picture = new StringBuilder();
        foreach (var project in (Assembly[])[_engine, _mlnet, _torch, _images, _program])
        {
            Append(project.GetName().Name!, ProjectsUsedBy(project));
            var drawn = new List<Folder>();
            var left = FoldersOf(project).Where(folder => !folder.IsRoot).OrderBy(folder => folder.Path, StringComparer.Ordinal).ToList();
            while (left.Count > 0)
            {
                var next = left.First(folder => !UsedBy(folder).Intersect(left).Any());
                var used = UsedBy(next).Select(folder => folder.Top == next.Top ? folder : folder.Top);
                Append($"  {next.Path}", drawn.Intersect(used).Select(folder => folder.Path));
                drawn.Add(next);
                left.Remove(next);
            }
        }
        return picture.ToString();

        void Append(string name, IEnumerable<string> used) =>
            picture.Append(used.Any() ? $"{name,-20} → {string.Join(", ", used)}" : name).Append('\n');
    }

    static void None(IEnumerable<Use> uses) => Assert.True(!uses.Any(), string.Join('\n', uses));

    static void UsesNoConsoles(Assembly assembly) =>
        Types().That().ResideInAssembly(assembly).Should().NotDependOnAny(Types(true).That().ResideInNamespaceMatching(Consoles))
            .AndShould().NotDependOnAny(typeof(Console)).Check(_architecture);

    static IEnumerable<string> ProjectsUsedBy(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => name.StartsWith(nameof(MnistMl), StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    static IEnumerable<Folder> FoldersOf(Assembly project) =>
        OurTypes().Select(Folder.Of).Where(folder => folder.Project == project.GetName().Name).Distinct();

    static IEnumerable<Folder> UsedBy(Folder folder) => _uses.Where(use => use.From == folder).Select(use => use.To).Distinct();

    static HashSet<Folder> Reachable(Folder from)
    {
        var reached = new HashSet<Folder>();
        var left = new Queue<Folder>([from]);
        while (left.TryDequeue(out var folder))
        {
            if (reached.Add(folder))
            {
                foreach (var used in UsedBy(folder))
                    left.Enqueue(used);
            }
        }
        return reached;
    }

    static IEnumerable<Use> FindUses()
    {
        var ours = OurTypes().ToHashSet();
        return from type in ours
               from dependency in type.Dependencies
               where ours.Contains(dependency.Target)
               let use = new Use(Folder.Of(type), Folder.Of(dependency.Target), type.Name, dependency.Target.Name)
               where use.From != use.To
               select use;
    }

    /// <summary>All but the entry point, and what the compiler adds, which are in no namespace.</summary>
    static IEnumerable<IType> OurTypes() =>
        _architecture.Types.Where(type => type.Namespace.FullName.StartsWith(nameof(MnistMl), StringComparison.Ordinal));

    sealed record Use(Folder From, Folder To, string Type, string Used)
    {
        public override string ToString() => $"{From}: {Type} uses {To}: {Used}";
    }
}
