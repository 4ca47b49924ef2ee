"""Where a course keeps its notebooks: nbgrader's own folders, and what has been handed in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from course_lib.grading.handed_in.cells import read
from course_lib.grading.handed_in.safe_names import alike, problem_with, shown
from course_lib.grading.handed_in.which_notebook import which

_EXCHANGES = ("/usr/local/share/nbgrader/exchange", "/srv/nbgrader/exchange")  # nbgrader's own, old and new


class CourseError(ValueError):
    """The folders of a course cannot be used; the message says which and what to do."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment: a folder, or a notebook that lies beside where it should be."""

    student: str
    assignment: str
    place: Path
    refused: str = ""  # why it cannot be recorded
    notes: tuple[str, ...] = ()
    review: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name in messages, without what a terminal would obey: folders may come out of students' archives."""
        return shown(f"{self.student}/{self.assignment}")

    def read(self, release: bytes) -> tuple[Submission, bytes | None]:
        """Return the file that is meant, None if there is none, with what is to be said of the choice.

        Raises `CourseError` where the submission cannot be recorded, OSError where it cannot be read.
        """
        if self.refused:
            raise CourseError(f"It cannot be graded: {self.refused}.")
        if not self.place.is_dir():
            return self, read(self.place)
        meant = which(self.place, self.assignment, release)
        chosen = replace(self, notes=(*self.notes, *meant.notes), review=(*self.review, *meant.review))
        return chosen, read(meant.path) if meant.path else None


@dataclass
class Course:
    """A course folder, read through nbgrader's configuration."""

    root: Path
    config: Any = field(repr=False, default=None)

    def __post_init__(self) -> None:
        """Read `nbgrader_config.py` if there is one."""
        from nbgrader.apps.api import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Config
        from traitlets.config.loader import PyFileConfigLoader

        loaded = Config()
        if (self.root / "nbgrader_config.py").exists():
            loaded = PyFileConfigLoader("nbgrader_config.py", path=str(self.root)).load_config()
        if self.config is not None:
            loaded.merge(self.config)
        if "root" not in loaded.CourseDirectory:
            loaded.CourseDirectory.root = str(self.root.resolve())
        self.config = loaded
        self.directory = CourseDirectory(config=loaded)
        self.api_class = NbGraderAPI

    @property
    def db_url(self) -> str:
        """Where the gradebook is."""
        return str(self.directory.db_url)

    @property
    def shown_db_url(self) -> str:
        """Where the gradebook is, without the password that may stand in its address."""
        return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", self.db_url)

    @property
    def course_id(self) -> str:
        """The course's name in nbgrader's exchange and gradebook."""
        return str(self.directory.course_id)

    def private_places(self) -> tuple[str, ...]:
        """Return what no child may read: the course, its submissions, gradebook and exchange."""
        names = ("submitted", "autograded", "feedback", "source")
        found = [self.root, Path(self.directory.root)]
        found += [Path(self.directory.root, getattr(self.directory, f"{name}_directory")) for name in names]
        if self.db_url.startswith("sqlite:///"):
            found.append(Path(self.db_url.removeprefix("sqlite:///")))
        found += [Path(root) for root in (self.config.Exchange.get("root", ""), *_EXCHANGES) if root]
        return tuple(sorted({str(path.resolve()) for path in found if path.exists()}))

    def folder(self, kind: str, student: str, assignment: str) -> Path:
        """Return a folder of nbgrader's layout: submitted, autograded, feedback or release."""
        pattern = getattr(self.directory, f"{kind}_directory")
        return Path(self.directory.format_path(pattern, student, assignment))

    def release(self, assignment: str) -> Path:
        """Return the notebook that was handed out; raises `CourseError` if there is none."""
        folder = self.folder("release", ".", assignment)
        found = sorted(folder.glob("*.ipynb"))
        if not found:
            raise CourseError(f"There is no released notebook in {folder}; run `course exercises` first.")
        return folder / f"{assignment}.ipynb" if folder / f"{assignment}.ipynb" in found else found[0]

    def submissions(self, assignment: str | None = None, student: str | None = None) -> list[Submission]:
        """Return what was handed in, sorted; raises `CourseError` if there is nothing."""
        found = sorted(self._submissions(assignment, student), key=lambda s: (s.assignment, s.student))
        if not found:
            where = self.directory.format_path(self.directory.submitted_directory, student or "*", assignment or "*")
            raise CourseError(f"Nothing was handed in: no folder matches {shown(where)}.")
        return found

    def _submissions(self, assignment: str | None, student: str | None) -> Iterator[Submission]:
        base = Path(self.directory.format_path(self.directory.submitted_directory, "", ""))
        students = [folder for folder in _listed(base) if folder.is_dir()]
        doubles = alike(folder.name for folder in students)
        for folder in students:
            if student not in (None, folder.name):
                continue
            refused = problem_with(folder.name)
            if folder.name in doubles:
                refused = "another student's folder has a name that looks the same; rename one of them"
            yield from self._of_student(folder, refused, assignment)

    def _of_student(self, folder: Path, refused: str, assignment: str | None) -> Iterator[Submission]:
        """Yield the folders of one student, and the notebooks that lie beside them."""
        if folder.is_symlink():
            refused = "the student's folder is a link, which may lead anywhere; put the folder itself there"
        entries = _listed(folder)
        names = {entry.name for entry in entries if entry.is_dir()}
        for entry in entries:
            name = entry.name if entry.is_dir() else self._assignment_of(entry)
            if not name or assignment not in (None, name) or (not entry.is_dir() and name in names):
                continue
            names.add(name)
            why = refused or problem_with(name)
            if entry.is_symlink():
                why = why or "it is a link, which may lead anywhere; put the folder or file itself there"
            beside = f"It was found as {shown(entry.name)!r}, outside of the folder {name!r}."
            yield Submission(folder.name, name, entry, why, () if entry.is_dir() else (beside,))

    def _assignment_of(self, path: Path) -> str:
        """Return the assignment whose name a loose notebook has, perhaps with something behind it, or nothing."""
        stem = path.name.lower().removesuffix(".ipynb")
        if stem == path.name.lower():
            return ""
        base = Path(self.directory.format_path(self.directory.release_directory, ".", ""))
        fitting = [entry.name for entry in _listed(base) if entry.is_dir() and stem.startswith(entry.name.lower())]
        return max(fitting, key=len, default="")


def _listed(folder: Path) -> list[Path]:
    """Return what is in a folder, sorted, without hidden entries; nothing if it is gone or cannot be read."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError:
        return []


def exercises_in(release: bytes) -> dict[str, dict[str, Any]]:
    """Return the metadata of a released notebook's cells by grade id."""
    cells = json.loads(release)["cells"]
    return {c["metadata"]["nbgrader"]["grade_id"]: c for c in cells if "nbgrader" in c["metadata"]}
