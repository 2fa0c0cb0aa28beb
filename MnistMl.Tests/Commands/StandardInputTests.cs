using System.IO.Compression;
using System.Text.Json;
using MnistMl.Tests.Data;

namespace MnistMl.Tests.Commands;

/// <summary>Data may come from standard input, in any format.</summary>
public sealed class StandardInputTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Training_and_test_rows_of_an_npz_come_from_standard_input()
    {
        double[] pixels = [.. Enumerable.Range(0, 40).SelectMany(row => new double[] { row % 2 * 255, row })];
        double[] labels = [.. Enumerable.Range(0, 40).Select(row => row % 2)];
        var npz = NpyFile.Zip(
            CompressionLevel.Fastest,
            ("x_train.npy", NpyFile.Of("|u1", [30, 2], pixels[..60])), ("y_train.npy", NpyFile.Of("|u1", [30], labels[..30])),
            ("x_test.npy", NpyFile.Of("|u1", [10, 2], pixels[60..])), ("y_test.npy", NpyFile.Of("|u1", [10], labels[30..])));

        var trained = await Run(npz, "train", "--data", "-", "--network", "none", "--epochs", "2", "--output", "m.zip", "--json", "--quiet");
        var tested = await Run(npz, "evaluate", "--model", "m.zip", "--data", "-", "--json");

        Assert.Equal((30, 10), (trained.GetProperty("rowsTrained").GetInt32(), trained.GetProperty("rowsTested").GetInt32()));
        Assert.Equal(10, tested.GetProperty("rowsTested").GetInt32());
    }

    async Task<JsonElement> Run(byte[] input, params string[] arguments)
    {
        using var process = ProgramProcess.Start(_folder.Path, arguments);
        await process.StandardInput.BaseStream.WriteAsync(input, TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        return JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).RootElement;
    }
}
