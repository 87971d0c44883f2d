"""Running a chapter: parameters first, then papermill, then the executed notebook in one piece or not at all.

Only a run at `book` scale without overrides replaces the chapter. Every other run leaves a copy below
`_runs/`, named by its settings, or where it is told to; a failed one leaves its notebook in `_runs/failed/` to look at.
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
from importlib import import_module
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

import psutil
from nbformat import NotebookNode

from srnn_lib import checks, saving
from srnn_lib.checks import BadInput
from srnn_lib.claimbook import chapters, notebooks, parameters, publish, reads
from srnn_lib.claimbook.chapters import Chapter
from srnn_lib.claimbook.provenance import provenance
from srnn_lib.claimbook.publish import KERNEL
from srnn_lib.claimbook.stamps import with_digest

MOST_SAID = 1000
"""Letters of an error in a cell that are shown; all of them are in the notebook that is kept."""
QUIET = ["--Application.log_level=50"]  # ipykernel warns on the console that its sockets are local and plain


class RunFailed(RuntimeError):
    """A chapter did not run to its end. The message is one line."""


@dataclass(frozen=True)
class RunPlan:
    """A run whose parameters are checked: `given` is what the scale and the user set, `parameters` is all.

    `place` is where the executed notebook goes if it is told; a run that `replaces` its chapter has none.
    """

    chapter: Chapter
    scale: str
    given: Mapping[str, Any]
    parameters: Mapping[str, Any]
    replaces: bool
    place: Path | None = None

    @property
    def name(self) -> str:
        """File name of a copy, made of chapter, scale, and a fingerprint of the settings."""
        return f"{self.chapter.id.replace('/', '-')}--{self.scale}-{saving.digest(dict(self.parameters))[:8]}.ipynb"

    @property
    def target(self) -> Path:
        """Where the executed notebook goes."""
        return self.chapter.path if self.replaces else self.place or self.chapter.book.folder / "_runs" / self.name

    def at(self, place: Path) -> "RunPlan":
        """The same run, with its notebook in that place; it replaces no chapter."""
        return replace(self, place=place, replaces=False)


@dataclass(frozen=True)
class Run:
    """A finished run: the executed notebook's path, wall time in seconds, peak memory in MiB."""

    path: Path
    seconds: float
    memory: int


def plan_run(chapter: Chapter, scale: str = "book", overrides: Mapping[str, Any] | None = None) -> RunPlan:
    """Check everything about a run before anything runs.

    Raises:
        BadInput: A scale that the chapter does not have, an unknown parameter, a value outside its rule, a faulty
            `parameters` cell.
    """
    return plan_each(chapter, scale, [overrides or {}])[0]


def plan_each(chapter: Chapter, scale: str, several: Iterable[Mapping[str, Any]]) -> list[RunPlan]:
    """The plan of a run for each of `several` overrides; the chapter's code is looked at once. Errors as `plan_run`."""
    chapter.library()
    values = chapter.at(scale)
    return [_plan(chapter, scale, values, overrides) for overrides in several]


def _plan(chapter: Chapter, scale: str, values: Mapping[str, Any], overrides: Mapping[str, Any]) -> RunPlan:
    for name in overrides:
        checks.choice(f"parameter of {chapter.id}", name, [known for known in values if known != "scale"])
    changed = {name: parameters.checked(name, value, chapter.book.parameters) for name, value in overrides.items()}
    resolved = {**values, **changed}
    given = {name: value for name, value in resolved.items() if name in changed or value != chapter.defaults[name]}
    return RunPlan(chapter, scale, given, resolved, replaces=not given)


