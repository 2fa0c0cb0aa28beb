using MnistMl.Data;
using MnistMl.Images;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary>
/// Predicts pictures, and rows as they come. Of several files, one that cannot be read is said, and the others go on; where all are
/// rows of the same file, it is said what seems to be wrong with them.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="name">What messages call it.</param>
/// <param name="transform">What is done to images, those of pictures once they are in MNIST's form.</param>
/// <param name="error">Where warnings and errors go.</param>
/// <param name="cancellation">Ends it early.</param>
sealed class InputPredictor(LoadedModel model, string name, ImageTransform transform, TextWriter error, CancellationToken cancellation)
{
    /// <summary>Pictures that are decoded ahead of the one that is predicted, for each processor.</summary>
    const int Ahead = 4;

    /// <summary>The greatest value of the images that the model takes.</summary>
    readonly float _maxPixel = model.MaxPixel;

    readonly List<(string File, string Message)> _errors = [];

    /// <summary>Standard input; null if it is not looked at.</summary>
    public required Lazy<StandardInput?> Input { get; init; }

    /// <summary>What is known of the columns of a table.</summary>
    public required TableOptions Columns { get; init; }

    /// <summary>Whether pictures in a table or in folders of classes are brought into MNIST's form.</summary>
    public bool IsPrepared { get; init; }

    /// <summary>Whether several digits in a row are read.</summary>
    public bool IsNumber { get; init; }

    /// <summary>Where what the network sees is drawn; null if nowhere.</summary>
    public TextWriter? ShowOn { get; init; }

    /// <summary>Takes the steps of pictures; null if they are not wanted.</summary>
    public StepSheet? Sheet { get; init; }

    /// <summary>Whether the predictions go to standard output, which may be closed before the last.</summary>
    public bool IsToStandardOutput { get; init; }

    /// <summary>Whether something could not be predicted.</summary>
    public bool HasFailed => _errors.Count > 0;

    bool IsOutputClosed => IsToStandardOutput && StandardStreams.IsOutputClosed;

    /// <summary>Predicts.</summary>
    /// <param name="files">Pictures and rows.</param>
    /// <param name="writer">Writes the predictions.</param>
    /// <exception cref="MnistMlException">All are rows of one file, and it cannot be read to its end.</exception>
    public void Run(IEnumerable<string> files, PredictionWriter writer)
    {
        // Where rows of one file are printed, they show how many are done.
        using var progress = new RowProgress(
            Terminal.Open(IsToStandardOutput && !writer.HasFiles ? TextWriter.Null : error), TimeSpan.FromSeconds(1), writer.HasFiles ? "files" : "rows");
        IReadOnlyList<string> warnings = [];
        var count = 0;
        foreach (var (file, image, message) in Decode(files))
        {
            // That a file alone cannot be read is said even where nobody reads its predictions.
            if (writer.HasFiles && (cancellation.IsCancellationRequested || IsOutputClosed))
                break;
            progress.Clear();
            if (message != null)
                Fail(file, message);
            else if (image != null)
                Predict(file, image, writer);
            else
                warnings = PredictRows(file, writer, progress);
            if (writer.HasFiles)
                progress.Report(++count);
        }
        writer.End(warnings, _errors, cancellation.IsCancellationRequested);
    }

    /// <summary>Brings pictures into MNIST's form, some ahead of those that are predicted: a file is a picture, or wrong, or else rows.</summary>
    IEnumerable<(string File, NumberImage? Image, string? Error)> Decode(IEnumerable<string> files)
    {
        var ahead = new Queue<Task<(string, NumberImage?, string?)>>();
        foreach (var file in files)
        {
            ahead.Enqueue(Task.Run(() => Decode(file), CancellationToken.None));
            if (ahead.Count > Ahead * Environment.ProcessorCount)
                yield return ahead.Dequeue().GetAwaiter().GetResult();
        }
        foreach (var decoded in ahead)
            yield return decoded.GetAwaiter().GetResult();
    }

