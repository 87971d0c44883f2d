"""Runs: what is refused before they start, what they leave behind, and what they never touch."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import papermill
import psutil
import pytest
import tinybook
from nbformat.v4 import new_notebook, new_output

from srnn_lib import data
from srnn_lib.claimbook import chapters, notebooks, provenance, publish, runner

pytest_plugins = ("tinybook_fixtures",)

MEASURED = ("seconds", "memory_mib", "day")


def chapter(folder, name="self-application"):
    return chapters.find(name, folder)


def files(folder):
    """Every file of the book with its content, caches of Python left out."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def stub(monkeypatch, effect):
    """Let papermill do `effect(path)` in place of running the notebook at `path`."""

    def execute(path, _, **__):
        effect(path)
        nb = nbformat.read(path, as_version=4)
        for count, cell in enumerate(notebooks.code_cells(nb), 1):
            cell.execution_count = count
        return nb

    monkeypatch.setattr(papermill, "execute_notebook", execute)


class TestPlan:
    def test_the_book_itself(self, book):
        plan = runner.plan_run(chapter(book))
        assert plan.replaces
        assert plan.given == {}
        assert plan.parameters == chapter(book).defaults
        assert plan.target == chapter(book).path

    @pytest.mark.parametrize(
        ("scale", "overrides", "given"),
        [
            ("quick", {}, {"scale": "quick", "nets": 5, "learning_rate": 1e-3}),
            ("quick", {"nets": 7}, {"scale": "quick", "nets": 7, "learning_rate": 1e-3}),
            ("quick", {"nets": 40}, {"scale": "quick", "nets": 40, "learning_rate": 1e-3}),
            ("book", {"nets": 41}, {"nets": 41}),
            ("book", {"nets": 40}, {"nets": 40}),
        ],
    )
    def test_every_other_run_is_a_copy(self, book, scale, overrides, given):
        plan = runner.plan_run(chapter(book), scale, overrides)
        assert not plan.replaces
        assert plan.given == given
        assert plan.parameters == chapter(book).defaults | given
        assert plan.target.parent == book / "_runs"
        assert plan.target.name.startswith(f"self-replication-self-application--{scale}-")

    def test_copies_are_named_by_their_settings(self, book):
        names = [runner.plan_run(chapter(book), "quick", {"nets": nets}).target.name for nets in (5, 6, 5)]
        assert names[0] == names[2] != names[1]
        assert len(names[0].removesuffix(".ipynb").rpartition("-")[2]) == 8

    @pytest.mark.parametrize("scale", ["book", "quick"])
    def test_a_run_that_is_told_its_place_replaces_no_chapter(self, book, scale):
        plan = runner.plan_run(chapter(book), scale).at(book / "there.ipynb")
        assert (plan.replaces, plan.target) == (False, book / "there.ipynb")
        assert plan.parameters == chapter(book).at(scale)

    def test_runs_with_other_settings_work_on_other_notebooks(self, book):
        plans = [runner.plan_run(chapter(book), "quick", {"seed": seed}) for seed in (1, 2)]
        assert len({runner._working(plan, 1) for plan in plans}) == 2
        assert all(runner._working(plan, 1).name.endswith(".run.ipynb") for plan in plans)

    def test_refusals_come_before_any_run(self, book, refused, monkeypatch):
        stub(monkeypatch, lambda _: pytest.fail("it ran"))
        before = files(book)
        for overrides, words in (
            ({"net": 5}, (f"parameter of {tinybook.CHAPTER} is 'net'", "did you mean 'nets'?")),
            ({"nets": -5}, ("nets is -5; allowed: a whole number, 1 or more",)),
            ({"nets": 5.0}, ("nets is 5.0; allowed: a whole number",)),
            ({"learning_rate": float("nan")}, ("learning_rate is nan; allowed: a finite number above 0",)),
            ({"scale": "quick"}, (f"parameter of {tinybook.CHAPTER} is 'scale'; allowed: seed, nets",)),
        ):
            with refused(*words):
                runner.run_chapter(chapter(book), "book", overrides)
        assert files(book) == before

    @pytest.mark.parametrize("scale", ["paper", "scaled", "quik"])
    def test_a_scale_that_the_chapter_does_not_have(self, book, refused, scale):
        with refused(f"scale of {tinybook.CHAPTER} is {scale!r}; allowed: book, quick"):
            runner.plan_run(chapter(book), scale)

    def test_a_scale_that_one_chapter_has_and_another_has_not(self, book, refused):
        tinybook.add(book, "self-replication/soups", book=tinybook.SETTINGS, paper={"nets": 400})
        assert runner.plan_run(chapter(book, "soups"), "paper").given == {"scale": "paper", "nets": 400}
        with refused(f"scale of {tinybook.CHAPTER} is 'paper'; allowed: book, quick"):
            runner.plan_runs(chapters.find_all(book), "paper", [])

    @pytest.mark.parametrize("scale", ["book", "quick"])
    def test_a_cell_that_says_something_else_than_the_scales(self, book, refused, scale):
        tinybook.write(book, tinybook.chapter(parameters=tinybook.PARAMETERS.replace("nets = 40", "nets = 41")))
        with refused(f"{tinybook.CHAPTER}: its parameters cell and scales.yml disagree: nets is 41, 40"):
            runner.plan_run(chapter(book), scale)

    def test_a_chapter_that_scales_yml_does_not_know(self, book, refused):
        tinybook.write(book, name="self-replication/soups")
        with refused("chapter in scales.yml is 'self-replication/soups'"):
            runner.plan_run(chapter(book, "soups"))

    def test_all_chapters_are_checked_before_the_first_runs(self, book, refused):
        bare = tinybook.chapter(parameters='scale = "book"\n')
        tinybook.add(book, "self-replication/soups", bare, book={})
        with refused("self-replication/soups: parameter is 'nets'", "allowed: scale"):
            runner.plan_runs(chapters.find_all(book), "book", [("nets", "5")])


