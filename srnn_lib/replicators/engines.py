"""Steps of training, for a whole population: two plain ways to the gradient, and a compiled one.

`Autograd` differentiates any net. `Linear` uses that a linear net is a product of matrices: the gradient of every
matrix is an outer product of a row (what the outputs owe to this layer) and a column (what reaches this layer).
Both give the gradient of each net's own mean squared error. `compiled` takes whole steps by the same arithmetic,
without a tensor for every product, and is what runs where it can. Tests hold the three equal.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.replicators import captured, chunks, compiled
from srnn_lib.replicators.architecture import Architecture, nets_adjacent
from srnn_lib.replicators.reductions import Recurrent, Reduction, Weightwise

BATCHES = ("single", "full")
ENGINES = ("auto", "compiled", "plain", "autograd")
DRAWN_AT_ONCE = 2**22
"""Places in orders of pairs that are drawn before the steps that use them are taken: what bounds their memory."""
GRAPHED_FROM = 32
"""Full-batch steps in one call that are worth a CUDA graph."""
MOVING = 256
"""Steps after which nets that have come to rest are looked for."""


@dataclass(frozen=True)
class UpdateRule:
    """How one step of training changes the weights: plain SGD on the mean squared error.

    Attributes:
        learning_rate: Positive.
        batch: "single" (one update per training pair, in a fresh random order, on pairs fixed before the step:
            Keras' `fit` with batch size 1) or "full" (one update on the mean over all pairs).
        momentum: In [0, 1).
        reset_every: Steps after which the momentum is forgotten; None keeps it.
        detach: Whether inputs and targets are taken as constants. Not detaching lets the gradient also move the
            targets, which drives nets to zero; it needs the full batch.

    Source: SR §2.3; the values are those of the presets (`srnn_lib.replicators.presets`).
    """

    learning_rate: float = 0.01
    batch: str = "single"
    momentum: float = 0.0
    reset_every: int | None = None
    detach: bool = True

    def __post_init__(self) -> None:
        checks.positive("learning_rate", self.learning_rate)
        checks.choice("batch", self.batch, BATCHES)
        checks.momentum("momentum", self.momentum)
        if self.reset_every is not None:
            checks.integer("reset_every", self.reset_every)
        if not self.detach and self.batch == "single":
            raise checks.bad_input("detach", self.detach, "True with batch 'single'", "or use batch 'full'")


class Autograd:
    """Any reduction, any activation."""

    def on_net(self, reduction: Reduction, weights: Tensor, other: Tensor, detach: bool = True) -> Float[Tensor, "N W"]:
        """Gradient on all pairs of `other`; with `detach=False` and `other` the nets themselves, also through these."""
        leaf = weights.detach().requires_grad_()
        inputs, targets = reduction.training_pairs(leaf if other is weights and not detach else other)
        return self._differentiate(reduction, leaf, inputs, targets)

    def on_pair(self, reduction: Reduction, weights: Tensor, inputs: Tensor, targets: Tensor) -> Float[Tensor, "N W"]:
        """Gradient on one training pair per net, `(N, in)` and `(N, out)`."""
        return self._differentiate(reduction, weights.detach().requires_grad_(), inputs[:, None], targets[:, None])

    def _differentiate(self, reduction: Reduction, leaf: Tensor, inputs: Tensor, targets: Tensor) -> Tensor:
        error = reduction.architecture.forward(leaf, inputs) - targets
        return torch.autograd.grad(error.square().mean(dim=(1, 2)).sum(), leaf)[0]


class Linear:
    """Exact closed form for linear feed-forward nets, computed with the nets on the last axis."""

    def on_net(self, reduction: Reduction, weights: Tensor, other: Tensor, detach: bool = True) -> Float[Tensor, "N W"]:
        """Gradient on all pairs; a weightwise net needs only its one effective row `e = W_L … W_1`."""
        if not detach:
            raise checks.bad_input("detach", detach, "True in the closed form", "or use engine 'autograd'")
        if not isinstance(reduction, Weightwise):
            inputs, targets = reduction.training_pairs(other)
            return self.on_pair(reduction, weights, inputs[:, 0], targets[:, 0])
        matrices, values = reduction.architecture.split(weights), other.T
        places = reduction.positions_like(values)
        rows = _rows(matrices, torch.ones_like(values[:1]))
        effective = rows[0]
        error = torch.addcmul(places @ effective[1:], values, effective[0] - 1)
        pull = torch.cat([(values * error).sum(0, keepdim=True), places.T @ error]) * (2 / len(values))
        return _outer(reduction.architecture, rows, _columns(matrices, pull))

    def on_pair(self, reduction: Reduction, weights: Tensor, inputs: Tensor, targets: Tensor) -> Float[Tensor, "N W"]:
        """Gradient on one pair per net: forward columns, then backward rows."""
        matrices = reduction.architecture.split(weights)
        columns = _columns(matrices, inputs.T)
        owed = (columns[-1] - targets.T) * (2 / targets.shape[1])
        return _outer(reduction.architecture, _rows(matrices, owed), columns)

    def on_output(
        self, architecture: Architecture, weights: Tensor, inputs: Float[Tensor, "*N in"], pull: Float[Tensor, "N out"]
    ) -> Float[Tensor, "N W"]:
        """Gradient of `pull · output` on the given inputs; `pull` is the derivative of some loss by the outputs."""
        matrices = architecture.split(weights)
        columns = _columns(matrices, inputs.expand(len(weights), -1).T)
        return _outer(architecture, _rows(matrices, pull.T), columns)


def _rows(matrices: list[Tensor], row: Tensor) -> list[Tensor]:
    """`row` carried back through the matrices; entry k is what the outputs owe to the cells of layer k."""
    return list(accumulate(reversed(matrices), lambda last, matrix: (matrix * last[:, None]).sum(0), initial=row))[::-1]


def _columns(matrices: list[Tensor], column: Tensor) -> list[Tensor]:
    """`column` carried forward through the matrices; entry k is what reaches the cells of layer k."""
    return list(accumulate(matrices, lambda last, matrix: (matrix * last).sum(1), initial=column))


def _outer(architecture: Architecture, rows: list[Tensor], columns: list[Tensor]) -> Tensor:
    """The gradient of every matrix, joined to flat vectors, nets first."""
    return architecture.join([row[:, None] * column for row, column in zip(rows[1:], columns, strict=False)])


Engine = Autograd | Linear
"""A way to the gradient of each net's mean squared error."""


def plain(reduction: Reduction, closed: bool = True) -> Engine:
    """The way to the gradient without kernels: the closed form where it is exact, unless `closed` is False."""
    exact = reduction.architecture.activation == "linear" and not isinstance(reduction, Recurrent)
    return Linear() if exact and closed else Autograd()


@dataclass
class Trainer:
    """Applies a rule step by step. It carries the momentum, so one trainer belongs to one population.

    Attributes:
        generator: Source of the order of the pairs; needed where `rule.batch` is "single".
        engine: One of `ENGINES`. "compiled" is for inputs and targets that are constants, and for nets on a processor
            for which numba compiles; "auto" is that where it can be, else "plain", which is the closed form where that
            is exact and "autograd" elsewhere.
    """

    reduction: Reduction
    rule: UpdateRule
    generator: torch.Generator | None = None
    engine: str = "auto"

    def __post_init__(self) -> None:
        checks.choice("engine", self.engine, ENGINES)
        if self.engine == "compiled" and not self.rule.detach:
            raise checks.bad_input("engine", "compiled", "auto, plain or autograd where the rule does not detach")
        self._gradients = plain(self.reduction, closed=self.rule.detach and self.engine != "autograd")
        self._velocity: Tensor | None = None
        self._steps = 0
        self._places: Tensor | None = None
        self._drawn = 0
        self._in_sequence = self.rule.batch == "single" and self.reduction.samples > 1
        if self._in_sequence:
            self._source()

    def _source(self) -> torch.Generator:
        if self.generator is None:
            raise checks.bad_input("generator", None, "a torch.Generator where the batch is 'single'")
        return self.generator

    def state(self) -> dict[str, Tensor]:
        """All that the next steps depend on besides the weights: steps done, velocity, state of the generator."""
        found = {"steps": torch.tensor(self._steps), "drawn": torch.tensor(self._drawn)}
        found |= {} if self._velocity is None else {"velocity": self._velocity}
        found |= {} if self._places is None else {"places": self._places}
        if self._in_sequence:
            found["generator"] = self._source().get_state()
        return found

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Go on as the trainer would whose `state` this was, in the next steps and draws; the generator is set too."""
        self._steps, self._drawn = int(state["steps"]), int(state["drawn"])
        self._velocity, self._places = state.get("velocity"), state.get("places")
        if self._in_sequence:
            self._source().set_state(state["generator"])

    def keep(self, nets: Int[Tensor, " n"], of: int) -> None:
        """From now on train only these of the `of` nets, each with its velocity and in the orders it would have met."""
        if self._places is None:
            self._places, self._drawn = torch.arange(of), of
        self._places = self._places[nets.cpu()]
        self._velocity = None if self._velocity is None else self._velocity[nets]

    def step(
        self,
        weights: Float[Tensor, "N W"],
        other: Float[Tensor, "N W"] | None = None,
        order: Int[Tensor, "N B"] | None = None,
    ) -> Float[Tensor, "N W"]:
        """The weights after one step of training on `other`, or on the nets themselves; the given ones do not change.

        `order` is that in which each net meets each of its B pairs where `rule.batch` is "single"; drawn if None.

        Source: SR §2.3, Definition 4 (self-training); `other` is the "learn" interaction of SR §5.
        """
        return self.steps(weights, 1, other=other, orders=None if order is None else order[None])

    def steps(
        self,
        weights: Float[Tensor, "N W"],
        count: int,
        *,
        other: Float[Tensor, "N W"] | None = None,
        orders: Int[Tensor, "steps N B"] | None = None,
    ) -> Float[Tensor, "N W"]:
        """The weights after `count` steps: the same as one `step` after the other, and faster.

        Source: SR §2.3, Definition 4.
        """
        checks.integer("count", count, at_least=0)
        self._require(weights, count, other, orders)
        if self._velocity is not None:
            self._velocity = self._velocity.to(weights)  # a state that was resumed may lie elsewhere
        drawn = (self._drawn or len(weights)) * self.reduction.samples if self._in_sequence else 0
        chunk = max(1, DRAWN_AT_ONCE // drawn) if drawn else max(1, count)
        for first in range(0, count, chunk):
            many = min(chunk, count - first)
            weights = self._take(weights, many, other, self._ordered(weights, orders, first, many))
            self._steps += many
        return weights

    def _require(self, weights: Tensor, count: int, other: Tensor | None, orders: Tensor | None) -> None:
        """Compiled code looks up whatever it is told to, so nothing may lie outside."""
        nets, pairs = len(weights), self.reduction.samples
        shapes: dict[str, tuple[Tensor, tuple[int, ...]]] = {
            "weights": (weights, (nets, self.reduction.architecture.weight_count))
        }
        if other is not None:
            shapes["other"] = (other, tuple(weights.shape))
        if orders is not None and self._in_sequence:
            shapes["orders"] = (orders, (count, nets, pairs))
        for name, (given, wanted) in shapes.items():
            if given.shape != wanted:
                raise checks.bad_input(f"shape of {name}", tuple(given.shape), f"{wanted}")
        if "orders" not in shapes or orders is None:
            return
        if (orders.sort(-1).values != torch.arange(pairs, device=orders.device)).any():
            found = f"{orders.min()} to {orders.max()}, or some pair twice"
            raise checks.bad_input("orders", found, f"each of the pairs 0 to {pairs - 1} once")

    def _ordered(self, weights: Tensor, orders: Tensor | None, first: int, steps: int) -> Tensor | None:
        """The orders of the pairs in some steps, drawn if none are given; None where a step knows no order."""
        if not self._in_sequence:
            return None
        if orders is not None:
            return orders[first : first + steps]
        shape = self._drawn or len(weights), self.reduction.samples
        drawn = [compiled.orders(self._source(), *shape, self._places) for _ in range(steps)]
        return torch.stack(drawn) if steps > 1 else drawn[0][None]

    def _take(self, weights: Tensor, steps: int, other: Tensor | None, orders: Tensor | None) -> Tensor:
        if not self.keeps_nets_apart(weights):
            return self._plainly(weights, steps, other, orders)
        advance = partial(compiled.advance, self.reduction, rate=self.rule.learning_rate)
        if orders is None and not self.rule.momentum:

            def go(now: Tensor, read: Tensor | None, many: int) -> Tensor:
                return advance(now, teacher=read, steps=many)[0]

            return _while_moving(go, weights, steps, other)
        weights, self._velocity = advance(
            weights, self._velocity, teacher=other, orders=orders, momentum=self.rule.momentum,
            done=self._steps, reset_every=self.rule.reset_every, steps=steps,
        )  # fmt: skip
        return weights

    def keeps_nets_apart(self, weights: Float[Tensor, "N W"]) -> bool:
        """Whether nets receive the same bits whoever is trained beside them: they do by kernels."""
        return self.engine in ("auto", "compiled") and self.rule.detach and compiled.takes(weights)

    def _plainly(self, weights: Tensor, steps: int, other: Tensor | None, orders: Tensor | None) -> Tensor:
        """All steps of a part of the nets, then all of the next one."""
        parts, ends = chunks.slices(len(weights), self.reduction.numbers, weights.device.type), []
        if len(parts) == 1 and orders is None and steps >= GRAPHED_FROM and captured.possible(weights):
            return self._graphed(weights, steps, other)
        for part in parts:
            velocity = None if self._velocity is None else self._velocity[part]
            run = _PlainRun(self.reduction, self.rule, self._gradients, weights[part], velocity)
            teacher = None if other is None else other[part]
            for step in range(steps):
                run.step(self._steps + step, teacher, None if orders is None else orders[step, part])
            ends.append((run.weights, run.velocity))
        velocities = [velocity for _, velocity in ends if velocity is not None]
        self._velocity = _joined(velocities) if velocities else None
        return _joined([part for part, _ in ends])

    def _graphed(self, weights: Tensor, steps: int, other: Tensor | None) -> Tensor:
        """Steps on the full batch, launched as one each."""
        moving = torch.zeros_like(weights) if self._velocity is None else self._velocity.clone()
        run = _PlainRun(self.reduction, self.rule, self._gradients, weights.clone(), moving)
        read = () if other is None else (other,)
        graph = captured.Captured(run.step_in_place, (run.weights, moving), *read)
        for number in range(self._steps, self._steps + steps):
            if self.rule.reset_every and number % self.rule.reset_every == 0:
                moving.zero_()
            graph(*read)
        self._velocity = moving if self.rule.momentum else None
        return run.weights


def _while_moving(
    advance: Callable[[Tensor, Tensor | None, int], Tensor], weights: Tensor, steps: int, other: Tensor | None
) -> Tensor:
    """The weights after steps that depend on nothing but these: a net that a step leaves as it is, bit by bit, is done.

    `advance` takes nets, what they train on, and a number of steps.
    """
    if steps <= MOVING:
        return advance(weights, other, steps)
    ends, moving = nets_adjacent(weights).clone(), torch.arange(len(weights))
    for first in range(0, steps, MOVING):
        read, many = None if other is None else other[moving], min(MOVING, steps - first)
        before = advance(ends[moving], read, many - 1)
        after = advance(before, read, 1)
        ends[moving] = after
        moving = moving[chunks.moved(before, after)]
        if not len(moving):
            break
    return ends


@dataclass
class _PlainRun:
    """Nets in training without kernels."""

    reduction: Reduction
    rule: UpdateRule
    gradients: Engine
    weights: Tensor
    velocity: Tensor | None

    def step(self, number: int, other: Tensor | None, order: Tensor | None) -> None:
        """One more step; `number` is that of the steps before."""
        if self.rule.reset_every and number % self.rule.reset_every == 0:
            self.velocity = None
        self._take(other, order)

    def step_in_place(self, other: Tensor | None = None) -> tuple[Tensor, ...]:
        """One more step on the full batch, which leaves weights and velocity where they are in memory."""
        weights, velocity = self.weights, self.velocity
        self._take(other, None)
        self.weights = weights.copy_(self.weights)
        if velocity is not None and self.velocity is not None:
            self.velocity = velocity.copy_(self.velocity)
        return ()

    def _take(self, other: Tensor | None, order: Tensor | None) -> None:
        teacher = self.weights if other is None else other
        if order is None:
            self._update(self.gradients.on_net(self.reduction, self.weights, teacher, self.rule.detach))
            return
        for inputs, targets in self._pairs(teacher, order):
            self._update(self.gradients.on_pair(self.reduction, self.weights, inputs, targets))

    def _update(self, gradient: Tensor) -> None:
        if self.rule.momentum:
            if self.velocity is not None:
                gradient = self.rule.momentum * self.velocity + gradient
            self.velocity = gradient
        self.weights = self.weights.sub(gradient, alpha=self.rule.learning_rate)

    def _pairs(self, teacher: Tensor, order: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """The training pairs of this step, one per net at a time, each net in its own order."""
        pairs, order = self.reduction.training_pairs(teacher), order.to(teacher.device)[..., None]
        one, other = (p.gather(1, order.expand_as(p)).transpose(0, 1).contiguous() for p in pairs)
        return zip(one, other, strict=True)


def _joined(parts: list[Tensor]) -> Tensor:
    """Parts of a population, nets adjacent again."""
    return parts[0] if len(parts) == 1 else torch.cat([part.T for part in parts], dim=1).T
