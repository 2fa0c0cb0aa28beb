using System.Globalization;

namespace MnistMl.Reporting.Document;

/// <summary>Where numbers are on an axis, which may be logarithmic, and which of them it names.</summary>
sealed class Axis
{
    readonly double _from, _to, _start, _end;
    readonly bool _isLog;

    Axis(double from, double to, double start, double end, bool isLog, IReadOnlyList<double> ticks) =>
        (_from, _to, _start, _end, _isLog, Ticks) = (from, to, start, end, isLog, ticks);

    /// <summary>The numbers that are named.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>An axis from one number to another.</summary>
    /// <param name="from">The least number.</param>
    /// <param name="to">The greatest.</param>
    /// <param name="start">Where the least is in the drawing.</param>
    /// <param name="end">Where the greatest is.</param>
    /// <param name="ticks">The numbers to name.</param>
    public static Axis Linear(double from, double to, double start, double end, IReadOnlyList<double> ticks) =>
        new(from, to, start, end, isLog: false, ticks);

    /// <summary>An axis that numbers fit on, with room to the next round number.</summary>
    public static Axis Linear(IReadOnlyList<double> numbers, double start, double end)
    {
        var (min, max) = (numbers.Min(), numbers.Max());
        if (min == max)
            (min, max) = (min - Math.Max(1e-6, Math.Abs(min) / 10), max + Math.Max(1e-6, Math.Abs(max) / 10));
        var step = RoundStep((max - min) / 4);
        var (first, last) = ((long)Math.Floor(min / step), (long)Math.Ceiling(max / step));
        return Linear(first * step, last * step, start, end, [.. Enumerable.Range(0, (int)(last - first) + 1).Select(tick => (first + tick) * step)]);
    }

    /// <summary>A logarithmic axis that numbers above 0 fit on.</summary>
    public static Axis Log(IReadOnlyList<double> numbers, double start, double end)
    {
        var (min, max) = (numbers.Min(), numbers.Max());
        double[] round =
        [
            .. Enumerable.Range((int)Math.Floor(Math.Log10(min)) - 1, (int)Math.Ceiling(Math.Log10(max / min)) + 3)
                .SelectMany(power => ((double[])[1, 2, 5]).Select(digit => digit * Math.Pow(10, power))),
        ];
        var (from, to) = (round.Last(tick => tick <= min), round.First(tick => tick >= max));
        if (from == to)
            to = round.First(tick => tick > from);
        double[] within = [.. round.Where(tick => tick >= from && tick <= to)];
        // Of many decades, only their beginnings.
        if (within.Length > 8)
            within = [.. within.Where(tick => Math.Abs(Math.Log10(tick) - Math.Round(Math.Log10(tick))) < 1e-9)];
        return new(from, to, start, end, isLog: true, within);
    }

    /// <summary>Where a number is.</summary>
    public double this[double number] => _start + (_end - _start) * (_isLog
        ? Math.Log(number / _from) / Math.Log(_to / _from)
        : (number - _from) / (_to - _from));

    /// <summary>Where a number is, as SVG has it.</summary>
    public string At(double number) => Text(this[number]);

    /// <summary>A place or length as SVG has it.</summary>
    public static string Text(double place) => place.ToString("0.#", CultureInfo.InvariantCulture);

    static double RoundStep(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return power * (step / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }
}
