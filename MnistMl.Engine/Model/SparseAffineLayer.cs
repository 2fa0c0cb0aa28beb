namespace MnistMl.Model;

/// <summary>The map y = W·x + b where most of W is zero, in compressed sparse rows (CSR).</summary>
/// <param name="Inputs">Length of x.</param>
/// <param name="Starts">[outputs + 1]: where the weights of each output begin, and where those of the last end.</param>
/// <param name="Indices">The input that each weight is for, ascending for each output.</param>
/// <param name="Weights">The weights that are not zero.</param>
/// <param name="Biases">b, [outputs].</param>
sealed record SparseAffineLayer(int Inputs, int[] Starts, int[] Indices, float[] Weights, float[] Biases)
{
    /// <summary>Length of y.</summary>
    public int Outputs => Biases.Length;

    /// <summary>Whether each weight has a place: one of the layer's inputs, for one of its outputs.</summary>
    public bool IsValid => Inputs > 0 && Starts.Length == Outputs + 1L && Indices.Length == Weights.Length
        && Starts[0] == 0 && Starts[^1] == Weights.Length
        && Starts.Zip(Starts.Skip(1)).All(output => output.First <= output.Second)
        && Array.TrueForAll(Indices, index => index >= 0 && index < Inputs);

    /// <summary>Whether a file is smaller without its zeros. ML.NET is faster then, by about as much.</summary>
    public bool IsWorthwhile => Pays(Weights.Length, Inputs, Outputs);

    /// <summary>How many numbers of four bytes an ML.NET model file holds for it.</summary>
    public long FileNumbers => FileNumbersOf(Weights.Length, Inputs, Outputs);

    /// <summary>
    /// Whether a layer takes less room without its zeros, which it does where more than about half of the weights are
    /// zero: each other weight needs an index, and each output its start.
    /// </summary>
    /// <param name="nonZeros">How many of its weights are not zero.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="outputs">Its outputs.</param>
    public static bool Pays(long nonZeros, long inputs, long outputs) =>
        2 * (nonZeros + outputs) < (inputs + 1) * outputs;

    /// <summary>How many numbers of four bytes an ML.NET model file holds for a layer.</summary>
    /// <param name="nonZeros">How many of its weights are not zero.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="outputs">Its outputs.</param>
    public static long FileNumbersOf(long nonZeros, long inputs, long outputs) =>
        Math.Min(2 * (nonZeros + outputs), (inputs + 1) * outputs);

    /// <summary>Makes a layer row by row, without its zeros from the beginning.</summary>
    /// <param name="inputs">Length of x.</param>
    /// <param name="biases">b, [outputs].</param>
    /// <param name="addWeights">Adds the weights of an output to a row that is empty before.</param>
    public static SparseAffineLayer Create(int inputs, float[] biases, Action<int, SparseRow> addWeights)
    {
        var (starts, row) = (new int[biases.Length + 1], new SparseRow(inputs));
        List<int> indices = [];
        List<float> weights = [];
        for (var output = 0; output < biases.Length; output++)
        {
            addWeights(output, row);
            row.MoveTo(indices, weights);
            starts[output + 1] = weights.Count;
        }
        return new(inputs, starts, [.. indices], [.. weights], biases);
    }

    /// <summary>The same map without its zeros; the sign of a zero is lost.</summary>
    public static SparseAffineLayer Of(AffineLayer layer) => Create(layer.Inputs, layer.Biases, (output, row) =>
    {
        for (var input = 0; input < layer.Inputs; input++)
            row.Add(input, layer.Weights[(long)output * layer.Inputs + input]);
    });

    /// <summary>The same map with its zeros.</summary>
    public AffineLayer ToAffine()
    {
        var affine = new AffineLayer(Inputs, Outputs, new float[(long)Inputs * Outputs], Biases);
        for (var output = 0; output < Outputs; output++)
        {
            for (var i = Starts[output]; i < Starts[output + 1]; i++)
                affine.Weights[(long)output * Inputs + Indices[i]] = Weights[i];
        }
        return affine;
    }

    /// <summary>The same map of inputs and to outputs in other orders.</summary>
    /// <param name="places">[inputs]: where each input is then.</param>
    /// <param name="order">[outputs]: which output comes first, which then, and so on.</param>
    public SparseAffineLayer Reordered(int[] places, int[] order) =>
        Create(Inputs, Array.ConvertAll(order, output => Biases[output]), (place, row) =>
        {
            for (var i = Starts[order[place]]; i < Starts[order[place] + 1]; i++)
                row.Add(places[Indices[i]], Weights[i]);
        });

    /// <summary>The one map that has the effect of two.</summary>
    /// <param name="before">The map that comes first: its y is this one's x.</param>
    public SparseAffineLayer After(SparseAffineLayer before)
    {
        var biases = (float[])Biases.Clone();
        return Create(before.Inputs, biases, (output, row) =>
        {
            for (var i = Starts[output]; i < Starts[output + 1]; i++)
            {
                var (weight, middle) = (Weights[i], Indices[i]);
                biases[output] += weight * before.Biases[middle];
                for (var j = before.Starts[middle]; j < before.Starts[middle + 1]; j++)
                    row.Add(before.Indices[j], weight * before.Weights[j]);
            }
        });
    }
}
