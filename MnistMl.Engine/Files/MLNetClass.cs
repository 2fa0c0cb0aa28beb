namespace MnistMl.Files;

/// <summary>A class of ML.NET that loads itself from a <c>Model.key</c>, as the header of the file names it.</summary>
/// <param name="Loader">Name by which ML.NET finds the class, at most 24 characters.</param>
/// <param name="Signature">Name of the format of the model block, 8 characters.</param>
/// <param name="Written">Version of that format.</param>
/// <param name="Readable">Oldest version whose readers can read it.</param>
/// <param name="Assembly">Simple name of the assembly that has the class.</param>
/// <param name="OldLoader">Name it had once, which ML.NET goes on writing beside the other.</param>
sealed record MLNetClass(
    string Loader, string Signature, uint Written, uint Readable, string Assembly, string OldLoader = "")
{
    public static readonly MLNetClass Chain =
        new("TransformerChain", "XF CHAIN", 0x10001, 0x10001, "Microsoft.ML.Data");

    public static readonly MLNetClass Projection =
        new("PcaTransform", "PCA FUNC", 0x10002, 0x10002, "Microsoft.ML.PCA");

    public static readonly MLNetClass Concatenation =
        new("ConcatTransform", "CONCAT F", 0x10003, 0x10003, "Microsoft.ML.Data", "ConcatFunction");

    public static readonly MLNetClass Expression =
        new("ExprTransform", "EXPRTRNF", 0x10001, 0x10001, "Microsoft.ML.Transforms");

    public static readonly MLNetClass Scorer =
        new("MulticlassPredXfer", "MC  PRED", 0x10002, 0x10001, "Microsoft.ML.Data");

    public static readonly MLNetClass MaximumEntropy =
        new("MultiClassLRExec", "MULTI LR", 0x10003, 0x10001, "Microsoft.ML.StandardTrainers");

    /// <summary>What <see cref="MaximumEntropy"/> is, without the softmax.</summary>
    public static readonly MLNetClass Linear =
        new("MulticlassLinear", "MCLINEAR", 0x10001, 0x10001, "Microsoft.ML.StandardTrainers");

    public static readonly MLNetClass KeyToValue =
        new("KeyToValueTransform", "KEY2VALT", 0x10001, 0x10001, "Microsoft.ML.Data");

    public static readonly MLNetClass Onnx =
        new("OnnxTransform", "ONNXSCOR", 0x10003, 0x10003, "Microsoft.ML.OnnxTransformer");

    public static readonly MLNetClass ImageLoading =
        new("ImageLoaderTransform", "IMGLOADR", 0x10003, 0x10003, ImageAnalytics);

    public static readonly MLNetClass ImageResizing =
        new("ImageScalerTransform", "IMGSCALF", 0x10003, 0x10003, ImageAnalytics);

    public static readonly MLNetClass Grayscale =
        new("ImageGrayscaleTransform", "IMGGRAYT", 0x10001, 0x10001, ImageAnalytics);

    public static readonly MLNetClass PixelExtraction =
        new("ImagePixelExtractor", "IMGPXEXT", 0x10003, 0x10002, ImageAnalytics);

    public static readonly MLNetClass ColumnSelection =
        new("SelectColumnsTransform", "SELCOLST", 0x10001, 0x10001, "Microsoft.ML.Data");

    public static readonly MLNetClass ValueToKey =
        new("TermTransform", "TERMTRNF", 0x10003, 0x10003, "Microsoft.ML.Data");

    const string ImageAnalytics = "Microsoft.ML.ImageAnalytics";

    /// <summary>
    /// Column of the probabilities, and of the sums that each linear model before them gives, which the next hides.
    /// ML.NET's scorer keeps its name, but loads with no other.
    /// </summary>
    public const string Score = "Score";

    /// <summary>Column of the most probable class. ML.NET 3.0.1 evaluates no other.</summary>
    public const string PredictedLabel = "PredictedLabel";

    /// <summary>The expression that is the ReLU, applied to each number of a column.</summary>
    public const string Relu = "(x) => max(x,0f)";

    /// <summary>What <see cref="Relu"/> takes: ML.NET's number for single precision.</summary>
    public const int SinglePrecision = 8;
}
