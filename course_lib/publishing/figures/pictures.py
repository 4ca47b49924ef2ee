"""Strips of small pictures: digits, filters, feature maps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_lib.publishing.figures.sizes import WIDTH, WORDS, inches

MAPS = {"gray": "gray_r", "amount": "cividis", "sign": "PuOr_r"}


def pictures(
    images: Any,
    titles: Sequence[str] = (),
    columns: int = 0,
    shade: str = "gray",
    limits: tuple[float, float] | None = None,
) -> Figure:
    """Draw pictures (picture, height, width) in rows of `columns`, each under its title.

    shade: "gray" (the larger the darker), "amount" (the larger the lighter), "sign" (white is zero)
    limits: what numbers the ends of the colors stand for; the same for all pictures

    >>> fig = pictures([[[0, 1], [1, 0]], [[1, 0], [0, 1]]], titles=["0", "1"])
    """
    if shade not in MAPS:
        raise ValueError(f"shade={shade!r} is no way to color pictures; there are {', '.join(MAPS)}")
    made = np.asarray(images.detach().cpu() if hasattr(images, "detach") else images, dtype=float)
    if made.ndim != 3 or not len(made):
        raise ValueError(f"pictures have the axes picture, height and width; these have the shape {made.shape}")
    if len(titles) not in (0, len(made)):
        raise ValueError(f"there are {len(made)} pictures and {len(titles)} titles: {list(titles)!r}")
    columns = columns or _columns_for(len(made), titles)
    rows, side = math.ceil(len(made) / columns), min(1.2, WIDTH / columns - 0.08)
    low, high = limits or _limits(made, shade)
    head = 0.24 * (1 + max((title.count("\n") for title in titles), default=0)) if titles else 0.0
    tall = side * made.shape[1] / made.shape[2]
    fig = plt.figure(figsize=(columns * (side + 0.08), rows * (tall + head + 0.08)), layout="none")
    for i, image in enumerate(made):
        left = (i % columns) * (side + 0.08) / fig.get_figwidth()
        below = 1 - ((i // columns + 1) * (tall + head + 0.08) - 0.08) / fig.get_figheight()
        ax = fig.add_axes((left, below, side / fig.get_figwidth(), tall / fig.get_figheight()))
        ax.imshow(image, cmap=MAPS[shade], vmin=low, vmax=high, interpolation="none", aspect="auto")
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        for spine in ax.spines.values():
            spine.set(visible=True, alpha=0.4)
        if titles:
            ax.set_title(titles[i], fontsize=WORDS, pad=3)
    return fig


def _columns_for(count: int, titles: Sequence[str]) -> int:
    """As many as a phone has room for, each wide enough for its title; ten at most."""
    widest = max((inches(line) for title in titles for line in title.split("\n")), default=0.0)
    return max(1, min(count, 10, int(WIDTH / max(widest + 0.1, 0.44))))


def _limits(made: np.ndarray, shade: str) -> tuple[float, float]:
    if shade == "sign":
        most = float(np.abs(made).max()) or 1.0
        return -most, most
    return float(made.min()), float(max(made.max(), made.min() + 1e-9))
