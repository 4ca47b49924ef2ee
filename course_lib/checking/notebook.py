"""Check a whole notebook: run its cells in a child process, and collect a verdict for each of its exercises.

A cell that never ends, leaves the interpreter or takes it down costs only its own exercise: the child is started again
without that cell. Nothing is written, and nothing the notebook prints is shown.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.checking.child import Child, Gone
from course_lib.checking.reading import Notebook, Unusable, read_notebook
from course_lib.checking.reasons import Status
from course_lib.checking.verdict import Verdict

SECONDS = 30.0  # for one cell
MEDDLED = 1 << 16  # no exit status: what came is no event of ours
SECONDS_TO_START = 180.0  # for loading the rubrics; the first import of torch on a slow disk takes its time


@dataclass(frozen=True)
class Report:
    """What a notebook came to: a verdict for each exercise, in order, and what else went wrong on the way."""

    path: Path
    verdicts: tuple[Verdict, ...]
    problems: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every exercise earned every point."""
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def points(self) -> float:
        """The sum of the points."""
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def max_points(self) -> float:
        """The sum of what could be earned."""
        return sum(verdict.max_points for verdict in self.verdicts)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON-ready data."""
        return {
            "notebook": str(self.path),
            "passed": self.passed,
            "points": self.points,
            "max_points": self.max_points,
            "exercises": [verdict.to_dict() for verdict in self.verdicts],
            "problems": list(self.problems),
        }


def check_notebook(
    path: Path | str, *, seconds: float = SECONDS, progress: Callable[[int, int], None] = lambda done, all: None
) -> Report:
    """Run a notebook and check its exercises; `seconds` is the limit for one cell.

    `progress` is told at each step which it is, of how many. Raises `Unusable` for what is no exercise notebook.
    """
    run = _Run(read_notebook(Path(path)), seconds, progress)
    while run.waiting():
        run.once()
    return run.report()


@dataclass
class _Run:
    """One notebook on its way: what is still to do, and what has come of the rest."""

    notebook: Notebook
    seconds: float
    progress: Callable[[int, int], None]
    plan: dict[str, Any] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    errors: dict[int, dict[str, Any]] = field(default_factory=dict)  # by cell: what it raised
    dropped: dict[int, str] = field(default_factory=dict)  # by step: why it is not run again

    def waiting(self) -> bool:
        """Say whether an exercise has no verdict yet."""
        return any(name not in self.verdicts for name in self.notebook.exercises)

    def steps(self) -> list[dict[str, Any]]:
        """Return what a new child must run: every cell that does no harm, and the checks that are still open."""
        return [
            step
            for step in self.notebook.steps
            if step["id"] not in self.dropped and step.get("check") not in self.verdicts
        ]

    def once(self) -> None:
        """Run the notebook in a child until it ends or a step brings it down."""
        job = {"exercises": list(self.notebook.exercises), "steps": self.steps()}
        at: int | None = None
        with Child(job, self.notebook.path.absolute().parent) as child:
            limit = SECONDS_TO_START
            try:
                while (event := child.event(limit))["event"] != "end":
                    if event["event"] == "start":
                        at, limit = self.place(event), self.seconds
                        self.progress(at, len(self.notebook.steps))
                    self.take(event)
            except (KeyError, TypeError, ValueError, AttributeError):  # no event of ours, but the notebook's own doing
                self.lost(at, Gone(MEDDLED))
            except Gone as gone:
                self.lost(at, gone)

    def place(self, event: dict[str, Any]) -> int:
        """Return the step an event is about; raises ValueError where there is none."""
        step = event["step"]
        if type(step) is not int or not 0 <= step < len(self.notebook.steps):
            raise ValueError(f"there is no step {step!r}")
        return step

    def take(self, event: dict[str, Any]) -> None:
        """Keep what the child says."""
        kind = event["event"]
        if kind == "unusable":
            raise Unusable(f"{self.notebook.path}: {event['message']}")
        if kind == "plan":
            self.plan = event["exercises"]
        elif kind == "error":
            self.errors[self.place(event)] = {name: event[name] for name in ("said", "line", "text")}
        elif kind == "verdict":
            verdict = Verdict.from_dict(event["verdict"])
            if verdict.exercise not in self.plan or not 0 <= float(verdict.points) <= verdict.max_points:
                raise ValueError("this is no verdict on an exercise of this notebook")
            self.verdicts[verdict.exercise] = verdict
        elif kind == "undefined":
            self.fail(event["exercise"], *self.undefined(event))
        elif kind == "unchecked":
            self.fail(event["exercise"], "failed", f"The answer could not be checked: it raised {event['said']}")

    def lost(self, at: int | None, gone: Gone) -> None:
        """Blame the step that brought the child down, and let the rest be run without it."""
        if at is None:
            raise Unusable(f"{self.notebook.path}: could not be run: {gone.before_start()}")
        self.dropped[at] = why = _why(gone, self.seconds)
        step = self.notebook.steps[at]
        if "check" in step:
            self.fail(step["check"], "failed", f"The answer could not be checked: {why}")
        for name, exercise in self.notebook.exercises.items():
            if exercise.answer_step == at and name not in self.verdicts:
                self.fail(name, "failed", f"The cell of the answer was left out: {why}")

    def undefined(self, event: dict[str, Any]) -> tuple[Status, str]:
        """Explain an answer that is not there by what its own cell raised."""
        step = self.notebook.exercises[event["exercise"]].answer_step
        error = self.errors.get(-1 if step is None else step)
        if error is None:
            return "failed", f"`{event['answer']}` is not there ({event['said']}): write it in the cell of the answer."
        if error["said"].startswith("NotImplementedError"):
            return "blank", "Not yet written: replace the line that raises NotImplementedError."
        return "failed", f"The cell of the answer cannot be run: {_where(error)}"

    def fail(self, name: str, status: Status, message: str) -> None:
        """Give an exercise no points, with the sentence that says why."""
        about = self.plan[name]
        self.verdicts[name] = Verdict(name, about["title"], status, 0.0, about["max_points"], message)

    def report(self) -> Report:
        """Put the verdicts in order and add what happened in other cells."""
        owned = {exercise.answer_step for name, exercise in self.notebook.exercises.items() if self.blamed(name)}
        found = {step: f"raised {_where(error)}" for step, error in self.errors.items()} | self.dropped
        problems = [
            f"{self.notebook.steps[step]['label']}: {words}"
            for step, words in sorted(found.items())
            if step not in owned and "check" not in self.notebook.steps[step]
        ]
        verdicts = tuple(self.verdicts[name] for name in self.notebook.exercises)
        return Report(self.notebook.path, verdicts, tuple(problems))

    def blamed(self, name: str) -> bool:
        """Say whether the verdict on an exercise already tells what its cell did."""
        return self.verdicts[name].message.startswith(("The cell of the answer", "Not yet written"))


def _where(error: dict[str, Any]) -> str:
    line = f", on line {error['line']}" if error["line"] else ""
    return f"{error['said']}{line}" + (f": `{error['text']}`" if error["text"] else ".")


def _why(gone: Gone, seconds: float) -> str:
    if gone.status == MEDDLED:
        return "it wrote to the channel on which its verdicts are told. Take out what writes to open descriptors."
    if gone.status is None:
        return f"it ran for more than {seconds:g} seconds and was stopped. Does a loop in it never end?"
    if gone.status < 0:
        name = signal.Signals(-gone.status).name if hasattr(signal, "Signals") else str(-gone.status)
        return f"it brought the Python interpreter down ({name}). Does it use more memory than there is?"
    return f"it ended the Python interpreter (exit status {gone.status}). Take out the call that exits."
