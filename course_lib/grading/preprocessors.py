"""nbgrader's hooks: the same verdicts behind `nbgrader autograde`, formgrader's button, feedback and export.

`use(c)` in `nbgrader_config.py` is all it takes. Nothing here may raise for a submission: nbgrader would then throw
its grade away.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor, SaveAutoGrades

from course_lib.grading import pool
from course_lib.grading.cohort import task_for
from course_lib.grading.gradebook import graded_notebook
from course_lib.grading.gradebook.late_penalties import Unclear, handed_in_at
from course_lib.grading.gradebook.scores import ask_for_review, enter_assignment, open_gradebook, set_score
from course_lib.grading.handed_in.cells import MAX_BYTES, cells_of, read
from course_lib.grading.handed_in.course_folders import Course, CourseError, Submission
from course_lib.grading.handed_in.repaired import repair
from course_lib.grading.result import Result
from course_lib.grading.verdict_files import Reasons, Task, Verdicts

_RESULT = "course_result"


def use(c: Any) -> None:
    """Set nbgrader up to grade outside the student's process."""
    here = __name__
    c.Autograde.exporter_class = f"{here}.AnyNotebook"
    c.Autograde.sanitize_preprocessors = [f"{here}.Repair"]
    c.Autograde.autograde_preprocessors = [
        f"{here}.GradeOutside",
        f"{here}.SaveVerdicts",
        f"{here}.LatePenalties",
    ]
    c.Autograde.pre_convert_hook = f"{here}.before_autograding"


def before_autograding(assignment: str, student: str, notebooks: list[str]) -> None:
    """Let nbgrader know the assignment, and look for the one notebook it asks for, whatever the student's is called.

    nbgrader calls this for each submission, in the course's folder, before it looks into the gradebook.
    """
    course = Course(Path.cwd())
    for folder in {Path(notebook).parent for notebook in notebooks}:
        release = course.release(folder.name).read_bytes()
        with contextlib.closing(open_gradebook(course)) as book:
            enter_assignment(book, folder.name, release)
        notebooks[:] = [str(folder / f"{folder.name}.ipynb")]


class AnyNotebook(NotebookExporter):
    """Reads a notebook file in any state; what cannot be read as one arrives as the cells that were found."""

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> Any:
        """Read a file and export it."""
        path = Path(filename)
        data = read(path) if path.exists() else b""  # it has another name: `Repair` looks for it
        try:
            if len(data) > MAX_BYTES:
                raise ValueError("it is too large")
            return super().from_filename(filename, resources, **kw)
        except Exception as error:
            self.log.warning("%s is no whole notebook (%s); what can be read of it is graded", filename, error)
        cells, _ = cells_of(data)
        made = nbformat.v4.new_notebook()
        kinds = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
        made.cells = [kinds.get(cell["cell_type"], nbformat.v4.new_raw_cell)(cell["source"]) for cell in cells]
        resources = dict(resources or {})
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)} | dict(resources.get("metadata", {}))
        return self.from_notebook_node(made, resources, **kw)


class _InCourse(NbGraderPreprocessor):
    """Knows which submission of which course is being converted."""

    def _task(self, resources: Any) -> tuple[Course, Submission, Task]:
        where = resources["nbgrader"]
        course = Course(Path(self.config.CourseDirectory.get("root", ".") or "."), self.config)
        folder = course.folder("submitted", where["student"], where["assignment"])
        return course, *task_for(course, Submission(where["student"], where["assignment"], folder))


class Repair(_InCourse):
    """Puts back what a student's notebook has lost, before anything of nbgrader's looks at it."""

    def preprocess(self, nb: Any, resources: Any) -> Any:
        """Return the repaired notebook."""
        _, submission, task = self._task(resources)
        repaired = repair(task.submission, json.loads(task.release))
        for note in (*submission.notes, *submission.review, *repaired.notes, *repaired.review):
            self.log.warning(note)
        return nbformat.from_dict(repaired.notebook), resources


class GradeOutside(_InCourse):
    """Fills check cells with verdicts from outside the student's process, or from their files."""

    def preprocess(self, nb: Any, resources: Any) -> Any:
        """Return the notebook with outputs and verdicts."""
        try:
            course, submission, task = self._task(resources)
        except (CourseError, OSError, ValueError) as error:
            self.log.error("%s", error)
            resources[_RESULT] = Result(failed=str(error))
            return nb, resources
        verdicts = Verdicts(course.root)
        result = verdicts.get(task.key)
        if result is None:
            result = pool.grade_one(task)
            if result.failed:
                self.log.error("%s", result.failed)
            else:
                verdicts.put(task.key, result)
        if not result.isolated:
            self.log.warning("Student code was not isolated: %s", ", ".join(result.layers))
        result = replace(result, notes=(*submission.notes, *result.notes), review=(*submission.review, *result.review))
        resources[_RESULT] = result
        whole = repair(task.submission, json.loads(task.release)).notebook
        return nbformat.from_dict(graded_notebook.graded(whole, result)), resources


class SaveVerdicts(SaveAutoGrades):
    """Saves the points of our verdicts; a cell without one gets 0, never what it had before."""

    def _add_score(self, cell: Any, resources: Any) -> None:
        result = resources.get(_RESULT, Result(failed="there is no result"))
        book: Gradebook = self.gradebook
        place = (self.notebook_id, self.assignment_id, self.student_id)
        grade = book.find_grade(cell.metadata["nbgrader"]["grade_id"], *place)
        before = {grade.name: grade.auto_score}
        set_score(grade, result.points(cell.get("id", "")))
        kept = Reasons(Path(self.config.CourseDirectory.get("root", ".") or "."))
        reasons = [*result.review, *filter(None, [result.failed])]
        ask_for_review([grade], before, reasons, kept.get(self.assignment_id, self.student_id))
        book.db.commit()

    def preprocess(self, nb: Any, resources: Any) -> Any:
        """Save all scores, and why a person should look at them."""
        made = super().preprocess(nb, resources)
        result = resources.get(_RESULT, Result(failed="there is no result"))
        where = resources["nbgrader"]
        kept = Reasons(Path(self.config.CourseDirectory.get("root", ".") or "."))
        kept.put(where["assignment"], where["student"], [*result.review, *filter(None, [result.failed])])
        return made


class LatePenalties(AssignLatePenalties):
    """nbgrader's own penalties, of a time that was read rightly; none where it cannot be read."""

    def preprocess(self, nb: Any, resources: Any) -> Any:
        """Enter when the submission came in, then the penalty."""
        where = resources["nbgrader"]
        course = Course(Path(self.config.CourseDirectory.get("root", ".") or "."), self.config)
        try:
            stamp = handed_in_at(course.folder("submitted", where["student"], where["assignment"]))
        except Unclear as error:
            self.log.error("%s/%s: %s", where["student"], where["assignment"], error)
            return nb, resources
        if stamp is not None:
            with contextlib.closing(open_gradebook(course)) as book:
                book.find_submission(where["assignment"], where["student"]).timestamp = stamp
                book.db.commit()
        return super().preprocess(nb, resources)
