"""Figures of death and replication at work: what is lost and gained on the way, and who is replaced."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator, PercentFormatter
from pandas.api.typing import SeriesGroupBy

from srnn_lib.figures.style import ACCENT, INK, MUTED, SECOND, WIDTH, Drawing, styled

LOOKS = ((ACCENT, "-"), (SECOND, "--"), (INK, ":"), (MUTED, "-."))
"""Colour and line of up to four curves: none is told by colour alone."""
RATES = {"paper": "rate 0.001", "scaled": "rate 0.01"}
MARKS = {
    "before": ("replaced", {"marker": "s", "color": SECOND, "markerfacecolor": "white"}),
    "after": ("in their place, a period later", {"marker": "o", "color": ACCENT}),
}
FILLS = ((ACCENT, ""), (SECOND, "////"), ("#FFFFFF", "...."), ("#BBBBBB", "xx"))


def losses(courses: Mapping[str, pd.DataFrame], floor: float, caption: str, alt: str) -> Drawing:
    """Mean loss of some courses less `floor`, on a logarithmic axis; beside it, what the same runs gain over the first.

    Bands are one standard error of the mean: on the left of losses, on the right of gains.

    Args:
        courses: Label and losses, one row per epoch and one column per run; up to as many as there are `LOOKS`.
        floor: What is subtracted. Means that are not above it are left out.
        caption: Shown below the figure.
        alt: Read aloud instead of it.

    Source: BI Fig. 5 (left).
    """
    first = next(iter(courses.values()))
    with styled():
        figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.2), sharex=True)
        for (label, table), (colour, dash) in zip(courses.items(), LOOKS, strict=False):
            left_over = table.mean(axis=1) - floor
            _banded(left, left_over.where(left_over > 0), table.sem(axis=1), colour, dash, label)
            gain = first - table
            _banded(right, gain.mean(axis=1), gain.sem(axis=1), colour, dash, label)
        left.set(yscale="log", xlabel="epoch", ylabel=r"$\langle H\rangle$" + (f" − {floor:g}" if floor else ""))
        left.set_xlim(left=0)
        right.set(xlabel="epoch", ylabel="gain")
        _plain_numbers(left)
        left.legend()
    return Drawing(figure, caption, alt)


def _banded(axes: Axes, mean: pd.Series, error: pd.Series, colour: str, dash: str, label: str) -> None:
    error = error.fillna(0)
    axes.fill_between(mean.index, mean - error, mean + error, color=colour, alpha=0.25, linewidth=0)
    axes.plot(mean.index, mean, dash, color=colour, linewidth=1.6, label=label)


def overlay(table: pd.DataFrame, caption: str, alt: str) -> Drawing:
    """Losses of the same runs at two learning rates, over each other and less each other.

    Args:
        table: One row per level, run and epoch: `level` ("paper" or "scaled"), `run`, `epoch`, `loss`.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    wide = table.pivot(index="epoch", columns=["level", "run"], values="loss")
    with styled():
        figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 2.8))
        for (level, label), (colour, dash) in zip(RATES.items(), LOOKS, strict=False):
            lines = left.plot(wide[level], dash, color=colour, linewidth=1.4)
            lines[0].set_label(label)
        right.plot(wide["scaled"] - wide["paper"], color=INK, linewidth=0.8)
        right.axhline(0, color=MUTED, linewidth=0.6)
        left.set(xlabel="epoch", ylabel="loss", title="each run, twice")
        right.set(xlabel="epoch", ylabel="loss at 0.01 less that at 0.001", title="difference of each run")
        left.legend()
    return Drawing(figure, caption, alt)


def turnover(table: pd.DataFrame, expected: Mapping[int, float], cutoff: float, caption: str, alt: str) -> Drawing:
    """Share of the layer that each round replaced, and what the replaced were worth before and one period later.

    Args:
        table: Rows of `lifecycle.renewal.rounds`, of one course.
        expected: Shares to compare with, by epoch: open marks.
        cutoff: ε, a line beside what neurons are worth.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    with styled():
        figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.0), sharex=True)
        _shares(left, table, expected)
        for column, (label, look) in MARKS.items():
            _quartiles(right, table.dropna(subset=column).groupby("epoch")[column], label, look)
        right.axhline(cutoff, color=INK, linewidth=0.8, linestyle=":")
        right.set(yscale="log", xlabel="epoch of the round", ylabel="local efficiency $E$")
        _plain_numbers(right)
        left.legend()
        right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return Drawing(figure, caption, alt)


def _plain_numbers(axes: Axes) -> None:
    """Ticks of a logarithmic axis at 1, 2 and 5 times powers of ten, without exponents."""
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
    axes.yaxis.set_minor_locator(NullLocator())


def _shares(axes: Axes, table: pd.DataFrame, expected: Mapping[int, float]) -> None:
    shares = table.groupby(["epoch", "run"])["share"].first().groupby("epoch")
    mean, error = shares.mean(), shares.sem().fillna(0)
    axes.errorbar(mean.index, mean, error, fmt="o-", color=ACCENT, capsize=3, label="our runs")
    axes.plot(list(expected), list(expected.values()), "D", color="none", markeredgecolor=INK, label="the paper")
    axes.set(xlabel="epoch of the round", ylabel="share of the layer replaced")
    axes.set_ylim(bottom=0)


def _quartiles(axes: Axes, groups: SeriesGroupBy, label: str, look: dict) -> None:
    median = groups.median()
    spread = [median - groups.quantile(0.25), groups.quantile(0.75) - median]
    axes.errorbar(median.index, median, spread, capsize=3, linestyle="none", label=label, **look)


def gains(
    swept: Mapping[float, Sequence[float]], rivals: Mapping[str, Sequence[float]], caption: str, alt: str
) -> Drawing:
    """Gain of every run against the cutoff, and with parts of the algorithm changed; means as lines and bars.

    Args:
        swept: Gains of the runs by cutoff, in rising order; 0 is drawn at the left end.
        rivals: Gains of the runs by name.
        caption: Shown below the figure.
        alt: Read aloud instead of it.
    """
    with styled():
        figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.1), sharey=True)
        for axes, groups in ((left, swept), (right, rivals)):
            for place, values in enumerate(groups.values()):
                axes.plot(np.full(len(values), place), values, "o", color=INK, markersize=3, alpha=0.5)
            axes.axhline(0, color=MUTED, linewidth=0.6)
        left.plot(range(len(swept)), [np.mean(values) for values in swept.values()], "-", color=ACCENT)
        left.set_xticks(range(len(swept)), [f"{cutoff:g}" for cutoff in swept])
        left.set(xlabel=r"cutoff $\varepsilon$", ylabel="relative gain")
        left.yaxis.set_major_formatter(PercentFormatter(1, 1))
        bars = right.bar(range(len(rivals)), [np.mean(values) for values in rivals.values()], 0.6, edgecolor=INK)
        for bar, (colour, hatch) in zip(bars, FILLS, strict=False):
            bar.set(facecolor=colour, hatch=hatch)
        right.set_xticks(range(len(rivals)), rivals)
    return Drawing(figure, caption, alt)
