"""What a cell shows: a figure, or frames behind a slider, always with alt text, as SVG that follows light and dark."""

import html
import json
import re
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
from markdown_it import MarkdownIt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.publishing.figures.svg import box_around, digest, svg_of
from course_lib.publishing.scripts import script_beside

SHORTEST_ALT = 25
_CAPTION = MarkdownIt("zero").enable("backticks")  # a caption is Markdown, as the page around it, with `code` alone
LARGEST_OUTPUT = 1_000_000


class MissingAltText(ValueError):
    """A figure was to be shown without saying what it shows."""


class Shown:
    """What a cell displays: HTML for readers, and one stable line of text for terminals and tests."""

    def __init__(self, page: str, text: str) -> None:
        """Keep the two forms."""
        self.html, self.text = page, text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self) -> str:  # noqa: D105 (its name says it)
        return self.text


def show(fig: Figure | Axes, alt: str | None = None, caption: str = "") -> None:
    """Show a matplotlib figure and close it; `alt` says what it shows, `caption` what to notice."""
    alt = _good_alt(alt, caption, "show(fig, alt=…, caption=…)")
    fig = _figure_of(fig)
    drawn = svg_of(fig, alt, box_around([fig]))
    plt.close(fig)
    _display(f'<figure class="course-figure">{drawn}{_caption(caption)}</figure>', f"Figure: {alt}")


def play(
    frames: Sequence[Figure | Axes],
    alt: str | None = None,
    caption: str = "",
    label: str = "step",
    values: Sequence[Any] | None = None,
    alts: Sequence[str] | None = None,
) -> None:
    """Show figures as frames behind a slider; without scripts each frame opens on its own.

    `label` names what the slider changes, `values` what it is at each frame (0, 1, 2 … unless given).
    `alt` says what all frames together show, `alts` what each one does: a reader who cannot see them steps, too.
    """
    alt = _good_alt(alt, caption, "play(frames, alt=…, caption=…)")
    values = list(range(len(frames))) if values is None else list(values)
    if len(frames) < 2 or len(values) != len(frames):
        raise ValueError(
            f"play() needs at least two frames and one value for each: {len(frames)} frames, {len(values)} values"
        )
    names = [f"{label} {value}" for value in values]
    shown = _alts_of_frames(alt, names, alts)
    figures = [_figure_of(frame) for frame in frames]
    box = box_around(figures)  # one for all, or the picture would jump from frame to frame
    drawn = [svg_of(fig, said, box) for fig, said in zip(figures, shown, strict=True)]
    for fig in figures:
        plt.close(fig)
    key = digest(alt, *drawn)
    details = "".join(
        f'<details class="course-frame"{" open" if i == 0 else ""}>'
        f"<summary>{html.escape(name)}</summary>{svg}</details>"
        for i, (name, svg) in enumerate(zip(names, drawn, strict=True))
    )
    page = (
        f'<figure class="course-figure course-play" id="{key}" aria-label="{html.escape(alt)}">'
        + _CONTROLS.format(key=key, last=len(frames) - 1, label=html.escape(label), first=html.escape(str(values[0])))
        + f"{details}{_caption(caption)}</figure><script>{_script(key, label)}</script>"
    )
    _display(page, f"Figure: {alt} ({len(frames)} frames, {names[0]} to {names[-1]})")


# Hidden until the script runs: without scripts there is no dead slider on the page. The slider has a line of its own,
# so that it does not shrink and grow with the value; it tells a screen reader the value itself.
_CONTROLS = (
    '<div class="course-controls" hidden style="margin:.25em 0"><label for="{key}-at">{label}</label> '
    '<output for="{key}-at" aria-live="off" style="font-weight:600">{first}</output>'
    '<input id="{key}-at" type="range" min="0" max="{last}" step="1" value="0" autocomplete="off" '
    'style="display:block;width:100%"></div>'
)


def _script(key: str, label: str) -> str:
    """Return the call that makes a figure's slider; none where the file is out of reach, as in grading."""
    here = globals().get("__file__")
    width = len(label.encode("utf-16-le")) // 2 + 1  # JavaScript counts in UTF-16
    return f"({script_beside(here, 'slider.js')})({json.dumps(key)},{width})" if here else ""


def _alts_of_frames(alt: str, names: Sequence[str], alts: Sequence[str] | None) -> list[str]:
    """Return what each frame's picture is called."""
    if alts is None:
        return [f"{alt} ({name})" for name in names]
    if len(alts) != len(names) or not all(said.strip() for said in alts):
        raise MissingAltText(f"play(…, alts=…) needs a text for each of the {len(names)} frames: {list(alts)!r}")
    return [f"{name}: {said}" for name, said in zip(names, alts, strict=True)]


def _figure_of(drawn: Figure | Axes) -> Figure:
    fig = drawn if isinstance(drawn, Figure) else getattr(drawn, "figure", None)
    if not isinstance(fig, Figure):
        raise TypeError(f"show() and play() take figures or axes of matplotlib; this is {drawn!r}")
    return fig


def _good_alt(alt: str | None, caption: str, call: str) -> str:
    """Return the alt text, or refuse it."""
    if not isinstance(alt, str) or not alt.strip():
        raise MissingAltText(
            f"{call} needs alt text: say in a sentence what the figure shows, for a reader who cannot see it"
        )
    if len(alt.strip()) < SHORTEST_ALT:
        raise MissingAltText(
            f"the alt text {alt!r} is too short ({len(alt.strip())} characters, at least {SHORTEST_ALT}): "
            "say what the figure shows, axes and shape of the curves included"
        )
    if alt.strip() == caption.strip():
        raise MissingAltText(
            f"alt text and caption are both {alt!r}: alt says what the figure shows, the caption what to notice"
        )
    return alt


def _caption(caption: str) -> str:
    words = _CAPTION.renderInline(caption)
    words = re.sub(r"\b[A-Z][A-Za-z]*-\d+\b", r'<span style="white-space:nowrap">\g<0></span>', words)  # such as UTF-8
    return f"<figcaption>{words}</figcaption>" if caption else ""


def _display(page: str, text: str) -> None:
    if len(page) > LARGEST_OUTPUT:
        raise ValueError(
            f"{text!r} would be {len(page) / 1e6:.1f} MB of SVG (at most {LARGEST_OUTPUT / 1e6:.0f}): "
            "draw fewer points or frames, or pass rasterized=True to the artist that draws them"
        )
    from IPython.display import display  # only here: a plain import of the style needs no notebook

    display(Shown(page, text))
