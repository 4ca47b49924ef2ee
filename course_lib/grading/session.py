"""A notebook loaded into children: cells run in order, and what kills or hangs a child is left out of the next."""

from __future__ import annotations

import base64
import binascii
import time
from dataclasses import dataclass
from typing import Any

from course_lib.grading import wire
from course_lib.grading.exchange import DEATHS, Answers, Request
from course_lib.grading.lockdown import Limits
from course_lib.grading.nursery import Nursery

MOST_LOADS = 6  # fresh children for one notebook's cells


@dataclass(frozen=True)
class Cell:
    """A code cell; one with an exercise is a check, which is never run."""

    id: str
    source: str
    exercise: str = ""


class Session:
    """The cells of one notebook and the child in which they have run."""

    def __init__(self, nursery: Nursery, cells: list[Cell], sources: dict[str, str], limits: Limits) -> None:
        """Nothing runs before `load`."""
        self.nursery, self.cells, self.sources, self.limits = nursery, cells, sources, limits
        self.fatal: dict[int, str] = {}
        self.outputs: dict[str, list[dict[str, Any]]] = {}
        self.errors: dict[str, str] = {}
        self.rebound: dict[int, set[str]] = {}
        self.layers: list[str] = []
        self.trouble: list[str] = []
        self.loads, self.at = 0, -1
        self.current: Answers | None = None

    def load(self) -> None:
        """Run the cells for the first time, and keep what they print and show."""
        self.answers()

    def answers(self) -> Answers:
        """Return the loaded notebook, in a fresh child if the last one is gone; raises `wire.Hangup` in the end."""
        if self.current is not None and self.current.child.alive:
            return self.current
        while self.loads < MOST_LOADS:
            self.loads += 1
            loaded = self._try()
            if loaded:
                self.current = loaded
                return loaded
        raise wire.Hangup("the notebook ended its process again and again")

    def _try(self) -> Answers | None:
        child = self.nursery.child(self.limits)
        self.layers = child.layers
        answers = Answers(child, self.limits)
        deadline = time.monotonic() + self.limits.notebook
        self.at = -1
        try:
            answers.ask("library", self.limits.call, sources=self.sources)
            self._run(answers, [i for i, cell in enumerate(self.cells) if not cell.exercise], deadline)
            late = [i for i, cell in enumerate(self.cells) if self.errors.get(cell.id) == "NameError"]
            self._run(answers, late, deadline)
        except DEATHS as error:
            child.end()
            self.fatal[self.at] = self._why(error)
            self.trouble.append(f"Cell {self.at + 1} was left out: {self.fatal[self.at]}.")
            return None
        return answers

    def _run(self, answers: Answers, places: list[int], deadline: float) -> None:
        """Run cells in order; `self.at` is the one whose reply is awaited."""
        places = [i for i in places if i not in self.fatal and self.cells[i].source.strip()]
        requests = [Request("cell", {"source": self.cells[i].source, "limit": self.limits.output}) for i in places]
        replies = answers.ask_all(requests, lambda: max(0.1, min(self.limits.cell, deadline - time.monotonic())))
        for self.at in places:
            self._note(self.at, next(replies)[0])

    def _note(self, place: int, reply: dict[str, Any]) -> None:
        """Keep what came of a cell."""
        cell, names = self.cells[place], reply.get("rebound")
        self.rebound[place] = {name for name in names if type(name) is str} if type(names) is list else set()
        error = reply.get("error")
        self.errors[cell.id] = error[:100] if type(error) is str else ""
        if self.loads == 1 or cell.id not in self.outputs:
            self.outputs[cell.id] = _believable(reply.get("outputs"), self.limits.output)

    def _why(self, error: BaseException) -> str:
        if isinstance(error, wire.TooLate):
            return f"it ran for more than {self.limits.cell:g} s"
        if isinstance(error, wire.Lie):
            return f"it wrote to the grader's own channel ({error})"
        return "it ended its process, or used more memory than allowed"

    def reason_for(self, check: Cell) -> str:
        """Return a sentence about the cells before a check that were left out or failed, or nothing."""
        place = self.cells.index(check)
        name = check.exercise.rpartition(".")[2]
        for i in range(len(self.cells)):
            cell = self.cells[i]
            mine = f"def {name}" in cell.source or f"class {name}" in cell.source
            if mine and i in self.fatal:
                return f"Its cell was left out: {self.fatal[i]}."
            if mine and i < place and self.errors.get(cell.id):
                return f"Its cell ended with {self.errors[cell.id]}."
        return ""

    def changed_after(self, check: Cell) -> bool:
        """Say whether a cell after a check gave a name another value, so that the check's own place may matter."""
        place = self.cells.index(check)
        return any(self.rebound.get(i) for i in range(place + 1, len(self.cells)))

    def upto(self, check: Cell) -> Session:
        """Return a session of the cells before a check only; what it prints is not kept."""
        return self._other(self.cells[: self.cells.index(check)], self.sources)

    def with_sources(self, sources: dict[str, str]) -> Session:
        """Return a session that sees other modules of the course."""
        return self._other(self.cells, sources)

    def _other(self, cells: list[Cell], sources: dict[str, str]) -> Session:
        self.end()  # the nursery has one child at a time
        made = Session(self.nursery, cells, sources, self.limits)
        made.fatal = {place: why for place, why in self.fatal.items() if place < len(cells)}
        self.loads = min(self.loads, MOST_LOADS - 2)  # leaving the child was our own wish
        return made

    def end(self) -> None:
        """End the child; the next question gets a fresh one."""
        if self.current is not None:
            self.current.child.end()
            self.current = None

    close = end


def _believable(outputs: Any, limit: int) -> list[dict[str, Any]]:
    """Return a child's outputs with nothing in them but text and pictures, whatever it sent."""
    kept: list[dict[str, Any]] = []
    for item in outputs if type(outputs) is list else []:
        if type(item) is not dict or len(kept) >= 200:
            continue
        kind = item.get("kind")
        if kind == "stream" and type(item.get("text")) is str:
            name = "stderr" if item.get("name") == "stderr" else "stdout"
            kept.append({"kind": "stream", "name": name, "text": item["text"][:limit]})
        elif kind == "error":
            parts = {key: str(item.get(key, ""))[:8000] for key in ("name", "value", "traceback")}
            kept.append({"kind": "error", **parts})
        elif kind == "cut":
            kept.append({"kind": "stream", "name": "stderr", "text": "… more was printed than is kept.\n"})
        elif kind in ("display_data", "execute_result") and type(item.get("data")) is dict:
            kept += _data(item["data"], limit)
    return kept


def _data(data: dict[str, Any], limit: int) -> list[dict[str, Any]]:
    shown = {}
    if type(text := data.get("text/plain")) is str:
        shown["text/plain"] = text[:limit]
    picture = data.get("image/png")
    if type(picture) is str and len(picture) < 2 * limit:
        try:
            if base64.b64decode(picture, validate=False).startswith(b"\x89PNG\r\n"):
                shown["image/png"] = picture
        except (binascii.Error, ValueError):
            pass
    return [{"kind": "display_data", "data": shown}] if shown else []
