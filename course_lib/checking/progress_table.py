"""`course progress` in a terminal: one row for each concept, and the next thing to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from course_lib.checking.progress import Stand, opened_by
from course_lib.checking.reasons import MARKS
from course_lib.checking.report import COLORS, printable

Needs = Mapping[str, tuple[str, ...]]


def show_stands(stands: Sequence[Stand], needs: Needs) -> Table:
    """Return the table: concept, a mark for each exercise, how many passed, points, and what needs the concept."""
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading, side in zip(("concept", "exercises", "done", "points", "opens"), "llrrl", strict=True):
        table.add_column(heading, justify="left" if side == "l" else "right")
    for stand in stands:
        marks = Text.assemble(*((f"{MARKS[s.status]} ", COLORS[s.status]) for s in stand.steps))  # type: ignore[index]
        points, most = sum(s.points for s in stand.steps), sum(s.max_points for s in stand.steps)
        done, opens = f"{stand.done}/{len(stand.steps)}", ", ".join(opened_by(stand.concept, stands, needs)) or "–"
        table.add_row(printable(stand.concept), marks, done, f"{points:g}/{most:g}", printable(opens))
    return table


def show_way(way: Sequence[tuple[str, str, int]], stands: Sequence[Stand]) -> Table:
    """Return the table of a way: each page's title, its minutes, and how many of its exercises are done.

    `way` has a concept, its title and its minutes for each page, in reading order.
    """
    known = {stand.concept: stand for stand in stands}
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading, side in zip(("", "page", "minutes", "exercises done"), "rlrr", strict=True):
        table.add_column(heading, justify="left" if side == "l" else "right")
    for number, (concept, title, minutes) in enumerate(way, 1):
        stand = known.get(concept)
        done = f"{stand.done}/{len(stand.steps)}" if stand else "–"
        finished = stand is not None and stand.next is None
        table.add_row(str(number), printable(title), str(minutes), done, style=COLORS["passed"] if finished else "")
    return table


def show_next(stands: Sequence[Stand], needs: Needs) -> Text:
    """Return the lines that say what to do next, where, and what that opens."""
    stand = next((stand for stand in stands if stand.next), None)
    if stand is None or stand.next is None:
        return Text("Everything is done.", style="bold green")
    step = stand.next
    effort = f" ({step.effort})" if step.effort else ""
    words = f"Next: {step.name} · {step.title}{effort}, in {stand.path}"
    opens = _opens(stand, opened_by(stand.concept, stands, needs))
    return Text.assemble((printable(words), "bold"), f"\n{printable(opens)}" if opens else "")


def _opens(stand: Stand, opened: dict[str, list[str]]) -> str:
    """Say what finishing a concept opens at once, and what then still waits for others."""
    at_once = [name for name, waits in opened.items() if not waits]
    later = [f"{name} (it also needs {', '.join(waits)})" for name, waits in opened.items() if waits]
    left = len(stand.steps) - stand.done
    sentences = [f"{left} to go in {stand.concept}."]
    if at_once:
        sentences.append(f"Finishing it opens {', '.join(at_once)}.")
    if later:
        sentences.append(f"It brings you nearer to {', '.join(later)}.")
    return " ".join(sentences)
