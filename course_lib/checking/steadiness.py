"""The same again: what an answer gives may depend on its arguments, and on nothing that was called before.

State in a class, in a default argument or in a global shows when a call is repeated, or when two objects are used in
turn.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from course_lib.checking.calling import Outcome
from course_lib.checking.calls import Call, Case
from course_lib.checking.comparison import Difference, difference
from course_lib.checking.judging import Trial, judge, rules
from course_lib.checking.recorded import recorded
from course_lib.checking.respondents import Respondent
from course_lib.checking.rubric import Rubric

AGAIN = (
    "Called once more with the same arguments, the answer gave another result: something is kept from one call to "
    "the next, in a global, a default argument or a class. Start anew in each call."
)
IN_TURN = (
    "Two objects that are used in turn disturb each other: state is kept where both find it, in the class, a default "
    "argument or a global. Keep it in `self`."
)


def unsteady(rubric: Rubric, respondent: Respondent, first: Trial) -> Difference | None:
    """Try the first case once more and return what is different from the first time, whether that was right or not."""
    if first.difference and first.difference.kind not in ("values", "error"):
        return None  # what is wrong with it says enough
    outcome = respondent.respond(rubric, [first.case.make()])[0]
    if _same(rubric, first.outcome, outcome):
        return None
    found = judge(rubric, first.case, outcome, first.expected).difference
    return Difference("state", AGAIN, *((found.where, found.expected, found.actual) if found else ()))


def _same(rubric: Rubric, one: Outcome, other: Outcome) -> bool:
    if one.failure or other.failure:
        return bool(one.failure and other.failure)
    return difference(one.value, other.value, rules(rubric)) is None


def entangled(rubric: Rubric, respondent: Respondent, one: Trial, other: Trial) -> Trial | None:
    """Use an object in the middle of the use of another one; return the trial if either is disturbed."""
    if rubric.driver is None:
        return None
    both = copy.copy(rubric)
    both.driver, both.writer, both.forbids = in_turn(rubric.driver), None, ()

    def make() -> Call:
        a, b = one.case.make(), other.case.make()
        return Call((a.args, a.kwargs, b.args, b.kwargs))

    case = Case("in turn", IN_TURN, make)
    trial = judge(both, case, respondent.respond(both, [make()])[0])
    if not trial.difference:
        return None
    text = recorded(rubric.answer, both.driver, make())
    return replace(trial, case=replace(case, text=text), difference=replace(trial.difference, message=IN_TURN))


def in_turn(driver: Callable[..., Any]) -> Callable[..., Any]:
    """Return the driver that drives a second object to its end as soon as the first one is made."""

    def drive(answer: Any, args: tuple[Any, ...], kwargs: Any, others: tuple[Any, ...], named: Any) -> list[Any]:
        results: list[Any] = []
        first = driver(_Interrupted(answer, lambda: results.append(driver(answer, *others, **named))), *args, **kwargs)
        return [first, *results]

    return drive


class _Interrupted:
    """An answer between whose first call and whatever follows something else happens."""

    def __init__(self, answer: Any, between: Callable[[], None]) -> None:
        self._answer, self._between, self._done = answer, between, False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        made = self._answer(*args, **kwargs)
        if not self._done:
            self._done = True
            self._between()
        return made

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__name__":
            raise AttributeError(name)
        return getattr(self._answer, name)
