using MnistMl.Data;
using MnistMl.Images;
using MnistMl.Reporting;

namespace MnistMl.Commands;

/// <summary>Predicts pictures, and rows among them. A file that cannot be read is said, and the others go on.</summary>
/// <param name="model">The model.</param>
/// <param name="name">What messages call it.</param>
/// <param name="transform">What is done to images once they are in MNIST's form.</param>
/// <param name="error">Where warnings and errors go.</param>
/// <param name="cancellation">Ends it early.</param>
sealed class FilePrediction(LoadedModel model, string name, ImageTransform transform, TextWriter error, CancellationToken cancellation)
{
    /// <summary>Pictures that are decoded before the first of them is predicted, for each processor.</summary>
    const int Ahead = 4;

    /// <summary>The greatest value of the images that the model takes.</summary>
    readonly float _maxPixel = model.MaxPixel;

    /// <summary>Reads the rows of a file.</summary>
    public required Func<string, IEnumerable<RowBatch>> ReadRows { get; init; }

    /// <summary>Standard input; null if it is not looked at.</summary>
    public required Lazy<StandardInput?> Input { get; init; }

    /// <summary>Whether several digits in a row are read.</summary>
    public bool IsNumber { get; init; }

    /// <summary>Where what the network sees is drawn; null if nowhere.</summary>
    public TextWriter? ShowOn { get; init; }

    /// <summary>Takes the steps of pictures; null if they are not wanted.</summary>
    public StepSheet? Sheet { get; init; }

    /// <summary>Whether the predictions go to standard output, which may be closed before the last.</summary>
    public bool IsToStandardOutput { get; init; }

    /// <summary>Number of predictions.</summary>
    public long Count { get; private set; }

    /// <summary>Whether something could not be predicted.</summary>
    public bool HasFailed { get; private set; }

    bool IsOver => cancellation.IsCancellationRequested || IsToStandardOutput && StandardStreams.IsOutputClosed;

    /// <summary>Predicts.</summary>
    /// <param name="inputs">Pictures, folders of pictures, patterns, and rows.</param>
    /// <param name="writer">Writes the predictions.</param>
    public void Run(IEnumerable<string> inputs, FilePredictionWriter writer)
    {
        using var progress = new RowProgress(Terminal.Open(error), TimeSpan.FromSeconds(1), "files");
        var files = 0;
        foreach (var chunk in inputs.SelectMany(PredictionInput.Files).Chunk(Ahead * Environment.ProcessorCount))
        {
            var images = new (NumberImage? Image, string? Error)[chunk.Length];
            Parallel.For(0, chunk.Length, i =>
            {
                if (!cancellation.IsCancellationRequested && IsPicture(chunk[i]))
                    images[i] = Read(chunk[i]);
            });
            for (var i = 0; i < chunk.Length && !IsOver; i++)
            {
                progress.Clear();
                if (images[i].Error is { } message)
                    Fail(chunk[i], message, writer);
                else if (images[i].Image is { } image)
                    Predict(chunk[i], image, writer);
                else
                    PredictRows(chunk[i], writer);
                progress.Report(++files);
            }
            if (IsOver)
                break;
        }
        writer.End(cancellation.IsCancellationRequested);
    }

    bool IsPicture(string file) =>
        file == DataPath.StandardInput ? Input.Value is { IsPicture: true } : PredictionInput.IsPicture(file);

    (NumberImage?, string?) Read(string file)
    {
        try
        {
            if (model.FeatureCount != MnistForm.Side * MnistForm.Side)
                return (null, $"{file}: {name} takes {model.FeatureCount} pixels, but pictures are brought to {MnistForm.Side} × {MnistForm.Side}.");
            var (picture, keepSteps) = (Decode(file), Sheet is { IsFull: false });
            return (IsNumber ? NumberForm.Of(picture, Probability, keepSteps) : NumberImage.Of(MnistForm.Of(picture, keepSteps)), null);
        }
        catch (InvalidDataException failure)
        {
            return (null, failure.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, $"{file} cannot be read: {failure.Message}");
        }
    }

    Picture Decode(string file)
    {
        if (file != DataPath.StandardInput)
            return PictureDecoder.Read(file);
        using var bytes = new MemoryStream();
        Input.Value!.Stream.CopyTo(bytes);
        return PictureDecoder.Read(bytes.ToArray(), "standard input");
    }

    void Predict(string file, NumberImage image, FilePredictionWriter writer)
    {
        foreach (var digit in image.Digits)
            Sheet?.Add(digit.Steps);
        if (image.Digits.Count == 0)
        {
            Fail(file, $"{file}: {image.Warnings[0]}", writer);
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
            writer.Write(file, null, digits[0].Probabilities, warnings);
        Count++;
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

    void PredictRows(string file, FilePredictionWriter writer)
    {
        try
        {
            var row = 0L;
            float[] probabilities = [];
            foreach (var rows in ReadRows(file))
            {
                Array.Resize(ref probabilities, rows.RowCount * model.ClassNames.Count);
                model.Score(rows, probabilities, row);
                foreach (var scores in probabilities.Chunk(model.ClassNames.Count))
                    writer.Write(file, ++row, scores, []);
                Count += rows.RowCount;
                if (IsOver)
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            // The caller says so.
        }
        catch (MnistMlException failure)
        {
            Fail(file, failure.Message, writer);
        }
    }

    void Fail(string file, string message, FilePredictionWriter writer)
    {
        HasFailed = true;
        CommandLine.PrintError(message, error);
        writer.WriteError(file, message);
    }

    /// <summary>An image as the model takes it: swapped, and in the range of its training rows.</summary>
    float[] Features(byte[] pixels)
    {
        byte[] transformed = [.. pixels];
        transform.Apply(transformed, transformed.Length, PixelRange.Bytes);
        return Array.ConvertAll(transformed, pixel => pixel * _maxPixel / byte.MaxValue);
    }
}
