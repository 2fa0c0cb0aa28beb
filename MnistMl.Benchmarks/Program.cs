using MnistMl.Benchmarks;
using MnistMl.Commands;
using MnistMl.Data;

var command = args.FirstOrDefault() ?? "";
if (command == "profile")
{
    StepProfile.Run(DatasetFile.Read(BundledData.Find()).Slice(0, TrainCommand.DefaultTrainRows), [128, 64]);
    return 0;
}
if (command == "fuzz")
    return DataFuzzer.Run(args[1..]);
if (command == "coverage")
    return CoverageReport.Run(args[1..]);
if (command == "fuzz-seeds")
    return GuidedFuzzer.WriteSeeds(args[1], args[2]);
if (command == "fuzz-keep")
    return GuidedFuzzer.Keep(args[1], args[2]);
if (command == "kill")
    return KillReport.Run(args[1..]);
if (command == "soak")
    return SoakReport.Run(args[1..]);
if (command == LibTorchPeer.Command)
    return LibTorchPeer.Run(args[1..]);
if (command == "robustness")
    return RobustnessReport.Run(args[1..]);
return Benchmarks.Run(command, args.Skip(1));
