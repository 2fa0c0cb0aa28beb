"""
Trains the network of PyTorch's basic MNIST example, with its settings, and prints its time and accuracy: two convolutions,
max pooling, dropout, Adadelta at a rate of 1 that falls by 0.7 each epoch, batches of 64, pixels standardised.
"""

import mnist

options = mnist.options(__doc__, stops_early=True)

import torch
from torch import nn

import pytorch_training

torch.set_num_threads(options.threads)
torch.set_flush_denormal(True)
torch.manual_seed(options.seed)

MEAN, DEVIATION = 0.1307, 0.3081

train_rows, test_rows = (
    ((torch.from_numpy(pixels).reshape(-1, 1, 28, 28) - MEAN) / DEVIATION, torch.from_numpy(classes))
    for pixels, classes in mnist.load(options))
model = nn.Sequential(
    nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten(),
    nn.Linear(64 * 12 * 12, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, mnist.CLASSES))
optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)
pytorch_training.train("PyTorch's basic example", options, model, optimizer, train_rows, test_rows, schedule)