def within_reach(plan: RunPlan) -> tuple[RunPlan | None, str]:
    """The run that is possible with the data on this machine, and a line about it if it is not the planned one.

    Where data are missing that a parameter names, a run that would replace the chapter does not take place, and one at
    quick scale takes what stands in for them.

    Raises:
        RunFailed: Data are missing in continuous integration, where nothing may be left out.
    """
    if not (plan.replaces or plan.scale == "quick"):
        return plan, ""
    missing = plan.chapter.lacks(plan.parameters)
    if not missing:
        return plan, ""
    line = f"{plan.chapter.id}: {'; '.join(dict.fromkeys(missing.values()))}"
    if os.environ.get("CI"):
        raise RunFailed(line)
    instead = {name: plan.chapter.book.parameters[name].stand_in for name in missing}
    if plan.replaces or not all(instead.values()):
        return None, f"{line}; its stored outputs stay"
    replaced = replace(plan, given={**plan.given, **instead}, parameters={**plan.parameters, **instead})
    return replaced, f"{line}; it runs on {', '.join(dict.fromkeys(instead.values()))}"


def run_chapter(
    chapter: Chapter, scale: str = "book", overrides: Mapping[str, Any] | None = None, progress: bool | None = None
) -> Run:
    """Run one chapter; see `plan_run` and `execute`."""
    return execute(plan_run(chapter, scale, overrides), progress)


def execute(plan: RunPlan, progress: bool | None = None) -> Run:
    """Run a planned chapter and put the executed notebook in its place.

    `progress` shows a bar over the cells (default: where stderr is a terminal).

    Raises:
        RunFailed: A cell failed or shows two figures, the kernel died, or the chapter was edited meanwhile.
        KeyboardInterrupt: As always; the old notebook is untouched.
    """
    working = _working(plan, os.getpid())
    origin = provenance(plan.chapter.library())
    began = time.monotonic()
    try:
        notebooks.write_notebook(publish.clean(plan.chapter.nb), working)
        with PeakMemory() as memory, reads.collected() as read:
            nb = _papermill(plan, working, sys.stderr.isatty() if progress is None else progress)
        done = Run(plan.target, round(time.monotonic() - began, 1), memory.peak)
        try:
            nb = publish.finish(nb)
        except BadInput as error:
            raise RunFailed(f"{plan.chapter.id}: {error}") from error
        cost = {"seconds": done.seconds, "memory_mib": done.memory}
        nb.metadata["provenance"] = with_digest({**_stamp(nb, plan), "reads": read, **cost, **origin})
        if notebooks.texts(notebooks.read_notebook(plan.chapter.path)) != notebooks.texts(nb):
            raise RunFailed(f"{plan.chapter.id}: it was edited while it ran; nothing was replaced, run it again")
        notebooks.write_notebook(nb, plan.target)
    finally:
        working.unlink(missing_ok=True)
    return done


def execute_all(planned: Sequence[RunPlan], jobs: int = 1) -> Iterator[tuple[RunPlan, Run]]:
    """Execute plans, so many at a time, and yield each when it is done.

    With one job they run in order, with a progress bar over the cells; with more, each runs in a process of its own,
    those first that took longest the last time.

    Raises:
        RunFailed: The first one that fails; those that run by then come to their end, no other starts.
        KeyboardInterrupt: All that run are stopped, and their notebooks are as before.
    """
    if min(checks.integer("jobs", jobs), len(planned)) <= 1:
        yield from ((each, execute(each)) for each in planned)
        return
    with ProcessPoolExecutor(min(jobs, len(planned)), mp_context=get_context("spawn")) as pool:
        longest = sorted(planned, key=lambda plan: chapters.last_time(plan.chapter.nb), reverse=True)
        try:
            waiting = {pool.submit(execute, each, False): each for each in longest}
            yield from ((waiting[done], done.result()) for done in as_completed(waiting))
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            if not isinstance(error, RunFailed):
                _interrupt_workers()
                _kill_workers(planned)
            raise


def _interrupt_workers(patience: float = 8) -> None:
    """Interrupt all workers, and give them all together so many seconds to tidy up.

    Once: a second signal would hit those that are tidying. Who has lost the first is killed by `_kill_workers`.
    """
    for worker in (workers := active_children()):
        if worker.pid:  # 0 would be everyone in our process group
            with suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGINT)
    until = time.monotonic() + patience
    while any(worker.is_alive() for worker in workers) and time.monotonic() < until:
        time.sleep(0.05)


