"""The workflow: what it would do, that it goes on after a kill, that a scheduler can take it, what the page shows."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tinybook

from srnn_lib.claimbook import chapters, results, sweeps
from srnn_lib.experiments import levels, make_tables

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / ".venv-workflow" / "bin" / "snakemake"
SNAKEMAKE = os.environ.get("SNAKEMAKE") or (str(OWN) if OWN.is_file() else shutil.which("snakemake"))
needs_snakemake = pytest.mark.skipif(not SNAKEMAKE, reason="Snakemake is not installed; run `make workflow`")

SWEEP = """scale: quick
seeds: [0]
chapters: {self-application: {parameters: {nets: [5, 6, 7]}}}
"""
MERGED = "_runs/sweeps/example.parquet"
TABLE = "results/bi-death-paper.parquet"


@pytest.fixture
def project(tmp_path):
    """The tiny book with the workflow, a sweep of three runs, and this library."""
    tinybook.make(tmp_path)
    shutil.copytree(ROOT / "workflow", tmp_path / "workflow")
    (tmp_path / "workflow" / "example.yml").write_text(SWEEP, encoding="utf-8")
    (tmp_path / "srnn_lib").symlink_to(ROOT / "srnn_lib")
    return tmp_path


def environment(folder):
    return {**os.environ, "SRNN_ROOT": str(folder), "PYTHONPATH": str(folder), "HOME": str(folder)}


def command(*arguments, **config):
    given = {"python": sys.executable, **config}
    return [SNAKEMAKE, *arguments, "--config", *(f"{key}={value}" for key, value in given.items())]


def snakemake(folder, *arguments, **config):
    """What Snakemake says, without an error."""
    done = subprocess.run(
        command(*arguments, **config), cwd=folder, env=environment(folder), capture_output=True, text=True
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def jobs(said):
    """How many jobs of which rule, by what a dry run says."""
    table = said.rpartition("Job stats:")[2]
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}


def notebooks(folder):
    """The notebooks that are done, each with the moment in which it was written."""
    return {path.name: path.stat().st_mtime_ns for path in (folder / "_runs").glob("sweeps/example/*.ipynb")}


def kill_after(folder, count, kind):
    """Start the workflow, and end it and all that it started in the midst of the run after so many."""
    started = {"cwd": folder, "env": environment(folder), "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command("--cores", "1"), start_new_session=True, **started) as process:
        until = time.monotonic() + 300
        while process.poll() is None and time.monotonic() < until:
            if len(notebooks(folder)) >= count and any(folder.rglob("*.run.ipynb")):
                break
            time.sleep(0.1)
        os.killpg(process.pid, kind)
        said = process.communicate()[0].decode()
    assert process.returncode != 0, said
    return said


@needs_snakemake
def test_a_dry_run_lists_the_jobs_and_makes_nothing(project):
    assert jobs(snakemake(project, "-n")) == {"chapter": 3, "verdicts": 1, "example": 1, "total": 5}
    assert not (project / "_runs").exists()


@needs_snakemake
def test_a_mistake_in_a_sweep_is_said_before_anything_runs(project):
    (project / "workflow" / "example.yml").write_text(SWEEP.replace("nets:", "net:"), encoding="utf-8")
    done = subprocess.run(command(), cwd=project, env=environment(project), capture_output=True, text=True)
    assert done.returncode != 0
    assert "'net'; allowed: seed, nets" in done.stdout + done.stderr
    assert not (project / "_runs").exists()


@needs_snakemake
def test_what_was_killed_goes_on_and_what_is_done_is_left_alone(project):
    before = {}
    for count, kind in ((1, signal.SIGTERM), (2, signal.SIGKILL)):
        said = kill_after(project, count, kind)
        done = notebooks(project)
        assert len(done) == count, said
        assert any(project.rglob("*.run.ipynb")) == (kind == signal.SIGKILL)
        assert before.items() <= done.items()
        assert not (project / MERGED).exists()
        before = done

    snakemake(project, "--cores", "2")
    assert before.items() <= notebooks(project).items()
    rows, _ = results.read_table(project / MERGED)
    assert len(rows) == 3 * 3  # runs, and quantities of each
    assert rows[rows["headline"]].groupby("claim").size().to_dict() == {"SR-01": 3, "SR-02": 3}
    assert set(rows["seed"]) == {0}
    assert {json.loads(settings)["nets"] for settings in rows["parameters"]} == {5, 6, 7}

    whole, done = (project / MERGED).read_bytes(), notebooks(project)
    assert "Nothing to be done" in snakemake(project, "--cores", "2")
    assert ((project / MERGED).read_bytes(), notebooks(project)) == (whole, done)
    tinybook.edit(project, lambda nb: nb.cells[3].update(source=nb.cells[3].source + "\nmore = 1"))
    assert jobs(snakemake(project, "-n"))["chapter"] == 3  # other code gives other results


@needs_snakemake
def test_jobs_can_be_handed_to_a_scheduler(project):
    (project / "workflow" / "example.yml").write_text("scale: quick\nseeds: [7]\n", encoding="utf-8")
    (project / "submit").write_text('#!/bin/sh\necho "$@" >> handed\nsh "$@" >/dev/null 2>&1 &\necho $$\n')
    (project / "submit").chmod(0o755)
    given = ("--executor", "cluster-generic", "--cluster-generic-submit-cmd", "./submit", "--jobs", "1")
    snakemake(project, *given, "--seconds-between-status-checks", "1")
    assert len((project / "handed").read_text().splitlines()) == 2  # the run, and its verdicts
    assert set(results.read_table(project / MERGED)[0]["seed"]) == {7}


@pytest.fixture
def pretended(project):
    """A Python that only notes what it should train and measure, and makes the file of a table."""
    path = project / "pretended"
    path.write_text(
        f"""#!/bin/sh
