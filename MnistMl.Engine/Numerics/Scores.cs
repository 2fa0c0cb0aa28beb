namespace MnistMl.Numerics;

/// <summary>Reads the scores of an example.</summary>
static class Scores
{
    /// <summary>The place of the first of the highest scores.</summary>
    public static int IndexOfMax(this ReadOnlySpan<float> scores)
    {
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
                best = i;
        }
        return best;
    }
}
