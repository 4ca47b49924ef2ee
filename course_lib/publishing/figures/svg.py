"""A matplotlib figure as inline SVG: same bytes every time, ids of its own, colors that follow the page."""

import contextlib
import hashlib
import html
import io
import math
import re
import warnings
from collections.abc import Iterator, Sequence

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

# Two colors that stand for roles, not for paint. They are replaced once the figure is drawn, so text and axes
# take the page's text color and legends its background, in light and in dark, in the book and in Jupyter.
INK = "#1a1a1b"
PAPER = "#fefefd"
_ROLES = {
    INK: "currentColor",
    "#000000": "currentColor",
    PAPER: "var(--course-paper, var(--jp-layout-color0, transparent))",
    "#0072b2": "var(--course-blue, #0072b2)",  # dim on black
    "#808080": "var(--course-gray, #808080)",  # a little too dim for words, on white and on black
}
_FONT = "var(--course-sans, sans-serif)"
LONG = 60  # numbers that make a path a long one
_MARKER = re.compile(r'<defs><path id="([^"]+)" d="M0 ([\d.]+)C([^"]*)z" style="stroke: ([^";]+)"/></defs>')
_PLACE = re.compile(r'<use href="[^"]*" x="([^"]*)" y="([^"]*)"[^>]*>')


def digest(*parts: str) -> str:
    """Return a short name made from content: the same content has the same name in every build.

    >>> digest("a") == digest("a") != digest("b")
    True
    """
    return "fig-" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]


def box_around(figures: Sequence[Figure]) -> Bbox:
    """Return the smallest box, in inches, that holds all that is drawn in any of the figures, and a little air.

    The figures are laid out here, at SVG's own 72 dots an inch, and once: any engine that is left, even "none",
    costs `savefig` a drawing more.
    """
    with _hangul_is_fine(), mpl.rc_context({"figure.constrained_layout.use": False, "figure.autolayout": False}):
        for fig in figures:
            fig.set_dpi(72)
            engine = fig.get_layout_engine()
            if engine:
                engine.execute(fig)
            fig.set_layout_engine(None)
        return Bbox.union([fig.get_tightbbox() for fig in figures]).padded(0.06)


def svg_of(fig: Figure, alt: str, box: Bbox) -> str:
    """Draw what `box` shows of `fig` as one `<svg>` element that can stand beside others in a page."""
    drawn = io.StringIO()
    # The salt makes the ids the same every time; without it matplotlib draws them at random.
    with mpl.rc_context({"svg.hashsalt": "course", "svg.fonttype": "none"}), _hangul_is_fine():
        fig.savefig(drawn, format="svg", metadata={"Date": None}, bbox_inches=box)
    return _without_bare_groups(_dotted(_own_ids(_recolor(_slim(_rehead(drawn.getvalue(), alt))))))


@contextlib.contextmanager
def _hangul_is_fine() -> Iterator[None]:
    """matplotlib measures with DejaVu Sans, which has no Hangul, and warns; the reader's browser sets the text."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _rehead(text: str, alt: str) -> str:
    """Drop the XML prologue and metadata, and give the root a role, a name and a width that can shrink."""
    text = text[text.index("<svg") :]
    box = re.search(r'viewBox="([^"]*)"', text)
    if box is None:
        raise ValueError("matplotlib wrote an SVG without a viewBox")
    width = float(box[1].split()[2]) * 4 / 3  # points to CSS pixels
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box[1]}" role="img" aria-label="{html.escape(alt)}" '
        'fill="currentColor" stroke-linejoin="round" stroke-linecap="butt" '
        f'style="width:{width:.0f}px;max-width:100%;height:auto">'
    )
    text = root + text[text.index(">") + 1 :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    # matplotlib's own <style> says `*{…}`, which inline would reach the whole page; the root carries it instead.
    return re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, count=1, flags=re.S)


def _slim(text: str) -> str:
    """Two decimals of a point are enough for the eye and halve the page; for a long line or contour, one."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r">\s+<", "><", text)
    text = text.replace("xlink:href", "href")
    text = re.sub(r'(?<= d=")[^"]*', lambda m: _short_path(_rounded(m[0], 1 if m[0].count(".") > LONG else 2)), text)
    return re.sub(r'(?<= [xy]=")-?\d+\.\d+(?=")', lambda m: _rounded(m[0]), text).strip()


