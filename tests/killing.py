"""Processes that are killed at every point between two of their calls to the file system, one point after the other."""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

CALLS = {
    "open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.utime", "os.chmod", "os.link",
    "shutil.copyfile", "shutil.copytree", "shutil.rmtree", "shutil.move",
}  # fmt: skip
KILLED = 9


def deaths(action: Callable[[], object], folder: Path, prepare: Callable[[], object]) -> Iterator[int]:
    """Carry out `action` in a child that dies before its first, second, ... call on something below `folder`.

    `prepare` is done before each, and whoever iterates looks at what is left; the last child comes to its end.
    """
    for point in range(10_000):
        prepare()
        code = _die(action, str(folder), point)
        yield point
        if code == 0:
            return
        assert code == KILLED, f"the child ended with {code} at point {point}"


def _die(action: Callable[[], object], folder: str, point: int) -> int:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    seen = 0

    def watch(event: str, given: tuple[object, ...]) -> None:
        nonlocal seen
        if event in CALLS and str(given[0]).startswith(folder):
            if seen == point:
                os._exit(KILLED)
            seen += 1

    code = 1
    try:
        sys.addaudithook(watch)
        action()
        code = 0
    finally:
        os._exit(code)


def other_disks(rename: Callable[..., None] = os.rename) -> Callable[..., None]:
    """In place of `os.rename`: every folder is a disk of its own."""

    def refused(now: str, place: str) -> None:
        if Path(now).parent != Path(place).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link", str(now))
        rename(now, place)

    return refused
