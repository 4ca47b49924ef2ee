"""How every figure looks: the colors that color-blind readers tell apart, and matplotlib set to the page."""

from typing import Any

import matplotlib as mpl
from cycler import cycler

from course_lib.publishing.figures.sizes import WIDTH, WORDS
from course_lib.publishing.figures.svg import INK, PAPER

# Okabe and Ito's palette (https://jfly.uni-koeln.de/color/): told apart by color-blind readers, legible on
# white and on black. Yellow comes last in the cycle because it is the weakest on white.
COLORS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "red": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "gray": "#808080",
    "yellow": "#F0E442",
}

STYLE: Any = {
    "figure.figsize": (WIDTH, 3.0),
    "figure.max_open_warning": 0,  # the steps of a slider are figures, all open until they are shown
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",  # text stays text: small, searchable, and in the page's own font (Hangul too)
    "font.size": WORDS,
    "axes.prop_cycle": cycler(color=list(COLORS.values())),
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": WORDS,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": INK,
    "grid.alpha": 0.14,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 1.8,
    "patch.edgecolor": INK,
    "hatch.color": INK,
    "boxplot.boxprops.color": INK,
    "boxplot.whiskerprops.color": INK,
    "boxplot.capprops.color": INK,
    "boxplot.flierprops.markeredgecolor": INK,
    "legend.frameon": True,
    "legend.framealpha": 0.85,
    "legend.facecolor": PAPER,
    "legend.edgecolor": "none",
    "image.cmap": "cividis",
    "image.interpolation": "nearest",
}
mpl.rcParams.update(STYLE)
