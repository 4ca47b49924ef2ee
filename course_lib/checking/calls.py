"""What an answer is called with: calls, the cases that make them, and the draws of a domain."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_lib.checking.data import bulk


@dataclass(frozen=True)
class Call:
    """The arguments of one call."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)


class Refused:
    """What a domain draws that must be refused: the reference raises an error, and so must every answer."""

    def __init__(self, made: Any) -> None:
        """`made` is what a case function returns: a tuple, a lone argument or a `Call`."""
        self.call = as_call(made)


@dataclass(frozen=True)
class Case:
    """One call to try. `make` builds its arguments afresh each time, so that no answer can spoil another's."""

    name: str
    title: str
    make: Callable[[], Call]
    points: float = 0.0  # an edge's own; general cases share the rubric's
    draw: bool = False  # made by the domain, not written by hand
    refused: bool = False  # its domain says that it must be refused
    text: str = ""  # the call as one would type it, where the rubric could not write it


@dataclass(frozen=True)
class Edge:
    """A special case with a name, a reason and points of its own."""

    name: str
    title: str
    points: float
    build: Callable[[], Any]

    def make(self) -> Call:
        """Make the arguments; no two calls share theirs."""
        return as_call(self.build())


class Draw:
    """Makes the arguments of one draw: those drawn to measure it, and new ones whenever it is asked again."""

    def __init__(self, draw: Callable[..., Any], exercise: str, seed: int, number: int) -> None:
        """Draw once, to know how much there is to read and whether it must be refused."""
        self.draw, self.number = draw, number
        self.entropy = [seed, number, zlib.crc32(exercise.encode()), 1]
        self.first: Call | None
        self.first, self.refused = self._drawn()
        self.bulk = bulk([self.first.args, self.first.kwargs])

    def __call__(self) -> Call:
        """Make the arguments; no two calls share theirs."""
        call, self.first = self.first or self._drawn()[0], None
        return call

    def _drawn(self) -> tuple[Call, bool]:
        made = self.draw(np.random.default_rng(self.entropy))
        return (made.call, True) if isinstance(made, Refused) else (as_call(made), False)


def as_call(made: Any) -> Call:
    """Turn what a case function returned into a call: a tuple is its arguments, anything else the only one."""
    if isinstance(made, Call):
        return made
    return Call(made) if type(made) is tuple else Call((made,))
