"""A Sphinx extension that takes figures out of the HTML in which notebooks show them; pages have their own."""

import json
from typing import Any

from sphinx.application import Sphinx

from srnn_lib.claimbook import framed


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx, once a build."""
    app.connect("source-read", unframe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def unframe(app: Sphinx, page: str, source: list[str]) -> None:
    """Put bare pictures in the place of a notebook's figures, before it is read."""
    if not app.env.doc2path(page).endswith(".ipynb"):
        return
    nb = json.loads(source[0])
    for output in (output for cell in nb["cells"] for output in cell.get("outputs", [])):
        data = {key: "".join(lines) for key, lines in output.get("data", {}).items() if key == "text/html"}
        if "image/png" in output.get("metadata", {}) and (picture := framed.picture(data)):
            output["data"] = {"image/png": picture}
    source[0] = json.dumps(nb)
