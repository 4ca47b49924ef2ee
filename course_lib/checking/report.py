"""Verdicts in a terminal: a line for what is done or not begun, a card for what needs a look, and a summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from course_lib.checking.backquotes import pieces
from course_lib.checking.notebook import Report
from course_lib.checking.reasons import MARKS, example_rows
from course_lib.checking.verdict import Verdict

COLORS = {"passed": "green", "partial": "yellow", "failed": "red", "blank": "bright_black"}


def show_report(report: Report) -> RenderableType:
    """Return a notebook's verdicts, in order, with what else went wrong and the sum below."""
    parts: list[RenderableType] = [Text(printable(str(report.path)), style="bold")]
    parts += [show_verdict(verdict) for verdict in report.verdicts]
    parts += [Text(printable(problem), style="yellow") for problem in report.problems]
    return Group(*parts, summary([report]))


def show_verdict(verdict: Verdict) -> RenderableType:
    """Return one line for a passed or blank answer, a card for any other."""
    color = COLORS[verdict.status]
    points = f"{MARKS[verdict.status]} {verdict.points:g}/{verdict.max_points:g}"
    about = "not yet written" if verdict.status == "blank" else verdict.title
    head = Text.assemble((f"{points:<8}", color), (verdict.exercise, "bold"), f" · {about}")
    if verdict.status in ("passed", "blank"):
        return head
    body: list[RenderableType] = [marked_up(verdict.message)]
    if verdict.example:
        rows = Table.grid(padding=(0, 2))
        for name, text in example_rows(verdict.example):
            rows.add_row(Text(name, style="bright_black"), Text(printable(text)))
        body.append(rows)
    if len(verdict.reasons) > 1:
        body += [
            _reason(reason.passed, f"{reason.title} ({reason.points:g} of {reason.max_points:g})")
            for reason in verdict.reasons
        ]
    body += [Text(printable(note), style="yellow") for note in verdict.notes]
    if verdict.devices:
        body.append(Text("; ".join(verdict.devices), style="bright_black"))
    return Panel(Group(*body), title=head, title_align="left", border_style=color)


def _reason(passed: bool | None, words: str) -> Text:
    mark, color = {True: ("✓", "green"), False: ("✗", "red"), None: ("–", "bright_black")}[passed]
    return Text.assemble((f"{mark} ", color), printable(words))


def as_data(reports: Sequence[Report], errors: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Return the reports, and what could not be checked, as data for programs."""
    return {
        "passed": not errors and all(report.passed for report in reports),
        "points": sum(report.points for report in reports),
        "max_points": sum(report.max_points for report in reports),
        "notebooks": [report.to_dict() for report in reports],
        "errors": list(errors),
    }


def summary(reports: Sequence[Report]) -> Text:
    """Return the line that sums up."""
    verdicts = [verdict for report in reports for verdict in report.verdicts]
    passed = sum(verdict.passed for verdict in verdicts)
    points, most = sum(verdict.points for verdict in verdicts), sum(verdict.max_points for verdict in verdicts)
    words = f"{passed} of {len(verdicts)} exercises passed, {points:g} of {most:g} points"
    return Text(words, style="bold green" if passed == len(verdicts) else "bold")


def marked_up(message: str) -> Text:
    """Return a message with its `backquotes` turned into color."""
    return Text.assemble(*((piece, "cyan" if code else "") for piece, code in pieces(printable(message))))


def printable(text: str) -> str:
    """Spell out what could move the cursor, color the terminal or not be printed at all."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
