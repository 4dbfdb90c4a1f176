"""peers.py jax|torch FOLDER does the work in FOLDER, a run for every line of standard input, the number of an epoch or product.

It answers each line on standard output with a line of JSON, as serve.go defines; the first line, before any input, tells the versions.
"""

import importlib
import json
import math
import sys
import time
from pathlib import Path

import numpy as np


class Work:
    """The work as work.go writes it. Weights are a list of arrays: matrix [in, out] or kernel [height, width, in, out], and bias, of every layer
    in turn."""

    def __init__(self, folder):
        spec = json.loads((folder / "work.json").read_text())
        self.kind, self.product, self.batch = spec["net"]["Kind"], spec["product"], spec["batch"]
        self.rate, self.momentum = np.float32(spec["rate"]), np.float32(spec["momentum"])
        self.image = tuple(spec["net"][axis] for axis in ("Height", "Width", "Channels"))
        self.labels = np.fromfile(folder / "labels.u8", np.uint8).astype(np.int32)
        self.inputs = np.fromfile(folder / "inputs.f32", "<f4").reshape(len(self.labels), -1)
        shapes = [parameter["dimensions"] for parameter in spec["parameters"]]
        self.weights = shaped(np.fromfile(folder / "weights.f32", "<f4"), shapes)
        if self.product:
            self.vector = shaped(np.fromfile(folder / "vector.f32", "<f4"), shapes)
        else:
            self.orders = np.fromfile(folder / "orders.i32", "<i4").reshape(spec["epochs"], -1, self.batch)


def shaped(flat, shapes):
    parts = np.split(flat, np.cumsum([math.prod(shape) for shape in shapes]))
    assert parts[-1].size == 0, f"{parts[-1].size} values are left over for parameters of {shapes}"
    return [part.reshape(shape) for part, shape in zip(parts, shapes)]


def main():
    name, folder = sys.argv[1:]
    module, work = importlib.import_module(f"peer_{name}"), Work(Path(folder))
    peer = module.Product(work) if work.product else module.Training(work)
    print(json.dumps({"version": module.VERSION}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        outcome = peer.run(int(line))
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "values": peer.values(outcome)}), flush=True)


if __name__ == "__main__":
    main()
