"""Graphs of nodes and arrows: what is computed from what, with values on the way, gradients on the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from course_lib.publishing.figures.sizes import WIDTH, WORDS, inches
from course_lib.publishing.figures.style import COLORS
from course_lib.publishing.figures.svg import INK, PAPER

STEP, APART, TALL = 0.95, 0.34, 0.3  # inches: along the arrows, between nodes beside each other, a node
LINE = 0.23  # inches that a value takes below its node


def graph(
    edges: Sequence[tuple[str, str]],
    values: Mapping[str, Any] | None = None,
    gradients: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
    lit: Sequence[Any] = (),
    places: Mapping[str, tuple[float, float]] | None = None,
    down: bool | None = None,
) -> Figure:
    """Draw nodes and arrows between them; below a node its value, on blue, and under that its gradient, on orange.

    edges: (from, to); names: what stands in a node, where that is not its key (several nodes may be called "×")
    lit: nodes, and arrows (from, to), to draw strongly
    places: where nodes stand, (along the arrows, across), in steps; they are laid out by what they need unless given
    down: whether arrows run downwards; from left to right unless given, where a phone has room for that

    >>> fig = graph([("x", "xy"), ("y", "xy")], {"x": 2, "y": 3, "xy": 6}, {"xy": 1, "x": 3, "y": 2}, {"xy": "×"})
    """
    plan = _Plan(edges, values or {}, gradients or {}, names or {}, places, down)
    return plan.draw(plan.values, plan.gradients, lit)


def graph_steps(
    edges: Sequence[tuple[str, str]], values: Mapping[str, Any], gradients: Mapping[str, Any], **look: Any
) -> tuple[list[Figure], list[str]]:
    """Draw a graph step by step for `play`: values come in forward, node by node, then gradients back.

    Returns the frames, and a sentence for each: its `alts`. Inputs have their values from the start. `look`: names,
    places and down, as for `graph`.

    >>> frames, said = graph_steps([("x", "y")], {"x": 2, "y": 4}, {"y": 1, "x": 4})
    >>> said
    ['x = 2', 'forward: y = 4', 'backward: gradient of y = 1', 'backward: gradient of x = 4']
    """
    plan = _Plan(edges, values, gradients, look.get("names") or {}, look.get("places"), look.get("down"))
    called = lambda node: f"{node} ({plan.names[node]})" if node in plan.names else node  # noqa: E731
    ends = {end for _, end in edges}
    seen = {node: values[node] for node in plan.order if node in values and node not in ends}
    frames = [plan.draw(seen, {}, list(seen))]
    said = [", ".join(f"{called(node)} = {_number(value)}" for node, value in seen.items())]
    for node in (node for node in plan.order if node in values and node not in seen):
        seen[node] = values[node]
        frames.append(plan.draw(seen, {}, [node, *(edge for edge in edges if edge[1] == node)]))
        said.append(f"forward: {called(node)} = {_number(values[node])}")
    back: dict[str, Any] = {}
    for node in (node for node in reversed(plan.order) if node in gradients):
        back[node] = gradients[node]
        frames.append(plan.draw(seen, back, [node, *(edge for edge in edges if edge[0] == node)]))
        said.append(f"backward: gradient of {called(node)} = {_number(gradients[node])}")
    return frames, said


class _Plan:
    """Where everything stands, with room for all values and gradients: the same in every step."""

    def __init__(
        self,
        edges: Sequence[tuple[str, str]],
        values: Mapping[str, Any],
        gradients: Mapping[str, Any],
        names: Mapping[str, str],
        places: Mapping[str, tuple[float, float]] | None,
        down: bool | None,
    ) -> None:
        self.edges, self.values, self.gradients, self.names = edges, values, gradients, names
        self.order = in_order(edges)
        places = dict(places) if places is not None else _layers(edges, self.order)
        for kind, given in (("place", places), ("value", values), ("gradient", gradients), ("name", names)):
            if strangers := set(given) - set(self.order):
                raise ValueError(f"{strangers.pop()!r} has a {kind} and no arrow; there are {', '.join(self.order)}")
        for node in self.order:
            if node not in places:
                raise ValueError(f"the node {node!r} has no place; there are places for {', '.join(places)}")
        self.wide = {node: _width(node, names, values, gradients) for node in self.order}
        self.under = LINE * (bool(values) + bool(gradients))
        self.at, self.down = _laid_out(places, self.wide, self.under, down)

    def draw(self, values: Mapping[str, Any], gradients: Mapping[str, Any], lit: Sequence[Any]) -> Figure:
        """Draw what is known by now."""
        fig, ax = _canvas_around(self.at, self.wide, self.under)
        for start, end in self.edges:
            _arrow(ax, *self._ends(start, end), strong=(start, end) in lit)
        for node in self.order:
            _node(ax, self.at[node], self.wide[node], self.names.get(node, node), strong=node in lit)
            for i, (known, color, sign) in enumerate(((values, "blue", ""), (gradients, "orange", "∂ "))):
                if node in known:
                    low = self.at[node][1] + TALL / 2 + 0.03 + i * LINE
                    _pill(ax, (self.at[node][0], low), sign + _number(known[node]), COLORS[color])
        return fig

    def _ends(self, start: str, end: str) -> tuple[tuple[float, float], tuple[float, float]]:
        """Where an arrow begins and ends: it crosses no value of the node that it leaves."""
        (x, y), (to_x, to_y) = self.at[start], self.at[end]
        if self.down:
            return (x, y + TALL / 2 + self.under), (to_x, to_y - TALL / 2)
        return (x + self.wide[start] / 2, y), (to_x - self.wide[end] / 2, to_y)


def in_order(edges: Sequence[tuple[str, str]]) -> list[str]:
    """Return the nodes, each after all that it needs, otherwise in the order in which they are named.

    >>> in_order([("a", "c"), ("b", "c"), ("c", "d")])
    ['a', 'b', 'c', 'd']
    """
    needs: dict[str, list[str]] = {}
    for start, end in edges:
        needs.setdefault(start, [])
        needs.setdefault(end, []).append(start)
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise ValueError(f"the arrows run in a circle: {' → '.join(error.args[1])}") from None


def _layers(edges: Sequence[tuple[str, str]], order: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Where nodes stand: one step after the last that they need; inputs just before their first use."""
    depth = dict.fromkeys(order, 0)
    for node in order:
        depth[node] = max((depth[start] + 1 for start, end in edges if end == node), default=0)
    for node in order:
        if all(end != node for _, end in edges):
            depth[node] = min((depth[end] for start, end in edges if start == node), default=1) - 1
    layers: dict[int, list[str]] = {}
    across: dict[str, float] = {}
    for node in sorted(order, key=depth.__getitem__):
        layers.setdefault(depth[node], []).append(node)
    for _, nodes in sorted(layers.items()):
        pulled = {node: _pull(node, edges, across) for node in nodes}
        nodes.sort(key=lambda node: (pulled[node] is None, pulled[node] or 0))
        middle = [place for place in pulled.values() if place is not None]
        start = (sum(middle) / len(middle) if middle else 0) - (len(nodes) - 1) / 2
        for i, node in enumerate(nodes):
            across[node] = start + i
    return {node: (depth[node], across[node]) for node in order}


