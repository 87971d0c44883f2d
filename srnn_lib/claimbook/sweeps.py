"""Sweeps: chapters under several seeds and settings, as runs that know nothing of each other.

A sweep is a YAML file: which chapters, at which scale, under which seeds, and which other parameters take which values.
Every combination is a run. Its notebook lies in `_runs/sweeps/NAME/`, named by its settings; no chapter is replaced.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from srnn_lib import saving
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook import chapters, notebooks, runner
from srnn_lib.claimbook.chapters import Chapter
from srnn_lib.claimbook.content import Content, Text, read_content
from srnn_lib.claimbook.runner import RunPlan
from srnn_lib.claimbook.stamps import stamp_faults, stamp_of


class ChapterSweep(Content):
    """What a chapter of a sweep has of its own: a scale, seeds, and parameters with the values that they take."""

    scale: Text | None = None
    seeds: list[int] | None = None
    parameters: dict[str, list[Any]] = Field(default={})

    @field_validator("parameters")
    @classmethod
    def _possible(cls, parameters: dict[str, list[Any]]) -> dict[str, list[Any]]:
        if "seed" in parameters:
            raise BadInput("seed is no parameter here; its values are the `seeds`")
        for name, values in parameters.items():
            if not values:
                raise bad_input(name, values, "a list of values, not empty")
        return parameters


class SweepFile(Content):
    """The file of a sweep.

    Attributes:
        scale: Of every chapter that has none of its own.
        seeds: Of every chapter that has none of its own; without any, the seed is that of the scale.
        chapters: By name, with one set of values or a list of sets; left out: all that have the scale.
    """

    scale: Text
    seeds: list[int] = Field(default=[])
    chapters: dict[str, ChapterSweep | list[ChapterSweep] | None] | None = None


@dataclass(frozen=True)
class SweptRun:
    """One run of a sweep: the plan, and those parameters that the sweep sets."""

    plan: RunPlan
    overrides: Mapping[str, Any]

    @property
    def arguments(self) -> str:
        """What `python -m srnn_lib` takes to carry it out in the project's folder, quoted for a shell."""
        named = [part for name, value in self.overrides.items() for part in ("-p", name, _text(value))]
        return shlex.join(["run", self.plan.chapter.id, "--scale", self.plan.scale, *named, "--to", self.target])

    @property
    def target(self) -> str:
        """Where its notebook goes, from the project's folder."""
        return self.plan.target.relative_to(self.plan.chapter.book.folder).as_posix()


@dataclass(frozen=True)
class Sweep:
    """A sweep by the name of its file, where the verdicts of all runs go together, and the runs."""

    name: str
    table: Path
    runs: Sequence[SweptRun]

    @property
    def plain(self) -> dict[str, dict[str, str]]:
        """The arguments of each run and a digest of all code that runs, by the notebook that it makes."""
        known = codes(self)
        return {run.target: {"arguments": run.arguments, "code": known[run.plan.chapter.id]} for run in self.runs}


def read_sweep(path: Path, folder: Path | None = None) -> Sweep:
    """The sweep in the file at `path`, of the book in `folder` (default: around us); every run is checked.

    Raises:
        BadInput: The file breaks a rule, or asks for a run that `runner.plan_run` refuses; the line names it.
    """
    folder = folder or saving.root()
    said, place = read_content(path, SweepFile), folder / "_runs" / "sweeps" / path.stem
    try:
        runs = [each for chapter, own in _chosen(said, folder) for each in _runs(said, chapter, own, place)]
    except BadInput as error:
        raise BadInput(f"{path.name}: {error}") from error
    return Sweep(path.stem, place.with_suffix(".parquet"), list({run.target: run for run in runs}.values()))


def _chosen(said: SweepFile, folder: Path) -> Iterator[tuple[Chapter, ChapterSweep]]:
    if said.chapters is None:
        yield from ((chapter, ChapterSweep()) for chapter in chapters.having(said.scale, folder))
        return
    for name, own in said.chapters.items():
        sets = own if isinstance(own, list) else [own or ChapterSweep()]
        yield from ((chapters.find(name, folder), each) for each in sets)


def _runs(said: SweepFile, chapter: Chapter, own: ChapterSweep, place: Path) -> Iterator[SweptRun]:
    scale, seeds = own.scale or said.scale, said.seeds if own.seeds is None else own.seeds
    swept = ({"seed": seeds} if seeds else {}) | own.parameters
    several = [dict(zip(swept, values, strict=True)) for values in product(*swept.values())]
    for plan, overrides in zip(runner.plan_each(chapter, scale, several), several, strict=True):
        yield SweptRun(plan.at(place / _name(plan)), overrides)


def _name(plan: RunPlan) -> str:
    """File name of a notebook; settings that one may sweep over are too many for the short name of a copy."""
    seed = f"-seed-{plan.parameters['seed']}" if "seed" in plan.parameters else ""
    return f"{plan.chapter.id.replace('/', '-')}--{plan.scale}{seed}-{saving.digest(dict(plan.parameters))[:16]}.ipynb"


def _text(value: Any) -> str:
    """A value as the command line takes it."""
    return value if isinstance(value, str) else repr(value)


def codes(sweep: Sweep) -> dict[str, str]:
    """A digest of all code that runs, by chapter."""
    return {run.plan.chapter.id: code(run.plan.chapter) for run in sweep.runs}


def code(chapter: Chapter) -> str:
    """A digest of all code that a chapter runs: its cells, and the modules of the library behind them."""
    return saving.digest([notebooks.source_hash(chapter.nb), chapter.library()])


def is_done(run: SweptRun, wanted: str) -> bool:
    """Whether the notebook of a run is there, made by the chapter's code of that digest."""
    if not run.plan.target.is_file():
        return False
    nb = notebooks.read_notebook(run.plan.target)
    stamp = stamp_of(nb)
    if stamp_faults(nb) or stamp["outputs"] != notebooks.outputs_hash(nb):
        return False  # it is not what was written
    made = saving.digest([notebooks.source_hash(nb), stamp["library"]])
    return made == wanted and stamp["parameters"] == run.plan.parameters
