"""Every chapter at quick scale, as `make quick` runs it, and its panel, driven in the kernel that has run it."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import tinybook

from srnn_lib import saving
from srnn_lib.claimbook import chapters, notebooks, runner
from srnn_lib.claimbook.chapters import Chapter

PANEL = "try-panel"
"""Name of the cell that makes a chapter's panel."""


@dataclass(frozen=True)
class Driven(Chapter):
    """A copy of a chapter, elsewhere, in which the panel is driven behind the cell that makes it."""

    place: Path

    @property
    def path(self) -> Path:
        return self.place


def driven(chapter: Chapter, folder: Path) -> Driven:
    """The copy, in this folder; of a chapter without a panel it is the same."""
    nb = chapter.nb
    places = [place for place, cell in enumerate(nb.cells, 1) if cell.get("id") == PANEL]
    for place in places:
        lines = f"import sys\n\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        lines += "from panel_driving import drive\n\nawait drive(Out[max(Out)])"
        nb.cells.insert(place, tinybook.code(lines, notebooks.LIVE, "remove-cell"))
    copy = folder / chapter.path.name
    notebooks.write_notebook(nb, copy)
    return Driven(chapter.id, chapter.book, copy)


@pytest.mark.quick
@pytest.mark.parametrize("name", [chapter.id for chapter in chapters.find_all()])
def test_a_chapter_runs_and_its_panel_shows_what_its_work_gives_by_hand(name, tmp_path, monkeypatch):
    monkeypatch.setenv("SRNN_ROOT", str(saving.root()))
    plan, remark = runner.within_reach(runner.plan_run(driven(chapters.find(name), tmp_path), "quick"))
    if plan is None:
        pytest.skip(remark)
    assert runner.execute(plan, progress=False).path.is_file()
