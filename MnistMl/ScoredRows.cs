using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.MLNet;

namespace MnistMl;

/// <summary>Rows that a model of ML.NET's has scored.</summary>
static class ScoredRows
{
    /// <summary>Reads them, one after the other.</summary>
    /// <param name="scored">Rows with the scores of the classes as <c>Score</c>.</param>
    /// <param name="label">The column of the true class, as a key; keys above the number of scores are of unknown classes.</param>
    /// <returns>The true class, from 0, and the scores, [classes], which are overwritten by those of the next row.</returns>
    public static IEnumerable<(int Truth, float[] Scores)> Read(IDataView scored, string label)
    {
        var score = scored.Schema[ScoredSchema.Score];
        using var cursor = scored.GetRowCursorSet([score, scored.Schema[label]], 1)[0];
        var (getScores, getLabel) = (cursor.GetGetter<VBuffer<float>>(score), cursor.GetGetter<uint>(scored.Schema[label]));
        VBuffer<float> values = default;
        var (key, scores) = (0u, new float[((VectorDataViewType)score.Type).Size]);
        while (cursor.MoveNext())
        {
            getScores(ref values);
            getLabel(ref key);
            values.CopyTo(scores);
            yield return ((int)key - 1, scores);
        }
    }
}