def _pull(node: str, edges: Sequence[tuple[str, str]], across: Mapping[str, float]) -> float | None:
    """Where a node would stand in the middle of those that it needs."""
    needed = [across[start] for start, end in edges if end == node and start in across]
    return sum(needed) / len(needed) if needed else None


def _laid_out(
    places: Mapping[str, tuple[float, float]], wide: Mapping[str, float], under: float, down: bool | None
) -> tuple[dict[str, tuple[float, float]], bool]:
    """Each node's middle, in inches, and whether arrows run down."""
    widest = max(wide.values())
    along = [place[0] for place in places.values()]
    beside = [place[1] for place in places.values()]
    steps, rows = max(along) - min(along), max(beside) - min(beside)
    if down is None:
        down = steps * max(STEP, widest + 0.3) + widest > WIDTH
    if down:
        side = min(widest + 0.25, (WIDTH - widest) / rows if rows else WIDTH)
        if rows and side < widest + 0.05:
            raise ValueError(
                f"{rows + 1:g} nodes beside each other are too wide for a phone: give shorter names or places"
            )
        return {node: (across * side, depth * (TALL + under + 0.36)) for node, (depth, across) in places.items()}, True
    step = max(STEP, widest + 0.3)
    if steps * step + widest > WIDTH:
        raise ValueError(f"{steps + 1:g} nodes after each other are too wide for a phone: leave out down=False")
    return {node: (depth * step, across * (TALL + APART + under)) for node, (depth, across) in places.items()}, False


