namespace MnistMl.Tests.Network;

/// <summary>What every gradient is checked by.</summary>
static class FiniteDifference
{
    /// <summary>A function's derivative by a parameter that it depends on, by central differences.</summary>
    public static double Derivative(ref double parameter, Func<double> function, double step = 1e-5)
    {
        var value = parameter;
        parameter = value + step;
        var above = function();
        parameter = value - step;
        var below = function();
        parameter = value;
        return (above - below) / (2 * step);
    }
}
