namespace MnistMl.Images;

/// <summary>A picture in MNIST's form.</summary>
/// <param name="Pixels">[28, 28]: from 0 for paper to 255 for ink; null if no digit is seen.</param>
/// <param name="Steps">What was done, if it was asked for.</param>
/// <param name="Warnings">Why it may be wrong, a sentence each; where there are no pixels, why there are none.</param>
sealed record DigitImage(byte[]? Pixels, IReadOnlyList<ImageStep> Steps, IReadOnlyList<string> Warnings);

/// <summary>An image on the way from a picture to MNIST's form.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Image">From 0 for black to 255 for white.</param>
sealed record ImageStep(string Name, Plane Image);
