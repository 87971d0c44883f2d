"""The book's commands: run, sweep, status, parameters, seal, claims. A project may add commands of its own.

Exit code 0: done. 1: a chapter failed, or `claims --check` found a fault. 2: the request itself was wrong.
"""

import argparse
import io
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from srnn_lib import checks, saving
from srnn_lib.checks import BadInput
from srnn_lib.claimbook import (
    audit,
    chapters,
    notebooks,
    results,
    runner,
    same_words,
    scoreboard,
    seals,
    seeds,
    sweeps,
    verdict_rows,
)
from srnn_lib.claimbook.board import differing, read_board, rewritten
from srnn_lib.claimbook.chapters import Chapter
from srnn_lib.claimbook.registry import Book
from srnn_lib.claimbook.stamps import stamp_of
from srnn_lib.claimbook.verdicts import headline


class Command(NamedTuple):
    """A command: what it does, in a few words and in code (to an exit code, or None for 0), and its arguments."""

    help: str
    action: Callable[[argparse.Namespace], int | None]
    configure: Callable[[argparse.ArgumentParser], object]


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line and name the nearest option, and that takes -1e-5 for a number."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message}; see {self.prog} --help")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            options = [option for option in self._option_string_actions if option.startswith("-")]
            checks.choice("option", unknown[0].partition("=")[0], options)
        return known, unknown


def main(arguments: Sequence[str] | None = None, more: Mapping[str, Command] | None = None) -> int:
    """Run the command in `arguments` (default: the process's), which may be one of `more`; return the exit code."""
    given, commands = list(sys.argv[1:] if arguments is None else arguments), {**COMMANDS, **(more or {})}
    for stream in (sys.stdout, sys.stderr):  # a terminal may know fewer letters than we do
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        if not given:
            raise BadInput(f"no command; allowed: {', '.join(commands)}")
        if not given[0].startswith("-"):
            checks.choice("command", given[0], commands)
        options = _parser(commands).parse_args(given)
        _sweep_up()
        return commands[options.command].action(options) or 0
    except BrokenPipeError:  # whoever reads the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (BadInput, runner.RunFailed, OSError) as error:
        print("error:", _line(str(error)), file=sys.stderr)
        return 2 if isinstance(error, BadInput) else 1
    except KeyboardInterrupt:
        print("error: interrupted; what was not finished is as it was before", file=sys.stderr)
        return 1


def named_device(name: str) -> str:
    """The name of a device that torch has here, as the type of an argument."""
    try:
        return checks.device(name)
    except BadInput as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _line(said: str, most: int = 1500) -> str:
    """What an error says, on one line that can be read."""
    line = " ".join(said.split())
    return line if len(line) <= most else f"{line[: most - 2]} …"


def _sweep_up() -> None:
    """Remove what killed processes have left in the book, if there is one."""
    with suppress(BadInput):
        folder = saving.root()
        places = {folder / "book", folder / "results", folder / "_runs", saving.store_folder()}
        saving.sweep([*folder.glob(".*.tmp"), *(path for place in places for path in place.rglob("*"))])


def script(more: Mapping[str, Command] | None = None) -> NoReturn:
    """Run the command of this process, and end it; being stopped tidies up as being interrupted does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(more=more))


def _run(options: argparse.Namespace) -> None:
    """Run chapters; the first failure ends it."""
    folder = saving.root()
    chosen = [chapters.find(name, folder) for name in dict.fromkeys(options.chapters)] or chapters.having(options.scale)
    if not chosen:
        raise BadInput("there is no chapter in book/ yet")
    # The tensors are tiny: a second thread gains nothing, and loses much where others use the cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    reached, turned = [], []
    for planned in _placed(runner.plan_runs(chosen, options.scale, map(tuple, options.parameters)), options):
        plan, remark = runner.within_reach(planned)
        if remark:
            print(remark, flush=True)
        reached += [plan] if plan else []
    for plan, done in runner.execute_all(reached, options.jobs):
        print(f"{plan.chapter.id}: {done.seconds:.1f} s, {done.memory} MiB, {_shown(done.path, folder)}", flush=True)
        turned += _compared(plan, done, texts=options.compare) if options.parameters or options.compare else []
    if options.compare and turned:
        raise runner.RunFailed(f"verdicts that are other ones than in the book: {'; '.join(turned)}")


def _compared(plan: runner.RunPlan, done: runner.Run, *, texts: bool) -> list[str]:
    """Which verdicts of a copy are not the chapter's; says so, and in how many cells other texts are printed."""
    copy = notebooks.read_notebook(done.path)
    changes = differing(copy, plan.chapter.nb)
    said = changes or ["no verdict changes"]
    if texts:
        others, cells = rewritten(copy, plan.chapter.nb), notebooks.code_cells(copy)
        said = [*said, f"{len(others)} of {len(cells)} cells print something else" if others else "the same texts"]
    print("\n".join(f"  {line}" for line in said), flush=True)
    return changes


