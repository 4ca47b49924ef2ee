"""Figures for pages: one style, always with alt text, drawn as SVG that follows light and dark."""

from course_lib.publishing.figures.shown import MissingAltText, Shown, play, show
from course_lib.publishing.figures.style import COLORS

__all__ = ["COLORS", "MissingAltText", "Shown", "play", "show"]
