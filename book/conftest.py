"""Guards around nbval, which by itself passes cells that were never run and cells that it gave up on.

Every notebook gets one more test, `guards`, and an xfailed or xpassed cell fails the session. Chapters whose images
are not on this machine are skipped by name; in continuous integration they fail.
"""

import os

import pytest
from srnn_lib import data, notebooks
from srnn_lib.book import chapters, parameters

SOFT = ("xfailed", "xpassed")


class Notebook(pytest.File):
    """A chapter, as the guards see it; nbval collects its cells beside this."""

    def collect(self):
        """One test for the stored outputs as a whole."""
        yield Guards.from_parent(self, name="guards")


class Guards(pytest.Item):
    """The stored outputs are those of one complete run."""

    def runtest(self):
        """Fail with every reason why they are not."""
        faults = notebooks.unfinished(notebooks.read(self.path))
        if faults:
            pytest.fail(
                "\n".join([*faults, "run: python -m srnn_lib run"]), pytrace=False
            )

    def reportinfo(self):
        """Place and name in reports."""
        return self.path, 0, f"{self.path.name}: guards"


def pytest_collect_file(file_path, parent):
    """Collect notebooks where nbval does."""
    if parent.config.getoption("nbval", False) and file_path.suffix == ".ipynb":
        return Notebook.from_parent(parent, path=file_path)
    return None


def pytest_collection_modifyitems(items):
    """Skip the cells of chapters that ask for images which are not here; the longest chapters go first."""
    books = {item.path for item in items if item.path.suffix == ".ipynb"}
    lacking = {} if os.environ.get("CI") else _lacking(books)
    times = {path: chapters.last_time(notebooks.read(path)) for path in books}
    items.sort(key=lambda item: times.get(item.path, 0.0), reverse=True)
    for item in items:
        if reason := lacking.get(item.path):
            item.add_marker(pytest.mark.skip(reason=reason))


def _lacking(books) -> dict:
    asked = {
        path: parameters.defaults(notebooks.read(path)).get("image_set")
        for path in books
    }
    return {
        path: f"{path.stem} needs {name}, which is not in {data.folder()}"
        for path, name in asked.items()
        if name and not data.at_hand(name)
    }


def pytest_sessionfinish(session):
    """Turn soft outcomes into a failure; under xdist only the controller knows them all."""
    if _soft(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    """Say so."""
    if soft := _soft(config):
        terminalreporter.write_line(
            f"{len(soft)} xfailed or xpassed cells count as failures", red=True
        )


def _soft(config) -> list:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return (
        [report for kind in SOFT for report in reporter.stats.get(kind, [])]
        if reporter
        else []
    )