class TestRun:
    """Real runs; the first one is shared."""

    def test_the_chapter_is_ready_for_the_book(self, run_book):
        nb = chapter(run_book).nb
        assert notebooks.unfinished(nb) == []
        assert set(nb.metadata) == {"kernelspec", "language_info", "provenance"}
        assert "version" not in nb.metadata.language_info
        assert {key for cell in nb.cells for key in cell.metadata} <= {"tags", "mystnb"}
        assert not any(notebooks.has(cell, "injected-parameters") for cell in nb.cells)
        assert [cell.id for cell in nb.cells] == [cell.id for cell in tinybook.chapter().cells]
        figure = next(cell for cell in nb.cells if notebooks.has(cell, "fig:SR-1"))
        assert figure.metadata.mystnb == {
            "image": {"alt": "A dot."},
            "figure": {"caption": "One dot.", "name": "fig-SR-1"},
        }

    def test_the_stamp(self, run_book):
        stamp = chapter(run_book).nb.metadata.provenance
        assert stamp.scale == "book"
        assert stamp.parameters == chapter(run_book).defaults
        assert stamp.packages == provenance.versions()
        assert stamp.library == chapter(run_book).library()
        used = {f"srnn_lib.claimbook.{name}" for name in ("judge", "registry", "content", "estimates")}
        assert used <= set(stamp.library)
        unused = {f"srnn_lib.claimbook.{name}" for name in ("runner", "chapters", "audit", "board")}
        assert not (unused | {"srnn_lib.claimbook"}) & set(stamp.library)
        assert stamp.seconds > 0
        assert 20 < stamp.memory_mib < 2048
        assert (stamp.device, stamp.data) == ("cpu", {})

    def test_nothing_else_is_left(self, run_book):
        assert sorted(path for path in files(run_book) if path.endswith(".ipynb")) == [
            "book/self-replication/self-application.ipynb"
        ]
        assert not (run_book / "_runs").exists()

    def test_running_again_changes_nothing_but_time_memory_and_day(self, run_book, capfd):
        before = chapter(run_book).nb
        runner.run_chapter(chapter(run_book), progress=False)
        again = chapter(run_book).nb
        for nb in (before, again):
            for key in MEASURED:
                del nb.metadata.provenance[key]
            del nb.metadata.provenance["stamp"]
        assert again == before
        assert capfd.readouterr() == ("", "")

    def test_lines_that_come_one_by_one_are_one_text(self, book):
        slow = tinybook.code('import time\n\nfor line in "ab":\n    print(line, flush=True)\n    time.sleep(0.5)')
        tinybook.edit(book, lambda nb: nb.cells.insert(2, slow))
        done = runner.run_chapter(chapter(book), progress=False)
        (cell,) = [each for each in notebooks.code_cells(notebooks.read_notebook(done.path)) if "sleep" in each.source]
        assert [output.text for output in cell.outputs] == ["a\nb\n"]

    def test_a_quick_run_with_an_override(self, run_book):
        before = files(run_book)
        done = runner.run_chapter(chapter(run_book), "quick", {"nets": 7, "noise_levels": [0.5]}, progress=False)
        nb = notebooks.read_notebook(done.path)
        injected = [cell for cell in nb.cells if notebooks.has(cell, "injected-parameters")]
        assert [cell.metadata.tags for cell in injected] == [["injected-parameters", "remove-cell"]]
        assert injected[0].id == "injected-parameters"
        assert "7 nets\n" in [output.get("text") for cell in notebooks.code_cells(nb) for output in cell.outputs]
        assert nb.metadata.provenance.parameters == {
            "scale": "quick", "seed": 3, "nets": 7, "learning_rate": 1e-3, "noise_levels": [0.5],
        }  # fmt: skip
        after = files(run_book)
        assert after.pop(done.path.relative_to(run_book).as_posix())
        assert after == before

    def test_a_failing_cell_leaves_the_old_chapter_and_keeps_the_failure(self, run_book):
        failing = tinybook.code('print("so far")\nraise ValueError("first line\\nsecond line")')
        tinybook.edit(run_book, lambda nb: nb.cells.insert(2, failing))
        before = files(run_book)
        with pytest.raises(runner.RunFailed) as caught:
            runner.run_chapter(chapter(run_book), progress=False)
        message = str(caught.value)
        assert f"{tinybook.CHAPTER}: code cell 2 raised ValueError: first line second line" in message
        after = files(run_book)
        kept = next(name for name in after if name not in before)
        assert kept in message
        assert kept.startswith("_runs/failed/self-replication-self-application--book-")
        assert b"so far" in after.pop(kept)
        assert after == before

    @pytest.mark.slow
    def test_several_at_a_time(self, book):
        scales = {"book": tinybook.SETTINGS, "quick": {"nets": 5}}
        light = tinybook.chapter(tinybook.code("print(nets)"))
        tinybook.write(book, light)
        tinybook.add(book, "self-replication/soups", light, **scales)
        failing = tinybook.chapter(tinybook.code("raise ValueError('no')"))
        tinybook.add(book, "self-replication/mixed", failing, **scales)
        planned = runner.plan_runs(chapters.find_all(book), "quick", [])
        whole = [each for each in planned if not each.chapter.id.endswith("mixed")]
        done = {plan.chapter.id: run for plan, run in runner.execute_all(whole, 2)}
        assert set(done) == {each.chapter.id for each in whole}
        assert len(done) == 2
        assert all(run.path.is_file() and run.memory > 20 for run in done.values())
        with pytest.raises(runner.RunFailed, match="mixed: code cell"):
            list(runner.execute_all(planned, 2))

    @pytest.mark.parametrize("jobs", ["1", "2"])
    @pytest.mark.slow
    def test_being_stopped_leaves_the_old_chapter_whole(self, book, jobs):
        started = book / "started"
        cell = tinybook.code(f"import time\nopen({str(started)!r}, 'w').close()\ntime.sleep(120)")
        tinybook.write(book, tinybook.chapter(cell))
        before = files(book)
        command = [sys.executable, "-m", "srnn_lib.claimbook.cli", "run", "self-application", "--jobs", jobs]
        process = subprocess.Popen(
            command, cwd=book, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environment()
        )
        deadline = time.monotonic() + 120
        while not started.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert started.exists(), process.communicate(timeout=5)
        kernels = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        started.unlink()
        assert (process.returncode, out) == (1, "")
        assert err.splitlines() == ["error: interrupted; what was not finished is as it was before"]
        assert files(book) == before
        assert psutil.wait_procs(kernels, timeout=10)[1] == []


