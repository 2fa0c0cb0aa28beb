namespace MnistMl.Images;

/// <summary>Takes away light that changes slowly over the image.</summary>
static class SmoothLight
{
    const int Terms = 6;

    /// <summary>What is left of an image after the polynomial of second degree that is nearest to it, by least squares.</summary>
    public static Plane Remove(Plane image)
    {
        // [terms, terms + 1]: the normal equations.
        var equations = new double[Terms, Terms + 1];
        Span<double> terms = stackalloc double[Terms];
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                Evaluate(image, x, y, terms);
                for (var i = 0; i < Terms; i++)
                {
                    for (var j = 0; j < Terms; j++)
                        equations[i, j] += terms[i] * terms[j];
                    equations[i, Terms] += terms[i] * image[x, y];
                }
            }
        }
        var solution = Solve(equations);
        var result = Plane.ToWrite(image.Width, image.Height);
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                Evaluate(image, x, y, terms);
                var light = 0.0;
                for (var i = 0; i < Terms; i++)
                    light += solution[i] * terms[i];
                result[x, y] = image[x, y] - (float)light;
            }
        }
        return result;
    }

    static void Evaluate(Plane image, int column, int line, Span<double> terms)
    {
        var (x, y) = (2.0 * column / image.Width - 1, 2.0 * line / image.Height - 1);
        (terms[0], terms[1], terms[2], terms[3], terms[4], terms[5]) = (1, x, y, x * x, x * y, y * y);
    }

    /// <summary>Gauss's elimination. Where the image is too small for a term, it is left out.</summary>
    static double[] Solve(double[,] equations)
    {
        const double small = 1e-9;
        var solution = new double[Terms];
        for (var i = 0; i < Terms; i++)
        {
            if (equations[i, i] < small)
                continue;
            for (var row = i + 1; row < Terms; row++)
            {
                var factor = equations[row, i] / equations[i, i];
                for (var column = i; column <= Terms; column++)
                    equations[row, column] -= factor * equations[i, column];
            }
        }
        for (var i = Terms - 1; i >= 0; i--)
        {
            if (equations[i, i] < small)
                continue;
            var sum = equations[i, Terms];
            for (var column = i + 1; column < Terms; column++)
                sum -= equations[i, column] * solution[column];
            solution[i] = sum / equations[i, i];
        }
        return solution;
    }
}
