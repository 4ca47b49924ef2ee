"""What is wrong with a rubric, said with file and line."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


class RubricError(ValueError):
    """A rubric is malformed; the message begins with its file and line."""


def malformed(made: Any, reason: str) -> RubricError:
    """Build the error that says where a rubric is malformed and why."""
    return RubricError(f"{place_of(made)}: {getattr(made, '__name__', made)!s} {reason}")


def summary(made: Callable[..., Any]) -> str:
    """Return the docstring as one line; without one the function is malformed."""
    if not (made.__doc__ or "").strip():
        raise malformed(made, "needs a docstring: it is what people read")
    return " ".join(inspect.cleandoc(made.__doc__ or "").split())


def place_of(made: Any) -> str:
    """Name the file and line where a function or class stands."""
    return f"{file_of(made)}:{line_of(made)}"


def file_of(made: Any) -> str:
    """Return the file in which a function or class stands."""
    try:
        return inspect.getsourcefile(made) or "<unknown>"
    except TypeError:
        return "<unknown>"


def line_of(made: Any) -> int:
    """Return the line on which a function or class begins; 0 if nobody knows."""
    if hasattr(made, "__code__"):
        return int(made.__code__.co_firstlineno)
    try:
        return inspect.getsourcelines(made)[1]
    except (OSError, TypeError):
        return 0