def deaf(started):
    """Hear no interruption, beside a child of one's own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    started.send(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"]).pid)
    time.sleep(120)


@pytest.mark.parametrize("jobs", [1, 8])
def test_workers_that_hear_no_interruption_are_killed(book, jobs):
    here, there = multiprocessing.Pipe()
    workers = [multiprocessing.get_context("fork").Process(target=deaf, args=(there,)) for _ in range(jobs)]
    for worker in workers:
        worker.start()
    kernels = [psutil.Process(here.recv()) for _ in workers]
    plan = runner.plan_run(chapter(book))
    before = files(book)
    for worker in workers:
        runner._working(plan, worker.pid).write_text("half")
    runner._interrupt_workers(patience=0.2)
    assert all(worker.is_alive() for worker in workers)
    runner._kill_workers([plan])
    assert not any(worker.is_alive() for worker in workers)
    assert psutil.wait_procs(kernels, timeout=10)[1] == []
    assert files(book) == before


def test_an_interruption_while_the_jobs_are_handed_out_ends_them_too(book, monkeypatch):
    class Pool(ThreadPoolExecutor):
        def __init__(self, jobs, mp_context):
            super().__init__(jobs)

        def submit(self, *_):
            raise KeyboardInterrupt

    stopped = []
    monkeypatch.setattr(runner, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(runner, "_kill_workers", stopped.append)
    plan = runner.plan_run(chapter(book))
    with pytest.raises(KeyboardInterrupt):
        list(runner.execute_all([plan, plan], 2))
    assert stopped == [[plan, plan]]


def _environment():
    """This process's variables, with no book named."""
    return {key: value for key, value in os.environ.items() if key != "SRNN_ROOT"}


