"""The command line: the book's commands, and `evidence`, which makes the tables of long runs."""

import argparse
import os
from functools import partial

import torch

from srnn_lib.claimbook import cli
from srnn_lib.experiments import cost, levels, make_tables, same_code


def _evidence(options: argparse.Namespace) -> None:
    """Make the tables of a level of evidence; goes on where it was interrupted."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    say = partial(print, flush=True)
    for name in options.tables or levels.tables_of(options.level):
        levels.table_path(name, options.level)
    if options.same_as:
        paths = same_code.restamped(options.level, options.tables, options.same_as, say)
    else:
        given = {"device": options.device, "say": say, "train": not options.as_is}
        paths = make_tables.make_tables(options.level, None, options.tables, **given)
    for path in paths:
        say(f"results/{path.name}")


def _device(name: str) -> str:
    """The name of a device, if torch has it here."""
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        allowed = "one of torch that this machine has, such as cpu or cuda"
        raise argparse.ArgumentTypeError(f"device is {name!r}; allowed: {allowed}") from error
    return name


def _add_evidence(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("level", help="scaled (hours on two cores) or paper (days, or a GPU)")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"{', '.join(levels.TABLES)} (default: all)")
    parser.add_argument("--as-is", action="store_true", help="train nothing: write what has come far enough")
    device_help = "of torch, for the trainings, such as cuda (default: cpu)"
    parser.add_argument("--device", default="cpu", type=_device, help=device_help)
    help_text = "train nothing: show that stale tables' code does what it did at that commit, and renew their stamps"
    parser.add_argument("--same-as", metavar="COMMIT", help=help_text)


COMMANDS = {
    "evidence": cli.Command("the tables in results/, from long runs", _evidence, _add_evidence),
    "claims": cli.claims(cost.evidence),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command in `arguments` (default: the process's) and return the exit code."""
    return cli.main(arguments, COMMANDS)


if __name__ == "__main__":
    cli.script(COMMANDS)
