"""The command line: exit codes, one line per mistake, and the guards around nbval."""

import json
import re
import shutil
import subprocess
import sys

import pytest
import tinybook
from nbformat.v4 import new_output

from srnn_lib import __main__ as cli
from srnn_lib.claimbook import chapters, notebooks, results, runner, sweeps
from srnn_lib.claimbook import cli as book_cli
from srnn_lib.claimbook.runner import Run
from srnn_lib.claimbook.verdicts import OWN

pytest_plugins = ("tinybook_fixtures",)

STATUS_HEAD = ["chapter", "or", "table", "state", "time", "memory", "day", "why"]


@pytest.fixture
def here(book, monkeypatch):
    """The tiny book, not yet run, as the place we are in."""
    monkeypatch.delenv("SRNN_ROOT", raising=False)
    monkeypatch.chdir(book)
    return book


@pytest.fixture
def run_here(run_book, monkeypatch):
    """The tiny book after its run, as the place we are in."""
    monkeypatch.delenv("SRNN_ROOT", raising=False)
    monkeypatch.chdir(run_book)
    return run_book


def one_line(capsys):
    """The only line on stderr; nothing stands on stdout."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("error: ")
    return err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", ("no command; allowed: run, sweep, seeds, status, seal, parameters, claims, evidence, train",)),
        ("rnu", ("command is 'rnu'", "did you mean 'run'?")),
        (
            "run self-aplication",
            ("chapter is 'self-aplication'", "did you mean 'self-replication/self-application'"),
        ),
        ("run no/where.ipynb", ("chapter is 'no/where.ipynb'",)),
        ("run --scale quik", ("scale is 'quik'; allowed: quick, book", "did you mean 'quick'?")),
        ("run --scale paper", ("scale is 'paper'; allowed: quick, book",)),
        ("run self-application --scale quik", (f"scale of {tinybook.CHAPTER} is 'quik'", "did you mean 'quick'?")),
        ("run self-application --scale paper", (f"scale of {tinybook.CHAPTER} is 'paper'; allowed: book, quick",)),
        ("run --jobs 0", ("jobs is 0; allowed: a whole number, 1 or more",)),
        ("run --jobs two", ("--jobs", "invalid int value: 'two'")),
        ("run --scale", ("--scale", "expected one argument")),
        ("run --sclae quick", ("option is '--sclae'", "did you mean '--scale'?")),
        ("run --scal quick", ("option is '--scal'", "did you mean '--scale'?")),
        ("run -p nets", ("-p", "expected 2 arguments")),
        ("run -p net 5", ("parameter is 'net'", "scale, seed, nets", "did you mean 'nets'?")),
        ("run -p nets many", ("nets is 'many'", "a whole number, 1 or more")),
        ("run -p nets 5.5", ("nets is 5.5", "a whole number")),
        ("run -p nets -5", ("nets is -5", "1 or more")),
        ("run -p learning_rate nan", ("learning_rate is 'nan'", "a finite number above 0")),
        ("run -p learning_rate fast", ("learning_rate is 'fast'", "a finite number above 0")),
        ("run -p noise_levels []", ("noise_levels is []", "not empty")),
        ("run -p nets 5 -p nets 6", ("-p nets is given twice",)),
        ("run -p scale quick", ("--scale",)),
        ("run self-application --scale quick -p seed -1", ("seed is -1", "0 or more")),
        ("run --to", ("--to", "expected one argument")),
        ("sweep", ("FILE", "required")),
        ("sweep none.yml", ("none.yml cannot be read",)),
        ("sweep none.yml --json --merge", ("not allowed with",)),
        ("status now", ("now",)),
        ("parameters", ("CHAPTER", "required")),
        ("parameters self-aplication", ("chapter is 'self-aplication'", "did you mean 'self-replication/self-app")),
        ("parameters self-application --scale quick", ("option is '--scale'",)),
        ("claims --jsno", ("option is '--jsno'", "did you mean '--json'?")),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(here, capsys, arguments, words):
    assert cli.main(arguments.split()) == 2
    line = one_line(capsys)
    assert [word for word in words if word not in line] == []
    assert not (here / "_runs").exists()


def test_outside_of_a_book(tmp_path_factory, monkeypatch, capsys):
    monkeypatch.delenv("SRNN_ROOT", raising=False)
    monkeypatch.chdir(tmp_path_factory.mktemp("nowhere"))
    for command in ("run", "status", "parameters soups", "claims"):
        assert cli.main(command.split()) == 2
        assert "no book at or above" in one_line(capsys)


def test_no_chapter_yet(here, capsys):
    chapters.find("self-application", here).path.unlink()
    assert cli.main(["run"]) == 2
    assert "there is no chapter in book/ yet" in one_line(capsys)
    assert cli.main(["run", "soups"]) == 2
    assert "no chapter in book/ yet" in one_line(capsys)
    assert cli.main(["status"]) == 0
    assert capsys.readouterr().out.split() == STATUS_HEAD


def test_as_a_program(here):
    command = [sys.executable, "-m", "srnn_lib", "run", "-p", "nets", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {tinybook.CHAPTER}: nets is 0; allowed: a whole number, 1 or more\n"


@pytest.fixture
def runs(monkeypatch):
    """Names of the chapters that were run, without running them; one called `soups` fails."""
    ran = []

    def execute(plan, progress=None):
        ran.append((plan.chapter.id, plan.scale, dict(plan.given)))
        if plan.chapter.id.endswith("soups"):
            raise runner.RunFailed(f"{plan.chapter.id}: code cell 3 raised ValueError: no")
        if plan.target != plan.chapter.path:
            plan.target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(plan.chapter.path, plan.target)
        return Run(plan.target, 1.25, 99)

    monkeypatch.setattr(runner, "execute", execute)
    return ran


@pytest.fixture
def turned(monkeypatch):
    """Every copy of a chapter has one verdict that its chapter has not."""
    monkeypatch.setattr(book_cli, "differing", lambda copy, chapter: ["SR-01: partly; in the book: open"])


def test_run_takes_all_chapters_in_order_and_stops_at_the_first_failure(here, capsys, runs):
    for name in ("definitions", "soups", "mixed", "weight-space"):
        tinybook.add(here, f"self-replication/{name}")
    assert cli.main(["run"]) == 1
    out, err = capsys.readouterr()
    ran = ["definitions", "self-application", "weight-space", "mixed", "soups"]
    assert [name for name, *_ in runs] == [f"self-replication/{name}" for name in ran]
    assert [line.split(":")[0] for line in out.splitlines()] == [name for name, *_ in runs[:-1]]
    assert "self-replication/definitions: 1.2 s, 99 MiB, book/self-replication/definitions.ipynb" in out
    assert err == "error: self-replication/soups: code cell 3 raised ValueError: no\n"


def test_run_puts_one_notebook_where_it_is_told(here, capsys, runs):
    assert cli.main(["run", "self-application", "--to", "here/it.ipynb"]) == 0
    assert "here/it.ipynb" in capsys.readouterr().out
    assert cli.main(f"run self-application --to {here.parent}/it.ipynb".split()) == 0
    assert f"{here.parent}/it.ipynb" in capsys.readouterr().out
    assert [given for *_, given in runs] == [{}, {}]


def test_a_run_that_compares_leaves_the_chapter_alone_and_says_that_nothing_differs(here, capsys, runs):
    before = chapters.find("self-application", here).path.read_bytes()
    assert cli.main(["run", "self-application", "--compare"]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.endswith("_runs/compared/self-replication-self-application.ipynb")
    assert rest == ["  no verdict changes", "  the same texts"]
    assert chapters.find("self-application", here).path.read_bytes() == before


def test_a_run_that_compares_fails_where_a_verdict_turns(here, capsys, runs, turned):
    assert cli.main(["run", "self-application", "--compare"]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[1:] == ["  SR-01: partly; in the book: open", "  the same texts"]
    assert err == "error: verdicts that are other ones than in the book: SR-01: partly; in the book: open\n"


def test_a_run_with_other_settings_says_which_verdicts_change(here, capsys, runs, turned):
    assert cli.main(["run", "self-application", "-p", "nets", "7"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["  SR-01: partly; in the book: open"]
    assert cli.main(["run", "self-application"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_run_cannot_put_several_notebooks_in_one_place(here, capsys, runs):
    tinybook.add(here, "self-replication/definitions")
    assert cli.main(["run", "--to", "it.ipynb"]) == 2
    assert "--to it.ipynb is the place of one notebook, and there are 2 chapters" in one_line(capsys)
    assert runs == []


SWEEP = "scale: quick\nseeds: [0, 1]\n"


def test_sweep_lists_its_runs_as_commands_and_as_data(here, capsys):
    (here / "some.yml").write_text(SWEEP)
    assert cli.main(["sweep", "some.yml"]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = f"python -m srnn_lib run {tinybook.CHAPTER} --scale quick -p seed"
    assert [line.partition(" --to ")[0] for line in lines] == [f"{start} 0", f"{start} 1"]
    assert cli.main(["sweep", "some.yml", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert [f"python -m srnn_lib {each['arguments']}" for each in entries.values()] == lines
    assert [line.partition(" --to ")[2] for line in lines] == list(entries)
    assert not (here / "_runs").exists()


def test_a_sweep_is_merged_once_all_its_runs_are_there(run_here, capsys):
    (run_here / "some.yml").write_text(SWEEP)
    places = [run_here / run.target for run in sweeps.read_sweep(run_here / "some.yml").runs]
    for missing in (2, 1):
        assert cli.main(["sweep", "some.yml", "--merge"]) == 2
        assert f"{missing} of 2 runs of some are not there" in one_line(capsys)
        places[missing - 1].parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(chapters.find("self-application").path, places[missing - 1])
    assert cli.main(["sweep", "some.yml", "--merge"]) == 0
    assert capsys.readouterr().out == "2 runs, 4 verdicts, _runs/sweeps/some.parquet\n"
    rows, stamp = results.read_table(run_here / "_runs" / "sweeps" / "some.parquet")
    assert sorted(set(rows["notebook"])) == sorted(place.name for place in places)
    assert stamp["command"] == "python -m srnn_lib sweep some.yml --merge"


def test_run_takes_named_chapters_once_with_parameters(here, capsys, runs):
    tinybook.add(here, "self-replication/definitions")
    arguments = "run self-application self-application --scale quick -p nets 9 -p learning_rate 1e-5"
    assert cli.main(arguments.split()) == 0
    assert runs == [(tinybook.CHAPTER, "quick", {"nets": 9, "learning_rate": 1e-5, "scale": "quick"})]
    assert "_runs/self-replication-self-application--quick-" in capsys.readouterr().out


def test_run_takes_the_chapters_that_have_the_scale(here, capsys, runs):
    tinybook.add(here, "self-replication/definitions")
    tinybook.add(here, "self-replication/mixed", book=tinybook.SETTINGS, paper={"nets": 400}, quick={})
    assert cli.main(["run", "--scale", "quick"]) == 0
    assert [(name, scale) for name, scale, _ in runs] == [
        (tinybook.CHAPTER, "quick"),
        ("self-replication/mixed", "quick"),
    ]
    runs.clear()
    assert cli.main(["run", "--scale", "paper"]) == 0
    assert runs == [("self-replication/mixed", "paper", {"scale": "paper", "nets": 400})]
    assert capsys.readouterr().err == ""


def test_a_named_chapter_must_have_the_scale(here, capsys, runs):
    tinybook.add(here, "self-replication/mixed", book=tinybook.SETTINGS, paper={"nets": 400})
    assert cli.main(["run", "mixed", "self-application", "--scale", "paper"]) == 2
    assert f"scale of {tinybook.CHAPTER} is 'paper'; allowed: book, quick" in one_line(capsys)
    assert runs == []


@pytest.mark.parametrize(
    "command", ["run", "run self-application --scale quick", "parameters self-application", "status", "claims --check"]
)
def test_a_cell_that_differs_from_the_scales_is_one_line(run_here, capsys, command):
    settings = {**tinybook.SETTINGS, "nets": 41}
    tinybook.edit_data(
        run_here, "scales.yml", lambda held: held["chapters"].update({tinybook.CHAPTER: {"book": settings}})
    )
    tinybook.edit_data(
        run_here, "scales.yml", lambda held: held["chapters"][tinybook.CHAPTER].update(quick={"nets": 5})
    )
    assert cli.main(command.split()) == 2
    line = f"error: {tinybook.CHAPTER}: its parameters cell and scales.yml disagree: nets is 40, 41\n"
    assert one_line(capsys) == line
    assert not (run_here / "_runs").exists()


@pytest.mark.parametrize(
    ("name", "change", "command", "line"),
    [
        ("scales.yml", lambda held: held.pop("scales"), "run", "scales.yml: 'scales' is missing"),
        ("claims.yml", lambda held: held[0].update(papr=3), "claims", "claims.yml, SR-01: key is 'papr'; allowed: id"),
        ("papers.yml", lambda held: held["SR"].update(title=3), "status", "papers.yml, SR: title is 3; allowed: text"),
        ("parameters.yml", lambda held: held["nets"].pop("is"), "run", "parameters.yml, nets: 'is' is missing"),
        ("parameters.yml", lambda held: held.pop("nets"), "run", "parameter without a rule in book/parameters.yml is"),
    ],
)
def test_a_fault_in_a_data_file_is_one_line(here, capsys, name, change, command, line):
    tinybook.edit_data(here, name, change)
    assert cli.main([command]) == 2
    assert line in one_line(capsys)


class TestStatus:
    def test_chapters(self, run_here, capsys):
        tinybook.write(run_here, name="self-replication/soups")
        assert cli.main(["status"]) == 0
        head, fresh, never = capsys.readouterr().out.splitlines()
        assert head.split() == STATUS_HEAD
        assert fresh.startswith(f"{tinybook.CHAPTER}  fresh      ")
        assert never == "self-replication/soups             never run"
        tinybook.edit(run_here, lambda nb: nb.cells[3].update(source="x = 1"))
        assert cli.main(["status"]) == 0
        assert "stale" in (line := capsys.readouterr().out.splitlines()[1])
        assert line.endswith("its cells changed")

    def test_of_many_reasons_the_first_are_named_and_the_others_counted(self, run_here, capsys):
        gone = {f"srnn_lib.m{number}": "0" for number in range(7)}
        tinybook.edit_stamp(run_here, lambda stamp: stamp["library"].update(gone))
        assert cli.main(["status"]) == 0
        line = capsys.readouterr().out.splitlines()[1]
        assert re.search(r"srnn_lib\.m0 changed; .*srnn_lib\.m3 changed; and \d+ more$", line)
        assert "m4" not in line

    def test_tables(self, run_here, capsys, library):
        day = "2026-11-26"
        tinybook.keep_table(run_here, "calibration", "srnn_lib.checks", day=day)
        tinybook.keep_table(run_here, "death", "srnn_lib.randomness", day=day)
        tinybook.keep_table(run_here, "overlay", day=day, modules=None)
        (run_here / "results" / "plateau.parquet").write_bytes(b"PAR1")
        with (library / "randomness.py").open("a") as file:
            file.write("\nNEW = 1\n")
        assert cli.main(["status"]) == 0
        head, _, *tables = [re.split(" {2,}", line) for line in capsys.readouterr().out.splitlines()]
        assert head == ["chapter or table", "state", "time", "memory", "day", "why"]
        *found, (name, kind, why) = tables
        again = "make it again: python -m srnn_lib evidence scaled"
        assert found == [
            ["results/calibration", "fresh", day],
            ["results/death", "stale", day, f"srnn_lib.randomness changed; {again} death"],
            ["results/overlay", "stale", day, f"the modules that made it are not there any more; {again} overlay"],
        ]
        assert (name, kind) == ("results/plateau", "damaged")
        assert why.endswith("plateau.parquet is damaged or not a Parquet file; delete it and make it again")

    def test_a_table_whose_stamp_says_next_to_nothing(self, run_here, capsys):
        tinybook.keep_table(run_here, day=None, modules=None, command=None)
        assert cli.main(["status"]) == 0
        why = "the modules that made it are not there any more"
        assert re.split(" {2,}", capsys.readouterr().out.splitlines()[-1]) == ["results/death", "stale", why]


class TestParameters:
    def test_what_they_are_and_may_be(self, here, capsys):
        assert cli.main(["parameters", "self-application"]) == 0
        lines = capsys.readouterr().out.splitlines()
        found = [re.split(" {2,}", line) for line in lines]
        assert found == [
            ["parameter", "book", "quick", "allowed", "meaning"],
            ["scale", "book", "quick", "with --scale", "name of the settings"],
            ["seed", "3", "3", "a whole number, 0 or more", "of the random generator"],
            ["nets", "40", "5", "a whole number, 1 or more", "random nets"],
            ["learning_rate", "0.01", "0.001", "a finite number above 0", "of gradient descent"],
            [
                "noise_levels", "[0.1, 0.001]", "[0.1, 0.001]",
                "a list, not empty, each item a finite number above 0", "changes of a weight",
            ],
        ]  # fmt: skip

    def test_a_column_for_every_scale_that_the_chapter_has(self, here, capsys):
        tinybook.add(here, "self-replication/mixed", book=tinybook.SETTINGS, scaled={"nets": 400})
        assert cli.main(["parameters", "mixed"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].split() == ["parameter", "book", "scaled", "allowed", "meaning"]
        assert lines[3].split()[:3] == ["nets", "40", "400"]

    def test_nothing_is_run(self, here, runs):
        before = chapters.find(tinybook.CHAPTER, here).path.read_bytes()
        assert cli.main(["parameters", "self-application"]) == 0
        assert chapters.find(tinybook.CHAPTER, here).path.read_bytes() == before
        assert runs == []


class TestOwnCommands:
    """A project may add commands of its own; the book's are there without it."""

    def test_the_book_alone(self, here, capsys):
        assert list(book_cli.COMMANDS) == ["run", "sweep", "seeds", "status", "seal", "parameters", "claims"]
        assert book_cli.main(["evidence", "scaled"]) == 2
        assert "command is 'evidence'; allowed: run, sweep, seeds, status, seal, parameters, claims" in one_line(capsys)

    def test_one_more(self, here, capsys):
        asked = []

        def greet(options):
            asked.append(options.name)
            return 3

        more = {"greet": book_cli.Command("say hello", greet, lambda parser: parser.add_argument("name"))}
        assert book_cli.main(["greet", "you"], more) == 3
        assert asked == ["you"]
        assert book_cli.main(["gret", "you"], more) == 2
        assert "command is 'gret'" in (line := one_line(capsys))
        assert "did you mean 'greet'?" in line


