using System.IO.Compression;
using MnistMl.Data;

namespace MnistMl.Fetching;

/// <summary>A data set that is on the disk now.</summary>
/// <param name="Path">Its file.</param>
/// <param name="IsNew">Whether it was downloaded, and not there already.</param>
/// <param name="IsChecked">Whether its checksum is known, and right.</param>
/// <param name="Data">Its rows.</param>
/// <param name="LabelColumn">The column of its class, where that has to be said; else null.</param>
sealed record FetchedDataset(string Path, bool IsNew, bool IsChecked, LoadedData Data, string? LabelColumn);

/// <summary>Fetches data sets of images from OpenML.</summary>
/// <param name="client">Makes the requests.</param>
/// <param name="server">OpenML's address.</param>
/// <param name="maxBytes">The most bytes of a file.</param>
/// <param name="progress">Told how far it is; null for no one.</param>
sealed class DatasetFetcher(WebClient client, Uri server, long maxBytes, IProgress<DownloadProgress>? progress)
{
    /// <summary>Fetches a data set, unless it is there already with the right checksum.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="output">The file to save, gzipped if it ends in .gz; null for one in the <see cref="DataCache"/>.</param>
    /// <param name="cancellation">Ends it; what has come is kept.</param>
    /// <exception cref="MnistMlException">It cannot be had, or is not of square images with a class.</exception>
    public async Task<FetchedDataset> Fetch(int id, string? output, CancellationToken cancellation)
    {
        var set = await OpenMlDataset.Get(client, server, id, notice => progress?.Report(new(0, null, notice)), cancellation);
        var path = output ?? DataCache.PathOf(set.Name, id);
        if (output == null)
            Directory.CreateDirectory(DataCache.Folder);
        AtomicFile.ThrowIfUnwritable(path, "data");
        if (set.Md5 != null && File.Exists(path) && Unzipped.Md5(() => Unzipped.Open(path)) == set.Md5)
        {
            var (there, label) = Read(set, () => Unzipped.Open(path));
            return new(path, IsNew: false, IsChecked: true, there, label);
        }

        var partial = path + ".partial";
        // Without a checksum, nothing says that it is a part of what the server has now.
        if (set.Md5 == null)
            File.Delete(partial);
        var download = new Download(client, set.Address, partial, maxBytes, progress);
        await Get(set, download, cancellation);
        try
        {
            var (data, labelColumn) = Read(set, download.Open);
            AtomicFile.Write(path, "data", file =>
            {
                using var content = download.Open();
                using var zipped = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                    ? new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true)
                    : null;
                content.CopyTo(zipped ?? (Stream)file);
            });
            return new(path, IsNew: true, IsChecked: set.Md5 != null, data, labelColumn);
        }
        finally
        {
            download.Delete();
        }
    }

    static async Task Get(OpenMlDataset set, Download download, CancellationToken cancellation)
    {
        const int maxDownloads = 2;
        for (var downloads = 1; ; downloads++)
        {
            await download.Run(cancellation);
            var md5 = download.Md5();
            if (md5 != null && (set.Md5 ?? md5) == md5)
                return;
            download.Delete();
            if (downloads == maxDownloads)
            {
                throw new MnistMlException($"What {set.Address.Host} sent of {set} is damaged, {maxDownloads} times: "
                    + $"{(md5 == null ? "it cannot be unzipped" : $"its MD5 is {md5}, expected {set.Md5}")}. Try again later.");
            }
        }
    }

    /// <summary>Reads the rows: by the column that OpenML names, where another would be taken for the class.</summary>
    static (LoadedData Data, string? LabelColumn) Read(OpenMlDataset set, Func<Stream> open)
    {
        LoadedData? read = null;
        try
        {
            read = ReadAs(null);
        }
        catch (LabelColumnException) when (set.Target != null)
        {
        }
        var isOther = read == null || set.Target != null && read.Description.LabelName != set.Target;
        read = isOther ? ReadAs(set.Target) : read!;
        return read.Description.ImageSize != null
            ? (read, isOther ? set.Target : null)
            : throw new MnistMlException($"OpenML's {set} is not of square images: a row has {read.Dataset.FeatureCount} numbers.");

        LoadedData ReadAs(string? labelColumn)
        {
            try
            {
                using var content = open();
                return DataSource.Open(content, $"{set}").ReadTraining(new TableOptions { LabelColumn = labelColumn });
            }
            catch (MnistMlException e) when (labelColumn != null || e is not LabelColumnException)
            {
                throw new MnistMlException($"OpenML's {set} is not of images with a class: {e.Message}", e);
            }
        }
    }
}
