using MnistMl.Numerics.Kernels;

namespace MnistMl.Network;

/// <summary>
/// How the outputs of a <see cref="SparseDenseLayer"/> are divided: into groups, each of which one thread computes, and
/// these into panels, which are computed one after the other.
/// </summary>
readonly struct OutputPanels
{
    /// <summary>The weights from a block of features to so many outputs stay in the first-level cache.</summary>
    const int MaxColumns = 64;

    /// <summary>The most threads that share a layer; a power of two.</summary>
    const int MaxGroups = 4;

    /// <summary>
    /// With fewer outputs a group, on average, finding the non-zeros costs more than multiplying by them.
    /// </summary>
    const int MinGroupOutputs = 33;

    readonly int _outputs;
    readonly bool _together;

    /// <param name="outputs">Number of outputs.</param>
    /// <param name="together">
    /// Whether they form one group, whose panels threads share: for a last layer, as no other then takes group by
    /// group.
    /// </param>
    public OutputPanels(int outputs, bool together)
    {
        (_outputs, _together, Groups) = (outputs, together, together ? 1 : MaxGroups);
        while (Groups > 1 && (outputs < Groups * MinGroupOutputs || outputs <= (Groups - 1) * Share(outputs, Groups)))
            Groups /= 2;
        GroupColumns = Share(outputs, Groups);
        PanelsPerGroup = (GroupColumns + MaxColumns - 1) / MaxColumns;
        Width = Share(GroupColumns, PanelsPerGroup);
    }

    /// <summary>Number of groups: 1, 2 or 4, the same for any number of threads.</summary>
    public int Groups { get; }

    /// <summary>Outputs in a group, padding included; the last may have fewer.</summary>
    public int GroupColumns { get; }

    /// <summary>Distance between rows of a group.</summary>
    public int GroupStride => KernelSet.Stride(GroupColumns);

    /// <summary>Number of panels in a group.</summary>
    public int PanelsPerGroup { get; }

    /// <summary>Number of panels in all groups.</summary>
    public int Count => Groups * PanelsPerGroup;

    /// <summary>The most outputs in a panel, padding included.</summary>
    public int Width { get; }

    static int Share(int columns, int parts) => KernelSet.Pad((columns + parts - 1) / parts);

    /// <summary>The outputs of a group: the first, and how many.</summary>
    public (int First, int Count) Outputs(int group) =>
        (group * GroupColumns, Math.Min(GroupColumns, _outputs - group * GroupColumns));

    /// <summary>The panel of an output, and its column there.</summary>
    public (int Panel, int Column) Find(int output)
    {
        var (group, column) = Math.DivRem(output, GroupColumns);
        return (group * PanelsPerGroup + column / Width, column % Width);
    }

    /// <summary>The group of a panel, and the panel's first column there.</summary>
    public (int Group, int Column) Place(int panel)
    {
        var (group, place) = Math.DivRem(panel, PanelsPerGroup);
        return (group, place * Width);
    }

    /// <summary>The first output of a panel.</summary>
    public int FirstOutput(int panel)
    {
        var (group, column) = Place(panel);
        return group * GroupColumns + column;
    }

    /// <summary>
    /// Number of outputs in a panel, padding included; none in the last panels of a last group that is smaller.
    /// </summary>
    public int Columns(int panel)
    {
        var (group, column) = Place(panel);
        return Math.Clamp(KernelSet.Pad(Outputs(group).Count) - column, 0, Width);
    }

    /// <summary>The groups of a thread: from the first up to, not including, the second.</summary>
    public (int First, int End) ThreadGroups(int thread, int threads) =>
        (Groups * thread / threads, Groups * (thread + 1) / threads);

    /// <summary>The panels of a thread: from the first up to, not including, the second.</summary>
    public (int First, int End) ThreadPanels(int thread, int threads)
    {
        if (_together)
            return (Count * thread / threads, Count * (thread + 1) / threads);
        var (first, end) = ThreadGroups(thread, threads);
        return (first * PanelsPerGroup, end * PanelsPerGroup);
    }
}
