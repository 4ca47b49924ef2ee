"""Curves over seeds, bars with their values, the spread of numbers by layer: plots whose words a phone shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from course_lib.publishing.figures.meanings import looks
from course_lib.publishing.figures.sizes import WIDTH, WORDS
from course_lib.publishing.figures.style import COLORS
from course_lib.publishing.figures.svg import INK

BAND = 0.18  # how much of a line's color its band has


def curves(
    x: Any,
    named: Mapping[str, Any],
    xlabel: str = "",
    ylabel: str = "",
    colors: Mapping[str, str] | None = None,
    log: str = "",
    markers: bool | None = None,
    ax: Any = None,
) -> Any:
    """Draw a curve for each name, with a band from the lowest to the highest seed around the mean.

    A curve's values have one axis, as long as `x`, or two, `seed` and that one. Curves differ in more than color.
    log: the axes that are logarithmic, "x", "y" or "xy"
    colors: what `meanings` returned; markers: whether points are marked (where there are at most 24, unless said)
    Returns the axes, to draw more on; `show` takes them, too.

    >>> ax = curves([1, 2, 4], {"loops": [[1, 2, 4], [1, 3, 5]], "at once": [1, 1, 1]}, xlabel="rows", ylabel="ms")
    """
    x = _array(x)
    ax = ax or plt.subplots(figsize=(WIDTH, 3.0))[1]
    ax.set(xscale="log" if "x" in log else "linear", yscale="log" if "y" in log else "linear")
    seeds = set()
    for name, look in looks(named, colors).items():
        runs = np.atleast_2d(_array(named[name]))
        if runs.ndim != 2 or runs.shape[1] != len(x):
            raise ValueError(f"the curve {name!r} has the shape {runs.shape}; it needs {len(x)} values for each seed")
        look = look if (len(x) <= 24 if markers is None else markers) else look | {"marker": None}
        ax.plot(x, runs.mean(0), label=name, markersize=4.5, linewidth=1.6, **look)
        if len(runs) > 1:
            seeds.add(len(runs))
            ax.fill_between(x, runs.min(0), runs.max(0), color=look["color"], alpha=BAND, linewidth=0)
    for axis in (ax.xaxis, ax.yaxis):
        if axis.get_scale() == "log":
            axis.set_major_formatter(_power)
    if seeds:
        ylabel = f"{ylabel}{', ' if ylabel else ''}mean and range of {max(seeds)} seeds"
    ax.set_xlabel(xlabel)
    _say(ax, ylabel)
    if len(named) > 1:
        legend(ax)
    return ax


def legend(ax: Any, columns: int = 2) -> None:
    """Set the legend above the axes, where it covers nothing."""
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0 if not ax.get_title(loc="left") else 1.12), ncols=columns,
              borderaxespad=0.2, handlelength=2.4, columnspacing=1.2, fontsize=WORDS)  # fmt: skip


def bars(
    named: Mapping[str, Any],
    xlabel: str = "",
    colors: Mapping[str, str] | None = None,
    form: str | Callable[[float], str] = "{:.3g}",
    ax: Any = None,
) -> Any:
    """Draw a bar for each name with its value at its end; several values are seeds, and a line shows their range.

    form: how a value is written, such as "{:.0%}" or "{:.1f} ms"; colors: what `meanings` returned (blue unless given)

    >>> ax = bars({"MLP": [0.95, 0.96], "CNN": [0.98, 0.99]}, xlabel="accuracy", form="{:.1%}")
    """
    ax = ax or plt.subplots(figsize=(WIDTH, 0.7 + 0.38 * len(named)))[1]
    write = form if callable(form) else form.format
    values = {name: np.atleast_1d(_array(value)) for name, value in named.items()}
    longest = max(max(value.max(), 0.0) for value in values.values())
    lowest = min(min(value.min(), 0.0) for value in values.values())
    for row, (name, value) in enumerate(values.items()):
        mean, color = value.mean(), colors[name] if colors is not None else COLORS["blue"]
        ax.barh(row, mean, height=0.62, color=color, alpha=0.75, linewidth=0)
        if len(value) > 1:
            ax.plot([value.min(), value.max()], [row, row], color=INK, linewidth=2, solid_capstyle="butt")
        end = max(value.max(), 0.0)
        ax.annotate(write(mean), (end, row), (5, 0), textcoords="offset points", va="center", fontsize=WORDS)
    seeds = max(map(len, values.values()))
    ax.set_yticks(range(len(values)), list(values))
    ax.set(xlim=(lowest, longest + 0.28 * ((longest - lowest) or 1)), ylim=(len(values) - 0.5, -0.5))
    ax.set_xlabel(f"{xlabel}, mean and range of {seeds} seeds" if seeds > 1 else xlabel)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    ax.locator_params(axis="x", nbins=4)
    return ax


def spreads(
    named: Mapping[str, Any],
    xlabel: str = "activation",
    limits: tuple[float, float] | None = None,
    bins: int = 60,
    color: str = "blue",
    ax: Any = None,
) -> Any:
    """Draw how numbers are spread, one row for each name (a layer, a step), with their standard deviation beside it.

    Each row's highest bar is as high as the next row's. Numbers outside of `limits` are counted and said.

    >>> ax = spreads({"layer 1": [-1.0, 0.0, 0.5, 1.0], "layer 2": [0.0, 0.0, 0.1, 0.2]}, limits=(-1, 1))
    """
    values = {name: _array(value).reshape(-1) for name, value in named.items()}
    if limits is None:
        everything = np.concatenate(list(values.values()))
        limits = (float(everything.min()), float(everything.max()))
    edges = np.linspace(*(limits if limits[0] < limits[1] else (limits[0] - 1, limits[1] + 1)), bins + 1)
    ax = ax or plt.subplots(figsize=(WIDTH, 0.8 + 0.46 * len(values)))[1]
    for row, value in enumerate(values.values()):
        counts, _ = np.histogram(value, edges)
        heights = 0.85 * counts / max(1, counts.max())
        ax.stairs(row - heights, edges, baseline=row, fill=True, color=COLORS[color], alpha=0.75)
        ax.plot(edges[[0, -1]], [row, row], color=INK, linewidth=0.6, alpha=0.5)
        outside = 1 - counts.sum() / max(1, len(value))
        said = f"σ = {value.std():.2g}" + (f"\n{outside:.0%} outside" if outside >= 0.005 else "")
        ax.annotate(said, (edges[-1], row), (6, 2), textcoords="offset points", va="bottom", fontsize=WORDS)
    ax.set_yticks(range(len(values)), list(values))
    ax.set(xlim=(edges[0], edges[-1]), ylim=(len(values) - 0.8, -1), xlabel=xlabel)
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.locator_params(axis="x", nbins=5)
    return ax


def contours(
    function: Callable[[Any, Any], Any],
    x: tuple[float, float],
    y: tuple[float, float],
    paths: Mapping[str, Any] | None = None,
    levels: Sequence[float] | None = None,
    best: tuple[float, float] | None = None,
    colors: Mapping[str, str] | None = None,
    labels: tuple[str, str] = ("", ""),
    ax: Any = None,
) -> Any:
    """Draw the level lines of a function of x and y, and on them the path of each name, from its dot to its cross.

    function: takes two arrays of equal shape; paths: points as rows (x, y); best: the minimum, marked by a +
    levels: the heights to draw (seven, close to each other near the lowest, unless given)

    >>> ax = contours(lambda x, y: x**2 / 20 + y**2, (-8, 8), (-3, 3), {"SGD": [(-7, 2), (-6, 0.5), (-5, 0.1)]})
    """
    across, up = np.meshgrid(np.linspace(*x, 81), np.linspace(*y, 81))
    heights = _array(function(across, up))
    if levels is None:
        part = np.linspace(0.08, 0.92, 7) ** 2
        levels = heights.min() + part * (heights.max() - heights.min())
    ax = ax or plt.subplots(figsize=(WIDTH, 3.2))[1]
    ax.contour(across, up, heights, levels=sorted(levels), colors=COLORS["gray"], linewidths=0.8, alpha=0.8)
    for name, look in looks(paths or {}, colors).items():
        points = _array((paths or {})[name])
        many = len(points) > 30
        ax.plot(*points.T, label=name, linewidth=1.3, markersize=3, **look | ({"marker": None} if many else {}))
        ax.plot(*points[0], "o", color=look["color"], markersize=6)
        ax.plot(*points[-1], "x", color=look["color"], markersize=8, markeredgewidth=2)
    if best is not None:
        ax.plot(*best, "+", color=INK, markersize=11, markeredgewidth=1.6)
    ax.set(xlim=x, ylim=y, xlabel=labels[0], ylabel=labels[1])
    if len(paths or {}) > 1:
        legend(ax)
    return ax


def _say(ax: Any, words: str) -> None:
    """Write the name of the upright axis above it, where it can be read without turning the head."""
    if words:
        ax.set_title(words, loc="left", fontsize=WORDS)


def _power(number: float, _: Any = None) -> str:
    """Return a tick of a logarithmic axis in letters of full size, which a raised exponent has not.

    >>> [_power(10.0**n) for n in (-5, -2, 0, 3, 6)]
    ['1e−5', '0.01', '1', '1,000', '1e6']
    """
    if 1e-4 < number < 1e6:
        return f"{number:,.10g}"
    return f"{number:.0e}".replace("e-0", "e−").replace("e+0", "e").replace("e-", "e−").replace("e+", "e")


def _array(values: Any) -> np.ndarray:
    """Numbers from a list, an array or a tensor, wherever it is and whether it needs gradients or not."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    if isinstance(values, list | tuple):
        values = [_array(value) for value in values]
    return np.asarray(values, dtype=float)
