namespace MnistMl.Model;

/// <summary>A row of weights, most of them zero, while it is made: the zeros take no time.</summary>
/// <param name="length">How many weights it has.</param>
sealed class SparseRow(int length)
{
    readonly float[] _weights = new float[length];
    readonly bool[] _isThere = new bool[length];
    readonly List<int> _indices = [];

    /// <summary>Adds to a weight, which is zero before.</summary>
    public void Add(int index, float weight)
    {
        if (weight == 0)
            return;
        _weights[index] += weight;
        if (_isThere[index])
            return;
        _isThere[index] = true;
        _indices.Add(index);
    }

    /// <summary>Moves the weights that are not zero to the end of lists, by ascending index.</summary>
    public void MoveTo(List<int> indices, List<float> weights)
    {
        _indices.Sort();
        foreach (var index in _indices)
        {
            if (_weights[index] != 0)
            {
                indices.Add(index);
                weights.Add(_weights[index]);
            }
            (_weights[index], _isThere[index]) = (0, false);
        }
        _indices.Clear();
    }
}
