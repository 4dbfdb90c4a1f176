"""Training in JAX, as its users write it."""

import jax
import jax.numpy as jnp
import jaxlib
from jax import lax

VERSION = f"jax {jax.__version__}, jaxlib {jaxlib.__version__}"


def mlp(weights, x):
    *hidden, (matrix, bias) = zip(weights[::2], weights[1::2])
    for w, b in hidden:
        x = jax.nn.relu(x @ w + b)
    return x @ matrix + bias


def alexnet(weights, x, image):
    x = x.reshape(-1, *image)
    for kernel, bias in zip(weights[:4:2], weights[1:4:2]):
        x = lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        x = lax.reduce_window(jax.nn.relu(x + bias), -jnp.inf, lax.max, (1, 3, 3, 1), (1, 2, 2, 1), "SAME")
        squares = lax.reduce_window(x * x, 0.0, lax.add, (1, 1, 1, 9), (1, 1, 1, 1), "SAME")
        x = x * (1 + 0.001 / 9 * squares) ** -0.75
    return mlp(weights[4:], x.reshape(len(x), -1))


class Training:
    """An epoch is one jitted lax.scan over its batches."""

    def __init__(self, work):
        self.orders = work.orders
        self.inputs, self.labels = jnp.asarray(work.inputs), jnp.asarray(work.labels)
        weights = [jnp.asarray(w) for w in work.weights]
        self.state = weights, [jnp.zeros_like(w) for w in weights] if work.momentum else []

        def loss(weights, x, y):
            logits = mlp(weights, x) if work.kind == "mlp" else alexnet(weights, x, work.image)
            picked = jax.nn.one_hot(y, logits.shape[-1]) * jax.nn.log_softmax(logits)
            return -jnp.mean(jnp.sum(picked, axis=-1))

        def epoch(state, inputs, labels, order):
            def step(state, indices):
                weights, velocities = state
                value, change = jax.value_and_grad(loss)(weights, inputs[indices], labels[indices])
                if work.momentum:
                    change = velocities = jax.tree.map(lambda v, g: work.momentum * v + g, velocities, change)
                return (jax.tree.map(lambda w, c: w - work.rate * c, weights, change), velocities), value

            state, losses = lax.scan(step, state, order)
            return state, jnp.mean(losses)

        self.epoch = jax.jit(epoch, donate_argnums=0)

    def run(self, number):
        self.state, mean = self.epoch(self.state, self.inputs, self.labels, self.orders[number])
        jax.block_until_ready(self.state)
        return float(mean)

    def values(self, mean):
        return [mean]
