"""A notebook loaded into children: cells run in order, and what kills or hangs a child is left out of the next."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import re
import time
from dataclasses import dataclass
from typing import Any

from course_lib.grading.examiner.exchange import DEATHS, Answers, Request
from course_lib.grading.examiner.warm_server import WarmServer
from course_lib.grading.sandbox.lockdown import Limits
from course_lib.grading.talk import frames

PATIENCE = 4  # times the limit of a notebook: how long all children of it may take together
MOST_OUTPUT = 32  # times the limit of one cell: what is kept of all cells
_MORE = {"kind": "stream", "name": "stderr", "text": "… more was printed than is kept.\n"}


class GaveUp(Exception):
    """A notebook has had all the time it gets; the text says what became of it, for the learner."""


@dataclass(frozen=True)
class Cell:
    """A code cell; one with an exercise is a check, which is never run. A blank one is ours, and redefines nothing."""

    id: str
    source: str
    exercise: str = ""
    blank: bool = False


class Session:
    """The cells of one notebook and the child in which they have run."""

    def __init__(self, warm: WarmServer, cells: list[Cell], sources: dict[str, str], limits: Limits) -> None:
        """Nothing runs before `load`."""
        self.warm, self.cells, self.sources, self.limits = warm, cells, sources, limits
        self.fatal: dict[int, str] = {}
        self.outputs: dict[str, list[dict[str, Any]]] = {}
        self.errors: dict[str, str] = {}
        self.rebound: dict[int, bool] = {}
        self.layers: list[str] = []
        self.trouble: list[str] = []
        self.loads, self.at = 0, -1
        self.room = MOST_OUTPUT * limits.output
        self.until = time.monotonic() + PATIENCE * limits.notebook
        self.current: Answers | None = None

    @property
    def tired(self) -> bool:
        """Whether half of the time is gone, so that no answer is tried in another place."""
        return time.monotonic() > self.until - PATIENCE / 2 * self.limits.notebook

    def load(self) -> None:
        """Run the cells for the first time, and keep what they print and show."""
        with contextlib.suppress(GaveUp):
            self.answers()

    def answers(self) -> Answers:
        """Return the loaded notebook, in a fresh child if the last one is gone; raises `GaveUp` in the end."""
        while time.monotonic() < self.until:
            if self.current is not None and self.current.child.alive:
                return self.current
            self.loads += 1
            self.current = self._try()
        raise GaveUp(f"the notebook had used up its time, {PATIENCE * self.limits.notebook:g} s in all")

    def _try(self) -> Answers | None:
        child = self.warm.child(self.limits)
        self.layers = child.layers
        answers = Answers(child, self.limits)
        deadline = time.monotonic() + self.limits.notebook
        self.at = -1
        try:
            answers.ask("library", self.limits.call, sources=self.sources)
            places = [i for i, cell in enumerate(self.cells) if not cell.exercise]
            self._run(answers, sorted(places, key=lambda i: not self.cells[i].blank), deadline)
            late = [i for i in places if self.errors.get(self.cells[i].id) == "NameError" and not self.cells[i].blank]
            self._run(answers, late, deadline)
        except DEATHS as error:
            child.end()
            self._leave_out(error, time.monotonic() > deadline)
            return None
        except BaseException:  # the examiner has lost patience
            child.end()
            raise
        return answers

    def _leave_out(self, error: BaseException, no_time: bool) -> None:
        """Leave the cell at hand out of the next child, or, if the time of all is over, those below it too."""
        last = len(self.cells) if no_time and self.at >= 0 else self.at + 1
        words = f"all cells together ran for more than {self.limits.notebook:g} s" if no_time else self._why(error)
        self.fatal |= {i: words for i in range(self.at, last) if i < 0 or not self.cells[i].exercise}
        more = f" So were the {last - self.at - 1} cells below it." if last > self.at + 1 else ""
        self.trouble.append(f"Cell {self.at + 1} was left out: {words}.{more}")

    def _run(self, answers: Answers, places: list[int], deadline: float) -> None:
        """Run cells in order; `self.at` is the one whose reply is awaited."""
        places = [i for i in places if i not in self.fatal and self.cells[i].source.strip()]
        requests = [Request("cell", {"source": self.cells[i].source, "limit": self.limits.output}) for i in places]
        replies = answers.ask_all(requests, lambda: max(0.0, min(self.limits.cell, deadline - time.monotonic())))
        for self.at in places:
            self._note(self.at, next(replies)[0])

    def _note(self, place: int, reply: dict[str, Any]) -> None:
        """Keep what came of a cell."""
        cell, names = self.cells[place], reply.get("rebound")
        self.rebound[place] = type(names) is list and bool(names)
        error = reply.get("error")
        self.errors[cell.id] = error[:100] if type(error) is str else ""
        if self.loads == 1 or cell.id not in self.outputs:
            self.outputs[cell.id] = self._kept(_believable(reply.get("outputs"), self.limits.output))

    def _kept(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return outputs if there is room for them: a notebook may have any number of cells."""
        self.room -= len(json.dumps(outputs))
        return outputs if self.room > 0 or not outputs else [_MORE]

    def _why(self, error: BaseException) -> str:
        if isinstance(error, frames.TooLate):
            return f"it ran for more than {self.limits.cell:g} s"
        if isinstance(error, frames.Lie):
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
            if mine and (magic := re.match(r"\s*(%%\w+)", cell.source)):
                return f"Its cell begins with `{magic[1]}`, below which nothing may be kept: take that line out."
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
        self.end()  # the server has one child at a time
        made = Session(self.warm, cells, sources, self.limits)
        made.fatal = {place: why for place, why in self.fatal.items() if place < len(cells)}
        made.until = self.until
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
            kept.append(_MORE)
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
            decoded = base64.b64decode("".join(picture.split()), validate=True)
            if decoded.startswith(b"\x89PNG\r\n"):
                shown["image/png"] = base64.b64encode(decoded).decode()
        except (binascii.Error, ValueError):
            pass
    return [{"kind": "display_data", "data": shown}] if shown else []
