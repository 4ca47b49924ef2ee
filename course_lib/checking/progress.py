"""How far somebody has come: which exercises are done, and which is next.

Nothing is stored that cannot be found again: answers that are still as they were handed out are not run, and other
verdicts are kept, under the hash of everything they depend on, where programs keep what they can make anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.checking.dependencies import (
    digest_of,
    files_of_exercise,
    imported_files,
    machinery,
    rubrics_named_in,
)
from course_lib.checking.notebook import check_notebook
from course_lib.checking.places import home
from course_lib.checking.reading import Notebook, Unusable, read_cells, read_notebook
from course_lib.checking.whole_files import write_whole

_HEADING = re.compile(r"(?m)^## (?:\d+\. )?(?P<title>.+)$(?:\s+\*(?P<effort>[^*\n]+)\*)?")


@dataclass(frozen=True)
class Step:
    """One exercise as it stands."""

    name: str
    title: str
    effort: str
    status: str
    points: float
    max_points: float


@dataclass(frozen=True)
class Stand:
    """One notebook as it stands."""

    path: Path
    steps: tuple[Step, ...]

    @property
    def concept(self) -> str:
        """The concept that is exercised, as the file is named."""
        return self.path.stem

    @property
    def done(self) -> int:
        """How many exercises passed."""
        return sum(step.status == "passed" for step in self.steps)

    @property
    def next(self) -> Step | None:
        """The first exercise that has not passed."""
        return next((step for step in self.steps if step.status != "passed"), None)


def notebooks_in(directory: Path, reading_order: Iterable[str] = ()) -> list[Path]:
    """Return the notebooks below a directory in reading order; raises `Unusable` where there is none."""
    if not directory.is_dir():
        what = "is no directory" if directory.exists() else "does not exist"
        raise Unusable(f"{directory} {what}; name the directory with your notebooks, such as exercises.")
    below = {path: path.relative_to(directory).parts for path in directory.rglob("*.ipynb")}
    found = [path for path, parts in below.items() if not any(part.startswith(".") for part in parts)]
    if not found:
        raise Unusable(f"There is no notebook in {directory}; name the directory with yours, such as exercises.")
    order = {name: i for i, name in enumerate(reading_order)}
    return sorted(found, key=lambda path: (order.get(path.stem, len(order)), path))


def opened_by(concept: str, stands: Iterable[Stand], needs: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Return the concepts that need this one, each with what it needs besides that is not done yet.

    >>> opened_by("a", [], {"a": (), "b": ("a",), "c": ("a", "b")})
    {'b': [], 'c': ['b']}
    """
    finished = {stand.concept for stand in stands if stand.next is None}
    return {
        name: [need for need in wanted if need != concept and need not in finished]
        for name, wanted in needs.items()
        if concept in wanted
    }


def stand(path: Path, seconds: float, progress: Callable[[int, int], None] = lambda done, all: None) -> Stand:
    """Say how one notebook stands; raises `Unusable`."""
    notebook, headings = read_notebook(path), _headings(path)
    verdicts = _blank(notebook) or _kept(notebook) or _checked(notebook, seconds, progress)
    return Stand(path, tuple(_step(verdict, headings) for verdict in verdicts))


def _step(verdict: dict[str, Any], headings: dict[str, tuple[str, str]]) -> Step:
    title, effort = headings.get(verdict["exercise"], (verdict["title"], ""))
    return Step(verdict["exercise"], title, effort, verdict["status"], verdict["points"], verdict["max_points"])


def _headings(path: Path) -> dict[str, tuple[str, str]]:
    """Return title and effort of each exercise, as its text states them."""
    found = {}
    for cell in read_cells(path):
        name, match = cell["metadata"].get("exercise"), _HEADING.search(cell["source"])
        if isinstance(name, str) and match:
            found[name] = (match["title"], match["effort"] or "")
    return found


def _blank(notebook: Notebook) -> list[dict[str, Any]]:
    """Return a blank verdict for each exercise if no answer has been touched; else nothing."""
    cells = read_cells(notebook.path)
    untouched = {cell["metadata"].get("answer") for cell in cells if is_as_handed_out(cell)}
    points = {
        cell["metadata"].get("check"): cell["metadata"]["nbgrader"].get("points", 0.0)
        for cell in cells
        if isinstance(cell["metadata"].get("nbgrader"), dict)
    }
    if not untouched.issuperset(notebook.exercises) or not set(points).issuperset(notebook.exercises):
        return []
    return [
        {"exercise": name, "title": name, "status": "blank", "points": 0.0, "max_points": points[name]}
        for name in notebook.exercises
    ]


def is_as_handed_out(cell: dict[str, Any]) -> bool:
    """Say whether an answer's cell still has the checksum that nbgrader gave it."""
    about = cell["metadata"].get("nbgrader")
    if not isinstance(about, dict) or not about.get("solution") or about.get("grade"):
        return False
    whole = f"{cell['source']}{cell['type']}FalseTrueFalse{about.get('grade_id')}"
    return about.get("checksum") == hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest()


def _checked(notebook: Notebook, seconds: float, progress: Callable[[int, int], None]) -> list[dict[str, Any]]:
    verdicts = check_notebook(notebook.path, seconds=seconds, progress=progress).to_dict()["exercises"]
    place = _place(notebook)
    with contextlib.suppress(OSError):  # a place that cannot be written to only costs time
        write_whole(place, json.dumps(verdicts))
    return verdicts


def _kept(notebook: Notebook) -> list[dict[str, Any]]:
    try:
        kept = json.loads(_place(notebook).read_text())
    except (OSError, ValueError):
        return []
    return kept if [verdict.get("exercise") for verdict in kept] == list(notebook.exercises) else []


def _place(notebook: Notebook) -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "deep-learning-checked" / "progress" / f"{_digest(notebook)}.json"


def _digest(notebook: Notebook) -> str:
    """Hash the notebook's code and all of the course that its verdicts can depend on."""
    return digest_of(sources_of(notebook), json.dumps(notebook.steps))


def sources_of(notebook: Notebook) -> set[Path]:
    """Return the kit's files, those that the cells import, and those on which the exercises' rubrics depend."""
    files = machinery("checking").union(
        *(files_of_exercise(name, home(name.partition(".")[0])) for name in notebook.exercises)
    )
    for step in notebook.steps:
        files |= imported_files(step.get("source", "")) | rubrics_named_in(step.get("source", ""))
    return files
