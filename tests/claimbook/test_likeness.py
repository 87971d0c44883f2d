"""What nbval does not look at is compared, too: figures, their words and verdicts' values are those of a second run."""

import base64
import copy
import io

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
import tinybook
from PIL import Image

from srnn_lib.claimbook import audit, chapters, likeness, notebooks
from srnn_lib.claimbook.board import read_board
from srnn_lib.claimbook.framed import framed
from srnn_lib.claimbook.verdicts import METADATA

pytest_plugins = ("tinybook_fixtures",)


def drawn(height, **look):
    """A line as a picture."""
    figure, axes = plt.subplots(figsize=(3, 2))
    axes.plot(np.linspace(0, height, 9), **look)
    axes.set_ylim(0, 2)
    figure.savefig(buffer := io.BytesIO(), format="png")
    plt.close(figure)
    return base64.b64encode(buffer.getvalue()).decode()


def output(picture=None, words=None, **payload):
    metadata = {"image/png": words or {}} | ({METADATA: payload} if payload else {})
    return {"output_type": "display_data", "data": {"image/png": picture} if picture else {}, "metadata": metadata}


def with_words(bare):
    """A picture in a frame, as figures of chapters are put out."""
    html = framed(base64.b64decode(bare), alt="A line.", caption="A line, and what it means.", width=300)
    return {"output_type": "display_data", "data": {"text/html": html}, "metadata": {"image/png": {"alt": "A line."}}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (with_words(drawn(1.0)), with_words(drawn(1.001))),
        (output(drawn(1.0)), output(drawn(1.0))),
        (output(drawn(1.0)), output(drawn(1.001))),
        (output(value=0.5, low=None), output(value=0.5001, low=None)),
        (output(checks=[{"value": 0.0}]), output(checks=[{"value": 0.0}])),
    ],
)
def test_alike(one, other):
    assert likeness.differences([one], [other]) == []


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (with_words(drawn(1.0)), with_words(drawn(1.4)), "does not look like"),
        (output(drawn(1.0)), output(drawn(1.4)), "does not look like"),
        (output(drawn(1.0)), output(drawn(1.0, linestyle=":")), "does not look like"),
        (output(drawn(1.0)), output(tinybook.PNG), "does not look like"),
        (output(drawn(1.0)), output(), "does not look like"),
        (output(words={"alt": "A"}), output(words={"alt": "B"}), "words of the figure"),
        (output(value=0.5), output(value=0.51), "a stored value, value"),
        (output(value=0.5), output(value=None), "a stored value, value"),
        (output(checks=[{"value": 1e-9}]), output(checks=[{"value": 2e-9}]), "a stored value, checks, 0, value"),
        (output(checks=[]), output(checks=[1]), "a stored value, checks"),
        (output(a=1), output(b=1), "a stored value"),
    ],
)
def test_not_alike(one, other, words):
    (fault,) = likeness.differences([one], [other])
    assert words in fault


def test_a_missing_output():
    assert likeness.differences([output(), output()], [output()]) == ["2 outputs are stored, and 1 came out"]


def forged(folder, change):
    """The tiny chapter, changed by someone who knows how to make all of its digests anew."""

    def edit(nb):
        change(nb)
        nb.metadata.provenance["outputs"] = notebooks.outputs_hash(nb)

    tinybook.edit(folder, edit)
    tinybook.edit_stamp(folder, lambda stamp: None)
    tinybook.publish(folder)


def figure(nb):
    return next(cell for cell in nb.cells if notebooks.has(cell, "fig:SR-1"))


def redrawn(nb, picture):
    """The figure with another picture in its frame."""
    data = figure(nb).outputs[0].data
    data["text/html"] = data["text/html"].replace(tinybook.PNG, picture)


def replace_figure(nb):
    redrawn(nb, drawn(1.0))


def replace_words_in_the_frame(nb):
    data = figure(nb).outputs[0].data
    data["text/html"] = data["text/html"].replace("One dot.", "Another dot, as one would wish it.")


def replace_caption(nb):
    cell = figure(nb)
    cell.metadata.mystnb["figure"]["caption"] = "Another dot, as one would wish it."
    cell.outputs[0].metadata["image/png"]["caption"] = "Another dot, as one would wish it."


def replace_alternative_text(nb):
    cell = figure(nb)
    cell.metadata.mystnb["image"]["alt"] = "Nothing."
    cell.outputs[0].metadata["image/png"]["alt"] = "Nothing."


def change_a_value(nb):
    cell = next(cell for cell in nb.cells if notebooks.has(cell, "verdict"))
    check = cell.outputs[0].metadata[METADATA]["checks"][0]
    before = copy.deepcopy(check["value"])
    check["value"] = before * 1.02


@pytest.mark.parametrize(
    "forgery",
    [replace_figure, replace_words_in_the_frame, replace_caption, replace_alternative_text, change_a_value],
    ids=lambda each: each.__name__,
)
@pytest.mark.slow
def test_a_forgery_with_new_digests_is_found_by_nbval_or_by_the_check(run_book, nbval, forgery, monkeypatch):
    monkeypatch.setenv("SRNN_ROOT", str(run_book))
    forged(run_book, forgery)
    assert chapters.state(chapters.find("self-application")).kind == "fresh"
    found = audit.problems(read_board(run_book))
    code, out = nbval(run_book, "--nbval", "--nbval-current-env", f"book/{tinybook.CHAPTER}.ipynb")
    assert found or code == 1
    assert found or "came out" in out or "mismatch 'text/html'" in out


@pytest.mark.slow
def test_an_honest_chapter_passes_whatever_the_bytes_of_a_figure(run_book, nbval, monkeypatch):
    monkeypatch.setenv("SRNN_ROOT", str(run_book))
    Image.open(io.BytesIO(base64.b64decode(tinybook.PNG))).save(buffer := io.BytesIO(), "PNG", compress_level=0)
    same = base64.b64encode(buffer.getvalue()).decode()
    assert same != tinybook.PNG
    forged(run_book, lambda nb: redrawn(nb, same))
    code, out = nbval(run_book, "--nbval", "--nbval-current-env", f"book/{tinybook.CHAPTER}.ipynb")
    assert code == 0, out


@pytest.mark.parametrize(("part", "key"), [("image", "alt"), ("figure", "caption"), ("figure", "name")])
def test_words_of_a_figure_that_its_run_has_not_put_out_are_found_by_the_check(run_book, part, key):
    def change(nb):
        figure(nb).metadata.mystnb[part][key] = "Other words than those of the run."

    tinybook.edit(run_book, change)
    (fault,) = audit.problems(read_board(run_book))
    assert fault.endswith(f"shows another {key} than its run has put out")
    tinybook.edit(run_book, lambda nb: figure(nb).metadata.pop("mystnb"))
    assert len(audit.problems(read_board(run_book))) == 3


def test_the_stored_figures_of_the_book_are_pictures_that_can_be_compared():
    for chapter in chapters.find_all():
        nb = nbformat.read(chapter.path, as_version=4)
        outputs = [each for cell in notebooks.code_cells(nb) for each in cell.outputs]
        assert likeness.differences(outputs, outputs) == []
