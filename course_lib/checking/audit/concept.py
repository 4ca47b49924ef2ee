"""Auditing all rubrics of a concept, with the answers of its solution."""

from __future__ import annotations

import contextlib
import io
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from course_lib.checking.audit.agreement import Audit, audit
from course_lib.checking.audit.untaken import watched
from course_lib.checking.finding import load
from course_lib.checking.places import known_concepts


def every_concept() -> list[str]:
    """Return the names of the concepts that have rubrics."""
    return known_concepts()


def audit_concept(concept: str, solution: Path, draws: int, seed: int = 0) -> Iterator[Audit]:
    """Yield the audit of one exercise after the other; raises `UnknownExercise`. A solution may be missing."""
    rubrics, answers = load(concept), _answers(solution)
    for name, rubric in rubrics.items():
        exercise = name.rpartition(".")[2]
        answer = answers.get(exercise)
        if answer is None or rubric.draw is None:
            yield audit(rubric, answer, draws, seed)
            continue
        with watched(solution.resolve()) as never:
            made = audit(rubric, answer, draws, seed)
        made.untaken = never.get(exercise, [])
        yield made


def _answers(solution: Path) -> dict[str, Any]:
    if not solution.is_file():
        return {}
    with contextlib.redirect_stdout(io.StringIO()):
        return runpy.run_path(str(solution.resolve()))