class TestFailure:
    """Failures that are easier to make than to wait for."""

    def test_an_interruption(self, run_book, monkeypatch):
        def interrupt(path):
            with open(path, "w") as half:
                half.write('{"cells": [')
            raise KeyboardInterrupt

        stub(monkeypatch, interrupt)
        before = files(run_book)
        with pytest.raises(KeyboardInterrupt):
            runner.run_chapter(chapter(run_book), progress=False)
        assert files(run_book) == before

    def test_a_dead_kernel(self, run_book, monkeypatch):
        def die(_):
            raise RuntimeError("Kernel died\nunexpectedly")

        stub(monkeypatch, die)
        before = files(run_book)
        with pytest.raises(runner.RunFailed, match="RuntimeError: Kernel died unexpectedly"):
            runner.run_chapter(chapter(run_book), progress=False)
        assert {k: v for k, v in files(run_book).items() if not k.startswith("_runs/failed/")} == before

    def test_an_edit_during_the_run_is_not_overwritten(self, run_book, monkeypatch):
        stub(monkeypatch, lambda _: tinybook.edit(run_book, lambda nb: nb.cells[0].update(source="# Edited")))
        with pytest.raises(runner.RunFailed, match="edited while it ran"):
            runner.run_chapter(chapter(run_book), progress=False)
        assert chapter(run_book).nb.cells[0].source == "# Edited"
        assert list(run_book.rglob("*.run.ipynb")) == []

    def test_a_failed_write_leaves_the_old_chapter(self, run_book, monkeypatch):
        stub(monkeypatch, lambda _: None)
        before = files(run_book)

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "replace", full)
        with pytest.raises(OSError, match="No space left"):
            runner.run_chapter(chapter(run_book), progress=False)
        assert files(run_book) == before


