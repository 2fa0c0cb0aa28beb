using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using MnistMl.Data;
using MnistMl.Model;
using MnistMl.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistMl.Benchmarks;

/// <summary>
/// A network trained on MNIST by libtorch, as TorchSharp's users write it: nothing of MnistMl but its reader of the data. It has the
/// options of the scripts in <c>peers</c>, and prints what they print.
/// </summary>
static class LibTorchPeer
{
    public const string Command = "libtorch";

    const int Size = 28, Classes = 10, TestBatch = 1000;

    /// <summary>PyTorch's basic MNIST example, with its settings: those of <c>pytorch_example.py</c>.</summary>
    const string Example = "conv 32 3x3, conv 64 3x3, max 2x2, dropout 0.25, dense 128, dropout 0.5";
    const float ExampleMean = 0.1307f, ExampleDeviation = 0.3081f;

    static readonly Option<string> _hidden = new("--hidden") { DefaultValueFactory = _ => "128,64" };
    static readonly Option<int> _epochs = new("--epochs") { DefaultValueFactory = _ => 10 };
    static readonly Option<int> _batchSize = new("--batch-size") { DefaultValueFactory = _ => 64 };
    static readonly Option<double> _learningRate = new("--learning-rate") { DefaultValueFactory = _ => 0.001 };
    static readonly Option<int> _seed = new("--seed") { DefaultValueFactory = _ => 1 };
    static readonly Option<int> _threads = new("--threads") { DefaultValueFactory = _ => 1 };
    static readonly Option<bool> _inverted = new("--inverted"), _example = new("--example");
    static readonly Option<double?> _until = new("--until");
    static readonly Argument<string> _data = new("data") { DefaultValueFactory = _ => Commands.BundledData.Find() };

    public static int Run(IReadOnlyList<string> arguments)
    {
        var command = new RootCommand("Trains a network on MNIST by libtorch, on the processor, and prints its time and accuracy.")
        {
            _hidden, _epochs, _batchSize, _learningRate, _seed, _threads, _inverted, _example, _until, _data,
        };
        command.SetAction(Train);
        return command.Parse(arguments).Invoke(new() { EnableDefaultExceptionHandler = false });
    }

