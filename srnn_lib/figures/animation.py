"""A soup as a film: frames computed beforehand, shown by a few lines of script that come with them.

The page needs nothing from outside. Without scripts it shows the last frame; readers who asked for less motion start
the film themselves.
"""

import json
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.figures.soups import ATTACKED
from srnn_lib.figures.style import OUTCOME_COLOURS
from srnn_lib.replicators import fixpoints
from srnn_lib.replicators.projection import Plane

SIDE, MARGIN = 1000, 40
SHAPES = {
    "zero": "M-11-11h22v22h-22z",
    "fixpoint": "M-13 0a13 13 0 1 0 26 0a13 13 0 1 0-26 0z",
    "second order": "M0-15 15 12H-15z",
    "other": "M0-16 16 0 0 16-16 0z",
}
WORDS = {"zero": "zero", "fixpoint": "non-zero fixpoint", "second order": "fixpoint of second order", "other": "other"}

STYLE = f"""
#NAME {{ color: var(--pst-color-text-base, #1d242d); font: 0.87rem/1.5 var(--book-sans, sans-serif);
  margin: 1.2rem auto 2.1rem; max-width: 38rem; }}
#NAME [hidden] {{ display: none; }}
#NAME .stage {{ border: 1px solid var(--pst-color-border, #d9dee5); display: block; width: 100%; }}
#NAME .zero {{ stroke: currentColor; stroke-dasharray: 3 9; stroke-width: 2; opacity: 0.6; }}
#NAME .net {{ stroke: currentColor; stroke-width: 2; }}
#NAME .trail {{ fill: none; stroke: currentColor; stroke-width: 3; opacity: 0.35; }}
#NAME .attack {{ fill: none; stroke: {ATTACKED}; stroke-width: 5; }}
#NAME .fresh {{ fill: none; stroke: currentColor; stroke-dasharray: 8 6; stroke-width: 4; }}
#NAME .controls {{ align-items: center; display: flex; gap: 0.8rem; margin: 0.6rem 0; }}
#NAME button {{ background: none; border: 1px solid currentColor; border-radius: 4px; color: inherit; cursor: pointer;
  font: inherit; min-width: 6.5rem; padding: 0.2rem 0.7rem; }}
#NAME input {{ accent-color: var(--pst-color-primary, #0b57b0); flex: 1; min-width: 5rem; }}
#NAME output {{ font-variant-numeric: tabular-nums; min-width: 8rem; text-align: right; }}
#NAME ul {{ display: flex; flex-wrap: wrap; gap: 0.1rem 1.2rem; justify-content: center; list-style: none;
  margin: 0.5rem 0; padding: 0; }}
#NAME li svg {{ height: 1.1em; margin-right: 0.4em; vertical-align: -0.2em; width: 1.1em; }}
#NAME .caption {{ margin: 0; }}
"""