class TestClaims:
    def test_table(self, run_here, capsys):
        assert cli.main(["claims"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].split() == ["claim", "verdict", "chapter", "measured"]
        assert lines[1].split()[:3] == ["SR-01", "reproduced", tinybook.CHAPTER]
        assert lines[1].endswith("share at zero: 0.62 [0.47, 0.76], n = 40")
        assert lines[3].split() == ["ON-01", "open", "organism-networks/definitions"]
        assert lines[4] == "3 claims: of 3 empirical: 2 reproduced, 1 open"

    def test_json(self, run_here, capsys):
        assert cli.main(["claims", "--json"]) == 0
        out = capsys.readouterr().out
        assert out == (run_here / "book" / "scoreboard.json").read_text(encoding="utf-8")
        assert [row["verdict"] for row in json.loads(out)] == ["reproduced", "reproduced", "open"]

    def test_check_passes_an_honest_book(self, run_here, capsys):
        assert cli.main(["claims", "--check"]) == 0
        assert capsys.readouterr() == ("3 claims: of 3 empirical: 2 reproduced, 1 open\n", "")

    def test_check_finds_a_verdict_edited_by_hand(self, run_here, capsys):
        def edit(nb):
            stored = nb.cells[5].outputs[1]
            stored.metadata.srnn.checks[0].value = 0.0
            stored.metadata.srnn.verdict = "partly"

        tinybook.edit(run_here, edit)
        assert cli.main(["claims", "--check"]) == 1
        lines = capsys.readouterr().err.splitlines()
        assert all(line.startswith("error: ") for line in lines)
        assert any("SR-02 is not what its stored values give today" in line for line in lines)

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ({"modules": None}, "stale: the modules that made it are not there any more"),
            ({"library": {}}, "stale: srnn_lib.checks changed; srnn_lib.randomness changed"),
            ({"modules": ["srnn_lib.gone"]}, "stale: the modules that made it are not there any more"),
        ],
    )
    def test_check_finds_a_stale_table(self, run_here, capsys, changes, fault):
        tinybook.keep_table(run_here)
        assert cli.main(["claims", "--check"]) == 0
        capsys.readouterr()
        tinybook.keep_table(run_here, **changes)
        assert cli.main(["claims", "--check"]) == 1
        assert capsys.readouterr().err == f"error: results/death.parquet: {fault}\n"

    def test_check_finds_a_damaged_table(self, run_here, capsys):
        path = tinybook.keep_table(run_here)
        path.write_bytes(path.read_bytes()[:-1])
        assert cli.main(["claims", "--check"]) == 1
        err = capsys.readouterr().err
        assert err.startswith("error: results/death.parquet: damaged: ")
        assert err.count("\n") == 1

    def test_check_finds_own_settings(self, run_here, capsys):
        tinybook.edit(run_here, lambda nb: nb.cells[5].outputs[0].metadata.srnn.update(scale=OWN))
        assert cli.main(["claims", "--check"]) == 1
        lines = capsys.readouterr().err.splitlines()
        assert f"error: {tinybook.CHAPTER}: SR-01 was found with own settings, which do not count" in lines
        assert cli.main(["claims"]) == 0
        assert capsys.readouterr().out.splitlines()[1].split() == ["SR-01", "open", tinybook.CHAPTER]

    def test_write_repairs_what_check_finds(self, run_here, capsys):
        (run_here / "book" / "scoreboard.json").write_text("[]")
        assert cli.main(["claims", "--check"]) == 1
        assert "scoreboard.json is not up to date" in capsys.readouterr().err
        assert cli.main(["claims", "--write"]) == 0
        assert cli.main(["claims", "--check"]) == 0

    def test_a_project_adds_what_it_measured_to_the_page_on_cost(self, run_here, capsys):
        more = {"claims": book_cli.claims(lambda folder: f"Measured in {folder.name}.")}
        assert book_cli.main(["claims", "--check"], more) == 1
        assert book_cli.main(["claims", "--write"], more) == 0
        assert f"Measured in {run_here.name}." in (run_here / "book" / "cost.md").read_text("utf-8")
        assert book_cli.main(["claims", "--check"], more) == 0
        assert cli.main(["claims", "--check"]) == 1

    def test_write_without_marks_in_the_readme_writes_nothing(self, run_here, capsys):
        (run_here / "README.md").write_text("# Tiny\n")
        (run_here / "book" / "scoreboard.json").write_text("[]")
        assert cli.main(["claims", "--write"]) == 2
        assert "README.md is missing or lacks the marks" in one_line(capsys)
        assert (run_here / "book" / "scoreboard.json").read_text() == "[]"


