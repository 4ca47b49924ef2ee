"""One color, one meaning: a page says once what each color stands for, and all its figures ask here."""

from collections.abc import Iterable, Mapping

from course_lib.publishing.figures.style import COLORS

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))


class Meanings(dict[str, str]):
    """What each color of a page stands for: a name → a color as matplotlib reads it."""

    def __missing__(self, name: str) -> str:
        """Refuse a name that has no color."""
        raise KeyError(f"{name!r} has no color on this page; there are {', '.join(self)}: add it to meanings(…)")


def meanings(**colors: str) -> Meanings:
    """Say what a page's colors mean, and refuse one color for two meanings.

    >>> color = meanings(train="blue", test="orange")
    >>> color["train"]
    '#0072B2'
    >>> meanings(train="blue", test="blue")
    Traceback (most recent call last):
    ...
    ValueError: blue means both train and test; one color has one meaning on a page
    """
    for i, (name, color) in enumerate(colors.items()):
        if color not in COLORS:
            raise ValueError(f"{name}={color!r} is no color of the course; there are {', '.join(COLORS)}")
        if color in list(colors.values())[:i]:
            first = next(other for other, its in colors.items() if its == color)
            raise ValueError(f"{color} means both {first} and {name}; one color has one meaning on a page")
    return Meanings({name: COLORS[color] for name, color in colors.items()})


def looks(names: Iterable[str], colors: Mapping[str, str] | None) -> dict[str, dict[str, object]]:
    """Color, marker and line for each name: two lines are told apart without their color, too.

    >>> looks(["a", "b"], None)["b"]
    {'color': '#E69F00', 'marker': 's', 'linestyle': '--'}
    """
    names = list(names)
    if colors is None:
        if len(names) > len(COLORS):
            raise ValueError(f"{len(names)} kinds are too many for one figure (at most {len(COLORS)}): {names}")
        colors = dict(zip(names, COLORS.values(), strict=False))
    known = list(colors)
    places = {name: (known.index(name) if name in known else 0) % len(MARKERS) for name in names}
    return {
        name: {"color": colors[name], "marker": MARKERS[places[name]], "linestyle": LINES[places[name]]}
        for name in names
    }
