"""Figures for pages: one style, always with alt text, as SVG that follows light and dark; times; and real data."""

from course_lib.publishing.figures.data import Digits, digits, english, korean
from course_lib.publishing.figures.graphs import graph, graph_steps
from course_lib.publishing.figures.grids import attention, grid, grids
from course_lib.publishing.figures.meanings import Meanings, meanings
from course_lib.publishing.figures.pictures import pictures
from course_lib.publishing.figures.plots import bars, contours, curves, legend, spreads
from course_lib.publishing.figures.shown import MissingAltText, Shown, play, show
from course_lib.publishing.figures.style import COLORS
from course_lib.publishing.figures.timing import Milliseconds, timed

__all__ = [
    "COLORS",
    "Digits",
    "Meanings",
    "Milliseconds",
    "MissingAltText",
    "Shown",
    "attention",
    "bars",
    "contours",
    "curves",
    "digits",
    "english",
    "graph",
    "graph_steps",
    "grid",
    "grids",
    "korean",
    "legend",
    "meanings",
    "pictures",
    "play",
    "show",
    "spreads",
    "timed",
]
