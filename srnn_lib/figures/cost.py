"""Figures of what training costs: against the number of nets, and against the size of a net."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from srnn_lib import saving
from srnn_lib.claimbook import results
from srnn_lib.experiments import cost
from srnn_lib.experiments.benchmarks import Times
from srnn_lib.figures.style import ACCENT, INK, MUTED, OUTCOME_COLOURS, SECOND, WIDTH, styled

_GREEN, _RED, _BLUE, _PINK = (OUTCOME_COLOURS[name] for name in ("fixpoint", "divergent", "zero", "second order"))
_Look = tuple[str, str, Any]
_WAYS: dict[str, _Look] = {
    "update alone": (MUTED, "", (0, (1, 1.5))),
    "compiled": (ACCENT, "o", "-"),
    "JAX, closed form": (_GREEN, "D", (0, (4, 1.5))),
    "plain": (SECOND, "s", "-"),
    "JAX, natural": (_BLUE, "v", (0, (4, 1.5))),
    "autograd": (_RED, "^", "-"),
    "torch.func": (_PINK, "P", (0, (4, 1.5))),
    "modules": (INK, "X", (0, (1, 1.5))),
}
"""Colour, mark and dashes of every way, the engines of this library with whole lines."""
_GPU: _Look = (SECOND, "*", (0, (3, 1, 1, 1)))
_SIZES: Sequence[_Look] = ((ACCENT, "o", "-"), (ACCENT, "D", "--"), (SECOND, "s", "-"), (SECOND, "^", "--"))


@styled()
def rates(times: Times) -> Figure:
    """Net-steps per second against the number of nets, one line per way that was measured."""
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4))
    lines = [(cost.TRAINED_BY[way][0], "cpu", way, look) for way, look in _WAYS.items()]
    lines += [(f"plain, {times.machines[gpu]['processor']}", gpu, "plain", _GPU) for gpu in times.gpus]
    for name, device, way, (colour, mark, dashes) in lines:
        if found := times.by_nets("self-training", way, device):
            values = [1 / each for each in found.values()]
            axes.plot(list(found), values, color=colour, marker=mark, linestyle=dashes, label=name, markersize=5)
    axes.set(xscale="log", yscale="log", xlabel="nets", ylabel="net-steps per second")
    _legend_beside(axes)
    return figure


@styled()
def sizes(times: Times) -> Figure:
    """Time per net and step against the weights of a net, for nets that grow wider and nets that grow deeper."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.2))
    for (what, way, shape, name), (colour, mark, dashes) in zip(cost.GROWING, _SIZES, strict=True):
        rows = times.of(what, way=way, shape=shape).sort_values("weights")
        if len(rows):
            values = 1e9 * rows["each"]
            axes.plot(rows["weights"], values, color=colour, marker=mark, linestyle=dashes, label=name, markersize=5)
    axes.set(xscale="log", yscale="log", xlabel="weights of a net", ylabel="nanoseconds per net and step")
    _legend_beside(axes)
    return figure


def draw(times: Times, folder: Path) -> list[Path]:
    """Draw both figures into the book in that folder; each says in itself which rows it shows."""
    paths = []
    for name, make in {"cost-nets": rates, "cost-sizes": sizes}.items():
        path = folder / "book" / "assets" / f"{name}.svg"
        saving.write_whole(path, _as_svg(make(times), results.rows_digest(times.rows)))
        paths.append(path)
    return paths


def _as_svg(figure: Figure, digest: str) -> bytes:
    """The same bytes for the same figure."""
    buffer = io.BytesIO()
    with plt.rc_context({"svg.hashsalt": "srnn"}):
        about = {"Date": None, "Creator": None, "Description": digest}
        figure.savefig(buffer, format="svg", bbox_inches="tight", pad_inches=0.06, metadata=about)
    plt.close(figure)
    return buffer.getvalue()


def _legend_beside(axes: Axes) -> None:
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
