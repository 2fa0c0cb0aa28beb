using MnistMl.Tests;
using MnistMl.Tests.Commands;
using MnistMl.Tests.MLNet;
using MnistMl.Tests.Serving;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace MnistMl.Tests;

/// <summary>Starts first what takes longest one after the other, so that it does not go on alone when all else is done.</summary>
sealed class LongestFirst : ITestCollectionOrderer
{
    static readonly string[] _longest =
        [ServingTests.Name, nameof(CommandLineTests), nameof(AnyModelTests), nameof(ResumeTests), nameof(PredictTests), nameof(NeuralNetworkTransformerTests)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : notnull, ITestCollection =>
        [.. testCollections.OrderBy(collection => _longest.Index()
            .Where(name => collection.TestCollectionDisplayName.Contains(name.Item, StringComparison.Ordinal))
            .Select(name => name.Index).DefaultIfEmpty(_longest.Length).Min())];
}
