"""The command line: the book's commands, `train` and `evidence` for long runs and their tables, and `explorables`."""

import argparse
import json
import os
from functools import partial

from srnn_lib.claimbook import cli
from srnn_lib.experiments import cost, levels, make_tables, page_data, same_code
from srnn_lib.explorables import bundle


def _train(options: argparse.Namespace) -> None:
    """Carry out one training that tables of a level rest on, or name all of them."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if options.name:
        given = {"device": options.device, "say": partial(print, flush=True)}
        print(make_tables.run_training(options.name, options.level, **given).name)
        return
    known = make_tables.named_trainings(options.level)
    if options.json:
        print(json.dumps({name: {"tables": each.tables, "code": each.digest} for name, each in known.items()}))
    else:
        print("\n".join(f"{name}: {each.needed} epochs, for {', '.join(each.tables)}" for name, each in known.items()))


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


def _add_evidence(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("level", help="more (an hour), scaled (hours on two cores) or paper (days, or a GPU)")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"{', '.join(levels.TABLES)} (default: all)")
    parser.add_argument("--as-is", action="store_true", help="train nothing: write what has come far enough")
    device_help = "of torch, for the trainings, such as cuda (default: cpu)"
    parser.add_argument("--device", default="cpu", type=cli.named_device, help=device_help)
    help_text = "train nothing: show that stale tables' code does what it did at that commit, and renew their stamps"
    parser.add_argument("--same-as", metavar="COMMIT", help=help_text)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("level", help="scaled or paper")
    parser.add_argument("name", nargs="?", metavar="NAME", help="left out: lists the trainings of the level")
    parser.add_argument("--json", action="store_true", help="list them as JSON, for a workflow")
    parser.add_argument("--device", default="cpu", type=cli.named_device, help="of torch, such as cuda (default: cpu)")


def _explorables(options: argparse.Namespace) -> int:
    """Put explorables together for the pages, or say which files in `book/assets` are not what the sources give."""
    if options.data:
        print(page_data.write_module(options.data).name)
    changed = bundle.stale_files() if options.check else bundle.write_files()
    for path in changed:
        print(path.name if not options.check else f"error: {path.name} is stale; run: python -m srnn_lib explorables")
    return 1 if changed and options.check else 0


def _add_explorables(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is stale")
    parser.add_argument("--data", choices=sorted(page_data.MODULES), help="make what this one carries anew, first")


COMMANDS = {
    "evidence": cli.Command("the tables in results/, from long runs", _evidence, _add_evidence),
    "train": cli.Command("one of the trainings that these tables rest on", _train, _add_train),
    "explorables": cli.Command("the scripts of the explorables, from their sources", _explorables, _add_explorables),
    "claims": cli.claims(cost.evidence),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command in `arguments` (default: the process's) and return the exit code."""
    return cli.main(arguments, COMMANDS)


if __name__ == "__main__":
    cli.script(COMMANDS)
