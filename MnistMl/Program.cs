using MnistMl.Commands;

return CommandLine.Run(args);
