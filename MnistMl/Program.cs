using MnistMl.Commands;

return CommandLine.Run(args, Console.Out, Console.Error);
