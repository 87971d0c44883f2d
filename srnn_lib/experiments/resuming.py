"""Processes that take long: saved now and then, and after a kill they go on from there, to the same bits.

Whatever goes on stretch by stretch and can name all that its future depends on is a `Resumable`: self-training of nets
(`srnn_lib.replicators.dynamics`), a soup, a training of organisms. `go_on` takes it as far as it is wanted, with a file
for its state; `finished` does so within the run store, where the state makes room for the result.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import torch

from srnn_lib import checks
from srnn_lib.claimbook import store
from srnn_lib.saving import save_tensors

SECONDS_BETWEEN = 180.0
"""Between two saved states, at least: what a kill may cost."""

_DONE = "stretches done"


@runtime_checkable
class Resumable(Protocol):
    """Something that goes on stretch by stretch.

    `state` and `resume` are one another's inverse: a fresh process that resumes the state of another one goes on with
    the same bits. So a state holds weights, velocities, counts, what was recorded, and the states of generators
    (`torch.Generator.get_state`).

    Example:
        A sum of random numbers, one of them per stretch::

            class Sum:
                def __init__(self, generator):
                    self.generator, self.total = generator, torch.zeros(())

                def advance(self):
                    self.total = self.total + torch.rand((), generator=self.generator)

                def state(self):
                    return {"total": self.total, "generator": self.generator.get_state()}

                def resume(self, state):
                    self.total = state["total"]
                    self.generator.set_state(state["generator"])

            resuming.go_on(Sum(seeded(0)), 10**9, path=Path("sum.safetensors"), settings={"seed": 0})
    """

    def advance(self) -> object:
        """One stretch further: long enough that asking for the time after it costs nothing."""

    def state(self) -> store.Tensors:
        """All that the next stretches depend on, by name."""

    def resume(self, state: store.Tensors) -> None:
        """Go back, or on, to that state."""


P = TypeVar("P", bound=Resumable)


def go_on(process: P, until: int, *, path: Path, settings: Mapping[str, Any]) -> P:
    """Take a process on from wherever its file says it is, `until` so many stretches are done; the process.

    The file is replaced whole every `SECONDS_BETWEEN`, and at the end. One that is further stays as it is. No two
    processes write the same file: the second waits, and finds what the first has left.

    Args:
        process: At its start.
        until: Stretches since that start.
        path: Of the file; there need be none yet.
        settings: Everything that the process depends on, as plain JSON.

    Raises:
        BadInput: A file that is damaged, or of other settings.
    """
    checks.integer("until", until, at_least=0)
    known = json.loads(json.dumps(dict(settings)))
    with store.lock(path):
        done, saved = _resumed(process, path, known), time.monotonic()
        while done < until:
            process.advance()
            done += 1
            if done == until or time.monotonic() - saved > SECONDS_BETWEEN:
                state = {name: tensor.cpu().clone() for name, tensor in process.state().items()}
                save_tensors(path, {**state, _DONE: torch.tensor(done)}, known)
                saved = time.monotonic()
    return process


def _resumed(process: Resumable, path: Path, settings: Mapping[str, Any]) -> int:
    """How many stretches were done before; the process has done them now."""
    if not path.is_file():
        return 0
    state, found = store.read_result(path)
    if found != settings or _DONE not in state:
        raise checks.bad_input(path.name, found, f"a state with the settings {settings}", "delete it to begin anew")
    done = int(state.pop(_DONE))
    process.resume(state)
    return done


def finished(
    name: str,
    settings: Mapping[str, Any],
    *,
    start: Callable[[], P],
    until: int,
    result: Callable[[P], store.Tensors],
    modules: Iterable[str],
) -> store.Tensors:
    """What a process has to show at its end, from the run store if it was there before (`store.cached`).

    One that was killed goes on: its state lies beside the result, under the same settings and code, until it has ended.

    Args:
        name: Of the result; the first part of the file's name.
        settings: Everything that the process depends on, as plain JSON.
        start: Makes the process, at its start.
        until: The stretches it takes.
        result: Reads the named tensors off it, at its end.
        modules: Library modules that it uses; a change in their code makes everything anew.
    """
    unfinished = store.place(f"{name}-unfinished", settings, modules)

    def make() -> store.Tensors:
        return result(go_on(start(), until, path=unfinished, settings=settings))

    found = store.cached(name, settings, make, modules)
    unfinished.unlink(missing_ok=True)
    return found
