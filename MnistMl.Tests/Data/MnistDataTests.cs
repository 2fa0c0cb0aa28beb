using System.Security.Cryptography;
using MnistMl.Commands;
using MnistMl.Data;

namespace MnistMl.Tests.Data;

public class MnistDataTests
{
    [Fact]
    public void The_shipped_file_is_MNIST()
    {
        var dataset = DatasetFile.Read(BundledData.Find());

        Assert.Equal(70_000, dataset.RowCount);
        Assert.Equal(784, dataset.FeatureCount);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], dataset.ClassNames);
        int[] ofTraining = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
        int[] ofTest = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
        Assert.Equal(ofTraining, ClassCounts(dataset.Slice(0, 60_000)));
        Assert.Equal(ofTest, ClassCounts(dataset.Slice(60_000, 10_000)));
        // Of the 70,000 × 784 bytes, computed with Python's gzip, int and hashlib.
        Assert.Equal("5b92582eb909c82a9bfefcd44acbe9233be3eb5b419a44cf211022ad2bf4bf96",
            Convert.ToHexStringLower(SHA256.HashData(dataset.Pixels)));
    }

    static int[] ClassCounts(Dataset dataset)
    {
        var counts = new int[dataset.ClassNames.Count];
        foreach (var label in dataset.Labels)
            counts[label]++;
        return counts;
    }
}
