"""Late submissions: when each came in, and the penalty that nbgrader's own configuration gives for it."""

from __future__ import annotations

import math
import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.preprocessors import AssignLatePenalties
from traitlets import TraitError

from course_lib.grading.handed_in.course_folders import Course, CourseError
from course_lib.grading.handed_in.safe_names import shown
from course_lib.grading.handed_in.timestamps import read_time

_LONGEST = 200  # bytes; a timestamp has about thirty


class Unclear(ValueError):
    """It cannot be said how late a submission is, or what that costs; a person has to."""


@dataclass(frozen=True)
class Late:
    """How late a submission is, and what that cost; None where the configuration asks for no penalty."""

    seconds: float
    penalty: float | None


class LatePenalties:
    """What `nbgrader autograde` would take off, by the same plugin, from the same configuration."""

    def __init__(self, course: Course) -> None:
        """Make the configured plugin; raises `CourseError` if there is no such plugin."""
        try:
            self.rules = AssignLatePenalties(config=course.config)
            self.rules.init_plugin()
        except (TraitError, ImportError, AttributeError) as error:
            asked = course.config.AssignLatePenalties.get("plugin_class", "nbgrader's own")
            raise CourseError(
                f"The late penalty plugin {asked} cannot be used: {error} "
                "Mend c.AssignLatePenalties and c.LateSubmissionPlugin in nbgrader_config.py."
            ) from error

    def give(self, submission: Any, notebook: Any) -> Late | None:
        """Enter what a late submission costs, and return it; None if in time. Raises `Unclear` if a plugin fails."""
        if not self.rules.enabled:
            return None
        notebook.late_submission_penalty = None
        seconds = float(submission.total_seconds_late)
        if seconds <= 0:
            return None
        try:
            penalty = self.rules.plugin_inst.late_submission_penalty(submission.student.id, notebook.score, seconds)
            if penalty is not None:
                penalty = float(self.rules._check_late_penalty(notebook, penalty))
                if math.isnan(penalty):
                    raise ValueError("the penalty is not a number")
        except Exception as error:  # a plugin is the teacher's own code
            plugin = type(self.rules.plugin_inst).__name__
            raise Unclear(f"{plugin} gave no late penalty: {type(error).__name__}: {error}") from error
        notebook.late_submission_penalty = penalty
        return Late(seconds, penalty)


def handed_in_at(folder: Path) -> datetime | None:
    """Return when a submission came in, as its `timestamp.txt` says; None without one.

    Raises `Unclear` for a file that holds no date: it may have come out of a student's archive.
    """
    path = folder / "timestamp.txt"
    if not os.path.lexists(path):
        return None
    if not stat.S_ISREG(path.lstat().st_mode):
        raise Unclear("its timestamp.txt is no file; when it was handed in is not known")
    with path.open("rb") as file:
        text = file.read(_LONGEST).decode(errors="replace").strip()
    if not text:
        return None
    try:
        return read_time(text)
    except (ValueError, OverflowError) as error:
        raise Unclear(
            f"its timestamp.txt says {shown(text)!r}, which is no date to rely on ({shown(str(error))}); "
            "when it was handed in is not known"
        ) from error
