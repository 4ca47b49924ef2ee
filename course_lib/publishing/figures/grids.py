"""Grids of cells with what stands in them: tensors, masks, kernels, attention weights, tables to work out on paper."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib.publishing.figures.sizes import WIDTH, WORDS, inches
from course_lib.publishing.figures.style import COLORS
from course_lib.publishing.figures.svg import INK

CELL = 0.34  # inches, the smallest cell with words in it
DARKEST = 0.45  # a cell's color lets enough of the page through for words to be read on it, in light and in dark
SHADES = ("plain", "amount", "sign", "mask")
SLOPE = math.radians(50)  # of words above narrow columns


@dataclass(frozen=True)
class _Look:
    """How a grid's cells look; each field as in `grid`."""

    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    axes: tuple[str, str] = ("", "")
    digits: int | None = 3
    shade: str = ""
    colors: Mapping[tuple[int, int], str] | None = None
    marked: Any = ()
    faded: Any = ()
    title: str = ""


def grid(values: Any, **look: Any) -> Figure:
    """Draw one grid of cells: a list, a tensor or an array of one or two axes, numbers, words or booleans.

    rows, columns: a word for each row and column
    axes: the names of the two axes, such as ("query", "key")
    digits: significant digits of numbers; None writes nothing, which leaves room for many small cells
    shade: "amount" colors a cell by how large its number is, "sign" blue above zero and orange below, "mask" blue where
        True; "plain" colors none. Booleans are a mask unless said otherwise.
    colors: a color of COLORS by its name for some cells, {(row, column): "orange"}
    marked, faded: the cells to frame, and those to strike out; places (row, column), or an array of booleans
    title: stands above

    >>> fig = grid([[1, 2], [3, 4]], axes=("row", "column"), marked=[(0, 1)])
    >>> show(fig, alt="Two rows of numbers, 1 2 and 3 4; the 2 is framed.")  # doctest: +SKIP
    """
    looks: dict[str, Any] = {"": look}
    return grids({"": values}, **looks)


def grids(named: Mapping[str, Any], signs: Sequence[str] = (), below: bool = False, **looks: Any) -> Figure:
    """Draw several grids beside each other, with signs between them, or `below` each other.

    Names stand above their grids. What `grid` takes can be given for one grid, by its name, or for all of them.

    >>> fig = grids({"A": [[1, 2]], "B": [[3], [4]], "AB": [[11]]}, signs=("×", "="), AB={"marked": [(0, 0)]})
    """
    own = {name: looks.pop(name) for name in named if isinstance(looks.get(name), Mapping)}
    boards = [_Board(values, _Look(**{"title": name, **looks, **own.get(name, {})})) for name, values in named.items()]
    if signs and len(signs) != len(boards) - 1:
        raise ValueError(f"{len(boards)} grids have {len(boards) - 1} places for signs between them: {list(signs)!r}")
    side = _common_side(boards, signs, below)
    for board in boards:
        board.side = side
    if below:
        return _column(boards)
    return _row(boards, signs)


def attention(
    weights: Any, queries: Sequence[str] = (), keys: Sequence[str] = (), digits: int | None = None, **look: Any
) -> Figure:
    """Draw which key each query looks at, and how much: the darker, the more. A row is a query.

    >>> fig = attention([[0.9, 0.1], [0.2, 0.8]], ["I", "see"], ["나는", "본다"], digits=1)
    """
    return grid(weights, rows=queries, columns=keys, axes=("query", "key"), shade="amount", digits=digits, **look)


