"""What both peers share: the options, MNIST as arrays, and the line of results."""

import argparse
import gzip
import json
import os
import pathlib
import tempfile
import time

FEATURES = 784
CLASSES = 10
TRAIN_ROWS = 60_000
BUNDLED = pathlib.Path(__file__).resolve().parents[2] / "Data" / "mnist_784.csv.gz"


def options(description, stops_early=False):
    """Reads the command line. Call it before importing numpy: BLAS counts its threads when it is loaded."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--hidden", default="128,64", metavar="N,N,...", help="widths of the hidden layers")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=0.001)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--blas-threads", type=int, metavar="THREADS", help="threads of BLAS alone")
    parser.add_argument("--inverted", action="store_true", help="pixels as 255 - x: inputs almost without zeros")
    if stops_early:
        parser.add_argument("--until", type=float, metavar="ACCURACY", help="stop after the epoch that passes this")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=BUNDLED)
    parsed = parser.parse_args()
    parsed.hidden = [int(width) for width in parsed.hidden.split(",")]
    os.environ["OMP_NUM_THREADS"] = str(parsed.threads)
    os.environ["OPENBLAS_NUM_THREADS"] = str(parsed.blas_threads or parsed.threads)
    return parsed


def load(options):
    """The training and the test rows, as ((pixels, classes), (pixels, classes)), pixels float32 from 0 to 1."""
    import numpy as np

    rows = _bytes(options.data)
    pixels, classes = rows[:, :FEATURES], rows[:, FEATURES].astype(np.int64)
    if options.inverted:
        pixels = 255 - pixels
    pixels = pixels.astype(np.float32) / np.float32(255)
    return (pixels[:TRAIN_ROWS], classes[:TRAIN_ROWS]), (pixels[TRAIN_ROWS:], classes[TRAIN_ROWS:])


def _bytes(path):
    """[rows, pixels and class]. Parsed once: later calls find the bytes in the temporary folder."""
    import numpy as np

    stat = path.stat()
    cache = pathlib.Path(tempfile.gettempdir()) / f"mnistml-{os.getuid()}-{stat.st_size}-{stat.st_mtime_ns}.npy"
    if not cache.exists():
        with gzip.open(path) as file:
            file.readline()
            text = file.read()
        rows = np.fromstring(text.replace(b"\n", b","), dtype=np.uint8, sep=",").reshape(-1, FEATURES + 1)
        unfinished = cache.with_suffix(f".{os.getpid()}.npy")
        np.save(unfinished, rows)
        unfinished.replace(cache)
    return np.load(cache)


class Clock:
    """A stopwatch that stands still while the test rows are scored."""

    def __init__(self):
        self._seconds, self.history = 0.0, []

    def start(self):
        self._started = time.perf_counter()

    def stop(self):
        self._seconds += time.perf_counter() - self._started

    def note(self, accuracy):
        """Keeps an accuracy with the time it took to reach."""
        self.history.append([self._seconds, accuracy])


def print_result(peer, version, options, epochs, history):
    """Prints a training as a line of JSON; history has pairs of seconds and accuracy, the last that of the end."""
    seconds, accuracy = history[-1]
    print(json.dumps({
        "peer": peer,
        "version": version,
        "network": "-".join(map(str, [FEATURES, *options.hidden, CLASSES])),
        "threads": options.threads,
        "epochs": epochs,
        "seed": options.seed,
        "seconds": seconds,
        "accuracy": accuracy,
        "history": history,
    }))