def _without_bare_groups(text: str) -> str:
    """Leave out groups that say nothing; matplotlib nests them by the thousand.

    >>> _without_bare_groups('<g><g id="a"><path/></g></g>')
    '<g id="a"><path/></g>'
    """
    kept: list[str] = []
    opened: list[bool] = []
    for piece in re.split(r"(<g\b[^>]*>|</g>)", text):
        if piece == "</g>":
            bare = opened.pop()
        elif re.match(r"<g\b", piece) and not piece.endswith("/>"):
            bare = piece == "<g>"
            opened.append(bare)
        else:
            bare = False
        if not bare:
            kept.append(piece)
    return "".join(kept)


def _dotted(text: str) -> str:
    """Round markers of one color as the dots of one line: a thousand elements would each cost time in every reader.

    The line goes nowhere, and its round ends make a dot of its width; 0.01 points long, or some would draw nothing.
    """
    for name, radius, curves, color in _MARKER.findall(text):
        ends = [math.hypot(*map(float, end)) for end in re.findall(r"(-?[\d.]+) (-?[\d.]+)(?=C|$)", curves)]
        if len(ends) == 8 and max(abs(end - float(radius)) for end in ends) < 0.02:  # a circle
            text = _as_dots(text, name, color, 2 * float(radius) + 1)  # and half of the line around it on each side
    return text


def _as_dots(text: str, name: str, color: str, width: float) -> str:
    style = f"fill: {color}; stroke: {color}"
    marks = rf'((?:<use href="#{name}" x="[^"]*" y="[^"]*" style="{re.escape(style)}"/>)+)'
    dots = f'style="fill: none; stroke: {color}; stroke-width: {width:g}; stroke-linecap: round"'

    def line(group: re.Match[str]) -> str:
        return f'<path d="{"".join(f"M{x} {y}h.01" for x, y in _PLACE.findall(group[2]))}"{group[1]} {dots}/>'

    text = re.sub(rf'<g((?: clip-path="[^"]*")?)>{marks}</g>', line, text)
    return text if f'href="#{name}"' in text else re.sub(rf'<defs><path id="{name}"[^>]*></defs>', "", text)


def _rounded(numbers: str, decimals: int = 2) -> str:
    """Every number with a point, rounded.

    >>> _rounded("M 1.004 -0.001 L 2.5 3")
    'M 1 0 L 2.5 3'
    """
    short = lambda m: re.sub("^-0$", "0", f"{float(m[0]):.{decimals}f}".rstrip("0").rstrip("."))  # noqa: E731
    return re.sub(r"-?\d+\.\d+", short, numbers)


def _short_path(path: str) -> str:
    """Return the same path without the blanks and repeated letters that its grammar allows to leave out.

    >>> _short_path("M 0 0 L 1 2 L 3 4 z")
    'M0 0L1 2 3 4z'
    """
    path = re.sub(r"\s+", " ", path.strip())
    path = re.sub(r" ?([A-Za-z]) ?", r"\1", path)
    return re.sub(r"L([^A-Za-z]*)(?:L[^A-Za-z]*)+", lambda run: run[0][:1] + run[0][1:].replace("L", " "), path)


def _recolor(text: str) -> str:
    for color, role in _ROLES.items():
        text = text.replace(color, role)
    # matplotlib measured with DejaVu Sans; the page's own font sets it (a monospaced text stays monospaced).
    text = re.sub(r"'DejaVu Sans', [^;\"]*sans-serif", _FONT, text)
    text = re.sub(r"(font: [^;\"]*px) 'DejaVu Sans'(?=[;\"])", rf"\1 {_FONT}", text)
    return text.replace("font-family: 'DejaVu Sans'", f"font-family: {_FONT}")


def _own_ids(text: str) -> str:
    """Keep only ids that something refers to, and make them differ from every other figure's."""
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda m: m[0] if m[1] in used else "", text)
    key = digest(text)
    text = re.sub(r' id="([^"]+)"', rf' id="{key}-\1"', text)
    return re.sub(r'(url\(#|href="#)([^)"]+)', rf"\1{key}-\2", text)