class _Board:
    """One grid and the room it takes, in inches; `side` is that of a cell."""

    def __init__(self, values: Any, look: _Look) -> None:
        self.cells, self.look = _two_axes(values), look
        self.shade = look.shade or ("mask" if self.cells.size and isinstance(self.cells.flat[0], bool) else "plain")
        if self.shade not in SHADES:
            raise ValueError(f"shade={look.shade!r} is no way to color cells; there are {', '.join(SHADES)}")
        for names, count, axis in ((look.rows, self.height, "rows"), (look.columns, self.width, "columns")):
            if len(names) not in (0, count):
                raise ValueError(f"there are {count} {axis} and {len(names)} names for them: {list(names)!r}")
        self.words = [[_word(cell, look.digits) for cell in row] for row in self.cells]
        self.side = CELL

    @property
    def height(self) -> int:
        return self.cells.shape[0]

    @property
    def width(self) -> int:
        return self.cells.shape[1]

    @property
    def words_side(self) -> float:
        """The side of a cell that holds its words; zero where there are none."""
        return max((inches(word) + 0.1 for row in self.words for word in row if word), default=0.0)

    @property
    def sloped(self) -> bool:
        return any(inches(name) > self.side for name in self.look.columns)

    @property
    def left(self) -> float:
        """The room for the names of rows and of their axis."""
        return (
            max(map(inches, self.look.rows), default=0) + 0.08 * bool(self.look.rows) + 0.24 * bool(self.look.axes[0])
        )

    @property
    def above(self) -> float:
        """The room for the names of columns, of their axis, and of the grid."""
        slope = math.sin(SLOPE) if self.sloped else 0
        names = max((0.2 + slope * inches(name) for name in self.look.columns), default=0)
        return names + 0.24 * bool(self.look.axes[1]) + 0.26 * bool(self.look.title)

    @property
    def right(self) -> float:
        """The room for what stands out to the right: a sloped name, a name wider than the grid."""
        slope = math.cos(SLOPE) * inches(self.look.columns[-1]) if self.sloped else 0
        wide = max(inches(self.look.title), inches(self.look.axes[1]) + 0.2 * bool(self.look.axes[1]))
        return max(slope, wide - self.width * self.side, 0)

    @property
    def size(self) -> tuple[float, float]:
        return self.left + self.width * self.side + self.right, self.above + self.height * self.side

    def draw(self, ax: Any, x: float, y: float) -> None:
        """Draw the grid with the upper left corner of its cells at (x, y)."""
        look, side = self.look, self.side
        marked, faded = _places(look.marked, self.cells.shape), _places(look.faded, self.cells.shape)
        fills = _fills(self.cells, self.shade)
        for row in range(self.height):
            for column in range(self.width):
                place, corner = (row, column), (x + column * side, y + row * side)
                color, alpha = fills[place]
                if look.colors and place in look.colors:
                    color, alpha = COLORS[look.colors[place]], DARKEST
                if place in faded:
                    color, alpha = INK, 0.03
                ax.add_patch(Rectangle(corner, side, side, facecolor=(color, alpha), edgecolor=(INK, 0.35), lw=0.8))
                if place in faded:
                    ax.plot([corner[0], corner[0] + side], [corner[1] + side, corner[1]], color=INK, lw=0.6, alpha=0.4)
                if self.words[row][column]:
                    at = (corner[0] + side / 2, corner[1] + side / 2)
                    ax.text(*at, self.words[row][column], ha="center", va="center_baseline", fontsize=WORDS)
        for row, column in marked:
            corner = (x + column * side, y + row * side)
            ax.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=INK, lw=2.4, zorder=3))
        self._names(ax, x, y)

    def _names(self, ax: Any, x: float, y: float) -> None:
        look, side = self.look, self.side
        for row, name in enumerate(look.rows):
            ax.text(x - 0.08, y + (row + 0.5) * side, name, ha="right", va="center", fontsize=WORDS)
        for column, name in enumerate(look.columns):
            at = (x + (column + (0.35 if self.sloped else 0.5)) * side, y - 0.06)
            turned = {"rotation": math.degrees(SLOPE), "rotation_mode": "anchor", "ha": "left"} if self.sloped else {}
            ax.text(*at, name, va="baseline", fontsize=WORDS, **({"ha": "center"} | turned))
        if look.axes[0]:
            at = (x - self.left + 0.2, y + self.height * side / 2)
            ax.text(*at, f"← {look.axes[0]}", rotation=90, ha="right", va="center", fontsize=WORDS, style="italic")
        top = y - self.above + 0.2
        if look.title:
            ax.text(x, top, look.title, ha="left", va="baseline", fontsize=WORDS, weight="bold")
            top += 0.26
        if look.axes[1]:
            ax.text(x, top, f"{look.axes[1]} →", ha="left", va="baseline", fontsize=WORDS, style="italic")


def _row(boards: list[_Board], signs: Sequence[str]) -> Figure:
    gap = 0.34 if signs else 0.3
    wide = sum(board.size[0] for board in boards) + gap * (len(boards) - 1)
    above = max(board.above for board in boards)
    tallest = max(board.height * board.side for board in boards)
    fig, ax = _canvas(wide, above + tallest)
    x = 0.0
    for i, board in enumerate(boards):
        y = above + (tallest - board.height * board.side) / 2 if signs else above
        board.draw(ax, x + board.left, y)
        x += board.size[0] + gap
        if i < len(signs):
            ax.text(x - gap / 2, above + tallest / 2, signs[i], ha="center", va="center", fontsize=14)
    return fig


