using System.Runtime.InteropServices;

namespace MnistMl.Images;

/// <summary>
/// Tells digits from other drawings: a small network of its own, trained on MNIST's digits and on strokes that are none (as
/// Hendrycks, Mazeika and Dietterich do, "Deep anomaly detection with outlier exposure", ICLR 2019). The benchmarks'
/// <c>likeness</c> makes it.
/// </summary>
/// <param name="parameters">
/// [pixels + 1, hidden], [hidden + 1]: the weights of the hidden layer, of which the last line are its biases, and those of the output.
/// </param>
sealed class DigitLikeness(Half[] parameters)
{
    /// <summary>Name of the file of parameters, and number of hidden units.</summary>
    public const string File = "digit-likeness.bin";
    public const int Hidden = 64;

    const int Pixels = MnistForm.Side * MnistForm.Side;

    readonly float[] _parameters = parameters.Length == (Pixels + 1) * Hidden + Hidden + 1
        ? Array.ConvertAll(parameters, parameter => (float)parameter)
        : throw new ArgumentException("These are not the parameters of the network.", nameof(parameters));

    /// <summary>The network that was trained.</summary>
    public static DigitLikeness Trained { get; } = Load();

    /// <summary>Scores an image: above 0 what looks like a digit, below 0 what does not.</summary>
    /// <param name="pixels">[28, 28]: from 0 for paper to 255 for ink.</param>
    public float Of(ReadOnlySpan<byte> pixels)
    {
        Span<float> hidden = stackalloc float[Hidden];
        Line(Pixels).CopyTo(hidden);
        for (var pixel = 0; pixel < pixels.Length; pixel++)
        {
            if (pixels[pixel] == 0)
                continue;
            var ink = pixels[pixel] / (float)byte.MaxValue;
            var weights = Line(pixel);
            for (var i = 0; i < Hidden; i++)
                hidden[i] += ink * weights[i];
        }
        var output = _parameters.AsSpan((Pixels + 1) * Hidden);
        var score = output[Hidden];
        for (var i = 0; i < Hidden; i++)
            score += output[i] * Math.Max(0, hidden[i]);
        return score;

        ReadOnlySpan<float> Line(int pixel) => _parameters.AsSpan(pixel * Hidden, Hidden);
    }

    static DigitLikeness Load()
    {
        using var file = typeof(DigitLikeness).Assembly.GetManifestResourceStream(File)!;
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return new(MemoryMarshal.Cast<byte, Half>(bytes).ToArray());
    }
}
