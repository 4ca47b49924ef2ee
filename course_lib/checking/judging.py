"""Judging what an answer made of a case by what the reference makes of it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from course_lib.checking.calling import Failure, Outcome, run
from course_lib.checking.calls import Call, Case
from course_lib.checking.comparison import Difference, Rules, difference
from course_lib.checking.data import TooDeep, is_tensor, leaves, plain, to_float64, transform
from course_lib.checking.relations import relation
from course_lib.checking.rubric import Rubric
from course_lib.checking.sharing import shared
from course_lib.checking.texts import DIGITS, describe, describe_both, place

EXACT = Rules(tolerance=(0.0, 0.0))


@dataclass(frozen=True)
class Trial:
    """One case, what answer and reference made of it, and their first difference (None where they agree)."""

    case: Case
    outcome: Outcome
    expected: Outcome
    difference: Difference | None


def rules(rubric: Rubric) -> Rules:
    """Return how closely this rubric's results must agree."""
    return Rules(rubric.tolerance, rubric.up_to)


def reference(rubric: Rubric, call: Call) -> Outcome:
    """Return what the reference makes of a call."""
    return run(rubric.answer, call, rubric.driver)


def judge(rubric: Rubric, case: Case, outcome: Outcome, expected: Outcome | None = None) -> Trial:
    """Compare an outcome with the reference's for the same case, which is computed unless it is given."""
    expected = expected or reference(rubric, case.make())
    return Trial(case, outcome, expected, _first_difference(rubric, case, expected, outcome))


def _first_difference(rubric: Rubric, case: Case, expected: Outcome, outcome: Outcome) -> Difference | None:
    if expected.failure or outcome.failure:
        return _failures(expected, outcome)
    found = difference(expected.value, outcome.value, rules(rubric))
    if found and found.kind == "values" and (precise := _precise(rubric, case)) is not None:
        found = difference(expected.value, outcome.value, rules(rubric), precise)
    if found and found.kind == "values" and not rubric.up_to:
        words = relation(expected.value, outcome.value)
        found = replace(found, message=words, related=True) if words else found
    written = _arguments(rubric, expected, outcome)
    if found and written and not rubric.mutates:  # the one may well be the cause of the other
        return replace(found, message=f"{found.message} {written.message}")
    return found or written or memory(rubric, expected, outcome)


def memory(rubric: Rubric, expected: Outcome, outcome: Outcome) -> Difference | None:
    """Say of which argument the result is a part, where the reference's is not."""
    if rubric.driver or rubric.mutates or rubric.may_share:
        return None
    mine, own = (shared(_named(rubric, one.call), one.value) for one in (outcome, expected))
    name = next((name for name in mine if name not in own), None)
    if name is None:
        return None
    message = (
        f"The values are right, but the result is `{name}` itself or a part of its memory: whoever writes to the one "
        "changes the other. Return a new one."
    )
    return Difference("memory", message, "", "a result of its own", f"memory of {name}")


def _failures(expected: Outcome, outcome: Outcome) -> Difference | None:
    want, got = expected.failure, outcome.failure
    if want and not got:
        message = f"This input must be refused with {want.name}, but the answer returned a result."
        return Difference("refusal", message, "", f"an error: {want.name}", describe(outcome.value, digits=DIGITS))
    if want and got and isinstance(got.error, type(want.error)):
        return None
    assert got is not None
    shown = f"an error: {want.name}" if want else describe(expected.value, digits=DIGITS)
    return Difference("error", _raised(got), "", shown, f"an error: {got.name}")


def _raised(failure: Failure) -> str:
    line = f", on the line `{failure.line}`" if failure.line else ""
    if isinstance(failure.error, SystemExit):
        return f"The answer left Python with exit(){line}; return a result instead."
    return f"The answer raised {failure.name}{': ' + failure.text if failure.text else ''}{line}."


def _precise(rubric: Rubric, case: Case) -> Any:
    """Return the reference's result on float64 copies of the inputs, or None where that says nothing new."""
    call = case.make()
    lower = [leaf for leaf in leaves([call.args, call.kwargs]) if to_float64(leaf) is not leaf]
    if not any("float64" not in str(leaf.dtype) for leaf in lower):
        return None
    outcome = reference(rubric, Call(transform(call.args, to_float64), transform(call.kwargs, to_float64)))
    return None if outcome.failure else outcome.value


def _arguments(rubric: Rubric, expected: Outcome, outcome: Outcome) -> Difference | None:
    """Compare the arguments after the call with those that the reference left."""
    for name, before, after in _pairs(rubric, expected.call, outcome.call):
        if changed(before, after, rules(rubric) if rubric.mutates else EXACT):
            known = name in _names_of_the_answer(rubric)  # a driver's own names mean nothing to a learner
            subject, name = (f"The argument `{name}`", name) if known else ("An argument", "")
            message = f"{subject} was changed in place; the caller still needs it, so work on a new one."
            if rubric.mutates:
                message = f"{subject} should hold the result afterwards. {_how(before, after)}".strip()
            return Difference("arguments", message, name, *_both(before, after))
    return None


def _how(before: Any, after: Any) -> str:
    found = difference(before, after, EXACT)
    return (relation(before, after) or found.message) if found and found.kind == "values" else ""


def _named(rubric: Rubric, call: Call) -> list[tuple[str, Any]]:
    return [*zip(parameter_names(rubric), call.args, strict=False), *call.kwargs.items()]


def _pairs(rubric: Rubric, one: Call, other: Call) -> Iterator[tuple[str, Any, Any]]:
    """Yield the arguments of two calls side by side, each with its name."""
    yield from zip(parameter_names(rubric), one.args, other.args, strict=False)
    yield from ((name, one.kwargs[name], other.kwargs[name]) for name in one.kwargs)


def _names_of_the_answer(rubric: Rubric) -> set[str]:
    """Return the names of all parameters that the answer, or a method of it, has."""
    methods = vars(rubric.answer).values() if isinstance(rubric.answer, type) else ()
    callables: list[Any] = [rubric.answer, *(method for method in methods if inspect.isfunction(method))]
    return {name for one in callables for name in inspect.signature(one).parameters}


def _both(before: Any, after: Any) -> tuple[str, str]:
    """Write an argument before and after the call; where that looks the same, its first difference and the place."""
    texts = describe_both(before, after)
    found = difference(before, after, EXACT) if texts[0] == texts[1] else None
    if found is None or not found.expected:
        return texts
    return f"{found.expected} {place(found.where)}".strip(), f"{found.actual} {place(found.where)}".strip()


def changed(before: Any, after: Any, how: Rules) -> bool:
    """Say whether an argument is another than before; what cannot be compared, such as a generator, may be."""
    known = (int, float, bool, str, bytes, type(None), complex)
    try:  # only of what it was: what it has become is the answer's doing, and may be anything
        every = [*leaves(before)]
    except TooDeep:
        return True
    if not all(is_tensor(x) or type(x) is np.ndarray or isinstance(plain(x), known) for x in every):
        return False  # a generator, say, is meant to move on
    return difference(before, after, how) is not None


def parameter_names(rubric: Rubric) -> list[str]:
    """Return the names of the parameters that a case's arguments are for."""
    target = rubric.driver or rubric.answer
    skip = 1 if rubric.driver else 0
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(target).parameters.values()
    further = getattr(rubric.driver, "named_from", 0)  # a shared driver takes what its answer takes
    return [p.name for p in parameters if p.kind in kinds][skip:] + (rubric.parameters[further:] if further else [])