class TestGuards:
    NOTEBOOK = f"book/{tinybook.CHAPTER}.ipynb"

    def test_a_finished_chapter_passes(self, run_here, nbval):
        code, out = nbval(run_here, "--nbval", "--nbval-current-env", self.NOTEBOOK)
        assert code == 0, out
        assert "7 passed" in out

    def test_the_chapter_that_took_longest_goes_first(self, run_here, nbval):
        path = run_here / self.NOTEBOOK
        for name, seconds in (("a", 1.5), ("b", 30.0)):
            tinybook.edit(run_here, lambda nb, taken=seconds: nb.metadata.provenance.update(seconds=taken))
            shutil.copy(path, path.with_name(f"{name}.ipynb"))
        tinybook.edit(run_here, lambda nb: nb.metadata.pop("provenance"))
        _, out = nbval(run_here, "--nbval", "--nbval-current-env", "--collect-only", "-q", "book")
        seen = [line.partition("::")[0].rpartition("/")[2] for line in out.splitlines() if "::" in line]
        assert seen == ["b.ipynb"] * 7 + ["a.ipynb"] * 7 + [path.name] * 7

    @pytest.mark.parametrize("workers", [(), ("-n", "1", "--dist", "loadfile")], ids=["alone", "by a worker"])
    def test_xfailed_and_xpassed_are_failures(self, here, nbval, workers):
        soft = "@pytest.mark.xfail\ndef test_{}():\n    {}\n"
        tests = [
            "import pytest\n",
            soft.format("a", "assert False"),
            soft.format("b", "pass"),
            "def test_c(): pass",
        ]
        (here / "book" / "test_soft.py").write_text("\n\n".join(tests))
        code, out = nbval(here, *workers, "book/test_soft.py")
        assert "1 passed, 1 xfailed, 1 xpassed" in out
        assert "2 xfailed or xpassed cells count as failures" in out
        assert code == 1

    def test_a_chapter_that_never_ran_fails(self, here, nbval):
        code, out = nbval(here, "--nbval", "--nbval-current-env", "-k", "guards", self.NOTEBOOK)
        assert code == 1
        assert "it has no provenance" in out
        assert "do not count from 1 upwards" in out

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (lambda nb: nb.cells[3].update(execution_count=None), "do not count from 1 upwards"),
            (lambda nb: nb.cells[3].update(execution_count=4), "do not count from 1 upwards"),
            (lambda nb: nb.cells[5].update(outputs=[]), "code cell 5 is a verdict that prints nothing"),
            (lambda nb: nb.metadata.pop("provenance"), "it has no provenance"),
            (
                lambda nb: nb.cells[3].metadata.update(tags=["nbval-skip"]),
                "code cell 3 asks not to be checked",
            ),
            (lambda nb: nb.cells[3].update(source="# NBVAL_SKIP\nx"), "code cell 3 asks not to be checked"),
            (
                lambda nb: nb.cells[5].metadata.tags.append("nbval-ignore-output"),
                "code cell 5 is a verdict with the tag nbval-ignore-output",
            ),
            (
                lambda nb: nb.cells[3].outputs.append(new_output("error", ename="E", evalue="", traceback=[])),
                "code cell 3 ends in an error",
            ),
        ],
    )
    def test_what_the_guards_see(self, run_book, change, fault):
        path = tinybook.edit(run_book, change)
        assert any(fault in line for line in notebooks.unfinished(notebooks.read_notebook(path)))
