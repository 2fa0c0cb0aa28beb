using System.Collections.Immutable;
using Microsoft.ML.Data;
using MnistMl;
using MnistMl.MLNet;

namespace Microsoft.ML;

/// <summary>
/// What ML.NET does with fitted pipelines, for those with a network in them: ML.NET's own methods of these names look for
/// internal interfaces, which no trainer outside of ML.NET can implement. Other pipelines they hand on.
/// </summary>
public static class NeuralNetworkModelExtensions
{
    /// <summary>
    /// Permutation feature importance: how much worse a model gets when the values of one feature are shuffled among the rows.
    /// </summary>
    /// <param name="catalog">The tasks of an <see cref="MLContext"/>.</param>
    /// <param name="model">The pipeline, of which the last model is examined.</param>
    /// <param name="data">Rows that have the label and feature columns: those that the model's preparation has made.</param>
    /// <param name="labelColumnName">Column of the labels.</param>
    /// <param name="useFeatureWeightFilter">Whether features whose weight is 0 are left out; a network has no such weights.</param>
    /// <param name="numberOfExamplesToUse">Rows to use; null for all.</param>
    /// <param name="permutationCount">How many times each feature is shuffled.</param>
    /// <returns>The change of each metric, by the feature's name, or "Slot" and its number where it has none.</returns>
    public static ImmutableDictionary<string, MulticlassClassificationMetricsStatistics> PermutationFeatureImportance<TLastTransformer>(
        this MulticlassClassificationCatalog catalog, TransformerChain<TLastTransformer> model, IDataView data, string labelColumnName = "Label",
        bool useFeatureWeightFilter = false, int? numberOfExamplesToUse = null, int permutationCount = 1)
        where TLastTransformer : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        if (model.Reverse().FirstOrDefault(transformer => transformer is ISingleFeaturePredictionTransformer<object>) is not NeuralNetworkTransformer network)
        {
            return catalog.PermutationFeatureImportance(
                (ITransformer)model, data, labelColumnName, useFeatureWeightFilter, numberOfExamplesToUse, permutationCount);
        }
        var statistics = catalog.PermutationFeatureImportance(
            network, data, labelColumnName, useFeatureWeightFilter, numberOfExamplesToUse, permutationCount);
        VBuffer<ReadOnlyMemory<char>> names = default;
        var features = data.Schema[network.FeatureColumnName];
        if (features.HasSlotNames())
            features.GetSlotNames(ref names);
        return statistics.Index().ToImmutableDictionary(
            feature => names.Length > feature.Index && names.GetItemOrDefault(feature.Index) is { IsEmpty: false } name ? $"{name}" : $"Slot {feature.Index}",
            feature => feature.Item);
    }

    /// <summary>Writes a pipeline as ONNX, by ML.NET's package Microsoft.ML.OnnxConverter, which the app needs.</summary>
    /// <param name="catalog">The operations on models of an <see cref="MLContext"/>.</param>
    /// <param name="model">The pipeline.</param>
    /// <param name="inputData">Rows that the pipeline takes, for their columns.</param>
    /// <param name="stream">Where to write it.</param>
    /// <param name="outputColumns">The columns to keep; none for all.</param>
    /// <exception cref="MnistMlException">The package is missing, or there is more than one network in the pipeline.</exception>
    public static void ConvertToOnnx<TLastTransformer>(
        this ModelOperationsCatalog catalog, TransformerChain<TLastTransformer> model, IDataView inputData, Stream stream, params string[] outputColumns)
        where TLastTransformer : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(model);
        OnnxConversion.Convert(catalog, model, inputData, stream, outputColumns);
    }

    /// <param name="catalog">The operations on models of an <see cref="MLContext"/>.</param>
    /// <param name="model">The pipeline.</param>
    /// <param name="inputData">Rows that the pipeline takes, for their columns.</param>
    /// <param name="opSetVersion">Version of ONNX's operators, as ML.NET's method of this name takes it.</param>
    /// <param name="stream">Where to write it.</param>
    /// <inheritdoc cref="ConvertToOnnx{TLastTransformer}(ModelOperationsCatalog, TransformerChain{TLastTransformer}, IDataView, Stream, string[])"/>
    public static void ConvertToOnnx<TLastTransformer>(
        this ModelOperationsCatalog catalog, TransformerChain<TLastTransformer> model, IDataView inputData, int opSetVersion, Stream stream)
        where TLastTransformer : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(model);
        OnnxConversion.Convert(catalog, model, inputData, stream, opSetVersion);
    }

    /// <summary>Writes a network as ONNX, with columns named as in the pipeline, by ML.NET's package Microsoft.ML.OnnxConverter.</summary>
    /// <param name="catalog">The operations on models of an <see cref="MLContext"/>.</param>
    /// <param name="model">The fitted network.</param>
    /// <param name="inputData">Rows that it takes, for their columns.</param>
    /// <param name="stream">Where to write it.</param>
    /// <param name="outputColumns">The columns to keep; none for all.</param>
    /// <exception cref="MnistMlException">The package is missing.</exception>
    public static void ConvertToOnnx(
        this ModelOperationsCatalog catalog, NeuralNetworkTransformer model, IDataView inputData, Stream stream, params string[] outputColumns)
    {
        ArgumentNullException.ThrowIfNull(model);
        OnnxConversion.Convert(catalog, [model], inputData, stream, outputColumns);
    }
}
