"""Trains a multilayer perceptron on MNIST with PyTorch, on the processor, and prints its time and accuracy."""

import mnist

options = mnist.options(__doc__, stops_early=True)

import torch
from torch import nn

import pytorch_training

torch.set_num_threads(options.threads)
torch.set_flush_denormal(True)
torch.manual_seed(options.seed)

train_rows, test_rows = (
    (torch.from_numpy(pixels), torch.from_numpy(classes)) for pixels, classes in mnist.load(options))
widths = [mnist.FEATURES, *options.hidden]
model = nn.Sequential(
    *(layer for inputs, outputs in zip(widths, widths[1:]) for layer in (nn.Linear(inputs, outputs), nn.ReLU())),
    nn.Linear(widths[-1], mnist.CLASSES))
# foreach: all parameters in one call, a tenth faster here than one after the other.
optimizer = torch.optim.Adam(model.parameters(), lr=options.learning_rate, foreach=True)
pytorch_training.train("PyTorch", options, model, optimizer, train_rows, test_rows)
