"""A verdict: what was checked, what it is worth, and the sentence that helps. It shows itself wherever it is.

In a notebook it is a card (`card.py`) whose text form is the points as a Python float, which stock nbgrader reads as
partial credit. In a terminal it is text.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from typing import Any

from course_lib.checking.card import card
from course_lib.checking.reasons import MARKS, Example, Findings, Reason, example_rows


@dataclass(frozen=True, repr=False)
class Verdict(Findings):
    """The result of checking one answer, which shows itself as text or as a card."""

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON-ready data, with `passed` added."""
        return {**asdict(self), "passed": self.passed}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Verdict:
        """Return the verdict that `to_dict` wrote, with or without JSON in between."""
        fields = {name: data[name] for name in ("exercise", "title", "status", "points", "max_points", "message")}
        reasons = tuple(_reason(reason) for reason in data["reasons"])
        devices, notes = tuple(data["devices"]), tuple(data["notes"])
        return cls(**fields, mistake=data["mistake"], reasons=reasons, devices=devices, notes=notes)

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
        lines += [f"  {note}" for note in self.notes]
        if self.devices:
            lines.append(f"  {'; '.join(self.devices)}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        if not _in_notebook():
            return {"text/plain": str(self)}
        return {"text/plain": repr(float(self.points)), "text/html": card(self)}


def _reason(data: dict[str, Any]) -> Reason:
    return Reason(**{**data, "example": Example(**data["example"]) if data["example"] else None})


def _in_notebook() -> bool:
    """Say whether output goes to a notebook: only the terminal shell is known to show text."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and type(shell).__name__ != "TerminalInteractiveShell"
