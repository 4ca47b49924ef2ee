"""Judging outcomes against the reference's, and recognizing the known mistake behind a wrong one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.checking.calling import Failure, Outcome, run
from course_lib.checking.comparison import Difference, Rules, difference
from course_lib.checking.data import (
    TooDeep,
    is_tensor,
    leaves,
    plain,
    to_float64,
    transform,
)
from course_lib.checking.rubric import Call, Case, Rubric, summary
from course_lib.checking.texts import DIGITS, describe, describe_both, place
from course_lib.checking.verdict import Example

EASY = 180  # characters of an example that are taken in at a glance
LONGEST_CALL = 240
EXACT = Rules(tolerance=(0.0, 0.0))


@dataclass(frozen=True)
class Trial:
    """One case, what the answer made of it, and the first difference from the reference (None where they agree)."""

    case: Case
    outcome: Outcome
    difference: Difference | None


def rules(rubric: Rubric) -> Rules:
    """Return how closely this rubric's results must agree."""
    return Rules(rubric.tolerance, rubric.up_to)


def reference(rubric: Rubric, call: Call) -> Outcome:
    """Return what the reference makes of a call."""
    return run(rubric.answer, call, rubric.driver)


def judge(rubric: Rubric, case: Case, outcome: Outcome) -> Trial:
    """Compare an outcome with the reference's for the same case."""
    expected = reference(rubric, case.make())
    if expected.failure or outcome.failure:
        return Trial(case, outcome, _failures(expected, outcome))
    found = difference(expected.value, outcome.value, rules(rubric), _precise(rubric, case))
    return Trial(case, outcome, found or _arguments(rubric, case, expected, outcome))


def _failures(expected: Outcome, outcome: Outcome) -> Difference | None:
    want, got = expected.failure, outcome.failure
    if want and not got:
        message = f"This input must be refused with {want.name}, but your answer returned a result."
        return Difference("refusal", message, "", f"an error: {want.name}", describe(outcome.value, digits=DIGITS))
    if want and got and isinstance(got.error, type(want.error)):
        return None
    assert got is not None
    shown = f"an error: {want.name}" if want else describe(expected.value, digits=DIGITS)
    return Difference("error", _raised(got), "", shown, f"an error: {got.name}")


def _raised(failure: Failure) -> str:
    line = f", on the line `{failure.line}`" if failure.line else ""
    if isinstance(failure.error, SystemExit):
        return f"Your answer left Python with exit(){line}; return a result instead."
    return f"Your answer raised {failure.name}{': ' + failure.text if failure.text else ''}{line}."


def _precise(rubric: Rubric, case: Case) -> Any:
    """Return the reference's result on float64 copies of the inputs, or None where that says nothing new."""
    call = case.make()
    lower = [leaf for leaf in leaves([call.args, call.kwargs]) if to_float64(leaf) is not leaf]
    if not any("float64" not in str(leaf.dtype) for leaf in lower):
        return None
    outcome = reference(rubric, Call(transform(call.args, to_float64), transform(call.kwargs, to_float64)))
    return None if outcome.failure else outcome.value


def _arguments(rubric: Rubric, case: Case, expected: Outcome, outcome: Outcome) -> Difference | None:
    """Compare the arguments after the call: untouched, or written to as the reference does where that is the task."""
    want = expected.call if rubric.mutates else case.make()
    names = _parameter_names(rubric, case)
    got = outcome.call
    pairs = [
        *zip(names, want.args, got.args, strict=False),
        *((k, want.kwargs[k], got.kwargs[k]) for k in want.kwargs),
    ]
    for name, before, after in pairs:
        if _changed(before, after, rules(rubric) if rubric.mutates else EXACT):
            verb = "should hold the result afterwards, but differs" if rubric.mutates else "was changed in place"
            help_ = "" if rubric.mutates else "; the caller still needs it, so work on a new one"
            message = f"The argument `{name}` {verb}{help_}."
            return Difference("arguments", message, name, *_both(before, after))
    return None


def _both(before: Any, after: Any) -> tuple[str, str]:
    """Write an argument before and after the call; where that looks the same, its first difference and the place."""
    texts = describe_both(before, after)
    found = difference(before, after, EXACT) if texts[0] == texts[1] else None
    if found is None or not found.expected:
        return texts
    return f"{found.expected} {place(found.where)}".strip(), f"{found.actual} {place(found.where)}".strip()


def _changed(before: Any, after: Any, how: Rules) -> bool:
    known = (int, float, bool, str, bytes, type(None), complex)
    try:  # only of what it was: what it has become is the answer's doing, and may be anything
        every = [*leaves(before)]
    except TooDeep:
        return True
    if not all(is_tensor(x) or type(x) is np.ndarray or isinstance(plain(x), known) for x in every):
        return False  # a generator, say, is meant to move on
    return difference(before, after, how) is not None


def diagnose(rubric: Rubric, trials: Sequence[Trial]) -> str | None:
    """Return the name of the one known mistake that agrees with the answer on every case, if there is just one."""
    alive = list(rubric.mistakes)
    for trial in trials:
        alive = [name for name in alive if _agrees(rubric, rubric.mistakes[name], trial)]
        if not alive:
            return None
    return alive[0] if len(alive) == 1 else None


def _agrees(rubric: Rubric, mistake: Callable[..., Any], trial: Trial) -> bool:
    theirs, ours = trial.outcome, run(mistake, trial.case.make(), rubric.driver)
    if theirs.failure or ours.failure:
        return bool(theirs.failure and ours.failure and type(theirs.failure.error) is type(ours.failure.error))
    if difference(ours.value, theirs.value, rules(rubric)) is not None:
        return False
    return not _changed([*ours.call.args], [*theirs.call.args], rules(rubric))


def counter_example(rubric: Rubric, mistake: Callable[..., Any], seed: int = 0) -> Example | None:
    """Return a case that shows what a mistake does wrong, or None if every case lets it pass.

    The cases grow: it is the first that a reader can take in, or else the one with the least to read.
    """
    found = []
    for case in [*rubric.general_cases(seed), *rubric.edge_cases()]:
        trial = judge(rubric, case, run(mistake, case.make(), rubric.driver))
        if trial.difference:
            found.append(example(rubric, trial))
            if _reading(found[-1]) <= EASY:
                return found[-1]
    return min(found, key=_reading, default=None)


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
    expected = reference(rubric, trial.case.make())
    return Example(call, *describe_both(expected.value, trial.outcome.value), found.where)


def call_text(rubric: Rubric, case: Case) -> str:
    """Write a case as the call a learner could type, arguments named."""
    call = case.make()
    if rubric.writer is not None:
        return _cut(rubric.writer(*call.args, **call.kwargs))
    names = _parameter_names(rubric, case)
    named = [f"{name}={describe(value)}" for name, value in zip(names, call.args, strict=False)]
    named += [describe(value) for value in call.args[len(names) :]]
    named += [f"{name}={describe(value)}" for name, value in call.kwargs.items()]
    return _cut(f"{rubric.answer.__name__}({', '.join(named)})")


def _cut(text: str) -> str:
    """A text of bearable length, cut off between two calls, or else between two arguments.

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


def _parameter_names(rubric: Rubric, case: Case) -> list[str]:
    target = rubric.driver or rubric.answer
    skip = 1 if rubric.driver else 0
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(target).parameters.values()
    return [p.name for p in parameters if p.kind in kinds][skip:]


def feedback(rubric: Rubric, mistake: str) -> str:
    """Return what a learner reads for a known mistake."""
    return summary(rubric.mistakes[mistake])
