using MnistMl.Reporting;

namespace MnistMl.Tests.Reporting;

public class PredictionWriterTests
{
    static readonly string[] _classNames = ["cat", "dog, \"big\""];

    [Fact]
    public void Lines_have_label_and_probability_and_all_probabilities_on_request()
    {
        Assert.Equal("cat\t0.7500\ndog, \"big\"\t1.0000\n", Write(output => new PredictionLines(_classNames, output, hasProbabilities: false)));
        Assert.Equal("cat\t0.7500\t0.7500\t0.2500\ndog, \"big\"\t1.0000\t0.0000\t1.0000\n", Write(output => new PredictionLines(_classNames, output, hasProbabilities: true)));
    }

    [Fact]
    public void A_table_has_a_header_and_quotes_where_they_are_needed()
    {
        Assert.Equal(
            "row,label,probability\n1,cat,0.75\n2,\"dog, \"\"big\"\"\",1\n",
            Write(output => new PredictionCsv(_classNames, output, hasProbabilities: false, isForKaggle: false)));
        Assert.Equal(
            "row,label,probability,p_cat,\"p_dog, \"\"big\"\"\"\n1,cat,0.75,0.75,0.25\n2,\"dog, \"\"big\"\"\",1,0,1\n",
            Write(output => new PredictionCsv(_classNames, output, hasProbabilities: true, isForKaggle: false)));
        Assert.Equal(
            "ImageId,Label\n1,cat\n2,\"dog, \"\"big\"\"\"\n",
            Write(output => new PredictionCsv(_classNames, output, hasProbabilities: false, isForKaggle: true)));
    }

    [Fact]
    public void Json_is_one_object_on_one_line()
    {
        Assert.Equal(
            """{"model":"a\\b.zip","predictions":[{"row":1,"label":"cat","probability":0.75},{"row":2,"label":"dog, \u0022big\u0022","probability":1}]}""" + "\n",
            Write(output => new PredictionJson(_classNames, output, hasProbabilities: false, "a\\b.zip")));
        Assert.Equal(
            """{"model":"m.zip","labels":["cat","dog, \u0022big\u0022"],"predictions":[{"row":1,"label":"cat","probability":0.75,"probabilities":[0.75,0.25]},"""
                + """{"row":2,"label":"dog, \u0022big\u0022","probability":1,"probabilities":[0,1]}],"warnings":["\u003C\u003E"],"interrupted":true}""" + "\n",
            Write(output => new PredictionJson(_classNames, output, hasProbabilities: true, "m.zip"), ["<>"], isInterrupted: true));
    }

    [Fact]
    public void What_was_written_is_out_at_once_and_rows_are_counted_on()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var writer = new PredictionCsv(_classNames, output, hasProbabilities: false, isForKaggle: true);
        writer.Write([0.75f, 0.25f]);
        Assert.Equal("ImageId,Label\n1,cat\n", $"{output}");
        writer.Write([0.75f, 0.25f, 1, 0]);
        Assert.Equal("ImageId,Label\n1,cat\n2,cat\n3,cat\n", $"{output}");
        Assert.Equal(3, writer.RowCount);
    }

    static string Write(Func<TextWriter, PredictionWriter> create, string[]? warnings = null, bool isInterrupted = false)
    {
        using var output = new StringWriter();
        var writer = create(output);
        writer.Write([0.75f, 0.25f]);
        writer.Write([0, 1]);
        writer.End(warnings ?? [], isInterrupted);
        return $"{output}".ReplaceLineEndings("\n");
    }
}
