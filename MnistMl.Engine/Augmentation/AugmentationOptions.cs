namespace MnistMl.Augmentation;

/// <summary>
/// Random augmentation of the training images; by default none. Each image is augmented anew in each epoch. Unless said
/// otherwise, a parameter is the maximum of an amount that is drawn uniformly, and with a random sign.
/// </summary>
public sealed record AugmentationOptions
{
    /// <summary>No augmentation.</summary>
    public static AugmentationOptions None { get; } = new();

    /// <summary>Maximum rotation about the center, clockwise or counterclockwise, in degrees; 0 to 180.</summary>
    public double Rotation { get; init; }

    /// <summary>
    /// Maximum translation, horizontally and vertically, in pixels; 0 to 1000. It need not be a whole number of pixels.
    /// </summary>
    public double Shift { get; init; }

    /// <summary>
    /// Width and height are each scaled by a factor between 1 − this and 1 + this; 0 to 0.9.
    /// </summary>
    public double Scale { get; init; }

    /// <summary>
    /// Maximum horizontal shear: by how many pixels a line moves relative to the one above it, the tangent of the shear
    /// angle; 0 to 2. Upright strokes become slanted; lines of writing stay level.
    /// </summary>
    public double Shear { get; init; }

    /// <summary>Probability of a horizontal flip; 0 to 0.5. For clothes; a flipped digit is not a digit.</summary>
    public double FlipProbability { get; init; }

    /// <summary>
    /// Maximum α of an elastic distortion (Simard, Steinkraus and Platt, "Best practices for convolutional neural
    /// networks applied to visual document analysis", 2003); 0 to 1000. The displacements of each pixel are uniform
    /// between −1 and 1, smoothed by a Gaussian, and multiplied by α. Simard's α is fixed; here it is drawn between 0
    /// and this for each image, so that some images stay almost undistorted, as the images to recognize are.
    /// </summary>
    public double Elastic { get; init; }

    /// <summary>
    /// Standard deviation σ of the Gaussian that smooths the displacements, in pixels; 0.1 to 100. The displacements
    /// have a root mean square of about α ÷ 6σ pixels in each direction.
    /// </summary>
    public double ElasticSigma { get; init; } = 4;

    /// <summary>
    /// Probability of random erasing (Zhong et al., "Random erasing data augmentation", 2020): a rectangle at a random
    /// place is set to 0; 0 to 1.
    /// </summary>
    public double EraseProbability { get; init; }

    /// <summary>Maximum area of the erased rectangle, as a fraction of the image's area; 0 to 1.</summary>
    public double ErasedArea { get; init; } = 0.2;

    /// <summary>
    /// Maximum by which strokes are made thinner on each side, in pixels, by grey erosion; 0 to 10. Of 28 × 28 pixels, strokes of
    /// MNIST's digits are three to four wide.
    /// </summary>
    public double Thinning { get; init; }

    /// <summary>Probability that strokes are made thinner; 0 to 1.</summary>
    public double ThinningProbability { get; init; } = 0.25;

    /// <summary>Maximum by which strokes are made thicker on each side, in pixels, by grey dilation; 0 to 10.</summary>
    public double Thickening { get; init; }

    /// <summary>
    /// Probability that strokes are made thicker; 0 to 1. No image is made both thinner and thicker: together with
    /// <see cref="ThinningProbability"/> it has an effect up to 1.
    /// </summary>
    public double ThickeningProbability { get; init; } = 0.25;

    /// <summary>
    /// Probability of a stretch: the box around the ink is stretched towards the whole image, in width and in height by an own
    /// share of the way there, as digits are that a scanner's software fitted into a box; 0 to 1.
    /// </summary>
    public double StretchProbability { get; init; }

    /// <summary>
    /// Probability that a 1 gets a flag, the upstroke with which it begins in much of the world; 0 to 1. A 1 is an example of the
    /// class of that name which is a single stem; nothing else changes.
    /// </summary>
    public double FlagProbability { get; init; }

    /// <summary>
    /// Maximum standard deviation of a Gaussian blur, in pixels, as of scanners and cameras of a lower resolution; 0 to 4. Of 28 × 28
    /// pixels that were enlarged from 10 × 10, it is about 1.4.
    /// </summary>
    public double Blur { get; init; }

    /// <summary>Probability of a blur; 0 to 1.</summary>
    public double BlurProbability { get; init; } = 0.25;

    /// <summary>
    /// Maximum loss of contrast: ink is multiplied by a factor between 1 − this and 1; 0 to 1.
    /// </summary>
    public double Contrast { get; init; }

    /// <summary>Probability that the contrast is reduced; 0 to 1.</summary>
    public double ContrastProbability { get; init; } = 0.5;

    /// <summary>
    /// Maximum brightness of the paper, which is 0 otherwise; 0 to 255. What 255 becomes stays, unless contrast is reduced, too.
    /// </summary>
    public double Brightness { get; init; }

    /// <summary>Probability that the paper is made brighter; 0 to 1.</summary>
    public double BrightnessProbability { get; init; } = 0.5;

    /// <summary>Parses the text form, such as <c>rotate 10, shift 1, elastic 34 4</c>.</summary>
    /// <param name="text">The text: transforms with their parameters, or "none".</param>
    /// <exception cref="MnistMlException">The text is not valid; the message marks the wrong word.</exception>
    public static AugmentationOptions Parse(string text) => AugmentationParser.Parse(text);

    /// <summary>The text form, which <see cref="Parse"/> reads.</summary>
    public override string ToString() => AugmentationParser.Format(this);

    /// <summary>
    /// The same augmentation, stronger or weaker: the first parameter of each transform is multiplied by a factor, up
    /// to the maximum of its range. <see cref="ElasticSigma"/>, <see cref="ErasedArea"/> and the like stay.
    /// </summary>
    /// <param name="factor">The factor, at least 0.</param>
    internal AugmentationOptions Times(double factor) => AugmentationParser.Times(this, factor);

    /// <summary>Checks the ranges of all parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of range; the message names it.</exception>
    public void Validate() => AugmentationParser.Validate(this);
}
