#!/usr/bin/env python3
"""Times an epoch of minibatches through a 784-500-10 network in NumPy, float64: the
matrix products alone, and the whole of training by backpropagation with momentum. The
other side is

    go test -run '^$' -bench Epoch/bp/hidden=1x500 ./benchmarks

Needs numpy, as in requirements.txt; an epoch of 60 000 images takes 0.4 GB.
"""

import argparse
import os
import time

HIDDEN, CLASSES, PIXELS, BATCH = 500, 10, 784, 32


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2, help="of the BLAS that numpy uses; default %(default)s")
    parser.add_argument("--images", type=int, default=60000, help="default %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="epochs, of which the fastest counts; default %(default)s")
    a = parser.parse_args()
    if a.threads < 1 or a.images < BATCH or a.rounds < 1:
        parser.error(f"--threads and --rounds must be at least 1, --images at least {BATCH}")
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = str(a.threads)  # is read when numpy is loaded
    import numpy

    random = numpy.random.default_rng(1)
    images = random.random((a.images, PIXELS))
    targets = numpy.eye(CLASSES)[random.integers(CLASSES, size=a.images)]
    w1 = random.normal(0, (2 / (PIXELS + HIDDEN)) ** 0.5, (HIDDEN, PIXELS))
    w2 = random.normal(0, (2 / (HIDDEN + CLASSES)) ** 0.5, (CLASSES, HIDDEN))
    c1, c2 = numpy.zeros(HIDDEN), numpy.zeros(CLASSES)

    def products():
        d1, d2 = random.random((BATCH, HIDDEN)), random.random((BATCH, CLASSES))
        for i in range(0, a.images, BATCH):
            x = images[i : i + BATCH]
            n = len(x)
            e1 = x @ w1.T
            e1 @ w2.T
            d2[:n] @ w2
            d2[:n].T @ e1
            d1[:n].T @ x

    rate1, rate2, momentum, decay = 0.1, 0.01, 0.8, 1e-6
    parameters = [w1, c1, w2, c2]
    changes = [numpy.zeros_like(p) for p in parameters]

    def training():
        for i in range(0, a.images, BATCH):
            x, t = images[i : i + BATCH], targets[i : i + BATCH]
            e1 = 1 / (1 + numpy.exp(-(x @ w1.T + c1)))
            e2 = 1 / (1 + numpy.exp(-(e1 @ w2.T + c2)))
            d2 = (t - e2) * e2 * (1 - e2)
            d1 = (d2 @ w2) * e1 * (1 - e1)
            d1 *= rate1
            d2 *= rate2
            for p, v, gradient in zip(parameters, changes, (d1.T @ x, d1.sum(0), d2.T @ e1, d2.sum(0))):
                v *= momentum
                v += gradient
                p *= 1 - decay
                p += v

    print(f"numpy {numpy.__version__}, {a.threads} threads, {a.images} images, the fastest of {a.rounds}")
    for epoch in (products, training):
        walls, processors = [], []
        for _ in range(a.rounds):
            wall, processor = time.perf_counter(), time.process_time()
            epoch()
            walls.append(time.perf_counter() - wall)
            processors.append(time.process_time() - processor)
        print(f"{epoch.__name__:8}  {min(walls):.2f} s/epoch  {min(processors):.2f} CPU-s/epoch")


if __name__ == "__main__":
    main()
