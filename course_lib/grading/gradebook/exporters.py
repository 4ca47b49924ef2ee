"""Marks for the places where they are needed: nbgrader export plugins for CSV, Canvas and Moodle.

Canvas imports a gradebook whose first columns are Student, ID, SIS User ID, SIS Login ID and Section, with one column
for each assignment and a second row, "Points Possible". Moodle imports any CSV with a header and lets the teacher map
columns; the ones here have the names of its own export.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin

CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
CSV_LAST = ["max_score", "late_penalty", "submitted", "review"]
MOODLE = ["First name", "Surname", "ID number", "Institution", "Department", "Email address"]
_RISKY = re.compile(r"(^|[;,|\t\r\n])(?=\s*[=+\-@＝＋－＠\t\r])")  # elsewhere than here, `;` may part two cells


def safe(text: Any) -> str:
    """Return a text that a spreadsheet will not run as a formula; names come from students."""
    text = "" if text is None else str(text)
    return _RISKY.sub(r"\1'", text)


def points(number: float) -> str:
    """Write points shortly and exactly."""
    return repr(round(float(number), 6)).removesuffix(".0")


class Marks(ExportPlugin):
    """Reads the gradebook once, for all formats."""

    default = "grades.csv"

    def export(self, gradebook: Gradebook) -> None:
        """Write the marks of the chosen students and assignments to `--to`."""
        path = Path(self.to or self.default)
        rows = list(self.rows(gradebook))
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        self.log.info("Wrote %d rows to %s", len(rows) - 1, path)

    def rows(self, book: Gradebook) -> Iterator[list[str]]:
        """Yield the header and a row for each student."""
        raise NotImplementedError

    def chosen(self, book: Gradebook) -> tuple[list[Any], list[Any]]:
        """Return students and assignments, sorted by name."""
        students = [s for s in book.students if not self.student or s.id in self.student]
        assignments = [a for a in book.assignments if not self.assignment or a.name in self.assignment]
        return sorted(students, key=lambda s: s.id), sorted(assignments, key=lambda a: a.name)

    @staticmethod
    def scores(book: Gradebook, assignments: list[Any]) -> dict[tuple[str, str], Any]:
        """Return every submission by student and assignment."""
        return {(s.student.id, a.name): s for a in assignments for s in book.assignment_submissions(a.name)}


class CsvMarks(Marks):
    """One row for each student and assignment, for people and programs."""

    def rows(self, book: Gradebook) -> Iterator[list[str]]:
        """Yield the rows."""
        yield ["student", "last_name", "first_name", "email", "assignment", "score", *CSV_LAST]
        students, assignments = self.chosen(book)
        found = self.scores(book, assignments)
        for student in students:
            for assignment in assignments:
                s = found.get((student.id, assignment.name))
                score = points(score_of(s)) if s else "0"
                penalty = points(s.late_submission_penalty or 0.0) if s else "0"
                when = s.timestamp.isoformat(" ") if s and s.timestamp else ""
                review = "yes" if s and s.needs_manual_grade else "no"
                names = [safe(part) for part in (student.id, student.last_name, student.first_name, student.email)]
                yield [*names, assignment.name, score, points(assignment.max_score), penalty, when, review]


class CanvasMarks(Marks):
    """Canvas's gradebook import. Students are found by their SIS Login ID, which is nbgrader's student id here."""

    default = "canvas.csv"

    def rows(self, book: Gradebook) -> Iterator[list[str]]:
        """Yield the header, the points possible, and a row for each student; no submission is an empty cell."""
        students, assignments = self.chosen(book)
        found = self.scores(book, assignments)
        yield [*CANVAS, *(safe(a.name) for a in assignments)]
        yield ["    Points Possible", "", "", "", "", *(points(a.max_score) for a in assignments)]
        for student in students:
            name = ", ".join(part for part in (student.last_name, student.first_name) if part) or student.id
            got = [found.get((student.id, a.name)) for a in assignments]
            marks = [points(score_of(s)) if s else "" for s in got]
            yield [safe(name), "", "", safe(student.id), "", *marks]


class MoodleMarks(Marks):
    """Moodle's gradebook import, with the column names of its own export."""

    default = "moodle.csv"

    def rows(self, book: Gradebook) -> Iterator[list[str]]:
        """Yield the header and a row for each student; `-` stands for no submission, as in Moodle's own files."""
        students, assignments = self.chosen(book)
        found = self.scores(book, assignments)
        yield [*MOODLE, *(f"Assignment: {a.name} (Real)" for a in assignments)]
        for student in students:
            names = [safe(part) for part in (student.first_name, student.last_name, student.id)]
            got = [found.get((student.id, a.name)) for a in assignments]
            yield [*names, "", "", safe(student.email), *(points(score_of(s)) if s else "-" for s in got)]


def score_of(submission: Any) -> float:
    """Return a submission's score after late penalties, as nbgrader's own export does."""
    return max(0.0, float(submission.score) - float(submission.late_submission_penalty or 0.0))


FORMATS = {"csv": CsvMarks, "canvas": CanvasMarks, "moodle": MoodleMarks}
