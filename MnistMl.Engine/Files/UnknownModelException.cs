namespace MnistMl.Files;

/// <summary>A model file is whole, as far as can be told, but not a network of this library's making: ML.NET may know it.</summary>
sealed class UnknownModelException(string message) : MnistMlException(message);
