"""From trials to a verdict: what was earned, and the sentence that helps most."""

from __future__ import annotations

import re
from collections.abc import Sequence

from course_lib.checking.diagnosis import diagnose, feedback
from course_lib.checking.examples import example
from course_lib.checking.judging import Trial
from course_lib.checking.malformed import summary
from course_lib.checking.reasons import Reason, Status
from course_lib.checking.rubric import Rubric
from course_lib.checking.verdict import Verdict

GENERAL = "general cases"


def nothing(rubric: Rubric, status: Status, message: str) -> Verdict:
    """Return the verdict of an answer that could not be tried, or not to the end."""
    return _verdict(rubric, status, message, None, [_general(rubric, message), *_untried(rubric)])


def failed(rubric: Rubric, trials: Sequence[Trial], mistake: str | None, instead: str = "") -> Verdict:
    """Return the verdict of an answer that fails a general case; the smallest that tells how is shown.

    `instead` is what to say where no known mistake explains it.
    """
    wrong = [trial for trial in trials if trial.difference]
    trial = wrong[0] if mistake or instead else _clearest(wrong)
    assert trial.difference is not None
    message = feedback(rubric, mistake) if mistake else instead or trial.difference.message
    shown = _general(rubric, message, trial)
    return _verdict(rubric, "failed", message, mistake, [shown, *_untried(rubric)])


def _clearest(wrong: Sequence[Trial]) -> Trial:
    """Return the first trial that fails in the way most of them do, if how can be said; else the first."""
    ways = {id(t): re.sub(r"[\d.]+", "#", t.difference.message) for t in wrong if t.difference and t.difference.related}
    most = max(ways.values(), key=list(ways.values()).count, default=None)
    return next((trial for trial in wrong if most and ways.get(id(trial)) == most), wrong[0])


def graded(rubric: Rubric, trials: Sequence[Trial], edges: Sequence[Trial]) -> Verdict:
    """Return the verdict of an answer whose general cases hold; each edge counts for itself."""
    mistake, message = None, "Every case agrees with the reference."
    wrong = next((trial for trial in edges if trial.difference), None)
    if wrong and wrong.difference:
        mistake = diagnose(rubric, [*trials, *edges])
        message = feedback(rubric, mistake) if mistake else f"{wrong.case.title} {wrong.difference.message}"
    reasons = [_general(rubric), *(_edge(rubric, trial) for trial in edges)]
    return _verdict(rubric, "partial" if wrong else "passed", message, mistake, reasons)


def short_of_the_prompt(rubric: Rubric, message: str, mistake: str | None, wrong: Trial, edges: list[Trial]) -> Verdict:
    """Return the verdict of an answer that passes all cases and edges, but not all that the prompt allows."""
    reasons = [_general(rubric, message, wrong), *(_edge(rubric, trial) for trial in edges)]
    return _verdict(rubric, "partial" if edges else "failed", message, mistake, reasons)


def _verdict(rubric: Rubric, status: Status, message: str, mistake: str | None, reasons: list[Reason]) -> Verdict:
    points = sum(reason.points for reason in reasons)
    return Verdict(rubric.name, rubric.title, status, points, rubric.max_points, message, mistake, tuple(reasons))


def _general(rubric: Rubric, message: str = "", wrong: Trial | None = None) -> Reason:
    """Return the reason for the general points: earned where there is nothing to say."""
    points = 0.0 if message else rubric.points
    shown = example(rubric, wrong) if wrong else None
    return Reason(GENERAL, summary(rubric.build), points, rubric.points, not message, message, shown)


def _edge(rubric: Rubric, trial: Trial) -> Reason:
    case, found = trial.case, trial.difference
    points, words = (0.0, found.message) if found else (case.points, "")
    return Reason(
        case.name, case.title, points, case.points, not found, words, example(rubric, trial) if found else None
    )


def _untried(rubric: Rubric) -> list[Reason]:
    return [Reason(edge.name, edge.title, 0.0, edge.points, None) for edge in rubric.edges]