def _placed(plans: list[runner.RunPlan], options: argparse.Namespace) -> list[runner.RunPlan]:
    """The plans with the places of their notebooks; one alone can be told where it goes."""
    to: Path | None = options.to
    if to is None and not options.compare:
        return plans
    if to is None:
        folder = saving.root() / "_runs" / "compared"
        return [plan.at(folder / f"{plan.chapter.id.replace('/', '-')}.ipynb") for plan in plans]
    if len(plans) > 1:
        raise BadInput(f"--to {to} is the place of one notebook, and there are {len(plans)} chapters; name one")
    return [plan.at(to.resolve()) for plan in plans]


def _shown(path: Path, folder: Path) -> str:
    """A path as the project's folder sees it."""
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help="default: all chapters that have the scale")
    parser.add_argument("--scale", default="book", help="of book/scales.yml (default: book, which replaces a chapter)")
    parser.add_argument(
        "-p", dest="parameters", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"),
        help="override one parameter; the run is then a copy below _runs/, and its verdicts do not count",
    )  # fmt: skip
    parser.add_argument("--to", type=Path, metavar="FILE", help="where the notebook goes; the chapter stays as it is")
    parser.add_argument(
        "--compare", action="store_true",
        help="run copies, and say which verdicts and how many texts are others here; fail if a verdict is",
    )  # fmt: skip
    parser.add_argument("--jobs", type=int, default=1, help="chapters at a time, each on one core (default: 1)")


def _sweep(options: argparse.Namespace) -> None:
    """Print the runs of a sweep as commands, or put what they found together."""
    sweep, folder = sweeps.read_sweep(options.file), saving.root()
    if options.json:
        print(json.dumps(sweep.plain, indent=2))
    elif options.merge:
        _merge(sweep, folder)
    else:
        print("\n".join(f"python -m srnn_lib {run.arguments}" for run in sweep.runs))


def _merge(sweep: sweeps.Sweep, folder: Path) -> None:
    paths = [folder / run.target for run in sweep.runs]
    if missing := [path.name for path in paths if not path.is_file()]:
        raise BadInput(
            f"{len(missing)} of {len(paths)} runs of {sweep.name} are not there, first {missing[0]}; run them"
        )
    rows = verdict_rows.verdict_rows(paths, Book.here(folder))
    stamp = results.table_stamp([verdict_rows.__name__], f"python -m srnn_lib sweep {sweep.name}.yml --merge")
    results.write_table(rows, sweep.table, stamp)
    print(f"{len(paths)} runs, {int(rows['headline'].sum())} verdicts, {_shown(sweep.table, folder)}")


