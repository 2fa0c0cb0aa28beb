namespace MnistMl.Files;

/// <summary>A model file is no network of this library's making, but may be another model of ML.NET's.</summary>
sealed class UnknownModelException(string message) : MnistMlException(message);
