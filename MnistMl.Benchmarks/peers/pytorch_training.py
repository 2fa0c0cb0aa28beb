"""The loop over epochs and batches that PyTorch leaves to its users."""

import mnist
import torch
from torch import nn

TEST_BATCH = 1000


def train(peer, options, model, optimizer, train_rows, test_rows, schedule=None):
    """Trains for the epochs of the options, or until their accuracy is passed, and prints the result."""
    (train_pixels, train_classes), (test_pixels, test_classes) = train_rows, test_rows
    loss_function = nn.CrossEntropyLoss()
    clock = mnist.Clock()
    for epoch in range(options.epochs):
        model.train()
        clock.start()
        for batch in torch.randperm(len(train_pixels)).split(options.batch_size):
            loss = loss_function(model(train_pixels[batch]), train_classes[batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        if schedule:
            schedule.step()
        clock.stop()
        model.eval()
        with torch.inference_mode():
            predicted = torch.cat([model(pixels).argmax(1) for pixels in test_pixels.split(TEST_BATCH)])
        accuracy = (predicted == test_classes).float().mean().item()
        clock.note(accuracy)
        if options.until is not None and accuracy > options.until:
            break
    mnist.print_result(peer, torch.__version__, options, epoch + 1, clock.history)
