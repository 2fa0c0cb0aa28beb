"""Trains a multilayer perceptron on MNIST with scikit-learn and prints its time and accuracy."""

import warnings

import mnist

options = mnist.options(__doc__)

import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

(train_pixels, train_classes), (test_pixels, test_classes) = mnist.load(options)

# Never converged: it is to take all the epochs.
warnings.simplefilter("ignore", ConvergenceWarning)
model = MLPClassifier(
    options.hidden, activation="relu", solver="adam", alpha=0, batch_size=options.batch_size,
    learning_rate_init=options.learning_rate, max_iter=options.epochs, n_iter_no_change=options.epochs + 1,
    shuffle=True, random_state=options.seed)

clock = mnist.Clock()
clock.start()
model.fit(train_pixels, train_classes)
clock.stop()
clock.note(model.score(test_pixels, test_classes))

mnist.print_result("scikit-learn", sklearn.__version__, options, model.n_iter_, clock.history)
