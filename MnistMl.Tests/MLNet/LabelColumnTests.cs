using Microsoft.ML;
using Microsoft.ML.Data;
using MnistMl.MLNet;

namespace MnistMl.Tests.MLNet;

/// <summary>The names of classes, wherever a model tells them.</summary>
public sealed class LabelColumnTests
{
    [Fact]
    public void Key_values_that_are_not_as_many_as_the_keys_are_not_taken_for_them()
    {
        Assert.Equal(["a", "b", "c"], Label(keys: 3, "a", "b", "c").ClassNames());
        Assert.Equal(["0", "1", "2", "3"], Label(keys: 4, "a", "b", "c").ClassNames());
        Assert.Equal(["0", "1"], Label(keys: 2, "a", "b", "c").ClassNames());
        Assert.Equal(["0", "1"], Label(keys: 2).ClassNames());

        Assert.True(Label(keys: 3, "a", "b", "c").HasTexts);
        Assert.False(Label(keys: 2, "a", "b", "c").HasTexts);
    }

    [Fact]
    public void Classes_are_named_by_the_first_annotation_that_has_a_value_for_each_score()
    {
        string[] trained = ["a", "b", "c"], slots = ["d", "e", "f"], predicted = ["g", "h", "i"], fewer = ["x", "y"], more = ["x", "y", "z", "w"];

        Assert.Equal(trained, ClassNames(trained, slots, predicted));
        Assert.Equal(slots, ClassNames(fewer, slots, predicted));
        Assert.Equal(slots, ClassNames(null, slots, predicted));
        Assert.Equal(predicted, ClassNames(more, more, predicted));
        Assert.Equal(predicted, ClassNames(null, null, predicted));
        Assert.Equal(["0", "1", "2"], ClassNames(more, fewer, more));
        Assert.Equal(["0", "1", "2"], ClassNames(null, null, fewer));
        Assert.Equal(["0", "1", "2"], ClassNames(null, null, null));

        // Of three scores, and of a predicted label with as many keys as values.
        static IReadOnlyList<string> ClassNames(string[]? trained, string[]? slots, string[]? predicted)
        {
            var schema = new DataViewSchema.Builder();
            if (predicted is not null)
                schema.AddColumn("PredictedLabel", new KeyDataViewType(typeof(uint), predicted.Length), Annotations(("KeyValues", predicted)));
            schema.AddColumn(
                "Score", new VectorDataViewType(NumberDataViewType.Single, 3), Annotations(("TrainingLabelValues", trained), ("SlotNames", slots)));
            var output = schema.ToSchema();
            return LabelColumn.ClassNamesOf(output, output["Score"]);
        }
    }

    [Fact]
    public void Columns_that_are_of_no_keys_and_values_that_are_no_vector_name_nothing()
    {
        var one = new DataViewSchema.Annotations.Builder();
        one.Add("KeyValues", NumberDataViewType.Single, (ref float value) => value = 1);
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("PredictedLabel", TextDataViewType.Instance, Annotations(("KeyValues", ["a", "b"])));
        schema.AddColumn("Score", new VectorDataViewType(NumberDataViewType.Single, 2));
        schema.AddColumn("Label", new KeyDataViewType(typeof(uint), 1), one.ToAnnotations());
        var columns = schema.ToSchema();

        Assert.Equal(["0", "1"], LabelColumn.ClassNamesOf(columns, columns["Score"]));
        Assert.Equal(["0"], new LabelColumn(columns["Label"]).ClassNames());
        Assert.Empty(ScoredSchema.KindOf(columns["Score"]));
    }

    static LabelColumn Label(int keys, params string[] values)
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Label", new KeyDataViewType(typeof(uint), keys), Annotations(("KeyValues", values.Length == 0 ? null : values)));
        return new(schema.ToSchema()["Label"]);
    }

    static DataViewSchema.Annotations Annotations(params (string Name, string[]? Texts)[] all)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        foreach (var (name, texts) in all)
        {
            if (texts is not null)
                LabelColumn.AddTexts(annotations, name, texts);
        }
        return annotations.ToAnnotations();
    }
}
