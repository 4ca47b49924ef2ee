"""A class → its gradebook: what is new is graded in parallel, what is known is read, one writer records it all."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path

from course_lib.grading import pool
from course_lib.grading.gradebook import graded_notebook
from course_lib.grading.gradebook.late_penalties import Late
from course_lib.grading.gradebook.scores import GradebookGone, Writer
from course_lib.grading.handed_in.course_folders import Course, CourseError, Submission
from course_lib.grading.handed_in.repaired import repair
from course_lib.grading.result import Result
from course_lib.grading.sandbox import gpu_memory
from course_lib.grading.sandbox.lockdown import Limits, library_folders
from course_lib.grading.verdict_files import Task, Verdicts, secret, seed_for


class NotIsolated(RuntimeError):
    """This machine cannot isolate student code, and isolation was required."""


@dataclass
class Report:
    """What a run did: counts, and each submission that was mended, late, doubtful or failed, with the reason."""

    counts: Counter[str] = field(default_factory=Counter)
    repaired: dict[str, str] = field(default_factory=dict)
    review: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    late: dict[str, str] = field(default_factory=dict)
    totals: dict[tuple[str, str], float] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    unisolated: int = 0

    def note(self, kind: str, name: str, words: str) -> None:
        """Take note of one submission; of several reasons each is told."""
        told: dict[str, str] = getattr(self, kind)
        told[name] = f"{told[name]}; {words}" if name in told else words
        self.counts[kind] = len(told)


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

    Whatever one submission is, the others are graded. Raises `CourseError` for folders that cannot be used,
    `NotIsolated` where isolation is required but not to be had, `gpu_memory.NoDevice` where there is no such device.
    """
    gpu_memory.require(device, here=scheduler is None)
    _not_among_libraries(course)
    submissions = course.submissions(assignment, student)
    _at_least_one_release(course, {submission.assignment for submission in submissions})
    report = Report()
    make = partial(task_for, course, key=secret(course.root), limits=limits, device=device)
    batch = _Batch(make, Verdicts(course.root), report, require_isolation)
    progress(0, len(submissions))
    with Writer(course) as writer:
        results = batch.results(submissions, partial(_run, jobs=jobs, scheduler=scheduler))
        for done, (submission, task, result) in enumerate(results, start=1):
            if require_isolation and not result.isolated:
                raise NotIsolated("Student code cannot be isolated here: layers " + ", ".join(result.layers))
            _record(writer, report, submission, task, result)
            progress(done, len(submissions))
    return report


def _not_among_libraries(course: Course) -> None:
    """Raise `CourseError` where the class lies in a folder that every notebook has to read."""
    for place in course.private_places():
        for folder in library_folders():
            if Path(place).is_relative_to(folder):
                raise CourseError(
                    f"{place} lies in {folder}, where Python's packages are, which every notebook may read: "
                    "nothing in it can be kept from students' code. Move the course to a folder of its own."
                )


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
) -> tuple[Submission, Task]:
    """Return a submission, with what is to be said of its files, and its task.

    Raises `CourseError` where its notebook was never released, or its name can be no id.
    """
    release = _read(course.release(submission.assignment))
    submission, data = submission.read(release)
    seed = seed_for(key or secret(course.root), submission.assignment, submission.student, data)
    about = (submission.assignment, submission.student, data, release, seed, limits or Limits(), device)
    return submission, Task(*about, course.private_places())


@lru_cache(maxsize=8)
def _read(path: Path) -> bytes:
    return path.read_bytes()


def _run(tasks: Iterator[Task], jobs: int, scheduler: str | None) -> Iterator[pool.Graded]:
    return pool.run_on_dask(tasks, scheduler) if scheduler else pool.run_local(tasks, jobs)


@dataclass
class _Batch:
    """The submissions of one run on their way to results."""

    make: Callable[[Submission], tuple[Submission, Task]]
    verdicts: Verdicts
    report: Report
    require_isolation: bool

    def results(
        self, submissions: list[Submission], run: Callable[[Iterator[Task]], Iterator[pool.Graded]]
    ) -> Iterator[tuple[Submission, Task, Result]]:
        """Yield every submission with its result: the known ones first, then the others as they are done.

        Tasks are made when they are needed, so that a large class never lies in memory as a whole.
        """
        new = []
        for listed, submission, task in self._tasks(submissions):
            known = self.verdicts.get(task.key)
            if known is None or (self.require_isolation and not known.isolated):
                new.append(listed)
            else:
                self.report.counts["cached"] += 1
                yield submission, task, known
        owners: dict[tuple[str, str], Submission] = {}

        def tasks() -> Iterator[Task]:
            for _, submission, task in self._tasks(new):
                owners[task.assignment, task.student] = submission
                yield task

        for task, result in run(tasks()) if new else ():
            submission = owners.pop((task.assignment, task.student))
            if not result.failed:
                with _trouble_of(submission, self.report):
                    self.verdicts.put(task.key, result)
                self.report.counts["graded"] += 1
            yield submission, task, result

    def _tasks(self, submissions: list[Submission]) -> Iterator[tuple[Submission, Submission, Task]]:
        """Yield each submission that can be read, with what is said of its files, and its task; it may have changed."""
        for submission in submissions:
            with _trouble_of(submission, self.report):
                yield submission, *self.make(submission)


@contextlib.contextmanager
def _trouble_of(submission: Submission, report: Report) -> Iterator[None]:
    """Let nothing about one submission end the run: what is raised is told of it, and the next one follows."""
    try:
        yield
    except (NotIsolated, GradebookGone):
        raise
    except CourseError as error:
        report.note("failed", submission.name, str(error))
    except Exception as error:
        report.note("failed", submission.name, f"{type(error).__name__}: {error}")


def _record(writer: Writer, report: Report, submission: Submission, task: Task, result: Result) -> None:
    name, notes = submission.name, [*submission.notes, *result.notes]
    result = replace(result, notes=tuple(notes), review=(*submission.review, *result.review))
    if result.failed:
        report.note("failed", name, result.failed)
    if result.review:
        report.note("review", name, " ".join(result.review))
    if notes:
        report.note("repaired", name, " ".join(notes))
    report.unisolated += not result.isolated
    report.layers = result.layers or report.layers
    with _trouble_of(submission, report):
        notebook = graded_notebook.graded(repair(task.submission, json.loads(task.release)).notebook, result)
        recorded = writer.record(task.assignment, task.release, submission.student, notebook, result)
        report.totals[submission.student, submission.assignment] = recorded.total
        if recorded.late:
            report.note("late", name, _late_words(recorded.late, recorded.total))
        if recorded.unclear:
            report.note("failed", name, "; ".join(recorded.unclear))


def _late_words(late: Late, total: float) -> str:
    cost = "no penalty" if late.penalty is None else f"a penalty of {late.penalty:g} of its {total:g} points"
    return f"{timedelta(seconds=round(late.seconds))} late, {cost}"
