"""A verdict: what was checked, what it is worth, and the sentence that helps. It shows itself wherever it is.

In a notebook it is a card (`card.py`) whose text form is the points as a Python float, which stock nbgrader reads as
partial credit. In a terminal it is text.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from typing import Any, Literal

from course_lib.checking.texts import place

Status = Literal["passed", "partial", "failed", "blank"]
MARKS = {"passed": "✓", "partial": "◐", "failed": "✗", "blank": "○"}


@dataclass(frozen=True)
class Example:
    """The smallest input that shows a difference, with both results; all of it text."""

    call: str
    expected: str
    actual: str
    where: str = ""

    @property
    def shown(self) -> tuple[str, str]:
        """Both results, with the place where they differ."""
        words = f" ({place(self.where)})" if self.where else ""
        return self.expected + words, self.actual + words


@dataclass(frozen=True)
class Reason:
    """What the general cases, or one edge, came to. `passed` None means: not tried, because an earlier one failed."""

    name: str
    title: str
    points: float
    max_points: float
    passed: bool | None
    message: str = ""
    example: Example | None = None


@dataclass(frozen=True)
class Verdict:
    """The result of checking one answer. `mistake` names a known mistake that the answer agrees with everywhere."""

    exercise: str
    title: str
    status: Status
    points: float
    max_points: float
    message: str
    mistake: str | None = None
    reasons: tuple[Reason, ...] = ()
    devices: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every point was earned."""
        return self.status == "passed"

    @property
    def example(self) -> Example | None:
        """The example of the first reason that has one."""
        return next((reason.example for reason in self.reasons if reason.example), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON-ready data, with `passed` added."""
        return {**asdict(self), "passed": self.passed}

    def __float__(self) -> float:
        """Return the points."""
        return float(self.points)

    def __str__(self) -> str:
        """Return the verdict as a few lines of text."""
        score = f"{self.points:g} of {self.max_points:g} {'point' if self.max_points == 1 else 'points'}"
        lines = [f"{MARKS[self.status]} {self.exercise} — {score}", f"  {self.message}"]
        if self.example:
            lines += [f"  {name:<10}{text}" for name, text in example_rows(self.example)]
        if self.status == "partial":
            lines += [
                f"  {'✓' if r.passed else '✗'} {r.title} ({r.points:g} of {r.max_points:g})" for r in self.reasons
            ]
        if self.devices:
            lines.append(f"  {'; '.join(self.devices)}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        if not _in_notebook():
            return {"text/plain": str(self)}
        from course_lib.checking.card import card

        return {"text/plain": repr(float(self.points)), "text/html": card(self)}


def example_rows(example: Example) -> list[tuple[str, str]]:
    """Return the labeled lines in which an example is shown, in every form of a verdict."""
    expected, actual = example.shown
    return [("call", example.call), ("expected", expected), ("yours", actual)]


def _in_notebook() -> bool:
    """Say whether output goes to a notebook: only the terminal shell is known to show text."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and type(shell).__name__ != "TerminalInteractiveShell"
