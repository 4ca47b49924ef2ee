"""Recognizing the known mistake behind a wrong answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from course_lib.checking.calling import run
from course_lib.checking.comparison import difference
from course_lib.checking.judging import Trial, changed, memory, rules
from course_lib.checking.malformed import summary
from course_lib.checking.rubric import Rubric


def agreeing(rubric: Rubric, trials: Sequence[Trial], names: Iterable[str] | None = None) -> list[str]:
    """Return the known mistakes, or those of `names`, that do in every trial what the answer did."""
    alive = list(rubric.mistakes if names is None else names)
    for trial in sorted(trials, key=lambda trial: trial.difference is None):  # where it is wrong, most of them part
        alive = [name for name in alive if _agrees(rubric, rubric.mistakes[name], trial)]
    return alive


def diagnose(rubric: Rubric, trials: Sequence[Trial]) -> str | None:
    """Return the name of the one known mistake that agrees with the answer on every case, if there is just one."""
    alive = agreeing(rubric, trials)
    return alive[0] if len(alive) == 1 else None


def _agrees(rubric: Rubric, mistake: Callable[..., Any], trial: Trial) -> bool:
    kind = trial.difference.kind if trial.difference else ""
    if kind == "device":
        return False  # mistakes are not tried on devices
    theirs, ours = trial.outcome, run(mistake, trial.case.make(), rubric.driver)
    if theirs.failure or ours.failure:
        return bool(theirs.failure and ours.failure and type(theirs.failure.error) is type(ours.failure.error))
    if difference(ours.value, theirs.value, rules(rubric)) is not None:
        return False
    if kind == "memory" and not memory(rubric, trial.expected, ours):
        return False
    return not changed([*ours.call.args], [*theirs.call.args], rules(rubric))


def feedback(rubric: Rubric, mistake: str) -> str:
    """Return what a learner reads for a known mistake."""
    return summary(rubric.mistakes[mistake])
