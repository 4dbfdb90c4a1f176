"""peers.py jax|torch FOLDER trains the work in FOLDER, an epoch for every line of standard input.

It answers each line on standard output with a line of JSON, as serve.go does; the first line, before any input, tells the versions.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np


class Work:
    """The work as work.go writes it; images are floats in [0,1], the weights a list of (matrix [in, out], bias [out])."""

    def __init__(self, folder):
        spec = json.loads((folder / "work.json").read_text())
        self.batch, self.rate = spec["net"]["batch"], np.float32(spec["rate"])
        widths = [spec["dim"], *spec["net"]["hidden"], spec["classes"]]
        self.labels = np.fromfile(folder / "labels.u8", np.uint8).astype(np.int32)
        self.images = np.fromfile(folder / "images.u8", np.uint8).reshape(-1, spec["dim"]).astype(np.float32) / np.float32(255)
        self.orders = np.fromfile(folder / "orders.i32", "<i4").reshape(spec["epochs"], -1, self.batch)
        flat, self.layers = np.fromfile(folder / "weights.f32", "<f4"), []
        for fan_in, units in zip(widths, widths[1:]):
            matrix, bias, flat = np.split(flat, [fan_in * units, (fan_in + 1) * units])
            self.layers.append((matrix.reshape(fan_in, units), bias))
        assert flat.size == 0, f"{flat.size} weights are left over in {folder}"


class Jax:
    """An epoch is one jitted lax.scan over its batches."""

    def __init__(self, work):
        import jax
        import jax.numpy as jnp
        import jaxlib

        self.version = f"jax {jax.__version__}, jaxlib {jaxlib.__version__}"
        self.orders, self.jax = work.orders, jax
        self.images, self.labels = jnp.asarray(work.images), jnp.asarray(work.labels)
        self.layers = jax.tree.map(jnp.asarray, work.layers)

        def loss(layers, x, y):
            for matrix, bias in layers[:-1]:
                x = jax.nn.relu(x @ matrix + bias)
            matrix, bias = layers[-1]
            logits = x @ matrix + bias
            picked = jax.nn.one_hot(y, logits.shape[-1]) * jax.nn.log_softmax(logits)
            return -jnp.mean(jnp.sum(picked, axis=-1))

        def epoch(layers, images, labels, order):
            def step(layers, indices):
                value, gradient = jax.value_and_grad(loss)(layers, images[indices], labels[indices])
                return jax.tree.map(lambda w, g: w - work.rate * g, layers, gradient), value

            layers, losses = jax.lax.scan(step, layers, order)
            return layers, jnp.mean(losses)

        self.run = jax.jit(epoch, donate_argnums=0)

    def epoch(self, number):
        self.layers, mean = self.run(self.layers, self.images, self.labels, self.orders[number])
        self.jax.block_until_ready(self.layers)
        return float(mean)


class Torch:
    """Eager PyTorch with its own threads: nn.Sequential, F.cross_entropy, optim.SGD."""

    def __init__(self, work):
        import torch

        self.version = f"torch {torch.__version__}, {torch.get_num_threads()} threads"
        self.torch, self.orders = torch, work.orders
        self.images, self.labels = torch.from_numpy(work.images), torch.from_numpy(work.labels.astype(np.int64))
        modules = []
        for matrix, bias in work.layers:
            linear = torch.nn.Linear(*matrix.shape)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(matrix.T.copy()))
                linear.bias.copy_(torch.from_numpy(bias.copy()))
            modules += [linear, torch.nn.ReLU()]
        self.net = torch.nn.Sequential(*modules[:-1])
        self.sgd = torch.optim.SGD(self.net.parameters(), lr=float(work.rate))

    def epoch(self, number):
        order = self.torch.from_numpy(self.orders[number])
        total = self.torch.zeros(())
        for indices in order:
            x, y = self.images.index_select(0, indices), self.labels.index_select(0, indices)
            loss = self.torch.nn.functional.cross_entropy(self.net(x), y)
            self.sgd.zero_grad(set_to_none=True)
            loss.backward()
            self.sgd.step()
            total += loss.detach()
        return total.item() / len(order)


def main():
    peer = {"jax": Jax, "torch": Torch}[sys.argv[1]](Work(Path(sys.argv[2])))
    print(json.dumps({"version": peer.version}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        loss = peer.epoch(int(line))
        print(json.dumps({"loss": loss, "seconds": time.perf_counter() - start}), flush=True)


if __name__ == "__main__":
    main()
