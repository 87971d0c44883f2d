"""Explorables: programs in JavaScript that run the nets' dynamics in a page, and in a live notebook as widgets."""

from srnn_lib.explorables import bundle
from srnn_lib.explorables.widget import explorable

__all__ = ["bundle", "explorable"]