def test_the_stamp_names_the_data_that_a_parameter_asks_for(book, monkeypatch):
    stub(monkeypatch, lambda _: None)
    rule = {"is": "choice", "names_of": "srnn_lib.data.IMAGE_SETS", "meaning": "images", "data": "srnn_lib.data"}
    tinybook.edit_data(book, "parameters.yml", lambda held: held.update(image_set=rule))
    source = tinybook.PARAMETERS + 'image_set = "digits"\n'
    tinybook.add(
        book, tinybook.CHAPTER, tinybook.chapter(parameters=source), book={**tinybook.SETTINGS, "image_set": "digits"}
    )
    runner.run_chapter(chapter(book), progress=False)
    stamp = chapter(book).nb.metadata.provenance
    assert stamp.data == data.digests("digits")
    assert len(stamp.data) > 0


class TestPublishing:
    def published(self, *outputs, **metadata):
        cell = tinybook.code("show()")
        cell.outputs, cell.metadata = list(outputs), nbformat.NotebookNode(metadata)
        return publish.finish(new_notebook(cells=[cell])).cells[0]

    def figure(self, **labels):
        return new_output("display_data", {"image/png": tinybook.PNG}, metadata={"image/png": labels})

    def test_hand_written_settings_stay(self):
        box = nbformat.from_dict({"image": {"width": "480px", "alt": "old"}, "markdown_format": "myst"})
        cell = self.published(self.figure(alt="new", caption="C"), mystnb=box)
        assert cell.metadata.mystnb == {
            "image": {"width": "480px", "alt": "new"},
            "figure": {"caption": "C"},
            "markdown_format": "myst",
        }

    def test_cells_without_labelled_figures_stay_as_they_are(self):
        plain = new_output("display_data", {"image/png": tinybook.PNG}, metadata={"image/png": {"width": 3}})
        assert "mystnb" not in self.published(plain).metadata
        box = nbformat.from_dict({"figure": {"caption": "by hand"}})
        assert self.published(plain, mystnb=box).metadata.mystnb == box

    def test_two_figures_in_a_cell_are_a_fault(self, refused):
        with refused("cell 1 shows several figures", "one per cell"):
            self.published(self.figure(alt="a"), self.figure(alt="b"))

    def test_views_of_widgets_give_way_to_their_fallback(self):
        live = {publish.WIDGET: {"model_id": "7f"}, "text/html": "<p>still</p>"}
        bare = {publish.WIDGET: {"model_id": "8f"}, "text/plain": "Slider()"}
        cell = self.published(new_output("display_data", live), new_output("display_data", bare))
        assert [set(output.data) for output in cell.outputs] == [{"text/html"}, set(bare)]


def test_peak_memory_sees_children_and_only_them():
    hog = "x = bytearray(150 * 2**20); print('ready', flush=True); input()"
    with runner.PeakMemory() as memory:
        child = subprocess.Popen([sys.executable, "-c", hog], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert child.stdout.readline() == "ready\n"
        deadline = time.monotonic() + 30
        while memory.peak < 150 and time.monotonic() < deadline:
            time.sleep(0.05)
        child.communicate("\n", timeout=30)
    assert 150 <= memory.peak < 250


@pytest.mark.parametrize(("tag", "hidden"), [*((tag, True) for tag in publish.FOLDED), ("verdict", None)])
def test_what_the_page_folds_is_folded_in_a_notebook_window(tag, hidden):
    (cell,) = publish.finish(new_notebook(cells=[tinybook.code("1", tag)])).cells
    assert cell.metadata.get("jupyter", {}).get("source_hidden") is hidden
