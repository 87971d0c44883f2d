"""Running a chapter: parameters first, then papermill, then the executed notebook in one piece or not at all.

Only a run at `book` scale without overrides replaces the chapter. Every other run leaves a copy below
`_runs/`, named by its settings; a failed one leaves its notebook in `_runs/failed/` to look at.
"""

import logging
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

import psutil
from nbformat import NotebookNode

from srnn_lib import checks, data, notebooks
from srnn_lib.book import chapters, parameters, publish
from srnn_lib.book.chapters import Chapter
from srnn_lib.book.publish import KERNEL
from srnn_lib.checks import BadInput
from srnn_lib.provenance import provenance

QUIET = ["--Application.log_level=50"]  # ipykernel warns on the console that its sockets are local and plain


class RunFailed(RuntimeError):
    """A chapter did not run to its end. The message is one line."""


@dataclass(frozen=True)
class Plan:
    """A run whose parameters are checked: `given` is what the scale and the user set, `parameters` is all."""

    chapter: Chapter
    scale: str
    given: Mapping[str, Any]
    parameters: Mapping[str, Any]
    replaces: bool

    @property
    def name(self) -> str:
        """File name of a copy: chapter, scale, and a fingerprint of the settings."""
        settings = notebooks.digest(dict(self.parameters))[:8]
        return f"{self.chapter.id.replace('/', '-')}--{self.scale}-{settings}.ipynb"

    @property
    def images(self) -> str | None:
        """The set of images that the chapter asks for, if it does."""
        return self.parameters.get("image_set")

    @property
    def target(self) -> Path:
        """Where the executed notebook goes."""
        return self.chapter.path if self.replaces else self.chapter.folder / "_runs" / self.name


@dataclass(frozen=True)
class Run:
    """A finished run: the executed notebook's path, wall time in seconds, peak memory in MiB."""

    path: Path
    seconds: float
    memory: int


def plan(chapter: Chapter, scale: str = "book", overrides: Mapping[str, Any] | None = None) -> Plan:
    """Check everything about a run before anything runs.

    Raises:
        BadInput: An unknown scale or parameter, a value outside its rule, a faulty `parameters` cell.
    """
    overrides, at_scale, defaults = dict(overrides or {}), chapter.at(scale), chapter.defaults
    chapter.library()
    try:
        resolved = parameters.resolve(defaults, at_scale, overrides)
    except BadInput as error:
        raise BadInput(f"{chapter.id}: {error}") from error
    given = {name: resolved[name] for name in (*at_scale, *overrides)}
    return Plan(chapter, scale, given, resolved, replaces=not given)


def within_reach(plan: Plan) -> tuple[Plan | None, str]:
    """The run that is possible with the images on this machine, and a line about it if it is not the planned one.

    Where the images are missing, a run that would replace the chapter does not take place, and one at quick scale
    takes the embedded digits.

    Raises:
        RunFailed: Images are missing in continuous integration, where nothing may be left out.
    """
    if plan.images is None or data.at_hand(plan.images) or not (plan.replaces or plan.scale == "quick"):
        return plan, ""
    lack = f"{plan.chapter.id}: {plan.images} is not in {data.folder()} (name its folder in SRNN_DATA)"
    if os.environ.get("CI"):
        raise RunFailed(lack)
    if plan.replaces:
        return None, f"{lack}; its stored outputs stay"
    embedded = {**plan.given, "image_set": "digits"}
    replaced = replace(plan, given=embedded, parameters={**plan.parameters, "image_set": "digits"})
    return replaced, f"{lack}; it runs on scikit-learn's digits"


def run(
    chapter: Chapter,
    scale: str = "book",
    overrides: Mapping[str, Any] | None = None,
    progress: bool | None = None,
) -> Run:
    """Run one chapter; see `plan` and `execute`."""
    return execute(plan(chapter, scale, overrides), progress)


