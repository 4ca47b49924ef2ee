"""`course progress` in a terminal: one row for each concept, and the next thing to do."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from course_lib.checking.report import COLORS, printable
from course_lib.checking.verdict import MARKS
from course_lib.publishing.progress import Stand


def show_stands(stands: Sequence[Stand]) -> Table:
    """Return the table: concept, a mark for each exercise, how many passed, points."""
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading, side in (("concept", "left"), ("exercises", "left"), ("done", "right"), ("points", "right")):
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    for stand in stands:
        marks = Text.assemble(*((f"{MARKS[s.status]} ", COLORS[s.status]) for s in stand.steps))  # type: ignore[index]
        points, most = sum(s.points for s in stand.steps), sum(s.max_points for s in stand.steps)
        table.add_row(printable(stand.concept), marks, f"{stand.done}/{len(stand.steps)}", f"{points:g}/{most:g}")
    return table


def show_next(stands: Sequence[Stand]) -> Text:
    """Return the line that says what to do next, and where."""
    stand = next((stand for stand in stands if stand.next), None)
    if stand is None or stand.next is None:
        return Text("Everything is done.", style="bold green")
    step = stand.next
    effort = f" ({step.effort})" if step.effort else ""
    words = f"Next: {step.name} · {step.title}{effort}, in {stand.path}"
    return Text(printable(words), style="bold")
