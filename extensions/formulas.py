"""A Sphinx extension that writes formulas into pages as TeX, and lets formulas.js set them there."""

from typing import Any

from sphinx.application import Sphinx
from sphinx.ext.mathjax import html_visit_displaymath, html_visit_math


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx, once a build. The markup is that of its own extension for MathJax, without MathJax."""
    app.add_html_math_renderer("tex", (html_visit_math, None), (html_visit_displaymath, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
