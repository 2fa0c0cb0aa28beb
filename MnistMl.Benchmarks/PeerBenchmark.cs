namespace MnistMl.Benchmarks;

/// <summary>The same trainings by MnistMl, PyTorch, libtorch and scikit-learn, which take turns.</summary>
static class PeerBenchmark
{
    const string Convolutional = "conv 32 5x5 /2, conv 64 3x3, dense 128";

    public static void Run(BenchmarkOptions options)
    {
        using var folder = new TemporaryFolder();
        var own = Contender.ThreadCounts.Reverse().Select(threads => new MnistMlContender(threads, folder)).ToArray();

        Benchmarks.Print($"## Training");
        Benchmarks.Print($"");
        Benchmarks.Print($"""
            MNIST's 60,000 training images, shuffled each epoch, in batches of 64; Adam with a constant learning rate of
            0.001; 32-bit floats. The time is that of training alone, without start-up, reading and converting the data,
            and testing; MnistMl compiles most of its methods while it reads. The accuracy is that on the 10,000 test
            images: the mean over the rounds, each with its own seed. Times are relative to the first line's. PyTorch is
            Debian's, in Python; libtorch, which is PyTorch's library, is the one that TorchSharp brings, in C#. PyTorch,
            which has its own threads and those of its matrix library BLAS, libtorch and scikit-learn run with the
            numbers of threads that were fastest in a trial:
            """);
        Benchmarks.Print($"");
        var (small, large) = (new Work("128,64", options.Epochs), new Work("512,256", options.Epochs));
        Contender[] torches = [.. Contender.Fastest(small, PythonContender.PyTorch()), .. Contender.Fastest(small, LibTorchContender.All())];
        Contender[] torchesOnLarge =
            [.. Contender.Fastest(large, PythonContender.PyTorch()), .. Contender.Fastest(large, LibTorchContender.All())];
        var scikitLearn = Contender.Fastest(small, PythonContender.ScikitLearn());

        Compare(small, "", [.. own, .. torches, .. scikitLearn], options.Rounds);
        Compare(large, "", [own[0], .. torchesOnLarge], options.Rounds);
        InvertedData.Write(folder);
        Compare(small with { Inverted = true }, ", pixels inverted", [own[0], .. torches], options.Rounds);
    }

    /// <summary>An epoch of a convolutional network, by MnistMl and libtorch.</summary>
    public static void RunConvolutional(BenchmarkOptions options)
    {
        using var folder = new TemporaryFolder();
        Benchmarks.Print($"## Training a convolutional network");
        Benchmarks.Print($"");
        Benchmarks.Print($"As above, with a ReLU after each convolution:");
        Benchmarks.Print($"");
        var work = new Work(Convolutional, Epochs: 1);
        var libTorch = Contender.Fastest(work, LibTorchContender.All());
        Compare(work, "", [new MnistMlContender(Machine.Cores, folder), .. libTorch], options.Rounds);
    }

    static void Compare(Work work, string remark, IReadOnlyList<Contender> contenders, int rounds)
    {
        var results = contenders.Select(_ => new List<TrainingTime>()).ToArray();
        var limits = new List<double>();
        for (var round = 1; round <= rounds; round++)
        {
            limits.Add(FusedMultiplyAdds.Rate(Machine.Cores));
            foreach (var (i, contender) in contenders.Index())
            {
                // A contender that failed is left out of later rounds, so that it does not take the time of the others.
                if (results[i].Count < round - 1)
                    continue;
                try
                {
                    results[i].Add(contender.Train(work, seed: round));
                }
                catch (MnistMlException failure) when (i > 0)
                {
                    Benchmarks.Progress($"  {contender}: {failure.Message}");
                    continue;
                }
                var time = results[i][^1];
                var roundOf = $"{round} of {rounds}";
                Benchmarks.Progress(
                    $"  {work.Network}{remark}, {roundOf}: {contender}: {time.Seconds:F2} s, {time.Accuracy:P2}");
            }
        }

        Benchmarks.Print($"");
        Benchmarks.Print($"### {work.Network}, {work.Epochs} {(work.Epochs == 1 ? "epoch" : "epochs")}{remark}");
        Benchmarks.Print($"");
        Benchmarks.Print($"| | threads | training, s: median | min–max | relative | test accuracy |");
        Benchmarks.Print($"|---|---:|---:|---:|---:|---:|");
        var own = Median(results[0]);
        foreach (var (contender, times) in contenders.Zip(results))
        {
            if (times.Count < rounds)
            {
                Benchmarks.Print($"| {contender.Name} | {contender.Threads} | failed | | | |");
                continue;
            }
            double[] seconds = [.. times.Select(time => time.Seconds)];
            var name = $"| {contender.Name} {times[0].Version} | {contender.Threads}";
            var time = FormattableString.Invariant($"{seconds.Median():F2} | {seconds.Min():F2}–{seconds.Max():F2}");
            var accuracy = times.Average(time => time.Accuracy);
            Benchmarks.Print($"{name} | {time} | {seconds.Median() / own:F2} × | {accuracy:P2} |");
        }
        var others = contenders.Zip(results).Where(pair => pair.First is not MnistMlContender && pair.Second.Count == rounds).ToArray();
        if (others.Length > 0)
        {
            var (fastest, times) = others.MinBy(pair => Median(pair.Second));
            Benchmarks.Print($"");
            Benchmarks.Print($"MnistMl is {Median(times) / own:F1} times as fast as the fastest of the others, {fastest.Name} {times[0].Version}.");
        }
        Benchmarks.Print($"");
        Benchmarks.Print($"""
            Peak rate of all cores together, measured before each round: {limits.Min():F0} to {limits.Max():F0}
            GFLOP/s, a multiply-add counting as two. It is half as much where a virtual machine has two threads share a
            core.
            """);
    }

    static double Median(IEnumerable<TrainingTime> times) => times.Select(time => time.Seconds).Median();
}
