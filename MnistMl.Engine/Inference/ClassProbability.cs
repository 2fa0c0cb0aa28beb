namespace MnistMl.Inference;

/// <summary>A class, and how probable a network takes it to be.</summary>
/// <param name="ClassName">The class's name.</param>
/// <param name="Probability">Its probability, 0 to 1.</param>
public readonly record struct ClassProbability(string ClassName, float Probability);
