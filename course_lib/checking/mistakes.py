"""Mistakes made of right results and right programs: what bends the reference's result, and one knob turned."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from course_lib.checking.malformed import RubricError, file_of, line_of, malformed

RIGHT = "right"


def bending(wrong: Callable[..., Any], answer: Callable[..., Any]) -> Callable[..., Any]:
    """Return a mistake that learners could call: its keyword-only parameter `right` gets the reference's result."""
    signature = inspect.signature(wrong)
    asked = signature.parameters.get(RIGHT)
    if asked is None or asked.kind is not asked.KEYWORD_ONLY:
        return wrong
    if isinstance(answer, type) or isinstance(wrong, type):
        raise malformed(wrong, f"asks for {RIGHT!r}, but the answer is a class, which has no result; inherit from it")

    @functools.wraps(wrong)
    def bent(*args: Any, **kwargs: Any) -> Any:
        return wrong(*args, **kwargs, right=answer(*args, **kwargs))

    others = [parameter for name, parameter in signature.parameters.items() if name != RIGHT]
    return _standing(bent, signature.replace(parameters=others), file_of(wrong), line_of(wrong))


def knobs_of(program: Callable[..., Any]) -> dict[str, Any]:
    """Return a program's knobs with the setting at which it is right: its keyword-only parameters and defaults."""
    asked = inspect.signature(program).parameters.values()
    knobs = {one.name: one.default for one in asked if one.kind is one.KEYWORD_ONLY}
    if not knobs:
        raise malformed(program, "has no knob: give it keyword-only parameters, one for each mistake, as `*, shift=1`")
    for name, default in knobs.items():
        if default is inspect.Parameter.empty:
            raise malformed(program, f"has no default for its knob {name!r}; it must be right where no knob is turned")
    return knobs


def turned(
    program: Callable[..., Any], name: str, says: str, knobs: dict[str, Any], place: tuple[str, int]
) -> Callable[..., Any]:
    """Return the program with knobs turned, as a mistake of this name; raises `RubricError` at the `place`."""
    known = knobs_of(program)
    problem = ""
    if not says.strip():
        problem = "needs words: they are what the learner reads"
    elif not name.isidentifier():
        problem = "is no name; write it as a function's, such as 'wastes_the_first_step'"
    elif unknown := [knob for knob in knobs if knob not in known]:
        problem = f"turns {unknown[0]!r}, which is no knob of {program.__name__}; it has {', '.join(known)}"
    elif not [knob for knob, value in knobs.items() if repr(value) != repr(known[knob])]:
        problem = f"turns no knob, so it would be right; {program.__name__} has {', '.join(known)}"
    if problem:
        raise RubricError(f"{place[0]}:{place[1]}: the slip {name!r} {problem}")

    def slip(*args: Any, **kwargs: Any) -> Any:
        return program(*args, **kwargs, **knobs)

    slip.__name__ = slip.__qualname__ = name
    slip.__doc__, slip.__module__ = says, program.__module__
    signature = inspect.signature(program)
    others = [parameter for name, parameter in signature.parameters.items() if name not in known]
    return _standing(slip, signature.replace(parameters=others), *place)


def _standing(made: Callable[..., Any], signature: inspect.Signature, file: str, line: int) -> Callable[..., Any]:
    """Let a function made here say that it stands where its author wrote it, and what it is called with."""
    made.__code__ = made.__code__.replace(co_filename=file, co_firstlineno=line)  # type: ignore[attr-defined]
    made.__signature__ = signature  # type: ignore[attr-defined]
    return made
