"""What can be read off soups that evolved: their events, the lives of their nets, and the crowd among these."""

from collections.abc import Iterable, Mapping

import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from srnn_lib import checks
from srnn_lib.replicators import fixpoints
from srnn_lib.replicators.soup import EVENT_COLUMNS, EVENT_KINDS, Epoch, Evolution
from srnn_lib.replicators.soup_schedule import NOBODY


def chronicle(epochs: Iterable[Epoch]) -> tuple[pd.DataFrame, Float[Tensor, "T S N W"]]:
    """All events of an evolution in one table, and the soups after each of its epochs, the start first."""
    run = list(epochs)
    tables = [epoch.events for epoch in run]
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True), torch.stack([epoch.weights for epoch in run])


class Chronicle:
    """Soups and what happened in them, epoch by epoch, to be saved in between and gone on with (`resuming.go_on`).

    A stretch is an epoch; the first one is the start.
    """

    def __init__(self, evolution: Evolution) -> None:
        self.evolution = evolution
        self._events, self._path = torch.empty(0, len(EVENT_COLUMNS), dtype=torch.float64), evolution.now[None][:0]

    @property
    def path(self) -> Float[Tensor, "T S N W"]:
        """The soups after each epoch so far, the start first."""
        return self._path

    @property
    def events(self) -> pd.DataFrame:
        """All events so far, as in `soup.Epoch`."""
        whole = ["epoch", "soup", "attacker", "victim"]
        table = pd.DataFrame(self._events.numpy(), columns=list(EVENT_COLUMNS)).astype(dict.fromkeys(whole, int))
        return table.assign(kind=[EVENT_KINDS[int(code)] for code in table["kind"]])

    def advance(self) -> None:
        """One epoch further."""
        epoch = next(self.evolution)
        coded = epoch.events.assign(kind=epoch.events["kind"].map(EVENT_KINDS.index))
        self._events = torch.cat([self._events, torch.from_numpy(coded.to_numpy(dtype=float, copy=True))])
        self._path = torch.cat([self._path, epoch.weights[None]])

    def state(self) -> dict[str, Tensor]:
        """All that the next epochs depend on, and what was kept."""
        return {**self.evolution.state(), "events": self._events, "path": self._path}

    def resume(self, state: Mapping[str, Tensor]) -> None:
        """Go on as the chronicle would whose `state` this was."""
        self.evolution.resume(state)
        self._events, self._path = state["events"], state["path"]


def of_kind(events: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    """The events of the named `EVENT_KINDS`.

    Raises:
        BadInput: An unknown kind; the line names the nearest one.
    """
    return events[events["kind"].isin([checks.choice("interaction", kind, EVENT_KINDS) for kind in kinds])]


def genealogy(events: pd.DataFrame, shape: tuple[int, int]) -> pd.DataFrame:
    """Every net that ever lived in `shape` = (soups, nets per soup), place by place, by all events from the start on.

    Returns:
        One row per life: `soup`, `net` (its place), `life` (0 for the net of the start), `born` and `died` (epochs;
        `NOBODY` = -1 for the living), `cause` ("divergent", "zero" or "" for the living).
    """
    deaths = of_kind(events, "divergent", "zero")
    ended = deaths[["soup", "victim", "epoch", "kind"]].set_axis(["soup", "net", "died", "cause"], axis=1)
    places = pd.MultiIndex.from_product([range(shape[0]), range(shape[1])], names=["soup", "net"])
    lives = pd.concat([ended, places.to_frame(index=False).assign(died=NOBODY, cause="")], ignore_index=True)
    lives = lives.sort_values(["soup", "net"], kind="stable", ignore_index=True)
    at = lives.groupby(["soup", "net"])
    lives = lives.assign(life=at.cumcount(), born=at["died"].shift(fill_value=0))
    return lives[["soup", "net", "life", "born", "died", "cause"]].astype({"born": int, "died": int})


def main_cluster(
    weights: Float[Tensor, "S N W"], radius: Float[Tensor, " S"], rounds: int = 10
) -> tuple[Int[Tensor, " S"], Float[Tensor, "S W"]]:
    """The fullest ball of that radius in each soup: how many nets it holds, and its centre.

    Balls start around every net and move to the mean of what they hold, `rounds` times; the fullest one met counts.
    Divergent nets are in no ball.
    """
    finite = ~fixpoints.is_divergent(weights)
    nets = torch.where(finite[..., None], weights, 0.0).double()
    centres = nets
    most, best = torch.zeros(len(nets), dtype=torch.int64), torch.full_like(nets[:, 0], torch.nan)
    for _ in range(rounds + 1):
        inside = (torch.cdist(centres, nets) <= radius[:, None, None]) & finite[:, None]
        count, place = inside.sum(2).max(1)
        fuller = count > most
        chosen = centres[torch.arange(len(nets)), place]
        most, best = torch.where(fuller, count, most), torch.where(fuller[:, None], chosen, best)
        centres = (inside.double() @ nets) / inside.sum(2, keepdim=True).clamp(min=1)
    return most, best
