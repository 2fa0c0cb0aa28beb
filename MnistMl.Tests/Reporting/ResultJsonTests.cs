using MnistMl.Reporting;

namespace MnistMl.Tests.Reporting;

public class ResultJsonTests
{
    [Fact]
    public void Training_is_one_object_on_one_line()
    {
        var run = SampleRun.Trained("cat", "dog", "owl");

        Assert.Equal(
            OneLine($$"""
                {"microAccuracy":0.75,"macroAccuracy":0.75,
                "logLoss":{{run.Metrics.LogLoss}},"logLossReduction":{{run.Metrics.LogLossReduction}},
                "topKAccuracy":1,"topK":3,"labels":["cat","dog","owl"],"confusionMatrix":[[3,1,0],[0,2,0],[0,1,1]],
                "precision":[1,0.5,1],"recall":[0.75,1,0.5],
                "f1":[0.8571428571428571,0.6666666666666666,0.6666666666666666],
                "rowsTrained":60000,"rowsTested":8,"epochs":2,"trainSeconds":2.75,"evaluateSeconds":0.25,"interrupted":false,
                "history":[{"epoch":1,"trainLoss":0.5,"trainAccuracy":0.875,
                "validationLoss":0.25,"validationAccuracy":0.9375,"seconds":1.5},
                {"epoch":2,"trainLoss":0.25,"trainAccuracy":0.9375,"seconds":1.25}],
                "members":1,"seed":1,"threads":2,"parameters":109386,"model":"pets.zip"}
                """),
            Write(writer => ResultJson.Write(writer, run)));
    }

    [Fact]
    public void An_evaluation_leaves_out_what_only_training_knows()
    {
        var run = SampleRun.Evaluated("cat", "dog", "owl");

        Assert.Equal(
            OneLine($$"""
                {"microAccuracy":0.75,"macroAccuracy":0.75,
                "logLoss":{{run.Metrics.LogLoss}},"logLossReduction":{{run.Metrics.LogLossReduction}},
                "topKAccuracy":1,"topK":3,"labels":["cat","dog","owl"],"confusionMatrix":[[3,1,0],[0,2,0],[0,1,1]],
                "precision":[1,0.5,1],"recall":[0.75,1,0.5],
                "f1":[0.8571428571428571,0.6666666666666666,0.6666666666666666],
                "rowsTested":8,"evaluateSeconds":0.25,"parameters":109386,"model":"pets.zip"}
                """),
            Write(writer => ResultJson.Write(writer, run)));
    }

    [Fact]
    public void Calibration_is_the_temperature_and_the_predictions_by_probability()
    {
        var json = Write(writer => ResultJson.Write(writer, SampleRun.Calibrated("cat", "dog", "owl")));

        Assert.Contains("\"temperature\":1.25,", json, StringComparison.Ordinal);
        Assert.Contains(
            OneLine("""
                "expectedCalibrationError":0.125,"calibrationErrorByChance":0.16491887854345944,
                "reliability":[{"from":0.5,"to":0.75,"rows":6,"probability":0.625,"accuracy":0.5},
                {"from":0.75,"to":0.8125,"rows":0,"probability":0,"accuracy":0},
                {"from":0.8125,"to":1,"rows":2,"probability":0.875,"accuracy":1}],
                """).TrimEnd(), json, StringComparison.Ordinal);
    }

    [Fact]
    public void Robustness_is_the_accuracy_after_each_corruption()
    {
        var run = SampleRun.Evaluated("cat", "dog", "owl") with { Robustness = [new("none", 0.75), new("eroded once", 0.5)] };
        Assert.Contains(
            """
            "robustness":[{"corruption":"none","accuracy":0.75},{"corruption":"eroded once","accuracy":0.5}],
            """.TrimEnd(), Write(writer => ResultJson.Write(writer, run)), StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_that_are_not_finite_are_null()
    {
        var trained = SampleRun.Trained("cat", "dog", "owl");
        var diverged = trained with
        {
            Training = trained.Training! with { History = [new(1, double.NaN, 0, double.PositiveInfinity, 0, 1)] },
        };

        Assert.Contains(
            """
            [{"epoch":1,"trainLoss":null,"trainAccuracy":0,"validationLoss":null,"validationAccuracy":0,"seconds":1}]
            """,
            Write(writer => ResultJson.Write(writer, diverged)));
    }

    static string OneLine(string json) => json.ReplaceLineEndings("") + "\n";

    static string Write(Action<TextWriter> write)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        write(writer);
        return writer.ToString();
    }
}
