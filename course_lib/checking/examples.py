"""Examples as text: the call a learner could type, what was expected and what came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from course_lib.checking.calling import run
from course_lib.checking.calls import Case
from course_lib.checking.judging import Trial, judge, parameter_names
from course_lib.checking.reasons import Example
from course_lib.checking.recorded import recorded
from course_lib.checking.rubric import Rubric
from course_lib.checking.texts import describe, describe_both

EASY = 180  # characters of an example that are taken in at a glance
LONGEST_CALL = 240


def counter_example(rubric: Rubric, mistake: Callable[..., Any], seed: int = 0) -> Example | None:
    """Return a case that shows what a mistake does wrong, or None if every case and draw lets it pass.

    The cases grow: it is the first that a reader can take in, or else the one with the least to read.
    """
    found: list[Example] = []
    for case in _every_case(rubric, seed):
        if found and case.draw:
            break
        trial = judge(rubric, case, run(mistake, case.make(), rubric.driver))
        if trial.difference:
            found.append(example(rubric, trial))
            if _reading(found[-1]) <= EASY:
                return found[-1]
    return min(found, key=_reading, default=None)


def _every_case(rubric: Rubric, seed: int) -> Iterator[Case]:
    yield from (*rubric.general_cases(seed), *rubric.edge_cases())
    yield from rubric.domain_cases(seed, rubric.draws)


def _reading(shown: Example) -> int:
    """How much there is to read; what is cut off, or only named with its shape, cannot be."""
    text = shown.call + shown.expected + shown.actual
    return len(text) + (LONGEST_CALL if "…" in text or " of shape (" in text else 0)


def example(rubric: Rubric, trial: Trial) -> Example:
    """Write a trial as text: the call, what was expected and what came."""
    found = trial.difference
    assert found is not None
    call = call_text(rubric, trial.case)
    if found.kind in ("values", "arguments") or found.expected or found.actual:
        return Example(call, found.expected, found.actual, found.where)
    return Example(call, *describe_both(trial.expected.value, trial.outcome.value), found.where)


def call_text(rubric: Rubric, case: Case) -> str:
    """Write a case as the call a learner could type, arguments named."""
    if case.text:
        return _cut(case.text)
    call = case.make()
    if rubric.writer is not None:
        return _cut(rubric.writer(*call.args, **call.kwargs))
    if rubric.driver is not None:
        return _cut(recorded(rubric.answer, rubric.driver, call))
    names = parameter_names(rubric)
    named = [f"{name}={describe(value)}" for name, value in zip(names, call.args, strict=False)]
    named += [describe(value) for value in call.args[len(names) :]]
    named += [f"{name}={describe(value)}" for name, value in call.kwargs.items()]
    return _cut(f"{rubric.answer.__name__}({', '.join(named)})")


def _cut(text: str) -> str:
    """Return a text of bearable length, cut off between two calls, or else between two arguments.

    >>> _cut(f"o = SGD([1.0]); o.step({'1' * 300})"), _cut(f"f(a=1, b={'1' * 300})")
    ('o = SGD([1.0]); …', 'f(a=1, …)')
    """
    if len(text) <= LONGEST_CALL:
        return text
    head, mark, _ = text[: LONGEST_CALL - 2].rpartition("; ")
    if mark:
        return f"{head}; …"
    head, mark, rest = text[: LONGEST_CALL - 2].rpartition(", ")
    return f"{head}{mark}…)" if mark else f"{rest}…)"
