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
    /// <summary>Whether what has come is kept when it is interrupted, for the next time to go on from there.</summary>
    public bool KeepsPart { get; private set; }

    /// <summary>Fetches a data set, unless it is there already with the right checksum.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="output">The file to save, gzipped if it ends in .gz; null for one in the <see cref="DataCache"/>.</param>
    /// <param name="cancellation">Ends it; <see cref="KeepsPart"/> says whether what has come is kept.</param>
    /// <exception cref="MnistMlException">It cannot be had, or is not of square images with a class.</exception>
    public async Task<FetchedDataset> Fetch(int id, string? output, CancellationToken cancellation)
    {
        var set = await OpenMlDataset.Get(client, server, id, notice => progress?.Report(new(0, null, notice)), cancellation);
        var path = output ?? DataCache.PathOf(set.Name, id);
        if (output == null)
            Directory.CreateDirectory(DataCache.Folder);
        AtomicFile.ThrowIfUnwritable(path, "data");
        var isChecked = set.Md5 != null;
        var isThere = isChecked && File.Exists(path) && Md5Of(path) == set.Md5;
        var download = isThere ? null : await Get(set, path + ".partial", cancellation);
        try
        {
            var (data, labelColumn) = Read(set, download == null ? () => DataFile.Open(path) : download.Open);
            download?.Save(path);
            return new(path, !isThere, isChecked, data, labelColumn);
        }
        catch (LabelColumnException e)
        {
            if (isChecked)
                download?.Save(path);
            throw new MnistMlException(
                $"OpenML's {set} has no clear class: {e.Message}{(isChecked ? $" It is saved as {path}, which train takes with --label-column." : "")}", e);
        }
        finally
        {
            download?.Delete();
        }
    }

    async Task<Download> Get(OpenMlDataset set, string partial, CancellationToken cancellation)
    {
        var download = new Download(client, set.Address, partial, maxBytes, progress);
        // Without a checksum, nothing says that it is a part of what the server has now.
        KeepsPart = set.Md5 != null;
        if (!KeepsPart)
            download.Delete();
        try
        {
            await Run(set, download, cancellation);
            return download;
        }
        catch (OperationCanceledException) when (!KeepsPart)
        {
            download.Delete();
            throw;
        }
    }

    static async Task Run(OpenMlDataset set, Download download, CancellationToken cancellation)
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

    static string? Md5Of(string path) => DataFile.Read(path, file =>
    {
        var start = new byte[2];
        file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        if (!DataFile.IsGzip(start))
            return Download.Md5Of(file);
        using var content = DataFile.Unzip(file, leaveOpen: true);
        return Download.Md5Of(content);
    });

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
            using var content = open();
            try
            {
                return DataSource.Open(content, $"{set}").ReadTraining(new TableOptions { LabelColumn = labelColumn });
            }
            catch (MnistMlException e) when (labelColumn != null || e is not LabelColumnException)
            {
                throw new MnistMlException($"OpenML's {set} is not of images with a class: {e.Message}", e);
            }
        }
    }
}