SCRIPT = """
(() => {
  const film = document.getElementById("NAME");
  const part = (selector) => film.querySelector(selector);
  const data = JSON.parse(part("script[type='application/json']").textContent);
  const [stage, play, slider, clock] = [".stage", "button", "input", "output"].map(part);
  const [nets, trails, marks] = [".nets", ".trails", ".marks"].map(part);
  const last = data.places.length - 1;
  let epoch = 0, timer = null, sight = null;

  const place = (when, net) => data.places[when].slice(2 * net, 2 * net + 2);
  const set = (node, values) => Object.entries(values).forEach(([name, value]) => node.setAttribute(name, value));
  const draw = (group, tag, values) => {
    set(group.appendChild(document.createElementNS(stage.namespaceURI, tag)), values);
  };
  const ring = (net, kind, r) => {
    const [cx, cy] = place(epoch, net);
    draw(marks, "circle", {class: kind, cx, cy, r});
  };
  const trail = (net) => {
    const points = [];
    for (let when = epoch; when >= Math.max(0, epoch - 8); when--) {
      points.push(place(when, net));
      if (data.fresh[when].includes(net)) break;
    }
    return points.join(" ");
  };
  const arrow = (attacker, victim) => {
    const [[x1, y1], [x2, y2]] = [place(epoch, attacker), place(epoch, victim)];
    const length = Math.hypot(x2 - x1, y2 - y1), share = length > 60 ? (length - 26) / length : 0;
    const [x, y] = [x1 + share * (x2 - x1), y1 + share * (y2 - y1)];
    if (share) draw(marks, "line", {class: "attack", x1, y1, x2: x, y2: y, "marker-end": "url(#NAME-head)"});
    ring(victim, "attack", 24);
  };
  const show = (number) => {
    epoch = number;
    slider.value = number;
    clock.value = `epoch ${epoch} of ${last}`;
    trails.replaceChildren();
    marks.replaceChildren();
    [...nets.children].forEach((mark, net) => {
      const [x, y] = place(epoch, net);
      set(mark, {x, y, href: `#NAME-${data.outcomes[epoch][net]}`});
      draw(trails, "polyline", {class: "trail", points: trail(net)});
    });
    data.fresh[epoch].forEach((net) => ring(net, "fresh", 32));
    data.attacks[epoch].forEach((pair) => arrow(...pair));
  };
  const stop = () => {
    sight?.disconnect();
    clearInterval(timer);
    timer = null;
    play.textContent = epoch === last ? "Play again" : "Play";
  };
  const start = () => {
    stop();
    if (epoch === last) show(0);
    play.textContent = "Pause";
    timer = setInterval(() => {
      show(epoch + 1);
      if (epoch === last) stop();
    }, 300);
  };

  show(0);
  part(".controls").hidden = false;
  play.onclick = () => (timer === null ? start() : stop());
  slider.oninput = () => {
    show(Number(slider.value));
    stop();
  };
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches && "IntersectionObserver" in window) {
    sight = new IntersectionObserver((seen) => seen[0].isIntersecting && start(), {threshold: 0.7});
    sight.observe(stage);
  }
})();
"""


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
        lives: Of the soup's nets (`soup_history.genealogy`); a net is fresh in the epoch in which it replaced another.
    """
    named = [fixpoints.OUTCOMES[code] for code in outcomes.flatten().tolist()]
    born = lives.loc[lives["life"] > 0, ["net", "born"]].set_axis(["net", "step"], axis=1)
    fresh = pd.MultiIndex.from_frame(plane.table[["net", "step"]]).isin(pd.MultiIndex.from_frame(born))
    return plane.table.assign(outcome=named, fresh=fresh)


def soup_film(
    nets: pd.DataFrame, attacks: pd.DataFrame, origin: tuple[float, float], name: str, caption: str, alt: str
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
    if not name.replace("-", "").isalnum() or not name[0].isalpha():
        raise checks.refuse("name", name, "letters, digits and hyphens, a letter first")
    for outcome in nets["outcome"].unique():
        checks.choice("outcome", outcome, SHAPES)
    points = np.array([*nets[["x", "y"]].to_numpy(), origin])
    places = _onto_stage(points).tolist()
    frames = _frames(nets.assign(place=places[:-1]), attacks)
    data = json.dumps(frames, separators=(",", ":"))
    parts = [
        f'<div class="srnn-film" id="{name}" role="figure" aria-labelledby="{name}-caption">',
        f"<style>{_named(STYLE, name)}</style>",
        *_stage(frames, places[-1], name, alt),
        '<div class="controls" hidden><button type="button">Play</button>',
        f'<input type="range" min="0" max="{len(frames["places"]) - 1}" value="0" aria-label="Epoch">',
        "<output></output></div>",
        _legend(frames, name),
        f'<p class="caption" id="{name}-caption">{escape(caption)}</p>',
        f'<script type="application/json">{data}</script><script>{_named(SCRIPT, name)}</script></div>',
    ]
    return Film("\n".join(parts), alt)


def _named(text: str, name: str) -> str:
    return text.replace("NAME", name)


def _onto_stage(points: Float[np.ndarray, "n 2"]) -> Int[np.ndarray, "n 2"]:
    """Whole numbers on the stage, both axes in one scale, upwards positive."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (SIDE - 2 * MARGIN) / max((high - low).max(), 1e-12)
    return np.rint((points - (low + high) / 2) * scale * (1, -1) + SIDE / 2).astype(int)


def _frames(nets: pd.DataFrame, attacks: pd.DataFrame) -> dict[str, list]:
    """What changes from epoch to epoch, one entry per epoch: places, codes of outcomes, attacks, fresh nets."""
    frames: dict[str, list] = {"places": [], "outcomes": [], "fresh": [], "attacks": []}
    for epoch, now in nets.sort_values(["step", "net"]).groupby("step"):
        frames["places"].append(now["place"].sum())
        frames["outcomes"].append([list(SHAPES).index(outcome) for outcome in now["outcome"]])
        frames["fresh"].append(now.loc[now["fresh"], "net"].astype(int).tolist())
        pairs = attacks.loc[attacks["epoch"] == epoch, ["attacker", "victim"]]
        frames["attacks"].append(pairs.astype(int).to_numpy().tolist())
    return frames


def _stage(frames: dict[str, list], zero: list[int], name: str, alt: str) -> list[str]:
    """The drawing with its last frame; the script goes on from it."""
    shapes = enumerate(SHAPES.items())
    places = np.reshape(frames["places"][-1], (-1, 2)).tolist()
    nets = [
        f'<use class="net" href="#{name}-{code}" x="{x}" y="{y}"/>'
        for code, (x, y) in zip(frames["outcomes"][-1], places, strict=True)
    ]
    return [
        f'<svg class="stage" viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="{escape(alt)}"><defs>',
        *(f'<path id="{name}-{code}" d="{d}" fill="{OUTCOME_COLOURS[word]}"/>' for code, (word, d) in shapes),
        f'<marker id="{name}-head" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="5" markerHeight="5" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{ATTACKED}"/></marker></defs>',
        f'<path class="zero" d="M{zero[0]} 0V{SIDE}M0 {zero[1]}H{SIDE}"/>',
        '<g class="trails"></g><g class="nets">', *nets, '</g><g class="marks"></g></svg>',
    ]  # fmt: skip


def _legend(frames: dict[str, list], name: str) -> str:
    """What the marks mean: those that this film has."""
    met = {code for frame in frames["outcomes"] for code in frame}
    keys = [(f'<use class="net" href="#{name}-{code}"/>', WORDS[list(SHAPES)[code]]) for code in sorted(met)]
    keys.append(('<circle class="attack" r="13"/>', "attacked in this epoch"))
    if any(frames["fresh"]):
        keys.append(('<circle class="fresh" r="15"/>', "new in this epoch"))
    items = [f'<li><svg viewBox="-18 -18 36 36" aria-hidden="true">{mark}</svg>{word}</li>' for mark, word in keys]
    return f"<ul>{''.join(items)}</ul>"
