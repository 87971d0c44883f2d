"""Figures of death and replication at work: what is lost and gained on the way, and who is replaced."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FormatStrFormatter, LogLocator, PercentFormatter

from srnn_lib.figures.style import ACCENT, INK, MUTED, SECOND, WIDTH, band, styled, told_apart

_LOOKS = ((ACCENT, "-"), (SECOND, "--"), (INK, ":"), (MUTED, "-."))
"""Colour and line of up to four curves: none is told by colour alone."""
_RATES = {"paper": "rate 0.001", "scaled": "rate 0.01"}
_MARKS_OF = {
    "before": ("replaced", {"marker": "s", "color": SECOND, "markerfacecolor": "white"}),
    "after": ("in their place, a period later", {"marker": "o", "color": ACCENT}),
}
_FILLS = ((ACCENT, ""), (SECOND, "////"), ("#FFFFFF", "...."), ("#BBBBBB", "xx"))


@styled()
def loss_and_gain(courses: Mapping[str, pd.DataFrame], floor: float) -> Figure:
    """Mean loss of some courses less `floor`, on a logarithmic axis; beside it, what the same runs gain over the first.

    Bands are one standard error of the mean: on the left of losses, on the right of gains.

    Args:
        courses: Label and losses, one row per epoch and one column per run; up to four.
        floor: What is subtracted. Means that are not above it are left out.

    Source: BI Fig. 5 (left).
    """
    first = next(iter(courses.values()))
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.2), sharex=True)
    for (label, table), (colour, dash) in told_apart(courses.items(), _LOOKS):
        left_over, gain = table.mean(axis=1) - floor, first - table
        for axes, mean, runs in ((left, left_over.where(left_over > 0), table), (right, gain.mean(axis=1), gain)):
            error = runs.sem(axis=1).fillna(0)
            band(axes, mean.index, (mean - error, mean, mean + error), color=colour, alpha=0.25, linestyle=dash,
                 linewidth=1.6, label=label)  # fmt: skip
    left.set(yscale="log", xlabel="epoch", ylabel=r"$\langle H\rangle$" + (f" − {floor:g}" if floor else ""))
    right.set(xlim=(0, None), xlabel="epoch", ylabel="gain")
    _plain_numbers(left)
    left.legend()
    return figure


@styled()
def overlay(table: pd.DataFrame) -> Figure:
    """Losses of the same runs at two learning rates, over each other and less each other.

    Args:
        table: One row per level, run and epoch: `level` ("paper" or "scaled"), `run`, `epoch`, `loss`.
    """
    wide = table.pivot(index="epoch", columns=["level", "run"], values="loss")
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 2.8))
    for (level, label), (colour, dash) in told_apart(_RATES.items(), _LOOKS):
        left.plot(wide[level], dash, color=colour, linewidth=1.4, gid=label)[0].set_label(label)
    right.plot(wide["scaled"] - wide["paper"], color=INK, linewidth=0.8, gid="difference")
    right.axhline(0, color=MUTED, linewidth=0.6)
    left.set(xlabel="epoch", ylabel="loss", title="each run, twice")
    right.set(xlabel="epoch", ylabel="loss at 0.01 less that at 0.001", title="difference of each run")
    left.legend()
    return figure


@styled()
def turnover_panels(table: pd.DataFrame, expected: Mapping[int, float], cutoff: float) -> Figure:
    """Share of the layer that each round replaced, and what the replaced were worth before and one period later.

    Args:
        table: Rows of `experiments.combined.round_table`, of one course.
        expected: Shares to compare with, by epoch: open marks.
        cutoff: ε, a line beside what neurons are worth.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.0), sharex=True)
    _shares(left, table, expected)
    for column, (label, look) in _MARKS_OF.items():
        worth = table.dropna(subset=column).groupby("epoch")[column]
        median = worth.median()
        spread = [median - worth.quantile(0.25), worth.quantile(0.75) - median]
        right.errorbar(median.index, median, spread, capsize=3, linestyle="none", label=label, **look)
    right.axhline(cutoff, color=INK, linewidth=0.8, linestyle=":")
    right.set(yscale="log", xlabel="epoch of the round", ylabel="local efficiency $E$")
    _plain_numbers(right)
    left.legend()
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def _plain_numbers(axes: Axes) -> None:
    """Ticks of a logarithmic axis at 1, 2 and 5 times powers of ten, without exponents."""
    axes.yaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), major_formatter=FormatStrFormatter("%g"))
    axes.minorticks_off()


def _shares(axes: Axes, table: pd.DataFrame, expected: Mapping[int, float]) -> None:
    shares = table.groupby(["epoch", "run"])["share"].first().groupby("epoch")
    mean, error = shares.mean(), shares.sem().fillna(0)
    axes.errorbar(mean.index, mean, error, fmt="o-", color=ACCENT, capsize=3, label="our runs")
    axes.plot(list(expected), list(expected.values()), "D", color="none", markeredgecolor=INK, label="the paper")
    axes.set(xlabel="epoch of the round", ylabel="share of the layer replaced", ylim=(0, None))


@styled()
def gain_panels(swept: Mapping[float, Sequence[float]], rivals: Mapping[str, Sequence[float]]) -> Figure:
    """Gain of every run against the cutoff, and with parts of the algorithm changed; means as lines and bars.

    Args:
        swept: Gains of the runs by cutoff, in rising order; 0 is drawn at the left end.
        rivals: Gains of the runs by name, up to four.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.1), sharey=True)
    for axes, groups in ((left, swept), (right, rivals)):
        for place, values in enumerate(groups.values()):
            axes.plot(np.full(len(values), place), values, "o", color=INK, markersize=3, alpha=0.5, gid="runs")
        axes.axhline(0, color=MUTED, linewidth=0.6)
    left.plot(range(len(swept)), [np.mean(values) for values in swept.values()], "-", color=ACCENT, gid="mean")
    left.set(xticks=range(len(swept)), xticklabels=[f"{cutoff:g}" for cutoff in swept])
    left.set(xlabel=r"cutoff $\varepsilon$", ylabel="relative gain")
    left.yaxis.set_major_formatter(PercentFormatter(1, 1))
    means = [np.mean(values) for values in rivals.values()]
    bars = right.bar(range(len(rivals)), means, 0.6, edgecolor=INK, gid="mean")
    for bar, (colour, hatch) in told_apart(bars, _FILLS):
        bar.set(facecolor=colour, hatch=hatch)
    right.set_xticks(range(len(rivals)), rivals)
    return figure
