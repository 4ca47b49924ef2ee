"""A class → its gradebook: what is new is graded in parallel, what is known is read, one writer records it all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from course_lib.grading import pool
from course_lib.grading.gradebook import graded_notebook
from course_lib.grading.gradebook.late_penalties import Late
from course_lib.grading.gradebook.scores import Writer
from course_lib.grading.handed_in.course_folders import Course, CourseError, Submission
from course_lib.grading.handed_in.repaired import repair
from course_lib.grading.sandbox import gpu_memory
from course_lib.grading.sandbox.lockdown import Limits
from course_lib.grading.verdict_files import Task, Verdicts, secret, seed_for


class NotIsolated(RuntimeError):
    """This machine cannot isolate student code, and isolation was required."""


@dataclass
class Report:
    """What a run did: counts, and each submission that was mended, late or failed, with the reason."""

    counts: Counter[str] = field(default_factory=Counter)
    repaired: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    late: dict[str, str] = field(default_factory=dict)
    totals: dict[tuple[str, str], float] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    unisolated: int = 0


def grade_class(
    course: Course,
    assignment: str | None = None,
    student: str | None = None,
    *,
    jobs: int = 2,
    scheduler: str | None = None,
    limits: Limits | None = None,
    require_isolation: bool = False,
    device: str = "cpu",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Grade what was handed in and record it; a run that was killed goes on where it stopped.

    Raises `CourseError` for folders that cannot be used, `NotIsolated` where isolation is required but not to be had,
    `gpu_memory.NoDevice` where there is no such device.
    """
    gpu_memory.require(device, here=scheduler is None)
    submissions = course.submissions(assignment, student)
    _at_least_one_release(course, {submission.assignment for submission in submissions})
    key, verdicts, report = secret(course.root), Verdicts(course.root), Report()
    make = partial(task_for, course, key=key, limits=limits, device=device)
    progress(0, len(submissions))
    with Writer(course) as writer:
        results = _results(submissions, make, verdicts, report, partial(_run, jobs=jobs, scheduler=scheduler))
        for done, (submission, task, result) in enumerate(results, start=1):
            if require_isolation and "failed" not in result and not result["isolated"]:
                raise NotIsolated("Student code cannot be isolated here: layers " + ", ".join(result["layers"]))
            _record(writer, report, submission, task, result)
            progress(done, len(submissions))
    return report


def _at_least_one_release(course: Course, assignments: set[str]) -> None:
    """Raise `CourseError` if no assignment was released. One that was not may be a folder of a student's own."""
    for left, assignment in reversed([*enumerate(sorted(assignments))]):
        try:
            course.release(assignment)
            return
        except CourseError:
            if left == 0:
                raise


def task_for(
    course: Course, submission: Submission, key: bytes = b"", limits: Limits | None = None, device: str = "cpu"
) -> Task:
    """Return the task of one submission; raises `CourseError` where its notebook was never released."""
    data = submission.read()
    release = _read(course.release(submission.assignment))
    seed = seed_for(key or secret(course.root), submission.assignment, submission.student, data)
    return Task(submission.assignment, submission.student, data, release, seed, limits or Limits(), device)


@lru_cache(maxsize=8)
def _read(path: Path) -> bytes:
    return path.read_bytes()


def _run(tasks: Iterator[Task], jobs: int, scheduler: str | None) -> Iterator[pool.Result]:
    return pool.run_on_dask(tasks, scheduler) if scheduler else pool.run_local(tasks, jobs)


def _results(
    submissions: list[Submission],
    make: Callable[[Submission], Task],
    verdicts: Verdicts,
    report: Report,
    run: Callable[[Iterator[Task]], Iterator[pool.Result]],
) -> Iterator[tuple[Submission, Task, dict[str, Any]]]:
    """Yield every submission with its result: the known ones first, then the others as they are done.

    Tasks are made when they are needed, so that a large class never lies in memory as a whole.
    """
    new = []
    for submission in submissions:
        try:
            task = make(submission)
        except (CourseError, OSError) as error:  # of one submission; the others are graded all the same
            report.counts["failed"] += 1
            report.failed[submission.name] = str(error)
            continue
        known = verdicts.get(task.key)
        if known is None:
            new.append(submission)
        else:
            report.counts["cached"] += 1
            yield submission, task, known
    owners = {(s.assignment, s.student): s for s in new}
    for task, result in run(make(submission) for submission in new) if new else ():
        if "failed" not in result:
            verdicts.put(task.key, result)
            report.counts["graded"] += 1
        yield owners[task.assignment, task.student], task, result


def _record(writer: Writer, report: Report, submission: Submission, task: Task, result: dict[str, Any]) -> None:
    name = submission.name
    writer.ensure_assignment(task.assignment, task.release)
    if "failed" in result:
        report.counts["failed"] += 1
        report.failed[name] = result["failed"]
    if notes := result.get("notes"):
        report.counts["repaired"] += 1
        report.repaired[name] = " ".join(notes)
    report.unisolated += not result.get("isolated", True)
    report.layers = tuple(result.get("layers", report.layers))
    notebook = graded_notebook.graded(repair(task.submission, json.loads(task.release)).notebook, result)
    recorded = writer.record(task.assignment, submission.student, notebook, result)
    report.totals[submission.student, submission.assignment] = recorded.total
    if recorded.late:
        report.counts["late"] += 1
        report.late[name] = _late_words(recorded.late, recorded.total)
    if recorded.unclear:
        report.counts["failed"] += "failed" not in result
        report.failed[name] = "; ".join([*([result["failed"]] if "failed" in result else []), *recorded.unclear])


def _late_words(late: Late, total: float) -> str:
    cost = "no penalty" if late.penalty is None else f"a penalty of {late.penalty:g} of its {total:g} points"
    return f"{timedelta(seconds=round(late.seconds))} late, {cost}"
