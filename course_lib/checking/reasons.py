"""What a verdict is made of: an example that shows a difference, a reason for each part of the points, and the sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
class Findings:
    """All that was found out about one answer. `mistake` names a known mistake that it agrees with everywhere."""

    exercise: str
    title: str
    status: Status
    points: float
    max_points: float
    message: str
    mistake: str | None = None
    reasons: tuple[Reason, ...] = ()
    devices: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what costs nothing, but is good to know

    @property
    def passed(self) -> bool:
        """Whether every point was earned."""
        return self.status == "passed"

    @property
    def example(self) -> Example | None:
        """The example of the first reason that has one."""
        return next((reason.example for reason in self.reasons if reason.example), None)


def example_rows(example: Example) -> list[tuple[str, str]]:
    """Return the labeled lines in which an example is shown, in every form of a verdict."""
    expected, actual = example.shown
    return [("call", example.call), ("expected", expected), ("yours", actual)]
