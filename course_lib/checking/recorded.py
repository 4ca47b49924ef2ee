"""A driven call as a learner would type it, found by watching what the driver does with the reference.

    counter = Counter(start=3); counter.add(4)

A driver touches an answer only by calling it and what it makes, so whatever it does can be written down. Rubrics whose
driver does more than that, or whose arguments are better named otherwise, say so with `written`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course_lib.checking.calling import quiet
from course_lib.checking.calls import Call
from course_lib.checking.drivers import named
from course_lib.checking.texts import describe

MOST = 40  # calls; more are not read


class Made:
    """An object made by the reference, under the name it has in the text."""

    def __init__(self, made: Any, name: str, lines: list[str]) -> None:
        """Keep the object; nothing is written yet."""
        self.__dict__.update(_made=made, _name=name, _lines=lines)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object, and write that down."""
        return _noted(self._made, self._name, self._lines)(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        """Read an attribute; a method is written down when it is called."""
        value = getattr(self._made, name)
        return _noted(value, f"{self._name}.{name}", self._lines) if callable(value) else value

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute, and write that down."""
        self._lines.append(f"{self._name}.{name} = {describe(value)}")
        setattr(self._made, name, value)

    def __getitem__(self, key: Any) -> Any:
        """Read an item."""
        return self._made[key]

    def __len__(self) -> int:
        """Return the length."""
        return len(self._made)

    def __iter__(self) -> Any:
        """Iterate over the object."""
        return iter(self._made)


def _noted(function: Callable[..., Any], name: str, lines: list[str]) -> Callable[..., Any]:
    def noted(*args: Any, **kwargs: Any) -> Any:
        texts = [*map(describe, args), *(f"{key}={describe(value)}" for key, value in kwargs.items())]
        lines.append(f"{name}({', '.join(texts)})")
        return function(*args, **kwargs)

    return noted


def recorded(answer: Callable[..., Any], driver: Callable[..., Any], call: Call) -> str:
    """Return the calls that a driver makes, one after the other; what raises ends them."""
    lines: list[str] = []
    count = 0

    def begin(*args: Any, **kwargs: Any) -> Any:
        nonlocal count
        texts = [*filter(None, [named(answer, args)]), *(f"{key}={describe(value)}" for key, value in kwargs.items())]
        written = f"{answer.__name__}({', '.join(texts)})"
        if not isinstance(answer, type):
            lines.append(written)
            return answer(*args, **kwargs)
        count += 1
        name = f"o{count}" if count > 1 else "o"
        lines.append(f"{name} = {written}")
        return Made(answer(*args, **kwargs), name, lines)

    begin.__name__ = answer.__name__
    with quiet():
        try:
            driver(begin, *call.args, **call.kwargs)
        except Exception:  # what must be refused ends with the call that is
            return "; ".join(lines[:MOST])
    return "; ".join(lines[:MOST] + ["…"] * (len(lines) > MOST))