def _width(node: str, *known: Mapping[str, Any]) -> float:
    names, values, gradients = known
    words = [names.get(node, node), *([_number(values[node])] if node in values else [])]
    words += [f"∂ {_number(gradients[node])}"] if node in gradients else []
    return max(0.36, *(inches(word) + 0.16 for word in words))


def _canvas_around(
    at: Mapping[str, tuple[float, float]], wide: Mapping[str, float], under: float
) -> tuple[Figure, Any]:
    """Return an empty figure with room for all nodes, and below each for its value and gradient."""
    left = min(x - wide[node] / 2 for node, (x, _) in at.items()) - 0.05
    right = max(x + wide[node] / 2 for node, (x, _) in at.items()) + 0.05
    top = min(y for _, y in at.values()) - TALL / 2 - 0.05
    bottom = max(y for _, y in at.values()) + TALL / 2 + under + 0.06
    fig = plt.figure(figsize=(right - left, bottom - top), layout="none")
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(left, right), ylim=(bottom, top))
    ax.axis("off")
    return fig, ax


def _node(ax: Any, at: tuple[float, float], wide: float, name: str, strong: bool) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = (at[0] - wide / 2 + 0.08, at[1] - TALL / 2 + 0.08)
    style = "round,pad=0.08,rounding_size=0.08"
    for face in (PAPER, (INK, 0.16 if strong else 0.04)):  # paper first, or arrows would shine through
        box = FancyBboxPatch(corner, wide - 0.16, TALL - 0.16, style, facecolor=face, edgecolor=INK, zorder=2)
        box.set(linewidth=2.2 if strong else 0.9)
        ax.add_patch(box)
    ax.text(*at, name, ha="center", va="center_baseline", fontsize=WORDS, zorder=3, weight="bold" if strong else None)


def _pill(ax: Any, at: tuple[float, float], words: str, color: str) -> None:
    under = {"boxstyle": "round,pad=0.12", "facecolor": (color, 0.3), "edgecolor": "none"}
    ax.text(at[0], at[1] + 0.1, words, ha="center", va="center", fontsize=WORDS, bbox=under, zorder=4)


def _arrow(ax: Any, start: tuple[float, float], end: tuple[float, float], strong: bool) -> None:
    look = {"arrowstyle": "-|>", "color": INK, "lw": 2.4 if strong else 1, "alpha": 1 if strong else 0.55}
    ax.annotate("", end, start, arrowprops=look | {"shrinkA": 0, "shrinkB": 1}, zorder=1)


def _number(value: Any) -> str:
    """Return a value as it is written on paper.

    >>> _number(-0.25), _number("W"), _number(3.0), _number(2)
    ('−0.25', 'W', '3', '2')
    """
    if hasattr(value, "item"):
        value = value.item()
    return f"{value:.3g}".replace("-", "−") if isinstance(value, float) else str(value).replace("-", "−")