def _kill_workers(planned: Iterable[RunPlan]) -> None:
    """End the workers that hear no interruption, with their kernels, and remove the notebooks on which they worked."""
    for worker in active_children():
        kernels = []
        with suppress(psutil.Error):
            kernels = psutil.Process(worker.pid).children(recursive=True)
        worker.kill()  # first, so that it starts no other
        worker.join()
        for kernel in kernels:
            with suppress(psutil.Error):
                kernel.kill()
        for plan in planned:
            _working(plan, worker.pid).unlink(missing_ok=True)


def _working(plan: RunPlan, process: int | None) -> Path:
    """The notebook on which a process works while it runs a chapter.

    Its name says which process of which machine, so that what a dead one has left can be swept away.
    """
    name = f".{saving.digest(dict(plan.parameters))[:8]}-{saving.process_name(process)}.run.ipynb"
    return plan.chapter.path.with_suffix(name)


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


def _papermill(plan: RunPlan, working: Path, progress: bool) -> NotebookNode:
    import papermill  # a second to import, which `status` and `claims` should not wait for
    from papermill.exceptions import PapermillExecutionError

    from srnn_lib.claimbook.kernel import OwnKernel, no_settings

    for noisy in ("papermill", "asyncio"):  # the latter tells of every cell that an interruption has cut off
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    try:
        with no_settings():
            return papermill.execute_notebook(
                str(working), str(working), cwd=str(working.parent), parameters=dict(plan.given),
                kernel_name=KERNEL["name"], language=KERNEL["language"], extra_arguments=list(QUIET),
                progress_bar={"desc": plan.chapter.id} if progress else False, kernel_manager_class=OwnKernel,
                coalesce_streams=True,
            )  # fmt: skip
    except PapermillExecutionError as error:
        fault = f"code cell {error.exec_count} raised {error.ename}: {error.evalue}"
        raise _failure(plan, working, fault) from error
    except Exception as error:  # the kernel died, did not start, …: papermill's ways to fail have no common base
        raise _failure(plan, working, f"{type(error).__name__}: {error}") from error


def _failure(plan: RunPlan, working: Path, fault: str) -> RunFailed:
    folder = plan.chapter.book.folder
    kept = folder / "_runs" / "failed" / plan.name
    kept.parent.mkdir(parents=True, exist_ok=True)
    os.replace(working, kept)
    line = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", fault[:MOST_SAID]).split())
    return RunFailed(f"{plan.chapter.id}: {line} (see {kept.relative_to(folder)})")


def _stamp(nb: NotebookNode, plan: RunPlan) -> dict[str, Any]:
    needs = plan.chapter.needs(plan.parameters).items()
    digests = [import_module(rule.data).digests(plan.parameters[name]) for name, rule in needs]
    return {
        "scale": plan.scale,
        "parameters": dict(plan.parameters),
        "source": notebooks.source_hash(nb),
        "outputs": notebooks.outputs_hash(nb),
        "data": {name: digest for each in digests for name, digest in each.items()},
    }


def plan_runs(chosen: Iterable[Chapter], scale: str, pairs: Iterable[tuple[str, str]]) -> list[RunPlan]:
    """Plans for all `chosen` chapters with the command line's `pairs` of name and text; nothing runs yet.

    Raises:
        BadInput: As `plan_run`; the message names the chapter.
    """
    pairs, made = list(pairs), []
    for chapter in chosen:
        defaults = chapter.defaults
        try:
            overrides = parameters.parse_overrides(pairs, defaults, chapter.book.parameters)
        except BadInput as error:
            raise BadInput(f"{chapter.id}: {error}") from error
        made.append(plan_run(chapter, scale, overrides))
    return made