def _column(boards: list[_Board]) -> Figure:
    gap, left = 0.2, max(board.left for board in boards)
    wide = left + max(board.size[0] - board.left for board in boards)
    fig, ax = _canvas(wide, sum(board.size[1] for board in boards) + gap * (len(boards) - 1))
    y = 0.0
    for board in boards:
        board.draw(ax, left, y + board.above)
        y += board.size[1] + gap
    return fig


def _canvas(wide: float, high: float) -> tuple[Figure, Any]:
    """Return an empty figure measured in inches, from its upper left corner."""
    fig = plt.figure(figsize=(wide, high), layout="none")
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, wide), ylim=(high, 0))
    ax.axis("off")
    return fig, ax


def _common_side(boards: list[_Board], signs: Sequence[str], below: bool) -> float:
    """Return the side of all cells: as large as their words need, as small as the width of a phone allows."""
    words = max(board.words_side for board in boards)
    fixed = [board.left for board in boards]
    cells = [board.width for board in boards]
    if below:
        room = min((WIDTH - own) / count for own, count in zip(fixed, cells, strict=True) if count)
    else:
        room = (WIDTH - sum(fixed) - 0.34 * (len(boards) - 1)) / max(1, sum(cells))
    if words and room < words:
        raise ValueError(
            f"{sum(cells) if not below else max(cells)} columns of cells with words are too wide for a phone: "
            "show fewer, write fewer digits (digits=2), no words (digits=None), or below=True"
        )
    return min(max(CELL, words), room)


def _two_axes(values: Any) -> np.ndarray:
    """Values as rows of plain Python objects."""
    plain = values.tolist() if hasattr(values, "tolist") else list(values)
    rows = [list(row) for row in plain] if plain and isinstance(plain[0], list | tuple) else [list(plain)]
    if any(isinstance(cell, list | tuple) for row in rows for cell in row):
        raise ValueError("a grid has one or two axes; draw several grids for a third")
    if len({len(row) for row in rows}) > 1:
        raise ValueError(f"the rows of a grid are equally long; these have {[len(row) for row in rows]} cells")
    made = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        made[i, :] = row
    return made


def _word(cell: Any, digits: int | None) -> str:
    """Return what stands in a cell.

    >>> [_word(cell, 2) for cell in (1, -0.125, 1234.5, True, "a", None, float("nan"), float("-inf"))]
    ['1', '−0.12', '1234', '', 'a', '', '', '−∞']
    """
    if cell is None or isinstance(cell, bool) or digits is None or cell != cell:
        return cell if isinstance(cell, str) else ""
    if isinstance(cell, float) and math.isinf(cell):
        return "∞" if cell > 0 else "−∞"
    if isinstance(cell, float):
        whole = len(str(int(abs(cell))))
        return f"{cell:.{max(digits, whole)}g}".replace("-", "−")
    return str(cell).replace("-", "−") if isinstance(cell, int) else str(cell)


def _places(given: Any, shape: tuple[int, int]) -> set[tuple[int, int]]:
    """Places as (row, column), from such places or from an array of booleans."""
    plain = given.tolist() if hasattr(given, "tolist") else list(given)
    if plain and isinstance(plain[0], bool):
        plain = [plain]
    if plain and isinstance(plain[0], Iterable) and all(isinstance(cell, bool) for row in plain for cell in row):
        return {(i, j) for i, row in enumerate(plain) for j, cell in enumerate(row) if cell}
    places = {(int(row), int(column)) for row, column in plain}
    outside = [place for place in places if not (0 <= place[0] < shape[0] and 0 <= place[1] < shape[1])]
    if outside:
        raise ValueError(f"the cell {outside[0]} is outside of a grid of {shape[0]} rows and {shape[1]} columns")
    return places


def _fills(cells: np.ndarray, shade: str) -> dict[tuple[int, int], tuple[str, float]]:
    """Color and strength of each cell."""
    places = list(np.ndindex(cells.shape))
    if shade == "plain":
        return dict.fromkeys(places, (INK, 0.04))
    if shade == "mask":
        return {place: (COLORS["blue"], DARKEST) if cells[place] else (INK, 0.04) for place in places}
    sizes = {place: float(cells[place]) for place in places}
    largest = max((abs(size) for size in sizes.values() if math.isfinite(size)), default=0.0) or 1.0
    color = {place: COLORS["orange" if shade == "sign" and size < 0 else "blue"] for place, size in sizes.items()}
    part = {place: min(1.0, abs(size) / largest) if size == size else 0.0 for place, size in sizes.items()}
    return {place: (color[place], 0.02 + (DARKEST - 0.02) * part[place]) for place in places}
