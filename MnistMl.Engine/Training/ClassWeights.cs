namespace MnistMl.Training;

/// <summary>How much an example counts in training, by its class.</summary>
public enum ClassWeights
{
    /// <summary>All examples count alike.</summary>
    Uniform,

    /// <summary>
    /// All classes count alike, however many examples they have: an example counts examples ÷ (classes × examples of its class), as
    /// scikit-learn's class_weight="balanced" (King and Zeng, "Logistic regression in rare events data", 2001).
    /// </summary>
    Balanced,
}
