"""Trains a multilayer perceptron on MNIST with PyTorch, on the processor, and prints its time and accuracy."""

import mnist

options = mnist.options(__doc__, stops_early=True)

import torch
from torch import nn

torch.set_num_threads(options.threads)
torch.set_flush_denormal(True)
torch.manual_seed(options.seed)

(train_pixels, train_classes), (test_pixels, test_classes) = (
    (torch.from_numpy(pixels), torch.from_numpy(classes)) for pixels, classes in mnist.load(options))

widths = [mnist.FEATURES, *options.hidden]
model = nn.Sequential(
    *(layer for inputs, outputs in zip(widths, widths[1:]) for layer in (nn.Linear(inputs, outputs), nn.ReLU())),
    nn.Linear(widths[-1], mnist.CLASSES))
loss_function = nn.CrossEntropyLoss()
# foreach: all parameters in one call, a tenth faster here than one after the other.
optimizer = torch.optim.Adam(model.parameters(), lr=options.learning_rate, foreach=True)

clock = mnist.Clock()
for epoch in range(options.epochs):
    clock.start()
    for batch in torch.randperm(len(train_pixels)).split(options.batch_size):
        loss = loss_function(model(train_pixels[batch]), train_classes[batch])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    clock.stop()
    with torch.inference_mode():
        accuracy = (model(test_pixels).argmax(1) == test_classes).float().mean().item()
    clock.note(accuracy)
    if options.until is not None and accuracy > options.until:
        break

mnist.print_result("PyTorch", torch.__version__, options, epoch + 1, clock.history)
