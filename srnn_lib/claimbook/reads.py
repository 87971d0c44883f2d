"""Files that a chapter reads while it runs, beside its code: kept tables, and facts for comparison.

A chapter runs in a process of its own. What it reads there is noted in a file that the runner names, and goes into the
chapter's stamp with a digest of what it said; without a runner nothing is noted.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from srnn_lib import saving

VARIABLE = "SRNN_READS"


def note(path: Path, said: str) -> None:
    """Note that the file of the project was read, and a digest of what it `said`; an empty one if it is not there."""
    log = os.environ.get(VARIABLE)
    if log and path.is_relative_to(folder := saving.root()):
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(json.dumps([path.relative_to(folder).as_posix(), said]) + "\n")


@contextmanager
def collected() -> Iterator[dict[str, str]]:
    """What is read in the block, here and in processes started by it: digests by path, there when the block ends."""
    found: dict[str, str] = {}
    before = os.environ.get(VARIABLE)
    with TemporaryDirectory() as folder:
        os.environ[VARIABLE] = str(log := Path(folder) / "reads")
        try:
            yield found
        finally:
            os.environ.pop(VARIABLE)
            os.environ.update({VARIABLE: before} if before else {})
        lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
        found.update(sorted(json.loads(line) for line in lines))
