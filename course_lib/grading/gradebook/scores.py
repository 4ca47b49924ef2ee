"""The one writer of nbgrader's gradebook: scores, comments and the graded notebook of each submission."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from course_lib.checking.whole_files import write_whole
from course_lib.grading.gradebook import sole_writer
from course_lib.grading.gradebook.late_penalties import Late, LatePenalties, Unclear, handed_in_at
from course_lib.grading.handed_in.course_folders import Course, CourseError, exercises_in
from course_lib.grading.handed_in.repaired import text_of
from course_lib.grading.result import Result
from course_lib.grading.verdict_files import Reasons


class GradebookGone(CourseError):
    """The database takes nothing any more; what was graded is kept."""


def open_gradebook(course: Course) -> Gradebook:
    """Open a course's gradebook. A new one is made by the program `alembic`, which stands beside Python.

    Raises `CourseError` where it cannot be reached, or is none.
    """
    path = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    try:
        return Gradebook(course.db_url, course.course_id)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise CourseError(
            f"The gradebook {course.shown_db_url} cannot be opened: {first_line(error)}. "
            "See c.CourseDirectory.db_url in nbgrader_config.py."
        ) from error
    finally:
        os.environ["PATH"] = path


def first_line(error: Exception) -> str:
    """Return what a database says, without the statement and the advice that SQLAlchemy adds."""
    return (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]


@dataclass
class Recorded:
    """What was written of one submission: its points, what lateness cost, and what a person has to settle."""

    total: float = 0.0
    late: Late | None = None
    unclear: list[str] = field(default_factory=list)


class Writer:
    """Writes results into the gradebook, one submission a transaction."""

    def __init__(self, course: Course) -> None:
        """Open the gradebook; make it if there is none.

        Raises `CourseError` where it cannot be opened, another run is writing it, or its late penalty cannot be used.
        """
        self.course = course
        self.penalties = LatePenalties(course)
        self.known: set[str] = set()
        self.reasons = Reasons(course.root)
        with contextlib.ExitStack() as opened:
            opened.enter_context(sole_writer.of_folder(course))
            self.book = opened.enter_context(contextlib.closing(open_gradebook(course)))
            opened.enter_context(sole_writer.of_database(course, self.book))
            self.opened = opened.pop_all()
        self.book.db().expire_on_commit = False  # nothing is read again after each of nbgrader's several commits

    def close(self) -> None:
        """Close the gradebook, and let others write it."""
        self.opened.close()

    def __enter__(self) -> Writer:
        """Close at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the gradebook."""
        self.close()

    def ensure_assignment(self, assignment: str, release: bytes) -> None:
        """Enter an assignment and its cells, as `nbgrader generate_assignment` does, unless they are there."""
        if assignment not in self.known:
            enter_assignment(self.book, assignment, release)
            self.known.add(assignment)

    def record(
        self, assignment: str, release: bytes, student: str, notebook: dict[str, Any], result: Result
    ) -> Recorded:
        """Write one submission's scores, late penalty and graded notebook.

        What the database does not take of one submission is unclear. Raises `GradebookGone` where it takes nothing
        more; whatever else is raised has left no half of a submission behind.
        """
        try:
            self.ensure_assignment(assignment, release)
            return self._record(assignment, student, notebook, result)
        except (SQLAlchemyError, InvalidEntry) as error:
            self._roll_back(error)
            return Recorded(unclear=[f"it could not be entered in the gradebook: {first_line(error)}"])
        except Exception as error:
            self._roll_back(error)
            raise

    def _roll_back(self, error: Exception) -> None:
        try:
            self.book.db.rollback()
            self.book.db.execute(select(1))
        except SQLAlchemyError as gone:
            raise GradebookGone(
                f"The gradebook {self.course.shown_db_url} is gone: {first_line(gone)}. "
                "What was graded is kept; run again when it is back."
            ) from error

    def _record(self, assignment: str, student: str, notebook: dict[str, Any], result: Result) -> Recorded:
        book, done = self.book, Recorded()
        book.db.expire_all()  # what somebody else, in formgrader say, has changed since the last one
        book.update_or_create_student(student)
        stamp = None
        try:
            stamp = handed_in_at(self.course.folder("submitted", student, assignment))
        except Unclear as error:
            done.unclear.append(str(error))
        extra = {"timestamp": stamp} if stamp else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader 0.9's own, of SQLAlchemy 2
            submission = book.update_or_create_submission(assignment, student, **extra)
        graded = next(n for n in submission.notebooks if n.name == assignment)
        points = {grade.name: points_of(notebook, result, grade.name) for grade in graded.grades}
        before = {grade.name: grade.auto_score for grade in graded.grades}
        with book.db.no_autoflush:  # one write of all scores, not one for each that is looked up
            for grade in graded.grades:
                done.total += set_score(grade, points[grade.name])
        try:
            done.late = self.penalties.give(submission, graded)
        except Unclear as error:
            done.unclear.append(str(error))
        reasons = [*result.review, *filter(None, [result.failed]), *done.unclear]
        ask_for_review(graded.grades, before, reasons, self.reasons.get(assignment, student))
        book.db.commit()
        self.reasons.put(assignment, student, reasons)
        folder = self.course.folder("autograded", student, assignment)
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{assignment}.ipynb", (json.dumps(notebook, indent=1) + "\n").encode())
        if stamp:
            write_whole(folder / "timestamp.txt", f"{stamp.isoformat(' ')} UTC\n".encode())
        return done


def enter_assignment(book: Gradebook, assignment: str, release: bytes) -> None:
    """Enter an assignment and its cells, as `nbgrader generate_assignment` does."""
    book.update_or_create_assignment(assignment)
    book.update_or_create_notebook(assignment, assignment)
    for grade_id, cell in exercises_in(release).items():
        flags, place = cell["metadata"]["nbgrader"], (grade_id, assignment, assignment)
        kind = {"cell_type": cell["cell_type"]}
        if flags["grade"]:
            book.update_or_create_grade_cell(*place, max_score=float(flags["points"]), **kind)
        if flags["solution"]:
            book.update_or_create_solution_cell(*place)
        source = {"source": text_of(cell), "locked": flags["locked"], "checksum": flags.get("checksum")}
        book.update_or_create_source_cell(*place, **kind, **source)


def points_of(notebook: dict[str, Any], result: Result, grade_id: str) -> float:
    """Return an exercise's points by its grade id; no verdict means 0."""
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
            return result.points(cell.get("id", ""))
    return 0.0


def set_score(grade: Any, points: float) -> float:
    """Set an automatic score within its bounds, and return it."""
    grade.auto_score = min(max(points, 0.0), float(grade.max_score))
    return float(grade.auto_score)


def ask_for_review(grades: Any, before: dict[str, float | None], reasons: list[str], earlier: list[str] | None) -> None:
    """Mark grades that a person should look at: for these reasons, or where a score changed that one was given for.

    What a person has settled stays so while the score and the reasons are what they were. Our own trouble must become
    neither a silent zero nor a silent full mark.
    """
    for grade in grades:
        if grade.auto_score != before[grade.name]:
            grade.needs_manual_grade = bool(reasons) or grade.manual_score is not None
        elif reasons != (earlier or []):
            grade.needs_manual_grade = bool(reasons)


def has_assignment(book: Gradebook, assignment: str) -> bool:
    """Say whether the gradebook knows an assignment."""
    try:
        book.find_assignment(assignment)
    except MissingEntry:
        return False
    return True
