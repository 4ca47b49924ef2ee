"""Rubrics: what an answer must do, written once as cases, edges, mistakes and alternatives."""

from __future__ import annotations

import copy
import functools
import inspect
import sys
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib.checking.calls import Call, Case, Draw, Edge, as_call
from course_lib.checking.malformed import RubricError, file_of, line_of, malformed, summary
from course_lib.checking.mistakes import bending, knobs_of, turned

KINDS = ("sign", "permutation", "dtype", "strides")


class Rubric:
    """What the answer to one exercise must do. Made with the decorator `rubric`; README.md lists its parts."""

    def __init__(self, build: Callable[..., Any], answer: Callable[..., Any], **options: Any) -> None:
        """Check and keep the parts; a malformed one raises `RubricError` with file and line."""
        self.build, self.answer = build, answer
        self.concept = answer.__module__.rpartition(".")[2]
        self.name = f"{self.concept}.{answer.__name__}"
        self.title: str = options["title"]
        self.points = float(options["points"])
        self.difficulty: int = options["difficulty"]
        self.minutes: int = options["minutes"]
        self.forbids: tuple[str, ...] = (reference_path(answer), *options["forbids"])
        self.sizes: tuple[int, ...] = tuple(options["sizes"])
        self.tolerance: tuple[float, float] | None = options["tolerance"]
        up_to = options["up_to"]
        self.up_to: tuple[str, ...] = (up_to,) if isinstance(up_to, str) else tuple(up_to)
        self.mutates: bool = options["mutates"]
        self.devices: bool = options["devices"]
        self.may_share: bool = options["may_share"]
        self.draws: int = options["draws"]
        self.driver: Callable[..., Any] | None = None
        self.draw: Callable[..., Any] | None = None
        self.independent: Callable[..., Any] | None = None
        self.writer: Callable[..., str] | None = None
        self.knobbed: Callable[..., Any] | None = None
        self.edges: list[Edge] = []
        self.mistakes: dict[str, Callable[..., Any]] = {}
        self.alternatives: dict[str, Callable[..., Any]] = {}
        self._refuse_malformed()

    def _refuse_malformed(self) -> None:
        if self.build.__name__ != self.answer.__name__:
            raise malformed(self.build, f"is named differently from its answer {self.answer.__name__!r}")
        summary(self.build)
        if not self.title.strip():
            raise malformed(self.build, "needs a title")
        if not self.points > 0:
            raise malformed(self.build, f"has points={self.points:g}; they must be above 0")
        if self.difficulty not in (1, 2, 3):
            raise malformed(self.build, f"has difficulty={self.difficulty!r}; it must be 1, 2 or 3")
        if not self.minutes > 0:
            raise malformed(self.build, f"has minutes={self.minutes!r}; they must be above 0")
        if not self.sizes:
            raise malformed(self.build, "has no sizes, so no general case would be tried")
        if not self.draws > 0:
            raise malformed(self.build, f"has draws={self.draws!r}; it must be above 0")
        for kind in self.up_to:
            if kind not in KINDS:
                raise malformed(self.build, f"has up_to={kind!r}; it must be one of {', '.join(KINDS)}")

    @property
    def max_points(self) -> float:
        """The points of the general cases and of every edge."""
        return self.points + sum(edge.points for edge in self.edges)

    @property
    def graded_draws(self) -> int:
        """How many draws a submission is graded with, besides its cases and edges."""
        return 2 * self.draws

    @property
    def parameters(self) -> list[str]:
        """The names of the answer's parameters, for messages."""
        return list(inspect.signature(self.answer).parameters)

    def edge(self, points: float) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        """Decorate a function that returns the arguments of a special case worth `points` of its own."""

        def add(build: Callable[[], Any]) -> Callable[[], Any]:
            if not points > 0:
                raise malformed(build, f"has points={points:g}; they must be above 0")
            if any(edge.name == build.__name__ for edge in self.edges):
                raise malformed(build, f"is a second edge of {self.name} with that name")
            self.edges.append(Edge(build.__name__, summary(build), float(points), build))
            return build

        return add

    def mistake(self, wrong: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a wrong answer that people really give; its docstring is the feedback.

        A keyword-only parameter `right` gets the reference's result.
        """
        summary(wrong)
        self._add(self.mistakes, bending(wrong, self.answer), "mistake")
        return wrong

    def alternative(self, right: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a right answer by another way; tests make sure that it passes."""
        return self._add(self.alternatives, right, "alternative")

    def program(self, right: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate one honest program with one knob a mistake: keyword-only parameters, right at their defaults."""
        summary(right)
        knobs_of(right)
        self.knobbed = right
        return self._add(self.alternatives, right, "alternative")

    def slip(self, name: str, says: str, **knobs: Any) -> None:
        """Add the mistake that the program makes with these knobs turned; `says` is the feedback."""
        frame = sys._getframe(1)
        place = frame.f_code.co_filename, frame.f_lineno
        if self.knobbed is None:
            words = f"needs a program above it: decorate one with @{self.answer.__name__}.program"
            raise RubricError(f"{place[0]}:{place[1]}: the slip {name!r} {words}")
        self._add(self.mistakes, turned(self.knobbed, name, says, knobs, place), "mistake")

    def drive(self, driver: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate the function that uses a stateful answer and returns plain data, or take one of `drivers`."""
        if self.driver is not None:
            raise malformed(driver, f"is a second driver of {self.name}")
        self.driver = driver
        if writer := getattr(driver, "written", None):
            self.writer = functools.partial(writer, self.answer)
        return driver

    def written(self, writer: Callable[..., str]) -> Callable[..., str]:
        """Decorate the function that writes a driven call as a learner would, from the driver's arguments."""
        if self.writer is not None and not isinstance(self.writer, functools.partial):
            raise malformed(writer, f"is a second writer of calls of {self.name}")
        self.writer = writer
        return writer

    def domain(self, draw: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a function `(rng) -> arguments` that draws one input out of everything the prompt allows."""
        summary(draw)
        if self.draw is not None:
            raise malformed(draw, f"is a second domain of {self.name}")
        self.draw = draw
        return draw

    def oracle(self, independent: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate an independent implementation, with which `course audit` compares the reference."""
        summary(independent)
        if self.independent is not None:
            raise malformed(independent, f"is a second oracle of {self.name}")
        self.independent = independent
        return independent

    def _add(self, to: dict[str, Any], made: Callable[..., Any], kind: str) -> Callable[..., Any]:
        if made.__name__ in to:
            raise malformed(made, f"is a second {kind} of {self.name} with that name")
        to[made.__name__] = made
        return made

    def general_cases(self, seed: int) -> list[Case]:
        """Return the general cases of `seed`, smallest first."""
        return [Case(f"size {size}", summary(self.build), self._maker(seed, size)) for size in self.sizes]

    def edge_cases(self) -> list[Case]:
        """Return the edges as cases, in the order in which they were written."""
        return [Case(edge.name, edge.title, edge.make, edge.points) for edge in self.edges]

    def domain_cases(self, seed: int, count: int) -> list[Case]:
        """Return `count` draws of the domain as cases, those with the least to read first; none without a domain."""
        if self.draw is None:
            return []
        drawn = [self.drawn(seed, number) for number in range(count)]
        drawn.sort(key=lambda one: one.bulk)
        title = summary(self.draw)
        return [Case(f"draw {one.number}", title, one, draw=True, refused=one.refused) for one in drawn]

    def drawn(self, seed: int, number: int) -> Draw:
        """Return one draw of the domain; calling it makes its arguments."""
        assert self.draw is not None
        return Draw(self.draw, self.name, seed, number)

    def _maker(self, seed: int, size: int) -> Callable[[], Call]:
        entropy = [seed, size, zlib.crc32(self.name.encode())]  # exercises must not share their numbers
        return lambda: as_call(self.build(np.random.default_rng(entropy), size))


def unwatched(rubric: Rubric) -> Rubric:
    """Return the rubric without what it forbids: for the reference itself, and mistakes built on it."""
    free = copy.copy(rubric)
    free.forbids = ()
    return free


def reference_path(answer: Any) -> str:
    """Name a reference by its full path, as `forbids` names shortcuts."""
    return f"{answer.__module__}.{answer.__name__}"


def rubric(
    *,
    answer: Any,
    title: str,
    points: float = 2,
    difficulty: int = 1,
    minutes: int = 10,
    forbids: Sequence[str] = (),
    sizes: Sequence[int] = (1, 2, 3, 5, 8),
    tolerance: tuple[float, float] | None = None,
    up_to: str | Sequence[str] = (),
    mutates: bool = False,
    devices: bool = True,
    draws: int = 20,
    may_share: bool = False,
) -> Callable[[Callable[..., Any]], Rubric]:
    """Make a rubric of a function `(rng, size) -> arguments`; README.md beside this file says what each part does.

    `tolerance` is `(relative, absolute)`. Raises `RubricError` with file and line for a malformed rubric.
    """
    options = {key: value for key, value in locals().items() if key != "answer"}

    def make(build: Callable[..., Any]) -> Rubric:
        if not callable(answer) or not hasattr(answer, "__name__"):
            raise malformed(build, f"has answer={answer!r}; it must be the reference function or class")
        made = Rubric(build, answer, **options)
        earlier = _BUILT.get(made.name)
        if earlier is not None and line_of(earlier) != line_of(build) and file_of(earlier) == file_of(build):
            raise malformed(build, f"is a second rubric named {made.name!r}; the first is on line {line_of(earlier)}")
        _BUILT[made.name] = build
        return made

    return make


_BUILT: dict[str, Callable[..., Any]] = {}  # a module forgets a name defined twice; this does not