    static int Train(ParseResult options)
    {
        try
        {
            LibTorch.Load();
        }
        catch (MnistMlException failure)
        {
            Console.Error.WriteLine($"Error: {failure.Message}");
            return 1;
        }
        var threads = options.GetValue(_threads);
        set_num_threads(threads);
        set_num_interop_threads(threads);
        if (!OperatingSystem.IsWindows())
            SetFlushDenormal(GlobalContext(), true);
        manual_seed(options.GetValue(_seed));

        using var scope = NewDisposeScope();
        var isExample = options.GetValue(_example);
        var network = isExample ? Example : options.GetValue(_hidden)!;
        var hidden = NetworkParser.Parse(network);
        var (train, test) = Benchmarks.ReadMnist(options.GetValue(_data)!);
        var (images, classes) = Load(train, hidden, options.GetValue(_inverted));
        var (testImages, testClasses) = Load(test, hidden, options.GetValue(_inverted));
        if (isExample)
        {
            images = (images - ExampleMean) / ExampleDeviation;
            testImages = (testImages - ExampleMean) / ExampleDeviation;
        }
        using var model = Network(hidden);
        using optim.Optimizer optimizer = isExample
            ? optim.Adadelta(model.parameters(), lr: 1)
            : optim.Adam(model.parameters(), options.GetValue(_learningRate));
        var schedule = isExample ? optim.lr_scheduler.StepLR(optimizer, step_size: 1, gamma: 0.7) : null;

        var clock = new Stopwatch();
        var history = new List<double[]>();
        while (history.Count < options.GetValue(_epochs))
        {
            clock.Start();
            TrainEpoch(model, optimizer, images, classes, options.GetValue(_batchSize));
            schedule?.step();
            clock.Stop();
            history.Add([clock.Elapsed.TotalSeconds, Accuracy(model, testImages, testClasses)]);
            if (history[^1][1] > options.GetValue(_until))
                break;
        }
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            peer = "libtorch by TorchSharp",
            version = Version.Parse(torch.__version__).ToString(3),
            network = new Work(network, history.Count).Network,
            threads = get_num_threads(),
            epochs = history.Count,
            seed = options.GetValue(_seed),
            seconds = history[^1][0],
            accuracy = history[^1][1],
            history,
        }));
        return 0;
    }

    static void TrainEpoch(Module<Tensor, Tensor> model, optim.Optimizer optimizer, Tensor images, Tensor classes, int batchSize)
    {
        using var epoch = NewDisposeScope();
        model.train();
        foreach (var batch in randperm(images.shape[0]).split(batchSize))
        {
            using var step = NewDisposeScope();
            var loss = functional.cross_entropy(model.forward(images.index_select(0, batch)), classes.index_select(0, batch));
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
        }
    }

    static double Accuracy(Module<Tensor, Tensor> model, Tensor images, Tensor classes)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        model.eval();
        var predicted = cat([.. images.split(TestBatch).Select(batch => model.forward(batch).argmax(1))]);
        return predicted.eq(classes).to(ScalarType.Float32).mean().item<float>();
    }

    /// <summary>Pixels from 0 to 1, [rows, pixels], or [rows, 1, height, width] for convolutions; and the classes.</summary>
    static (Tensor Images, Tensor Classes) Load(Dataset rows, IReadOnlyList<LayerSpec> hidden, bool inverted)
    {
        var bytes = tensor(rows.Pixels.ToArray());
        var pixels = (inverted ? 255 - bytes : bytes).to(ScalarType.Float32) / 255;
        long[] shape = hidden is [Conv2D, ..] ? [rows.RowCount, 1, Size, Size] : [rows.RowCount, Size * Size];
        return (pixels.reshape(shape), tensor(rows.Labels.ToArray(), ScalarType.Int64));
    }

    /// <summary>
    /// Layers on images, then dense ones, and a last one for the classes; a ReLU after each that has weights, but for that one.
    /// </summary>
    static Module<Tensor, Tensor> Network(IReadOnlyList<LayerSpec> hidden)
    {
        var modules = new List<Module<Tensor, Tensor>>();
        var (channels, size) = hidden is [Conv2D, ..] ? (1, Size) : (Size * Size, 1);
        foreach (var layer in hidden)
        {
            switch (layer)
            {
                case Conv2D conv:
                    modules.AddRange(Conv2d(channels, conv.Channels, conv.Height, conv.Stride, conv.Padding), ReLU());
                    (channels, size) = (conv.Channels, (size + 2 * conv.Padding - conv.Height) / conv.Stride + 1);
                    break;
                case MaxPooling2D pooling:
                    modules.Add(MaxPool2d(pooling.Height, pooling.Stride));
                    size = (size - pooling.Height) / pooling.Stride + 1;
                    break;
                case Dropout dropout:
                    modules.Add(nn.Dropout(dropout.Rate));
                    break;
                case Dense dense:
                    if (size > 1)
                        modules.Add(Flatten());
                    modules.AddRange(Linear(channels * size * size, dense.Width), ReLU());
                    (channels, size) = (dense.Width, 1);
                    break;
                default:
                    throw new MnistMlException($"{layer} is not a layer of this peer.");
            }
        }
        modules.Add(Linear(channels, Classes));
        return Sequential(modules);
    }

    // torch.set_flush_denormal, which the scripts call and TorchSharp does not have: at::Context's, by its name in the library.
    [DllImport("torch_cpu", EntryPoint = "_ZN2at13globalContextEv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern nint GlobalContext();

    [DllImport("torch_cpu", EntryPoint = "_ZN2at7Context16setFlushDenormalEb")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [return: MarshalAs(UnmanagedType.I1)]
    static extern bool SetFlushDenormal(nint context, [MarshalAs(UnmanagedType.I1)] bool on);
}
