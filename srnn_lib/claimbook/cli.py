"""The book's commands: run, status, parameters, claims. A project may add commands of its own.

Exit code 0: done. 1: a chapter failed, or `claims --check` found a fault. 2: the request itself was wrong.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from srnn_lib import checks, saving
from srnn_lib.checks import BadInput
from srnn_lib.claimbook import audit, chapters, judge, results, runner, scoreboard
from srnn_lib.claimbook.board import read_board
from srnn_lib.claimbook.chapters import Chapter


class Command(NamedTuple):
    """A command: what it does, in a few words and in code (to an exit code, or None for 0), and its arguments."""

    help: str
    action: Callable[[argparse.Namespace], int | None]
    configure: Callable[[argparse.ArgumentParser], object]


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line and name the nearest option."""

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
    try:
        if not given:
            raise BadInput(f"no command; allowed: {', '.join(commands)}")
        if not given[0].startswith("-"):
            checks.choice("command", given[0], commands)
        options = _parser(commands).parse_args(given)
        return commands[options.command].action(options) or 0
    except BrokenPipeError:  # whoever reads the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (BadInput, runner.RunFailed, OSError) as error:
        print("error:", " ".join(str(error).split()), file=sys.stderr)
        return 2 if isinstance(error, BadInput) else 1
    except KeyboardInterrupt:
        print("error: interrupted; what was not finished is as it was before", file=sys.stderr)
        return 1


def script(more: Mapping[str, Command] | None = None) -> NoReturn:
    """Run the command of this process, and end it; being stopped tidies up as being interrupted does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(more=more))


def _run(options: argparse.Namespace) -> None:
    """Run chapters; the first failure ends it."""
    folder = saving.root()
    chosen = [chapters.find(name, folder) for name in dict.fromkeys(options.chapters)] or _having(options.scale)
    if not chosen:
        raise BadInput("there is no chapter in book/ yet")
    # The tensors are tiny: a second thread gains nothing, and loses much where others use the cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    reached = []
    for planned in runner.plan_runs(chosen, options.scale, map(tuple, options.parameters)):
        plan, remark = runner.within_reach(planned)
        if remark:
            print(remark, flush=True)
        reached += [plan] if plan else []
    for plan, done in runner.execute_all(reached, options.jobs):
        where = done.path.relative_to(folder).as_posix()
        print(f"{plan.chapter.id}: {done.seconds:.1f} s, {done.memory} MiB, {where}", flush=True)


def _having(scale: str) -> list[Chapter]:
    """All chapters that have a scale."""
    known = chapters.find_all()
    there = {each for chapter in known for each in chapter.book.by_scale.of(chapter.id)}
    if known:
        checks.choice("scale", scale, [each for each in known[0].book.scales if each in there])
    return [chapter for chapter in known if scale in chapter.book.by_scale.of(chapter.id)]


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help="default: all chapters that have the scale")
    parser.add_argument("--scale", default="book", help="of book/scales.yml (default: book, which replaces a chapter)")
    parser.add_argument(
        "-p", dest="parameters", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"),
        help="override one parameter; the run is then a copy below _runs/, and its verdicts do not count",
    )  # fmt: skip
    parser.add_argument("--jobs", type=int, default=1, help="chapters at a time, each on one core (default: 1)")


def _status(_: argparse.Namespace) -> None:
    """Print which chapters and kept tables are fresh, stale or never run, and why."""
    rows = [("chapter or table", "state", "time", "memory", "day", "why")]
    for chapter in chapters.find_all():
        state = chapters.state(chapter)
        stamp = chapter.nb.metadata.get("provenance", {})
        cost = (f"{stamp['seconds']:.1f} s", f"{stamp['memory_mib']} MiB", stamp["day"]) if stamp else ("", "", "")
        rows.append((chapter.id, state.kind, *cost, _few(state.reason, state.note)))
    for path in results.kept_tables(saving.root()):
        state = results.table_state(path)
        day = "" if state.kind == "damaged" else results.read_table(path)[1].get("day", "")
        why = _few(state.reason, state.note and f"make it again: {state.note}")
        rows.append((f"results/{path.stem}", state.kind, "", "", day, why))
    print(_aligned(rows))


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
        found = {name: judge.headline(verdict) for name, verdict in board.verdicts.items()}
        rows = [(row["id"], row["verdict"], row["chapter"], found.get(row["id"], "")) for row in table]
        print(_aligned([("claim", "verdict", "chapter", "measured"), *rows]))
    faults = audit.problems(board, said) if options.check else []
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
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
    "status": Command("which chapters and tables are fresh, stale or never run", _status, lambda parser: None),
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
