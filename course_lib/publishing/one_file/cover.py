"""The cover of the EPUB: the title above a causal mask, the checked cell among its blue ones. Drawn, not downloaded."""

import io
import textwrap

from course_lib.publishing.one_file.about import About

SIZE = (1600, 2400)  # pixels; libraries show it as small as a thumbnail
ALT = "The title above a drawn grid of eight rows: blue cells on and below the diagonal, one of them with a check mark."
INK, QUIET, PAPER, BLUE, REST, GREEN = "#14212b", "#47545e", "#ffffff", "#0072b2", "#dbe3e8", "#009e73"


def drawn_cover(about: About) -> bytes:
    """Return the cover as a PNG, the same bytes from the same title."""
    import matplotlib as mpl

    with mpl.rc_context(mpl.rcParamsDefault):  # not in the style of the pages' figures
        return _drawn(about)


def _drawn(about: About) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # In units of the width, so lines and letters keep their proportions.
    fig = Figure(figsize=(SIZE[0] / 200, SIZE[1] / 200), dpi=200, facecolor=PAPER)
    ax = fig.add_axes((0, 0, 1, 1), xlim=(0, 1), ylim=(SIZE[1] / SIZE[0], 0))
    ax.axis("off")
    words = textwrap.wrap(about.title, 14, break_long_words=False)
    size = min(60, 700 / max(map(len, words)), 140 / len(words))
    for i, line in enumerate(words):
        ax.text(0.1, 0.11 + i * size / 440, line, fontsize=size, weight="bold", color=INK, va="top")
    says = textwrap.wrap(about.says.removeprefix(f"{about.title}: "), 34)[:2]
    ax.text(0.1, 0.455, "\n".join(says), fontsize=23, color=QUIET, va="top", linespacing=1.4)
    _draw_mask(ax, left=0.09, top=0.6, side=0.82 / 8)
    drawn = io.BytesIO()
    FigureCanvasAgg(fig).print_png(drawn, metadata={"Software": None})
    return drawn.getvalue()


def _draw_mask(ax, left: float, top: float, side: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    for row in range(8):
        for column in range(8):
            checked = (row, column) == (5, 3)
            color = GREEN if checked else BLUE if column <= row else REST
            x, y = left + column * side, top + row * side
            shape = FancyBboxPatch(
                (x + 0.012, y + 0.012), side - 0.024, side - 0.024, "round,pad=0,rounding_size=0.012"
            )
            shape.set(facecolor=color, edgecolor="none")
            ax.add_patch(shape)
            if checked:
                at = [(0.28, 0.53), (0.44, 0.70), (0.74, 0.32)]
                ax.plot([x + side * a for a, _ in at], [y + side * b for _, b in at], color=PAPER, linewidth=7)
