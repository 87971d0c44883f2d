"""Noisy cloning: children near a trained fixpoint, trained on their own, and where they end."""

from collections.abc import Sequence

import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from srnn_lib import checks
from srnn_lib.replicators import dynamics, fixpoints, population
from srnn_lib.replicators.engines import UpdateRule
from srnn_lib.replicators.reductions import Reduction

APPROACHES = ("approaching", "distancing", "stationary")


def raise_parents(
    reduction: Reduction, rule: UpdateRule, candidates: Float[Tensor, "N W"], parents: int, steps: int
) -> Float[Tensor, "P W"]:
    """The first `parents` of the candidates that are non-zero fixpoints after `steps` steps of self-training.

    Raises:
        BadInput: Fewer of them became fixpoints.

    Source: SR §3.3; the authors clone fixpoints only.
    """
    trained = dynamics.last(dynamics.self_training(reduction, candidates, rule, steps=steps))
    ready = trained[fixpoints.is_replicator(reduction, trained)]
    if len(ready) < checks.integer("parents", parents):
        raise checks.bad_input("parents", parents, f"at most {len(ready)}, the candidates that became fixpoints")
    return ready[:parents]


def distance(nets: Float[Tensor, "N W"], others: Float[Tensor, "N W"]) -> Float[Tensor, " N"]:
    """Mean absolute difference of the weights, the distance of SR Figs 8 and 10, computed in float64."""
    return (nets.double() - others.double()).abs().mean(dim=-1)


def noisy_cloning(
    reduction: Reduction,
    rule: UpdateRule,
    parents: Float[Tensor, "P W"],
    *,
    levels: Sequence[float],
    children: int,
    steps: int,
    generator: torch.Generator,
    form: str = "uniform",
) -> pd.DataFrame:
    """Clone every parent with noise, train the clones, and compare them with the parents.

    There are so many children per parent and noise level (positive), with noise of one of `population.NOISE_FORMS`.
    They are trained for `steps` steps, with full batches, and so are the parents, which drift on as a control.

    Returns:
        One row per child: `noise`, `parent`; `before`, `after` (distance to the parent as it was when cloned),
        `drifted` (distance to the parent after its own further training), `drift` (of the parent by that training),
        `travel` (way from start to end);
        `mean_error`, `max_error` (of self-application), `fixpoint`; `change`, one of `APPROACHES`.

    Source: SR §3.3, Figs 7–9.
    """
    start = population.clone_with_noise(parents, levels, children, generator, form)
    origin = parents[None, :, None].expand_as(start).flatten(0, 2)
    start = start.flatten(0, 2)
    end = dynamics.last(dynamics.self_training(reduction, start, rule, steps=steps))
    drifted = dynamics.last(dynamics.self_training(reduction, parents, rule, steps=steps))
    moved = drifted[None, :, None].expand(len(levels), -1, children, -1).flatten(0, 2)
    rows = pd.DataFrame({"noise": [level for level in levels for _ in range(len(parents) * children)]})
    rows["parent"] = [parent for _ in levels for parent in range(len(parents)) for _ in range(children)]
    for name, (one, other) in {
        "before": (start, origin), "after": (end, origin), "drifted": (end, moved), "drift": (moved, origin),
        "travel": (end, start),
    }.items():  # fmt: skip
        rows[name] = distance(one, other).numpy()
    rows = rows.join(quality(reduction, end))
    return rows.assign(change=_changes(rows["before"], rows["after"]))


def quality(reduction: Reduction, nets: Float[Tensor, "N W"], epsilon: float = fixpoints.EPSILON) -> pd.DataFrame:
    """How good fixpoints the nets are: `mean_error`, `max_error` of self-application, `fixpoint` at the margin.

    Source: SR §3.3, Fig. 9 (mean) and Definition 3 (largest).
    """
    error = (reduction.apply(nets, nets) - nets).abs().double()
    replicates = fixpoints.is_replicator(reduction, nets, epsilon)
    columns = {"mean_error": error.mean(1), "max_error": error.amax(1), "fixpoint": replicates}
    return pd.DataFrame({name: values.numpy() for name, values in columns.items()})


def _changes(before: pd.Series, after: pd.Series) -> pd.Categorical:
    codes = (after >= before).astype(int) + (after == before).astype(int)
    return pd.Categorical.from_codes(codes, APPROACHES)


def on_the_line(
    reduction: Reduction,
    rule: UpdateRule,
    firsts: Float[Tensor, "P W"],
    *,
    seconds: Float[Tensor, "P W"],
    children: int,
    steps: int,
) -> pd.DataFrame:
    """Children on the straight lines between pairs of parents, trained; how far each is from the first parent.

    Those of a pair begin at 0, 1/children, … of the line: the first is the first parent itself. Batches must be full.

    Returns:
        One row per child: `pair`, `place` on the line in [0, 1), `apart` (distance of the parents), `before` and
        `after` (distance to the first parent), `second_before` and `second_after` (to the second one).

    Source: SR §3.3, Fig. 10; authors' `journal` branch, journal_basin_linspace_clones.py, for the places.
    """
    places = torch.arange(checks.integer("children", children), dtype=firsts.dtype) / children
    start = torch.lerp(firsts[:, None], seconds[:, None], places[:, None]).flatten(0, 1)
    origin, other = (ends[:, None].expand(-1, children, -1).flatten(0, 1) for ends in (firsts, seconds))
    end = dynamics.last(dynamics.self_training(reduction, start, rule, steps=steps))
    return pd.DataFrame(
        {
            "pair": torch.arange(len(firsts)).repeat_interleave(children).numpy(),
            "place": places.repeat(len(firsts)).numpy(),
            "apart": distance(firsts, seconds).repeat_interleave(children).numpy(),
            "before": distance(start, origin).numpy(),
            "after": distance(end, origin).numpy(),
            "second_before": distance(start, other).numpy(),
            "second_after": distance(end, other).numpy(),
        }
    )