def execute(plan: Plan, progress: bool | None = None) -> Run:
    """Run a planned chapter and put the executed notebook in its place.

    `progress` shows a bar over the cells (default: where stderr is a terminal).

    Raises:
        RunFailed: A cell failed or shows two figures, the kernel died, or the chapter was edited meanwhile.
        KeyboardInterrupt: As always; the old notebook is untouched.
    """
    working = plan.chapter.path.with_suffix(f".{os.getpid()}.run.ipynb")
    origin = provenance(plan.chapter.library())
    began = time.monotonic()
    try:
        notebooks.write(publish.clean(plan.chapter.nb), working)
        with PeakMemory() as memory:
            nb = _papermill(plan, working, sys.stderr.isatty() if progress is None else progress)
        done = Run(plan.target, round(time.monotonic() - began, 1), memory.peak)
        try:
            nb = publish.finish(nb)
        except BadInput as error:
            raise RunFailed(f"{plan.chapter.id}: {error}") from error
        nb.metadata["provenance"] = {
            **_stamp(nb, plan),
            "seconds": done.seconds,
            "memory_mib": done.memory,
            **origin,
        }
        if notebooks.texts(notebooks.read(plan.chapter.path)) != notebooks.texts(nb):
            raise RunFailed(f"{plan.chapter.id}: it was edited while it ran; nothing was replaced, run it again")
        notebooks.write(nb, plan.target)
    finally:
        working.unlink(missing_ok=True)
    return done


def execute_all(planned: Sequence[Plan], jobs: int = 1) -> Iterator[tuple[Plan, Run]]:
    """Execute plans, so many at a time, and yield each when it is done.

    With one job they run in order, with a progress bar over the cells; with more, each runs in a process of its own,
    those first that took longest the last time.

    Raises:
        RunFailed: The first one that fails; those that run by then come to their end, no other starts.
        KeyboardInterrupt: All that run are stopped, and their notebooks are as before.
    """
    if checks.count("jobs", jobs) == 1:
        yield from ((each, execute(each)) for each in planned)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        longest = sorted(planned, key=lambda plan: chapters.last_time(plan.chapter.nb), reverse=True)
        waiting = {pool.submit(execute, each, False): each for each in longest}
        try:
            yield from ((waiting[done], done.result()) for done in as_completed(waiting))
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            if not isinstance(error, RunFailed):
                _interrupt_workers()
            raise


def _interrupt_workers(tries: int = 3, patience: float = 15) -> None:
    """Interrupt all workers, and those that go on again: a signal that comes at a bad moment is lost."""
    for _ in range(tries):
        workers = active_children()
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGINT)
        for worker in workers:
            worker.join(patience)


class PeakMemory:
    """Largest resident memory, in MiB, of all processes started from here while the block runs."""

    interval = 0.2

    def __init__(self):
        self.peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        here = psutil.Process()
        while not self._over.wait(self.interval):
            self.peak = max(self.peak, round(sum(map(_resident, here.children(recursive=True))) / 2**20))


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:  # it ended between being listed and being asked
        return 0


def _papermill(plan: Plan, working: Path, progress: bool) -> NotebookNode:
    import papermill  # a second to import, which `status` and `claims` should not wait for
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    try:
        return papermill.execute_notebook(
            str(working), str(working), cwd=str(working.parent), parameters=dict(plan.given),
            kernel_name=KERNEL["name"], language=KERNEL["language"], extra_arguments=list(QUIET),
            progress_bar={"desc": plan.chapter.id} if progress else False,
        )  # fmt: skip
    except PapermillExecutionError as error:
        fault = f"code cell {error.exec_count} raised {error.ename}: {error.evalue}"
        raise _failure(plan, working, fault) from error
    except Exception as error:  # the kernel died, did not start, …: papermill's ways to fail have no common base
        raise _failure(plan, working, f"{type(error).__name__}: {error}") from error


def _failure(plan: Plan, working: Path, fault: str) -> RunFailed:
    kept = plan.chapter.folder / "_runs" / "failed" / plan.name
    kept.parent.mkdir(parents=True, exist_ok=True)
    os.replace(working, kept)
    line = re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", fault)).strip()
    return RunFailed(f"{plan.chapter.id}: {line} (see {kept.relative_to(plan.chapter.folder)})")


def _stamp(nb: NotebookNode, plan: Plan) -> dict[str, Any]:
    return {
        "scale": plan.scale,
        "parameters": dict(plan.parameters),
        "source": notebooks.source_hash(nb),
        "outputs": notebooks.outputs_hash(nb),
        "data": data.images(plan.images).sha256 if plan.images else {},
    }


def plans(chosen: Iterable[Chapter], scale: str, pairs: Iterable[tuple[str, str]]) -> list[Plan]:
    """Plans for all `chosen` chapters with the command line's `pairs` of name and text; nothing runs yet.

    Raises:
        BadInput: As `plan`; the message names the chapter.
    """
    pairs = list(pairs)
    made = []
    for chapter in chosen:
        defaults = chapter.defaults
        try:
            overrides = parameters.parse(pairs, defaults)
        except BadInput as error:
            raise BadInput(f"{chapter.id}: {error}") from error
        made.append(plan(chapter, scale, overrides))
    return made
