"""Figures: one module per chapter, by the chapter's name; each draws from tidy tables and returns the figure."""

from srnn_lib.figures.style import show

__all__ = ["show"]
