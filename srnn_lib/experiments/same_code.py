"""Whether the code behind kept tables still does what it did at an earlier commit: the same small tables, bit by bit.

A kept table is stale as soon as its code has changed in any way. Making it again takes hours; often the change only
moved or renamed something. Then both versions of the code make small tables of the same kinds, on this machine, and
where these are equal to the last bit, the stamp of the large one may say that it is what today's code would make.
"""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from srnn_lib import data, saving
from srnn_lib.checks import BadInput, bad_input
from srnn_lib.claimbook import results
from srnn_lib.data import Images
from srnn_lib.experiments import (
    accuracies,
    calibration,
    combined,
    compression,
    death,
    further_births,
    gains,
    levels,
    make_tables,
    plans,
    plateau,
    replication,
    starts,
)
from srnn_lib.experiments.checkpoints import Say, Training
from srnn_lib.experiments.plans import Plan

NEEDED = ("srnn_lib", "book/*.yml", *saving.LANDMARKS)
"""What of a commit the small tables need."""


def miniatures(images: Images, small_images: Images) -> Iterator[tuple[str, pd.DataFrame]]:
    """A small table of every kind, by the functions that make the large ones; images are 28 × 28, and 15 × 15."""
    everyone = [Training(plan, images) for plan in combined.trials(_tiny)]
    small = [Training(_tiny(net), images) for net in combined.SMALL]
    wide = Training(_tiny("N4", cutoff=0.0), images)
    yield "death", death.death_table(small)
    yield "compression", compression.compression_of(wide, compression.METHODS, 5, seed=0)
    yield "replication", replication.replication_table(small, 2, (0, 10, 20), few=2)
    yield "further-births", further_births.further_table(small, 2, (0, 10, 20))
    yield "combined-losses", combined.loss_table(everyone)
    yield "combined-rounds", combined.round_table(everyone)
    yield "plateau", plateau.plateau_table(small, plateau.Trial(bound=10.0, span=30, epochs=20, most=2))
    yield "starts", starts.start_table([Training(plan, images) for plan in starts.start_trials(_tiny)])
    yield "calibration", calibration.calibration_table(images, calibration.GRID[:1], runs=2, rounds=1)
    yield "overlay", calibration.overlay_table(images, runs=2, epochs=20)
    yield "gains", gains.gain_table(images, gains.GAINS[:1], runs=2, rounds=1)
    few = accuracies.accuracy_table(small_images, (1,), seeds=2, epochs=2, every=1, variant_epochs=1)
    yield "accuracies", few


def _tiny(name: str, cutoff: float | None = None, **changes: Any) -> Plan:
    """The paper's training of a net, cut down in every direction."""
    plan = plans.paper_plan(name, cutoff=cutoff, **changes)
    fewer = (4, 2) if plan.fewer else None
    return replace(plan, runs=min(plan.runs, 3), epochs=6, snapshots=(1, 2, 6), fewer=fewer, period=2)


def restamped(level: str, names: Iterable[str], commit: str, say: Say) -> Iterator[Path]:
    """Bring the stamps of stale tables up to date where the code does what it did at a commit that made them.

    Without names, of all stale tables of the level; `say` takes a line now and then.

    Yields:
        The path of each table, when its stamp is written.

    Raises:
        BadInput: A table that is missing or that was not made by the code of that commit, or a kind of which both
            versions make other small tables; stamps written before stay.
    """
    chosen = list(names)
    paths = {name: levels.table_path(name, level) for name in chosen or levels.tables_of(level)}
    kinds = {name: results.table_state(path).kind for name, path in paths.items()}
    stale = {name: path for name, path in paths.items() if kinds[name] != "fresh" and (chosen or path.is_file())}
    if not stale:
        return
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "then"
        _check_out(commit, tree)
        for place, root in (("then", tree), ("now", saving.root())):
            say(f"making small tables with the code of {commit if place == 'then' else 'today'}")
            _make(root, Path(folder) / f"tables-{place}")
        for name, path in stale.items():
            then, now = (Path(folder) / f"tables-{place}" / f"{name}.parquet" for place in ("then", "now"))
            _restamp(path, commit, then, now, levels.command(name, level))
            yield path


def _check_out(commit: str, tree: Path) -> None:
    """The files of a commit that are needed, in a folder of their own."""
    done = subprocess.run(["git", "archive", commit, "--", *NEEDED], cwd=saving.root(), capture_output=True)
    if done.returncode:
        raise bad_input("commit", commit, "one that git knows and that has this command")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(tree, filter="data")


def _make(root: Path, out: Path) -> None:
    """Small tables by the code in `root`, in a process of its own, with a run store of its own."""
    given = {"PYTHONPATH": str(root), "SRNN_ROOT": str(root), "SRNN_STORE": str(out / "store"), "OMP_NUM_THREADS": "1"}
    given["SRNN_DATA"] = str(data.images_folder().resolve())
    command = [sys.executable, "-m", __name__, str(out)]
    done = subprocess.run(command, cwd=root, env={**os.environ, **given}, capture_output=True, text=True)
    if done.returncode:
        raise BadInput(f"no small tables by the code in {root}: {(done.stderr.splitlines() or ['?'])[-1]}")


def _restamp(path: Path, commit: str, then: Path, now: Path, command: str) -> None:
    (rows, stamp), (new, wanted) = map(results.read_table, (path, now))
    old, made = results.read_table(then, unsealed=True)  # the code of that commit may know no seals
    if stamp["library"] != made["library"]:
        raise BadInput(f"{path.name} was not made by the code of {commit}; make it again: {command}")
    if not old.equals(new):
        raise BadInput(f"the code behind {path.name} gives other numbers than at {commit}; make it again: {command}")
    moved = {key: wanted[key] for key in ("modules", "library")}
    results.write_table(rows, path, {**stamp, **moved, "command": command, "same_as": commit})


if __name__ == "__main__":
    for kind, table in miniatures(data.images(size=28), data.images()):
        stamp = results.table_stamp([make_tables.EXPERIMENTS[kind]], levels.command(kind, levels.level_of(kind)))
        results.write_table(table, Path(sys.argv[1]) / f"{kind}.parquet", stamp)
