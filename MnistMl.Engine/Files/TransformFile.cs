namespace MnistMl.Files;

/// <summary>A file in the folder of a transform in a model zip.</summary>
/// <param name="Name">Its name in that folder.</param>
/// <param name="Content">What it holds.</param>
readonly record struct TransformFile(string Name, ReadOnlyMemory<byte> Content);
