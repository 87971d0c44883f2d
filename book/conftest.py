"""Guards around nbval, which by itself passes cells that were never run and cells that it gave up on.

Every notebook gets one more test, `guards`, and an xfailed or xpassed cell fails the session. Chapters whose images
are not on this machine are skipped by name; in continuous integration they fail.
"""

import os

import pytest
from srnn_lib.claimbook import chapters, framed, likeness, notebooks
from srnn_lib.claimbook.kernel import no_settings

SOFT = ("xfailed", "xpassed")


def pytest_configure(config):
    """Run the cells without the settings that a user may have made for IPython and matplotlib."""
    if config.getoption("nbval", False):
        blank = no_settings()
        blank.__enter__()
        config.add_cleanup(lambda: blank.__exit__(None, None, None))


class Notebook(pytest.File):
    """A chapter, as the guards see it; nbval collects its cells beside this."""

    def collect(self):
        """One test for the stored outputs as a whole."""
        yield Guards.from_parent(self, name="guards")


class Guards(pytest.Item):
    """The stored outputs are those of one complete run."""

    def runtest(self):
        """Fail with every reason why they are not."""
        faults = notebooks.unfinished(notebooks.read_notebook(self.path))
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After a cell's texts, compare what nbval does not look at."""
    done = yield
    compared = getattr(item, "options", {}).get("check", False)
    if compared and (
        faults := likeness.differences(item.cell.outputs, item.test_outputs)
    ):
        pytest.fail("\n".join(faults), pytrace=False)
    return done


def pytest_collection_modifyitems(items):
    """Skip the cells of chapters that ask for images which are not here; the longest chapters go first."""
    books = {item.path for item in items if item.path.suffix == ".ipynb"}
    lacking = {} if os.environ.get("CI") else _lacking(books)
    times = {
        path: chapters.last_time(notebooks.read_notebook(path)) for path in books
    }
    items.sort(key=lambda item: times.get(item.path, 0.0), reverse=True)
    for item in items:
        # Pictures may differ by the last bit of a processor; `likeness` compares them.
        getattr(item.parent, "sanitize_patterns", {})[framed.PICTURE] = r"\1"
        if reason := lacking.get(item.path):
            item.add_marker(pytest.mark.skip(reason=reason))


def _lacking(books) -> dict:
    found = {
        each.path: each.lacks(each.defaults)
        for each in chapters.find_all()
        if each.path in books
    }
    return {
        path: f"{path.stem}: {'; '.join(lacks.values())}"
        for path, lacks in found.items()
        if lacks
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
