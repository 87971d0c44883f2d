"""The command line: `python -m srnn_lib run | status | claims | evidence`.

Exit code 0: done. 1: a chapter failed, or `claims --check` found a fault. 2: the request itself was wrong.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from typing import NoReturn

from srnn_lib import checks, data
from srnn_lib.book import audit, chapters, claims, runner, scoreboard
from srnn_lib.checks import BadInput
from srnn_lib.files import root, write_whole
from srnn_lib.lifecycle import evidence, expedition


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line and name the nearest option."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message}; see {self.prog} --help")

    def parse_known_args(self, args=None, namespace=None):
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            options = [option for option in self._option_string_actions if option.startswith("-")]
            checks.choice("option", unknown[0].partition("=")[0], options)
        return known, unknown


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments` (default: the process's) and return the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if not arguments:
            raise BadInput(f"no command; allowed: {', '.join(COMMANDS)}")
        if not arguments[0].startswith("-"):
            checks.choice("command", arguments[0], COMMANDS)
        options = _parser().parse_args(arguments)
        return COMMANDS[options.command](options)
    except BrokenPipeError:  # whoever reads the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (BadInput, runner.RunFailed, OSError) as error:
        print("error:", " ".join(str(error).split()), file=sys.stderr)
        return 2 if isinstance(error, BadInput) else 1
    except KeyboardInterrupt:
        print("error: interrupted; what was not finished is as it was before", file=sys.stderr)
        return 1


def run(options: argparse.Namespace) -> int:
    """Run chapters; the first failure ends it."""
    folder = root()
    chosen = [chapters.find(name, folder) for name in dict.fromkeys(options.chapters)] or chapters.find_all(folder)
    if not chosen:
        raise BadInput("there is no chapter in book/ yet")
    # The tensors are tiny: a second thread gains nothing, and loses much where others use the cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    reached = []
    for planned in runner.plans(chosen, options.scale, options.parameters):
        plan, remark = runner.within_reach(planned)
        if remark:
            print(remark, flush=True)
        reached += [plan] if plan else []
    for plan, done in runner.execute_all(reached, options.jobs):
        where = done.path.relative_to(folder).as_posix()
        print(f"{plan.chapter.id}: {done.seconds:.1f} s, {done.memory} MiB, {where}", flush=True)
    return 0


def status(_: argparse.Namespace) -> int:
    """Print which chapters are fresh, stale or never run, and why."""
    rows = []
    for chapter in chapters.find_all():
        state = chapters.state(chapter)
        stamp = chapter.nb.metadata.get("provenance", {})
        cost = (f"{stamp['seconds']:.1f} s", f"{stamp['memory_mib']} MiB", stamp["day"]) if stamp else ("", "", "")
        why = "; ".join(filter(None, (state.reason, state.note)))
        rows.append((chapter.id, state.kind, *cost, why))
    print(_aligned([("chapter", "state", "time", "memory", "day", "why"), *rows]))
    return 0


def verdicts(options: argparse.Namespace) -> int:
    """Print the scoreboard, write its files, check it."""
    board = scoreboard.read(root())
    if options.write:
        for path, text in scoreboard.files(board).items():
            write_whole(path, text)
    table = scoreboard.rows(board)
    if options.json:
        sys.stdout.write(scoreboard.to_json(table))
    elif not (options.check or options.write):
        found = {name: claims.headline(verdict) for name, verdict in board.verdicts.items()}
        rows = [(row["id"], row["verdict"], row["chapter"], found.get(row["id"], "")) for row in table]
        print(_aligned([("claim", "verdict", "chapter", "measured"), *rows]))
    faults = audit.problems(board) if options.check else []
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    if not options.json:
        print(f"{len(table)} claims: {scoreboard.counts(table)}")
    return 1 if faults else 0


def tables(options: argparse.Namespace) -> int:
    """Make the tables of a level of evidence; goes on where it was interrupted."""
    checks.choice("level", options.level, evidence.LEVELS)
    chosen = [checks.choice("table", name, evidence.NAMES) for name in options.tables] or evidence.NAMES
    folder = root()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    say = partial(print, flush=True)
    images = data.images(size=28)
    for path in expedition.make(options.level, images, chosen, options.device, say, not options.as_is):
        say(path.relative_to(folder).as_posix())
    return 0


COMMANDS = {"run": run, "status": status, "claims": verdicts, "evidence": tables}


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m srnn_lib", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    one = commands.add_parser("run", help="run chapters with papermill", allow_abbrev=False)
    one.add_argument("chapters", nargs="*", metavar="CHAPTER", help="default: all chapters")
    one.add_argument("--scale", default="book", help="book (default), quick or paper; only book replaces a chapter")
    one.add_argument(
        "-p", dest="parameters", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"),
        help="override one parameter; the run is then a copy below _runs/",
    )  # fmt: skip
    commands.add_parser("status", help="which chapters are fresh, stale or never run", allow_abbrev=False)
    one.add_argument("--jobs", type=int, default=1, help="chapters at a time, each on one core (default: 1)")
    two = commands.add_parser("claims", help="the scoreboard", allow_abbrev=False)
    two.add_argument("--json", action="store_true", help="print it as JSON")
    two.add_argument("--check", action="store_true", help="fail if a verdict is missing, edited, stale or not computed")
    two.add_argument("--write", action="store_true", help="write everything that is made from the verdicts")
    three = commands.add_parser("evidence", help="the tables in results/, from long runs", allow_abbrev=False)
    three.add_argument("level", help="scaled (hours on two cores) or paper (days, or a GPU)")
    three.add_argument("tables", nargs="*", metavar="TABLE", help=f"{', '.join(evidence.NAMES)} (default: all)")
    three.add_argument("--as-is", action="store_true", help="train nothing: write what has come far enough")
    three.add_argument("--device", default="cpu", help="of torch, for the trainings, such as cuda (default: cpu)")
    return parser


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that being stopped tidies up, too
    sys.exit(main())
