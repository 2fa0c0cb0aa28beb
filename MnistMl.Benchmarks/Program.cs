using MnistMl.Benchmarks;
using MnistMl.Data;

var data = DatasetFile.Read("Data/mnist_784.csv.gz").Slice(0, 60_000);
StepProfile.Run(data, [128, 64]);