    (string, NumberImage?, string?) Decode(string file)
    {
        var isInput = file == DataPath.StandardInput;
        if (cancellation.IsCancellationRequested || !(isInput ? Input.Value is { IsPicture: true } : PredictionInput.IsPicture(file)))
            return (file, null, null);
        if (model.FeatureCount != MnistForm.Side * MnistForm.Side)
            return (file, null, $"{file}: {name} takes {model.FeatureCount} pixels, but pictures are brought to {MnistForm.Side} × {MnistForm.Side}.");
        try
        {
            var picture = isInput ? PictureDecoder.Read(Bytes(Input.Value!.Stream), "standard input") : PictureDecoder.Read(file);
            var keepSteps = Sheet is { IsFull: false };
            return (file, IsNumber ? NumberForm.Of(picture, Probability, keepSteps) : NumberImage.Of(MnistForm.Of(picture, keepSteps)), null);
        }
        catch (InvalidDataException failure)
        {
            return (file, null, failure.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (file, null, $"{file} cannot be read: {failure.Message}");
        }
    }

    static byte[] Bytes(Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    void Predict(string file, NumberImage image, PredictionWriter writer)
    {
        foreach (var digit in image.Digits)
            Sheet?.Add(digit.Steps);
        if (image.Digits.Count == 0)
        {
            Fail(file, $"{file}: {image.Warnings[0]}");
            return;
        }
        var warnings = model.WarningsOf(image.Warnings);
        foreach (var warning in warnings)
            CommandLine.PrintWarning($"{file}: {warning}{(warning == MnistForm.SeveralDigits ? " --number reads all of them." : "")}", error);
        var digits = new List<(Box Box, float[] Probabilities)>();
        foreach (var digit in image.Digits)
        {
            if (ShowOn != null)
                TerminalImage.Draw(digit.Pixels, MnistForm.Side, ShowOn);
            digits.Add((digit.Box!.Value, Score(digit.Pixels!)));
        }
        if (IsNumber)
            writer.WriteNumber(file, digits, warnings);
        else
            writer.WritePicture(file, digits[0].Probabilities, warnings);
    }

    float[] Score(byte[] pixels)
    {
        var probabilities = new float[model.ClassNames.Count];
        lock (model)
            model.Score(new RowBatch(default, Features(pixels), 1), probabilities);
        return probabilities;
    }

    /// <summary>How sure the model is of an image.</summary>
    float Probability(byte[] pixels) => Score(pixels).Max();

    /// <summary>An image as the model takes it: swapped, and in the range of its training rows.</summary>
    float[] Features(byte[] pixels)
    {
        byte[] transformed = [.. pixels];
        transform.Apply(transformed, transformed.Length, PixelRange.Bytes);
        return Array.ConvertAll(transformed, pixel => pixel * _maxPixel / byte.MaxValue);
    }

    /// <summary>Predicts the rows of a file, and says what seems to be wrong with them where they are all that is predicted.</summary>
    IReadOnlyList<string> PredictRows(string file, PredictionWriter writer, RowProgress progress)
    {
        var check = writer.HasFiles ? null : new InputCheck(model, name, transform);
        IReadOnlyList<string> warnings = [];
        float[] probabilities = [];
        var row = 0L;
        try
        {
            foreach (var rows in ReadRows(file).TakeWhile(_ => !IsOutputClosed))
            {
                check?.Add(rows);
                var count = rows.RowCount * model.ClassNames.Count;
                if (probabilities.Length < count)
                    probabilities = new float[count];
                model.Score(rows, probabilities.AsSpan(0, count), row);
                if (check is { IsDone: true })
                    Warn();
                writer.WriteRows(file, row, probabilities.AsSpan(0, count));
                row += rows.RowCount;
                if (!writer.HasFiles)
                    progress.Report(row);
                cancellation.ThrowIfCancellationRequested();
            }
            Warn();
        }
        catch (OperationCanceledException)
        {
            // The caller says so.
        }
        catch (MnistMlException failure) when (writer.HasFiles)
        {
            Fail(file, failure.Message);
        }
        return warnings;

        void Warn()
        {
            if (check == null)
                return;
            progress.Clear();
            (warnings, check) = (check.Warn(error), null);
        }
    }

    IEnumerable<RowBatch> ReadRows(string file)
    {
        var options = Columns with { FeatureCount = model.FeatureCount };
        // What it is may be known only when the first row is there.
        var data = Task.Run(
            () => DataPath.Open(file, IsPrepared, file == DataPath.StandardInput ? Input.Value?.Stream : null), CancellationToken.None)
            .WaitAsync(cancellation).GetAwaiter().GetResult();
        // Where the model does not tell the range to invert in, all rows do.
        var isRangeKnown = !transform.Invert || transform.Range != null;
        return (isRangeKnown ? data.ReadLines(options, transform, cancellation) : null)
            ?? RowBatches.Of(transform.Apply(DataPath.ThrowIfOtherSize(data.ReadForPrediction(options).Dataset, model, name)));
    }

    void Fail(string file, string message)
    {
        CommandLine.PrintError(message, error);
        _errors.Add((file, message));
    }
}
