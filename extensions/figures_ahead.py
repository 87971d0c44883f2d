"""A Sphinx extension that shows a chapter's main figure on its first screen.

An admonition of the class `ahead` refers to the figure in words; the picture itself is put below them, once more.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

AHEAD = "ahead"
_LOGGER = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx, once a build."""
    app.connect("doctree-resolved", place)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def place(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Copy the pictures of figures into the boxes of the page that look ahead to them."""
    for box in [each for each in doctree.findall(nodes.Admonition) if AHEAD in each.get("classes", [])]:
        picture = _picture(doctree, box)
        if picture is None:
            _LOGGER.warning("no figure of this page is referred to here", location=box)
        else:
            box += picture


def _picture(doctree: nodes.document, box: nodes.Element) -> nodes.image | None:
    """What the first reference of a box leads to, without the words that stand below the figure itself."""
    wanted = {each["refid"] for each in box.findall(nodes.reference) if "refid" in each}
    for figure in doctree.findall(nodes.figure):
        if wanted & set(figure["ids"]):
            copy = next(figure.findall(nodes.image)).deepcopy()
            copy["ids"], copy["alt"] = [], ""  # the box says what it is, and the figure has the words
            return copy
    return None
