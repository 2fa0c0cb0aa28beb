using MnistMl.Reporting;

namespace MnistMl.Tests.Reporting;

public class PredictionWriterTests
{
    static readonly string[] _classNames = ["cat", "dog, \"big\""];

    [Fact]
    public void Lines_have_label_and_probability_and_all_probabilities_on_request()
    {
        Assert.Equal("cat\t0.7500\ndog, \"big\"\t1.0000\n", Write(output => new PredictionLines(_classNames, output, hasFiles: false, hasProbabilities: false)));
        Assert.Equal("cat\t0.7500\t0.7500\t0.2500\ndog, \"big\"\t1.0000\t0.0000\t1.0000\n", Write(output => new PredictionLines(_classNames, output, hasFiles: false, hasProbabilities: true)));
    }

    [Fact]
    public void A_table_has_a_header_and_quotes_where_they_are_needed()
    {
        Assert.Equal(
            "row,label,probability\n1,cat,0.75\n2,\"dog, \"\"big\"\"\",1\n",
            Write(output => new PredictionCsv(_classNames, output, hasFiles: false, hasProbabilities: false)));
        Assert.Equal(
            "row,label,probability,p_cat,\"p_dog, \"\"big\"\"\"\n1,cat,0.75,0.75,0.25\n2,\"dog, \"\"big\"\"\",1,0,1\n",
            Write(output => new PredictionCsv(_classNames, output, hasFiles: false, hasProbabilities: true)));
        Assert.Equal(
            "ImageId,Label\n1,cat\n2,\"dog, \"\"big\"\"\"\n",
            Write(output => new PredictionCsv(_classNames, output, hasFiles: false, hasProbabilities: false, isForKaggle: true)));
    }

    [Fact]
    public void Json_is_one_object_on_one_line()
    {
        Assert.Equal(
            """{"model":"a\\b.zip","predictions":[{"row":1,"label":"cat","probability":0.75},{"row":2,"label":"dog, \u0022big\u0022","probability":1}]}""" + "\n",
            Write(output => new PredictionJson(_classNames, output, hasFiles: false, hasProbabilities: false, "a\\b.zip")));
        Assert.Equal(
            """{"model":"m.zip","labels":["cat","dog, \u0022big\u0022"],"predictions":[{"row":1,"label":"cat","probability":0.75,"probabilities":[0.75,0.25]},"""
                + """{"row":2,"label":"dog, \u0022big\u0022","probability":1,"probabilities":[0,1]}],"warnings":["\u003C\u003E"],"interrupted":true}""" + "\n",
            Write(output => new PredictionJson(_classNames, output, hasFiles: false, hasProbabilities: true, "m.zip"), ["<>"], isInterrupted: true));
    }

    [Fact]
    public void What_was_written_is_out_at_once_and_rows_are_counted_on()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var writer = new PredictionCsv(_classNames, output, hasFiles: false, hasProbabilities: false, isForKaggle: true);
        writer.WriteRows("rows.csv", 0, [0.75f, 0.25f]);
        Assert.Equal("ImageId,Label\n1,cat\n", $"{output}");
        writer.WriteRows("rows.csv", 1, [0.75f, 0.25f, 1, 0]);
        Assert.Equal("ImageId,Label\n1,cat\n2,cat\n3,cat\n", $"{output}");
        Assert.Equal(3, writer.Count);
    }

    [Fact]
    public void Of_files_each_has_file_runner_up_and_warnings()
    {
        Assert.Equal(
            "a,b.csv:8\tcat\t0.7500\tdog, \"big\"\t0.2500\t0.7500\t0.2500\n"
                + "c.png\tdog, \"big\"\t1.0000\tcat\t0.0000\t0.0000\t1.0000\tOne.\tTwo.\n"
                + "n.png\tdog, \"big\"cat\t0.3750\tThree.\n",
            WriteFiles(output => new PredictionLines(_classNames, output, hasFiles: true, hasProbabilities: true)));
        Assert.Equal(
            "file,row,label,probability,runner_up,runner_up_probability,warnings,p_cat,\"p_dog, \"\"big\"\"\"\n"
                + "\"a,b.csv\",8,cat,0.75,\"dog, \"\"big\"\"\",0.25,,0.75,0.25\n"
                + "c.png,,\"dog, \"\"big\"\"\",1,cat,0,One. Two.,0,1\n"
                + "n.png,,\"dog, \"\"big\"\"cat\",0.375,,,Three.,,\n",
            WriteFiles(output => new PredictionCsv(_classNames, output, hasFiles: true, hasProbabilities: true)));
        Assert.Equal(
            """{"model":"m.zip","labels":["cat","dog, \u0022big\u0022"],"predictions":["""
                + """{"file":"a,b.csv","row":8,"label":"cat","probability":0.75,"runnerUp":"dog, \u0022big\u0022","runnerUpProbability":0.25,"probabilities":[0.75,0.25],"warnings":[]},"""
                + """{"file":"c.png","label":"dog, \u0022big\u0022","probability":1,"runnerUp":"cat","runnerUpProbability":0,"probabilities":[0,1],"warnings":["One.","Two."]},"""
                + """{"file":"n.png","label":"dog, \u0022big\u0022cat","probability":0.375,"digits":["""
                + """{"label":"dog, \u0022big\u0022","probability":0.75,"box":{"left":1,"top":2,"width":3,"height":4}},"""
                + """{"label":"cat","probability":0.5,"box":{"left":5,"top":6,"width":7,"height":8}}],"warnings":["Three."]}],"errors":["""
                + """{"file":"\u0022.png","message":"It is none."}]}""" + "\n",
            WriteFiles(output => new PredictionJson(_classNames, output, hasFiles: true, hasProbabilities: true, "m.zip")));
    }

    [Fact]
    public void Without_probabilities_a_number_has_no_cells_for_them() => Assert.Equal(
        "\"a,b.csv\",8,cat,0.75,\"dog, \"\"big\"\"\",0.25,\nc.png,,\"dog, \"\"big\"\"\",1,cat,0,One. Two.\nn.png,,\"dog, \"\"big\"\"cat\",0.375,,,Three.\n",
        WriteFiles(output => new PredictionCsv(_classNames, output, hasFiles: true, hasProbabilities: false)).Split('\n', 2)[1]);

    static string Write(Func<TextWriter, PredictionWriter> create, string[]? warnings = null, bool isInterrupted = false)
    {
        using var output = new StringWriter();
        var writer = create(output);
        writer.WriteRows("rows.csv", 0, [0.75f, 0.25f]);
        writer.WriteRows("rows.csv", 1, [0, 1]);
        writer.End(warnings ?? [], [], isInterrupted);
        return $"{output}".ReplaceLineEndings("\n");
    }

    static string WriteFiles(Func<TextWriter, PredictionWriter> create)
    {
        using var output = new StringWriter();
        var writer = create(output);
        writer.WriteRows("a,b.csv", 7, [0.75f, 0.25f]);
        writer.WritePicture("c.png", [0, 1], ["One.", "Two."]);
        writer.WriteNumber("n.png", [(new(1, 2, 4, 6), [0.25f, 0.75f]), (new(5, 6, 12, 14), [0.5f, 0.5f])], ["Three."]);
        writer.End([], [("\".png", "It is none.")], isInterrupted: false);
        return $"{output}".ReplaceLineEndings("\n");
    }
}
