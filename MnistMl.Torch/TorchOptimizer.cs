using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MnistMl.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistMl.Torch;

/// <summary>
/// One of libtorch's own optimizers. TorchSharp has written them anew in C#, with numbers that the garbage collector may free while a
/// call is using them (TorchSharp's pull request 1496): a step then fails, or worse, takes a wrong number.
/// </summary>
sealed partial class TorchOptimizer : SafeHandleZeroOrMinusOneIsInvalid
{
    const string Library = "LibTorchSharp";

    readonly Action<TorchOptimizer, double> _setLearningRate;

    TorchOptimizer(IntPtr optimizer, Action<TorchOptimizer, double> setLearningRate) : base(ownsHandle: true)
    {
        CheckForErrors();
        SetHandle(optimizer);
        _setLearningRate = setLearningRate;
    }

    /// <summary>Makes libtorch's counterpart of one of the engine's optimizers, with the same constants.</summary>
    /// <param name="optimizer">The engine's.</param>
    /// <param name="parameters">What it is to train, which is to live as long.</param>
    /// <param name="decays">Whether weight decay applies.</param>
    public static TorchOptimizer Of(Optimizer optimizer, IEnumerable<Parameter> parameters, bool decays)
    {
        IntPtr[] all = [.. parameters.Select(parameter => parameter.Handle)];
        // Each step sets its learning rate.
        const double rate = 1, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
        return optimizer switch
        {
            MnistMl.Optimizers.AdamW { WeightDecay: var decay } => new(
                THSNN_AdamW_ctor(all, all.Length, rate, beta1, beta2, epsilon, decays ? decay : 0, amsgrad: false), THSNN_AdamW_set_lr),
            MnistMl.Optimizers.Adam => new(THSNN_Adam_ctor(all, all.Length, rate, beta1, beta2, epsilon, weightDecay: 0, amsgrad: false), THSNN_Adam_set_lr),
            RmsProp => new(THSNN_RMSprop_ctor(all, all.Length, rate, alpha: 0.99, epsilon, weightDecay: 0, momentum: 0, centered: false), THSNN_RMSprop_set_lr),
            Sgd sgd => new(THSNN_SGD_ctor(all, all.Length, rate, sgd.Momentum, dampening: 0, weightDecay: 0, sgd.Nesterov), THSNN_SGD_set_lr),
            _ => throw new ArgumentException($"libtorch has no optimizer for {optimizer}.", nameof(optimizer)),
        };
    }

    /// <summary>Forgets the gradients.</summary>
    public void ZeroGradients()
    {
        THSNN_Optimizer_zero_grad(this);
        CheckForErrors();
    }

    /// <summary>Takes a step by the gradients.</summary>
    public void Step(double learningRate)
    {
        _setLearningRate(this, learningRate);
        THSNN_Optimizer_step(this, lossClosure: 0);
        CheckForErrors();
    }

    protected override bool ReleaseHandle()
    {
        THSNN_Optimizer_dispose(handle);
        return true;
    }

    [LibraryImport(Library)]
    private static partial IntPtr THSNN_Adam_ctor(
        IntPtr[] parameters, int length, double learningRate, double beta1, double beta2, double epsilon, double weightDecay, [MarshalAs(UnmanagedType.U1)] bool amsgrad);

    [LibraryImport(Library)]
    private static partial IntPtr THSNN_AdamW_ctor(
        IntPtr[] parameters, int length, double learningRate, double beta1, double beta2, double epsilon, double weightDecay, [MarshalAs(UnmanagedType.U1)] bool amsgrad);

    [LibraryImport(Library)]
    private static partial IntPtr THSNN_RMSprop_ctor(
        IntPtr[] parameters, int length, double learningRate, double alpha, double epsilon, double weightDecay, double momentum, [MarshalAs(UnmanagedType.U1)] bool centered);

    [LibraryImport(Library)]
    private static partial IntPtr THSNN_SGD_ctor(
        IntPtr[] parameters, int length, double learningRate, double momentum, double dampening, double weightDecay, [MarshalAs(UnmanagedType.U1)] bool nesterov);

    [LibraryImport(Library)]
    private static partial void THSNN_Adam_set_lr(TorchOptimizer optimizer, double learningRate);

    [LibraryImport(Library)]
    private static partial void THSNN_AdamW_set_lr(TorchOptimizer optimizer, double learningRate);

    [LibraryImport(Library)]
    private static partial void THSNN_RMSprop_set_lr(TorchOptimizer optimizer, double learningRate);

    [LibraryImport(Library)]
    private static partial void THSNN_SGD_set_lr(TorchOptimizer optimizer, double learningRate);

    [LibraryImport(Library)]
    private static partial void THSNN_Optimizer_zero_grad(TorchOptimizer optimizer);

    [LibraryImport(Library)]
    private static partial IntPtr THSNN_Optimizer_step(TorchOptimizer optimizer, IntPtr lossClosure);

    [LibraryImport(Library)]
    private static partial void THSNN_Optimizer_dispose(IntPtr optimizer);
}