case "$*" in *--json) exec {sys.executable} "$@" ;; esac
echo "$*" >> asked
case "$3" in evidence) test -f {TABLE} && echo kept >> asked; : > {TABLE} ;; esac
"""
    )
    path.chmod(0o755)
    (project / "results").mkdir()
    return path


@needs_snakemake
def test_a_table_is_measured_once_its_trainings_are_done(project, pretended):
    everything = jobs(snakemake(project, "paper", "-n", python=pretended))
    trainings, tables = len(make_tables.named_trainings("paper")), len(levels.TRAINING_COLUMNS)
    assert everything == {"training": trainings, "table": tables, "paper": 1, "total": trainings + tables + 1}
    snakemake(project, TABLE, "--cores", "1", python=pretended, device="cuda")
    *trained, measured = (project / "asked").read_text().splitlines()
    assert sorted(trained) == [f"-m srnn_lib train paper N{number} --device cuda" for number in (1, 2, 3)]
    assert measured == "-m srnn_lib evidence paper death"
    assert "Nothing to be done" in snakemake(project, TABLE, python=pretended)
    snakemake(project, TABLE, "--forcerun", "table", "--cores", "1", python=pretended)
    assert (project / "asked").read_text().splitlines()[-1] == "kept"  # what a table has is not thrown away


PAGE = (ROOT / "book" / "clusters.md").read_text(encoding="utf-8")


def blocks(language):
    """The fenced blocks of the page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)


@pytest.fixture
def copied(tmp_path):
    """A copy of the project with the environments that its page speaks of."""
    for name in ("book", "workflow"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.run.ipynb"))
    shutil.copy(ROOT / "_config.yml", tmp_path)
    (tmp_path / "srnn_lib").symlink_to(ROOT / "srnn_lib")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


@needs_snakemake
def test_the_example_of_the_page_does_what_it_says(copied):
    (copied / ".venv-workflow").symlink_to(Path(SNAKEMAKE).parents[1])
    install, listed, done, read = blocks("sh")
    assert install == "make workflow\n"

    def follow(block):
        given = {"cwd": copied, "env": environment(copied), "capture_output": True, "text": True}
        ended = subprocess.run(["bash", "-e", "-c", block], **given)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    assert jobs(follow(listed)) == {"chapter": 4, "verdicts": 1, "example": 1, "total": 6}
    follow(done)
    said = follow(read).splitlines()
    assert {line.split()[0] for line in said[-5:]} == {"ON-16", "ON-18", "ON-48", "SR-46", "SR-47"}
    rows, _ = results.read_table(copied / MERGED)
    settings = rows[rows["claim"] == "SR-47"].drop_duplicates("notebook")
    assert [json.loads(each)["nets"] for each in settings["parameters"]] == [20, 40]
    assert "Nothing to be done" in follow(done)


@pytest.mark.parametrize(("place", "runs"), [(0, 10 + 3 * 2 * 2 + 10), (1, 10 * len(chapters.find_all(ROOT)))])
def test_the_sweeps_of_the_page_are_possible(tmp_path, place, runs):
    path = tmp_path / "it.yml"
    path.write_text(blocks("yaml")[place], encoding="utf-8")
    assert len(sweeps.read_sweep(path, ROOT).runs) == runs
