"""The same self-training by other means: one module per net, torch.func, JAX, and the update of the weights alone.

All train weightwise linear nets on the full batch with inputs and targets as constants. Each function makes one that
takes a number of steps and gives the nets after them.
"""

from itertools import pairwise

import oracle
import torch

from srnn_lib.replicators.architecture import nets_adjacent

try:
    import jax
    import jax.numpy as jnp
except ImportError:  # it has an environment of its own, see README.md
    jax = None


class Concatenated(oracle.Net):
    """A net as a module at its best: weights read by one concatenation instead of one by one."""

    def self_train(self, optimiser):
        weights = torch.cat([kernel.weight.flatten() for kernel in self.kernels]).detach()[:, None]
        optimiser.zero_grad()
        torch.nn.functional.mse_loss(self(torch.cat([weights, self.codes], dim=1)), weights).backward()
        optimiser.step()


def modules(reduction, weights, rate):
    """A list of torch modules, each with its own optimiser."""

    def train(steps):
        nets = [Concatenated(reduction, row) for row in weights]
        optimisers = oracle.optimisers(nets, rate)
        for _ in range(steps):
            for net, optimiser in zip(nets, optimisers, strict=True):
                net.self_train(optimiser)
        return oracle.population(nets)

    return train


def torch_func(reduction, weights, rate):
    """`torch.func`: the gradient of one net's loss, mapped over all nets."""
    codes, ends = reduction.positions.to(weights), list(pairwise(reduction.architecture.widths))

    def loss(net, read):
        signal = torch.cat([read[:, None], codes], dim=1)
        for part, (columns, rows) in zip(net.split([i * o for i, o in ends]), ends, strict=True):
            signal = signal @ part.view(rows, columns).T
        return (signal[:, 0] - read).square().mean()

    gradient = torch.func.vmap(torch.func.grad(loss))

    def train(steps):
        now = weights
        for _ in range(steps):
            now = now - rate * gradient(now, now)
        return now

    return train


def jax_natural(reduction, weights, rate):
    """JAX as one writes it: the gradient of one net's loss, mapped over all nets, scanned over the steps."""
    codes, ends = jnp.asarray(reduction.positions.to(weights)), list(pairwise(reduction.architecture.widths))

    def loss(net, read):
        signal, start = jnp.concatenate([read[:, None], codes], axis=1), 0
        for columns, rows in ends:
            signal = signal @ net[start : start + rows * columns].reshape(rows, columns).T
            start += rows * columns
        return jnp.square(signal[:, 0] - read).mean()

    gradient = jax.vmap(jax.grad(loss))
    return _scanned(lambda now: now - rate * gradient(now, now), jnp.asarray(weights))


def jax_sums(reduction, weights, rate):
    """JAX with the closed form of the gradient, the nets on the last axis, as `engines.Linear` has it; all by sums."""
    codes = jnp.asarray(reduction.positions.to(weights))[:, :, None]
    products = (lambda row: (codes * row).sum(1)), (lambda error: (codes * error[:, None]).sum(0))
    return _closed(reduction, weights, rate, products)


def jax_products(reduction, weights, rate):
    """The same, the positions by matrix products."""
    codes = jnp.asarray(reduction.positions.to(weights))
    return _closed(reduction, weights, rate, ((lambda row: codes @ row), (lambda error: codes.T @ error)))


def jax_unrolled(reduction, weights, rate):
    """The same, spelled out weight by weight, which XLA makes one loop of; for two hidden layers of two cells."""
    codes = reduction.positions.tolist()
    (a, b), step = (slice(0, 8), slice(8, 12)), rate * 2 / len(codes)

    def weigh(row, place):
        return sum(code * each for code, each in zip(codes[place], row, strict=True) if code)

    def advance(now):
        net = list(now)
        first, second, last = (net[a][:4], net[a][4:]), (net[b][:2], net[b][2:]), net[12:]
        owed = [last[0] * second[0][j] + last[1] * second[1][j] for j in range(2)]
        row = [owed[0] * first[0][i] + owed[1] * first[1][i] for i in range(4)]
        error = [each * (row[0] - 1) + weigh(row[1:], place) for place, each in enumerate(net)]
        pull = [sum(w * e for w, e in zip(net, error, strict=True))]
        pull += [sum(c[i] * e for c, e in zip(codes, error, strict=True) if c[i]) for i in range(3)]
        one = [sum(first[j][i] * pull[i] for i in range(4)) for j in range(2)]
        two = [second[j][0] * one[0] + second[j][1] * one[1] for j in range(2)]
        gradient = [owed[j] * pull[i] for j in range(2) for i in range(4)]
        gradient += [last[j] * one[i] for j in range(2) for i in range(2)] + two
        return jnp.stack([w - step * g for w, g in zip(net, gradient, strict=True)])

    train = _scanned(advance, jnp.asarray(weights.T.contiguous()))
    return lambda steps: train(steps).T


def _closed(reduction, weights, rate, products):
    """The closed form, given how positions and a row, and positions and errors, are multiplied."""
    ends, (along, back) = list(pairwise(reduction.architecture.widths)), products

    def step(now):
        matrices, start = [], 0
        for columns, rows in ends:
            matrices.append(now[start : start + rows * columns].reshape(rows, columns, -1))
            start += rows * columns
        rows = [jnp.ones_like(now[:1])]
        for matrix in reversed(matrices):
            rows.append((rows[-1][:, None] * matrix).sum(0))
        effective, *owed = reversed(rows)
        error = now * (effective[0] - 1) + along(effective[1:])
        reaching = [jnp.concatenate([(now * error).sum(0)[None], back(error)])]
        for matrix in matrices[:-1]:
            reaching.append((matrix * reaching[-1]).sum(1))
        parts = [(row[:, None] * column).reshape(-1, now.shape[1]) for row, column in zip(owed, reaching, strict=True)]
        return now - rate * 2 / len(now) * jnp.concatenate(parts)

    train = _scanned(step, jnp.asarray(weights.T.contiguous()))
    return lambda steps: train(steps).T


def _scanned(step, start):
    """Steps by JAX, compiled as one program."""

    def scan(now, steps):
        return jax.lax.scan(lambda each, _: (step(each), None), now, length=steps)[0]

    compiled = jax.jit(scan, static_argnums=1)
    return lambda steps: compiled(start, steps).block_until_ready()


def update_alone(reduction, weights, rate):
    """What no engine can go below that computes in tensors: momentum and weights, in place, with a given gradient."""
    now = nets_adjacent(weights).T.clone()
    velocity, gradient = torch.zeros_like(now), torch.full_like(now, 1e-6)

    def update(steps):
        for _ in range(steps):
            velocity.mul_(0.9).add_(gradient)
            now.sub_(velocity, alpha=rate)
        return now.T

    return update
