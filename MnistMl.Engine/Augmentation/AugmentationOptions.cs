namespace MnistMl.Augmentation;

/// <summary>
/// How much the pictures are changed each time they are trained on; by default not at all. Each change is drawn anew for
/// each row in each epoch, uniformly up to its strength and in both directions.
/// </summary>
public sealed record AugmentationOptions
{
    /// <summary>Nothing is changed.</summary>
    public static AugmentationOptions None { get; } = new();

    /// <summary>Most degrees that a picture is turned by, either way; 0 to 180.</summary>
    public double Rotation { get; init; }

    /// <summary>Most pixels that a picture is moved by, across and down each; 0 to 1000.</summary>
    public double Shift { get; init; }

    /// <summary>Most that width and height are each stretched or shrunk by, as a share of them; 0 to 0.9.</summary>
    public double Scale { get; init; }

    /// <summary>Most pixels that a row is moved against the one above it, which makes upright strokes lean; 0 to 2.</summary>
    public double Shear { get; init; }

    /// <summary>Share of the pictures that are mirrored, left to right, 0 to 0.5: for clothes, not for digits.</summary>
    public double FlipProbability { get; init; }

    /// <summary>
    /// Elastic distortion, as by Simard, Steinkraus and Platt ("Best practices for convolutional neural networks applied to
    /// visual document analysis", 2003): each pixel's two displacements are uniform between −1 and 1, smoothed, and
    /// multiplied by up to this; 0 to 1000. With their fixed α no picture stays nearly as it is, as those to recognise do.
    /// </summary>
    public double Elastic { get; init; }

    /// <summary>
    /// Standard deviation, in pixels, of the Gaussian that smooths the displacements, Simard's σ; 0.1 to 100. Multiplied by α, they
    /// move a pixel by about α ÷ 6σ, root mean square, in each direction.
    /// </summary>
    public double ElasticSigma { get; init; } = 4;

    /// <summary>
    /// Share of the pictures in which a rectangle is erased, 0 to 1 (Zhong et al., "Random erasing data augmentation",
    /// 2020, with 0 for what is erased).
    /// </summary>
    public double EraseProbability { get; init; }

    /// <summary>The greatest part of a picture that is erased, as a share of its area; 0 to 1.</summary>
    public double ErasedArea { get; init; } = 0.2;

    /// <summary>
    /// Reads strengths in words, such as <c>rotate 10, shift 1, elastic 34 4</c>.
    /// </summary>
    /// <exception cref="MnistMlException">The text is not that; the message shows where.</exception>
    public static AugmentationOptions Parse(string text) => AugmentationParser.Parse(text);

    /// <summary>The strengths as <see cref="Parse"/> reads them.</summary>
    public override string ToString() => AugmentationParser.Format(this);

    /// <summary>The same changes, each stronger or weaker by a factor from 0 on, as far as a strength may go.</summary>
    internal AugmentationOptions Times(double factor) => AugmentationParser.Times(this, factor);

    /// <summary>Throws where a strength is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A strength is out of its range; the message says which.</exception>
    public void Validate() => AugmentationParser.Validate(this);
}