def _seeds(options: argparse.Namespace) -> None:
    """Run chapters under further seeds, as far as that is not done, and keep the words that their claims get."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sweep, folder = sweeps.read_sweep(options.file), saving.root()
    codes = sweeps.codes(sweep)
    if options.same_as:
        for name in same_words.renew(folder, options.same_as, codes):
            print(f"{name}: the same values")
        return
    due = [run.plan for run in sweep.runs if not sweeps.is_done(run, codes[run.plan.chapter.id])]
    for plan, done in runner.execute_all(due, options.jobs):
        several = (f"{name} {plan.parameters[name]}" for name in ("seed", "draw") if plan.parameters.get(name))
        print(f"{plan.chapter.id}, {', '.join(several)}: {done.seconds:.1f} s", flush=True)
    rows = verdict_rows.verdict_rows([folder / run.target for run in sweep.runs], Book.here(folder))
    print(_shown(seeds.write(rows, codes, verdict_rows.__name__, folder), folder))


def _add_seeds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, nargs="?", default=Path("workflow/seeds.yml"), help="which chapters and seeds"
    )
    parser.add_argument("--jobs", type=int, default=1, help="chapters at a time, each on one core (default: 1)")
    help_text = "run nothing: show that chapters whose code has changed find what they did at that commit"
    parser.add_argument("--same-as", metavar="COMMIT", help=help_text)


def _add_sweep(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="such as workflow/example.yml")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print the runs as JSON, for a workflow")
    how.add_argument("--merge", action="store_true", help="put the verdicts of all runs, once done, into one table")


def _seal(options: argparse.Namespace) -> None:
    """Seal what was kept before files had seals."""
    folder = saving.root()
    for path in seals.seal_files(options.files or seals.kept_files(folder)):
        print(_shown(path.resolve(), folder), flush=True)


def _add_seal(parser: argparse.ArgumentParser) -> None:
    help_text = "kept tables or tensors (default: all in results/ and in the run store)"
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help=help_text)


def _status(_: argparse.Namespace) -> None:
    """Print which chapters and kept tables are fresh, stale or never run, and why."""
    known, kept = chapters.find_all(), results.kept_tables(saving.root())
    rows = [("chapter or table", "state", "time", "memory", "day", "why"), *map(_chapter_row, known)]
    rows += [_table_row(path, known) for path in kept]
    damaged = seals.broken(saving.root()).items()
    print(_aligned([*rows, *((_shown(path, saving.root()), "damaged", "", "", "", fault) for path, fault in damaged)]))


def _chapter_row(chapter: Chapter) -> tuple[str, ...]:
    state, stamp = chapters.state(chapter), stamp_of(chapter.nb)
    seconds = f"{stamp['seconds']:.1f} s" if "seconds" in stamp else ""
    memory = f"{stamp['memory_mib']} MiB" if "memory_mib" in stamp else ""
    return (chapter.id, state.kind, seconds, memory, stamp.get("day", ""), _few(state.reason, state.note))


def _table_row(path: Path, known: Sequence[Chapter]) -> tuple[str, ...]:
    state = results.table_state(path)
    day = "" if state.kind == "damaged" else results.read_table(path)[1].get("day", "")
    why = _few(state.reason, state.note and f"make it again: {state.note}")
    if state.kind == "fresh" and path == seeds.seeds_path(saving.root()):
        why = _few("; ".join(f"{name} has other code now" for name in _with_other_code(known)), "")
    return (f"results/{path.stem}", state.kind, "", "", day, why)


def _with_other_code(known: Sequence[Chapter]) -> list[str]:
    """Chapters that were run under further seeds before their code, or that of the library, became what it is."""
    return seeds.stale(saving.root(), {chapter.id: sweeps.code(chapter) for chapter in known})


def _few(reason: str, note: str, most: int = 4) -> str:
    """The first reasons, how many more there are, and a note."""
    reasons = reason.split("; ")
    more = [f"and {len(reasons) - most} more"] if len(reasons) > most else []
    return "; ".join(filter(None, [*reasons[:most], *more, note]))


def _parameters(options: argparse.Namespace) -> None:
    """Print what the parameters of a chapter are at each scale, what they may be, and what they mean."""
    chapter = chapters.find(options.chapter)
    scales, rules = chapter.book.by_scale.of(chapter.id), chapter.book.parameters
    values = {scale: chapter.at(scale) for scale in scales}
    about = {"scale": ("with --scale", "name of the settings")}
    about |= {name: (rules[name].allowed, rules[name].meaning) for name in chapter.defaults if name in rules}
    rows = [(name, *(str(values[scale][name]) for scale in scales), *about[name]) for name in chapter.defaults]
    print(_aligned([("parameter", *scales, "allowed", "meaning"), *rows]))


def claims(measured: Callable[[Path], str] = lambda folder: "") -> Command:
    """The command for the scoreboard of a book, in whose page on cost stands what was `measured`, given its folder."""
    return Command("the scoreboard", partial(_verdicts, measured), _add_claims)


def _verdicts(measured: Callable[[Path], str], options: argparse.Namespace) -> int:
    """Print the scoreboard, write its files, check it."""
    board = read_board()
    said = measured(board.book.folder) if options.write or options.check else ""
    if options.write:
        for path, text in scoreboard.files(board, said).items():
            saving.write_whole(path, text)
    table = scoreboard.rows(board)
    if options.json:
        sys.stdout.write(scoreboard.to_json(table))
    elif not (options.check or options.write):
        found = {name: headline(verdict) for name, verdict in board.verdicts.items()}
        rows = [(row["id"], row["verdict"], row["chapter"], found.get(row["id"], "")) for row in table]
        print(_aligned([("claim", "verdict", "chapter", "measured"), *rows]))
    faults = audit.problems(board, said) if options.check else []
    for fault in faults:
        print("error:", _line(fault), file=sys.stderr)
    if not options.json:
        print(f"{len(table)} claims: {scoreboard.counts(table)}")
    return 1 if faults else 0


def _add_claims(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    help_text = "fail if a verdict is missing, edited, stale, not computed"
    parser.add_argument("--check", action="store_true", help=help_text)
    parser.add_argument("--write", action="store_true", help="write everything that is made from the verdicts")


COMMANDS = {
    "run": Command("run chapters with papermill", _run, _add_run),
    "sweep": Command("the runs of chapters under several seeds and settings", _sweep, _add_sweep),
    "seeds": Command("the verdicts under further seeds", _seeds, _add_seeds),
    "status": Command("which chapters and tables are fresh, stale or never run", _status, lambda parser: None),
    "seal": Command("seal kept files that have no seal yet", _seal, _add_seal),
    "parameters": Command(
        "what a chapter's parameters are and may be", _parameters,
        lambda parser: parser.add_argument("chapter", metavar="CHAPTER"),
    ),
    "claims": claims(),
}  # fmt: skip


def _parser(commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m srnn_lib", description=__doc__, allow_abbrev=False)
    several = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in commands.items():
        command.configure(several.add_parser(name, help=command.help, allow_abbrev=False))
    return parser


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    script()
