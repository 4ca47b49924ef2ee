"""Calling an answer: its prints and warnings cost nothing, and whatever it raises becomes an outcome."""

from __future__ import annotations

import contextlib
import io
import linecache
import time
import traceback
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from course_lib.checking.calls import Call


@dataclass(frozen=True)
class Failure:
    """What a call raised, and the line of the answer on which it did."""

    error: BaseException
    line: str = ""
    line_number: int = 0

    @property
    def name(self) -> str:
        """The class of the error, as in a traceback."""
        return type(self.error).__name__

    @property
    def text(self) -> str:
        """The error in one line; never longer than a reader wants."""
        try:
            text = " ".join(str(self.error).split())
        except Exception:  # an exception of the learner's own whose __str__ fails
            text = ""
        return text if len(text) <= 300 else text[:299] + "…"


@dataclass(frozen=True)
class Outcome:
    """What one call gave: a value or a failure, and its arguments as it left them."""

    call: Call
    value: Any = None
    failure: Failure | None = None
    seconds: float = 0.0


def run(
    function: Callable[..., Any],
    call: Call,
    driver: Callable[..., Any] | None = None,
    watching: Any = None,
) -> Outcome:
    """Call `function`, through its driver if it has one, inside the context `watching` makes.

    Whatever it raises becomes the outcome, but a `KeyboardInterrupt` passes: that is the learner's own.
    """
    target = function if driver is None else lambda *args, **kwargs: driver(function, *args, **kwargs)
    with quiet():
        begun = time.perf_counter()
        try:
            with watching or contextlib.nullcontext():
                value = target(*call.args, **call.kwargs)
            return Outcome(call, value=value, seconds=time.perf_counter() - begun)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return Outcome(call, failure=_failure(error, function))


def call_each(answer: Callable[..., Any], arguments: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Return the results of calls that do not depend on each other, in order. For drivers.

    An answer in another process gets them all at once, instead of waiting for each reply before the next call.
    """
    calls = list(arguments)
    together = vars(type(answer)).get("__call_each__")
    return together(answer, calls) if together else [answer(*args) for args in calls]  # type: ignore[no-any-return]


@contextlib.contextmanager
def quiet() -> Any:
    """Swallow prints and warnings: text on stderr would cost points in stock nbgrader."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield


def _failure(error: BaseException, function: Callable[..., Any]) -> Failure:
    told = BaseException.__getattribute__(error, "__dict__").get("line_of_answer")
    if type(told) is tuple and [type(part) for part in told] == [str, int]:
        return Failure(error, *told)  # it was raised in another process, where the line is known
    frames = traceback.extract_tb(error.__traceback__)
    own = file_of(function)
    theirs = [frame for frame in frames if frame.filename == own]
    if not theirs:
        return Failure(error)
    frame = theirs[-1]
    line = linecache.getline(frame.filename, frame.lineno or 0).strip() or (frame.line or "")
    return Failure(error, line, frame.lineno or 0)


def file_of(function: Callable[..., Any]) -> str:
    """Return the file, or notebook cell, in which a function or a class was written."""
    made = list(vars(function).values()) if isinstance(function, type) else [function]
    return next((part.__code__.co_filename for part in made if hasattr(part, "__code__")), "<unknown>")
