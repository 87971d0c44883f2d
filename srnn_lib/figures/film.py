"""A soup as a film: frames computed beforehand, shown by a few lines of script that come with them.

The page needs nothing from outside. Without scripts it shows the last frame; readers who asked for less motion start
the film themselves.
"""

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.figures.projection import Plane
from srnn_lib.figures.soups import ATTACKED
from srnn_lib.figures.style import OUTCOME_COLOURS
from srnn_lib.replicators import fixpoints

_SIDE, _MARGIN = 1000, 40
_SHAPES = {
    "zero": ("zero", "M-11-11h22v22h-22z"),
    "fixpoint": ("non-zero fixpoint", "M-13 0a13 13 0 1 0 26 0a13 13 0 1 0-26 0z"),
    "second order": ("fixpoint of second order", "M0-15 15 12H-15z"),
    "other": ("other", "M0-16 16 0 0 16-16 0z"),
}


@dataclass(frozen=True)
class Film:
    """A film for a notebook's page; where only text is shown, its alternative text stands for it."""

    html: str
    alt: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.alt}


def scene(plane: Plane, outcomes: Int[Tensor, "T N"], lives: pd.DataFrame) -> pd.DataFrame:
    """One row per net and epoch of one soup: `net`, `step`, `x`, `y`, `outcome` by name, and whether it is `fresh`.

    Args:
        plane: Of the soup after every epoch.
        outcomes: Codes of `fixpoints.classify` after every epoch.
        lives: Of the soup's nets (`experiments.soups.genealogy`); a net is fresh in the epoch in which it replaced
            another.
    """
    named = [fixpoints.OUTCOMES[code] for code in outcomes.flatten().tolist()]
    born = lives.loc[lives["life"] > 0, ["net", "born"]].set_axis(["net", "step"], axis=1)
    fresh = pd.MultiIndex.from_frame(plane.table[["net", "step"]]).isin(pd.MultiIndex.from_frame(born))
    return plane.table.assign(outcome=named, fresh=fresh)


def soup_film(
    nets: pd.DataFrame, attacks: pd.DataFrame, origin: tuple[float, float], *, name: str, caption: str, alt: str
) -> Film:
    """A film of one soup: where its nets are after every epoch, what they are, who attacked whom and who is new.

    Args:
        nets: As `scene` returns them.
        attacks: Of this soup: `epoch`, `attacker`, `victim`.
        origin: Where the zero net lies, marked by dotted lines.
        name: Identifier on the page, of letters, digits and hyphens; one film per name.
        caption: Shown below the film.
        alt: Read aloud instead of it.

    Raises:
        BadInput: A name that is no identifier, or a net whose outcome has no place on a plane.
    """
    if not (name.isascii() and name.replace("-", "").isalnum() and name[0].isalpha()):
        raise checks.bad_input("name", name, "letters, digits and hyphens, a letter first")
    for outcome in nets["outcome"].unique():
        checks.choice("outcome", outcome, _SHAPES)
    places = _onto_stage(np.array([*nets[["x", "y"]].to_numpy(), origin])).tolist()
    frames = _frames(nets.assign(place=places[:-1]), attacks)
    data = json.dumps(frames, separators=(",", ":"))
    parts = [
        f'<div class="srnn-film" id="{name}" role="figure" aria-labelledby="{name}-caption">',
        f"<style>\n{_named('film.css', name)}</style>",
        *_stage(frames, places[-1], name, alt),
        '<div class="controls" hidden><button type="button">Play</button>',
        f'<input type="range" min="0" max="{len(frames["places"]) - 1}" value="0" aria-label="Epoch">',
        '<output aria-live="off"></output></div>',
        _legend(frames, name),
        f'<p class="caption" id="{name}-caption">{escape(caption)}</p>',
        f'<script type="application/json">{data}</script><script>\n{_named("film.js", name)}</script></div>',
    ]
    return Film("\n".join(parts), alt)


def _named(file: str, name: str) -> str:
    """A file that lies beside this module, with what its words stand for."""
    text = Path(__file__).with_name(file).read_text(encoding="utf-8").partition("\n")[2]
    return text.replace("NAME", name).replace("ATTACKED", ATTACKED)


def _onto_stage(points: Float[np.ndarray, "n 2"]) -> Int[np.ndarray, "n 2"]:
    """Whole numbers on the stage, both axes in one scale, upwards positive."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (_SIDE - 2 * _MARGIN) / max((high - low).max(), 1e-12)
    return np.rint((points - (low + high) / 2) * scale * (1, -1) + _SIDE / 2).astype(int)


def _frames(nets: pd.DataFrame, attacks: pd.DataFrame) -> dict[str, list]:
    """What changes from epoch to epoch, one entry per epoch: places, codes of outcomes, attacks, fresh nets."""
    epochs, pairs = nets.sort_values(["step", "net"]).groupby("step"), attacks[["attacker", "victim"]].astype(int)
    return {
        "places": [now["place"].sum() for _, now in epochs],
        "outcomes": [[list(_SHAPES).index(outcome) for outcome in now["outcome"]] for _, now in epochs],
        "fresh": [now.loc[now["fresh"], "net"].astype(int).tolist() for _, now in epochs],
        "attacks": [pairs[attacks["epoch"] == epoch].to_numpy().tolist() for epoch, _ in epochs],
    }


def _stage(frames: dict[str, list], zero: list[int], name: str, alt: str) -> list[str]:
    """The drawing with its last frame; the script goes on from it."""
    shapes = enumerate(_SHAPES.items())
    nets = zip(frames["outcomes"][-1], np.reshape(frames["places"][-1], (-1, 2)).tolist(), strict=True)
    return [
        f'<svg class="stage" viewBox="0 0 {_SIDE} {_SIDE}" role="img" aria-label="{escape(alt)}"><defs>',
        *(f'<path id="{name}-{code}" d="{d}" fill="{OUTCOME_COLOURS[word]}"/>' for code, (word, (_, d)) in shapes),
        f'<marker id="{name}-head" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="5" markerHeight="5" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{ATTACKED}"/></marker></defs>',
        f'<path class="zero" d="M{zero[0]} 0V{_SIDE}M0 {zero[1]}H{_SIDE}"/>',
        '<g class="trails"></g><g class="nets">',
        *(f'<use class="net" href="#{name}-{code}" x="{x}" y="{y}"/>' for code, (x, y) in nets),
        '</g><g class="marks"></g></svg>',
    ]  # fmt: skip


def _legend(frames: dict[str, list], name: str) -> str:
    """What the marks mean: those that this film has."""
    met = {code for frame in frames["outcomes"] for code in frame}
    shapes = enumerate(_SHAPES.values())
    keys = [(f'<use class="net" href="#{name}-{code}"/>', word) for code, (word, _) in shapes if code in met]
    keys.append(('<circle class="attack" r="13"/>', "attacked in this epoch"))
    if any(frames["fresh"]):
        keys.append(('<circle class="fresh" r="15"/>', "new in this epoch"))
    items = [f'<li><svg viewBox="-18 -18 36 36" aria-hidden="true">{mark}</svg>{word}</li>' for mark, word in keys]
    return f"<ul>{''.join(items)}</ul>"
