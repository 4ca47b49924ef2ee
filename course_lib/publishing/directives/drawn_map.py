"""The map of the concepts as an SVG with links: each concept stands below all that it needs."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from course_lib.publishing.contents import Contents

WIDTH, WIDEST, SIDE_BY_SIDE = 760, 230, 4  # pixels, and boxes in a line: more would leave their words no room
GAP, BETWEEN, PADDING, LINE, FONT = 18, 50, 24, 18, 15  # beside boxes, between lines of them; inside; a line of words
LETTER = 0.61  # of the font's size: what a letter takes in a wide font
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """Where a concept stands, in which line of boxes, and its title as it is broken."""

    line: int
    left: float
    top: float
    width: float
    height: float
    words: tuple[str, ...]

    @property
    def center(self) -> float:
        """The middle, from the left."""
        return self.left + self.width / 2


def rows_of(contents: Contents) -> list[list[str]]:
    """Concepts by depth: those that need nothing first. A need that is missing or comes later counts for nothing."""
    depth: dict[str, int] = {}
    for name, page in contents.concepts.items():
        depth[name] = 1 + max((depth[need] for need in page.needs if need in depth), default=-1)
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name, row in depth.items():
        rows[row].append(name)
    return rows


def boxes_of(contents: Contents) -> dict[str, Box]:
    """Place every concept: rows that are too long for one line of boxes take several, as equal as can be."""
    boxes, top = {}, 2.0
    for line, names in enumerate(_lines(rows_of(contents))):
        width = min(WIDEST, (WIDTH - GAP * (len(names) + 1)) / len(names))
        left = (WIDTH - width * len(names) - GAP * (len(names) - 1)) / 2
        words = [broken(contents.concepts[name].title, width - GAP) for name in names]
        height = PADDING + LINE * max(map(len, words))
        for i, name in enumerate(names):
            boxes[name] = Box(line, left + i * (width + GAP), top, width, height, words[i])
        top += height + BETWEEN
    return boxes


def _lines(rows: list[list[str]]) -> Iterator[list[str]]:
    for row in rows:
        lines = -(-len(row) // SIDE_BY_SIDE)
        ends = [round(len(row) * i / lines) for i in range(lines + 1)]
        yield from (row[start:end] for start, end in pairwise(ends))


def broken(title: str, width: float) -> tuple[str, ...]:
    """Break a title into lines of at most `width` pixels, where it can be broken.

    >>> broken("Attention masks", 90), broken("Attention masks", 200)
    (('Attention', 'masks'), ('Attention masks',))
    """
    lines = [""]
    for piece in re.findall(r"\s*(?:[^\s-]+-?|-)", title):  # a word, or its part up to a hyphen
        joined = (lines[-1] + piece).strip()
        fits = not lines[-1] or length(joined) <= width
        lines[-1:] = [joined] if fits else [lines[-1], piece.strip()]
    return tuple(lines)


def length(text: str) -> float:
    """How long a text is, in pixels and rather too long: Hangul letters, M and W are as wide as high."""
    wide = sum(letter in "MWmw@%" or unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return FONT * (wide + LETTER * (len(text) - wide))


def drawn_map(contents: Contents, address: dict[str, str]) -> str:
    """Return the map as inline SVG; `address` is where each concept's page is, from the page that shows the map."""
    boxes = boxes_of(contents)
    if not boxes:
        return ""
    used: dict[tuple[int, float], list[float]] = {}
    arrows = [
        _arrow(_route(boxes[need], box, list(boxes.values()), used))
        for name, box in boxes.items()
        for need in dict.fromkeys(contents.concepts[name].needs)
        if need in boxes and boxes[need].line < box.line
    ]
    shown = [_box(box, address[name]) for name, box in boxes.items()]
    height = max(box.top + box.height for box in boxes.values()) + 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="concept-map" viewBox="0 0 {WIDTH} {height:.0f}" role="group" '
        'aria-label="Map of the concepts; the list below says the same in words">'
        f"{''.join(arrows)}{''.join(shown)}</svg>"
    )


def _route(start: Box, end: Box, boxes: list[Box], used: dict[tuple[int, float], list[float]]) -> list[Point]:
    """Points from below `start` to above `end`; on the way, a line goes through gaps between boxes, not behind them."""
    points = [(start.center, start.top + start.height)]
    for line in range(start.line + 1, end.line):
        row = [box for box in boxes if box.line == line]
        straight = start.center + (end.center - start.center) * (line - start.line) / (end.line - start.line)
        edges = [0.0, *(edge for box in row for edge in (box.left, box.left + box.width)), WIDTH]
        gaps = [(low + 3, high - 3) for low, high in zip(edges[::2], edges[1::2], strict=True)]
        low, high = min(gaps, key=lambda gap: max(gap[0] - straight, straight - gap[1]))
        x = _free(min(max(straight, low), high), low, high, used.setdefault((line, low), []))
        points += [(x, row[0].top), (x, row[0].top + row[0].height)]
    return [*points, (end.center, end.top)]


def _free(wanted: float, low: float, high: float, taken: list[float]) -> float:
    """Return the place nearest to `wanted` that keeps a line apart from those in the same gap, if there is one."""
    places = [wanted + 4 * step for step in range(-100, 101) if low <= wanted + 4 * step <= high]
    apart = [x for x in places if all(abs(x - other) >= 3.5 for other in taken)]
    taken.append(min(apart or places, key=lambda x: abs(x - wanted)))
    return taken[-1]


def _arrow(points: list[Point]) -> str:
    (x, y), (to, end) = points[0], points[-1]
    way = f"M{x:.0f} {y:.0f}"
    for before, after in zip(points[::2], points[1::2], strict=True):
        middle = (before[1] + after[1]) / 2
        bottom = after[1] - (5 if after is points[-1] else 0)
        way += f"C{before[0]:.0f} {middle:.0f} {after[0]:.0f} {middle:.0f} {after[0]:.0f} {bottom:.0f}"
        if after is not points[-1]:
            way += f"V{points[points.index(after) + 1][1]:.0f}"
    return f'<path class="map-line" d="{way}"/><path class="map-tip" d="M{to - 4:.0f} {end - 7:.0f}h8l-4 6z"/>'


def _box(box: Box, address: str) -> str:
    first = box.top + (box.height - LINE * (len(box.words) - 1)) / 2 + 5
    # A word that is too long for its box is set in smaller letters.
    size = FONT * min(1, *((box.width - GAP) / length(line) for line in box.words))
    style = f' style="font-size:{size:.1f}px"' if size < FONT else ""
    words = " ".join(
        f'<tspan x="{box.center:.0f}" y="{first + LINE * i:.0f}">{escape(line)}</tspan>'
        for i, line in enumerate(box.words)
    ).replace("-</tspan> ", "-</tspan>")  # read aloud or copied, it is the title again
    return (
        f'<a href="{escape(address)}"><rect class="map-box" x="{box.left:.0f}" '
        f'y="{box.top:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" rx="8"/>'
        f'<text text-anchor="middle"{style}>{words}</text></a>'
    )
