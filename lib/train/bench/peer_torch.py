"""Training and Hessian-vector products in eager PyTorch, with its own threads, as its users write them."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

VERSION = f"torch {torch.__version__}, {torch.get_num_threads()} threads"


class PositionsFirst(nn.Module):
    """From PyTorch's [batch, channels, height, width] to [batch, height, width, channels], which the work's dense layers expect."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1)


def alexnet_modules(weights):
    for kernel in weights[:4:2]:
        yield nn.Conv2d(*kernel.shape[2:], kernel.shape[0], padding="same")
        yield nn.ReLU()
        yield nn.MaxPool2d(3, 2, ceil_mode=True)  # on an even number of positions that adds one behind, as the work does
        yield nn.LocalResponseNorm(9, alpha=0.001, beta=0.75, k=1.0)
    yield PositionsFirst()
    yield nn.Flatten()


def mlp_modules(weights):
    for matrix in weights[:-2:2]:
        yield nn.Linear(*matrix.shape)
        yield nn.ReLU()
    yield nn.Linear(*weights[-2].shape)


def build(work):
    weights = work.weights
    modules = mlp_modules(weights) if work.kind == "mlp" else [*alexnet_modules(weights), *mlp_modules(weights[4:])]
    net = nn.Sequential(*modules)
    with torch.no_grad():
        for parameter, values in zip(net.parameters(), weights, strict=True):
            parameter.copy_(to_torch(values))
    return net


def to_torch(array):
    """A weight as PyTorch lays it out: matrices [out, in], kernels [out, in, height, width]."""
    axes = {1: (0,), 2: (1, 0), 4: (3, 2, 0, 1)}[array.ndim]
    return torch.from_numpy(array.transpose(axes).copy())


def from_torch(tensor):
    axes = {1: (0,), 2: (1, 0), 4: (2, 3, 1, 0)}[tensor.ndim]
    return tensor.permute(axes).numpy()


def examples(work):
    inputs = torch.from_numpy(work.inputs)
    if work.kind != "mlp":
        inputs = inputs.reshape(-1, *work.image).permute(0, 3, 1, 2).contiguous()
    return inputs, torch.from_numpy(work.labels.astype(np.int64))


class Training:
    def __init__(self, work):
        self.orders = torch.from_numpy(work.orders)
        self.inputs, self.labels = examples(work)
        self.net = build(work)
        self.sgd = torch.optim.SGD(self.net.parameters(), lr=float(work.rate), momentum=float(work.momentum))

    def run(self, number):
        total = torch.zeros(())
        for indices in self.orders[number]:
            x, y = self.inputs.index_select(0, indices), self.labels.index_select(0, indices)
            loss = cross_entropy(self.net(x), y)
            self.sgd.zero_grad(set_to_none=True)
            loss.backward()
            self.sgd.step()
            total += loss.detach()
        return total.item() / len(self.orders[number])

    def values(self, mean):
        return [mean]


class Product:
    """The Hessian of the mean loss times a vector: double backward, slab by slab."""

    def __init__(self, work):
        inputs, labels = examples(work)
        self.slabs, self.count = list(zip(inputs.split(work.batch), labels.split(work.batch))), len(labels)
        self.net = build(work)
        self.vector = [to_torch(part) for part in work.vector]

    def run(self, number):
        parameters = list(self.net.parameters())
        product = [torch.zeros_like(p) for p in parameters]
        for x, y in self.slabs:
            loss = cross_entropy(self.net(x), y, reduction="sum") / self.count
            gradient = torch.autograd.grad(loss, parameters, create_graph=True)
            for total, part in zip(product, torch.autograd.grad(gradient, parameters, grad_outputs=self.vector)):
                total += part
        return product

    def values(self, product):
        return np.concatenate([from_torch(part).reshape(-1) for part in product]).tolist()
