"""Where a course keeps its notebooks: nbgrader's own folders, and what has been handed in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.grading.handed_in.cells import read


class CourseError(ValueError):
    """The folders of a course cannot be used; the message says which and what to do."""


@dataclass(frozen=True)
class Submission:
    """One student's notebook for one assignment; `path` is None where nothing usable was handed in."""

    student: str
    assignment: str
    path: Path | None

    @property
    def name(self) -> str:
        """Its name in messages, without what a terminal would obey: folders may come out of students' archives."""
        name = f"{self.student}/{self.assignment}"
        return name if name.isprintable() else ascii(name)

    def read(self) -> bytes | None:
        """Return the file, None if there is none; raises `CourseError` where the folders' names cannot be recorded."""
        if not f"{self.student}{self.assignment}".isprintable():
            raise CourseError(f"The folder {self.name} has characters that cannot be shown; rename it.")
        return read(self.path) if self.path else None


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
            raise CourseError(f"Nothing was handed in: no folder matches {where}.")
        return found

    def _submissions(self, assignment: str | None, student: str | None) -> Iterator[Submission]:
        base = Path(self.directory.format_path(self.directory.submitted_directory, "", ""))
        for folder in sorted(base.glob(f"{student or '*'}/{assignment or '*'}")):
            parts = (folder, folder.parent)
            if folder.is_dir() and not any(part.is_symlink() or part.name.startswith(".") for part in parts):
                yield Submission(folder.parent.name, folder.name, _notebook_in(folder))


def _notebook_in(folder: Path) -> Path | None:
    """Return the submitted notebook: by its name, else the largest other one; a link leads nowhere."""
    own = folder / f"{folder.name}.ipynb"
    others = [p for p in [own, *folder.glob("*.ipynb"), *folder.glob("*.ipynb.txt"), *folder.glob("*.json")]]
    usable = [path for path in others if path.is_file() and not path.is_symlink()]
    if own in usable:
        return own
    return max(usable, key=lambda path: path.stat().st_size, default=None)


def exercises_in(release: bytes) -> dict[str, dict[str, Any]]:
    """Return the metadata of a released notebook's cells by grade id."""
    cells = json.loads(release)["cells"]
    return {c["metadata"]["nbgrader"]["grade_id"]: c for c in cells if "nbgrader" in c["metadata"]}
