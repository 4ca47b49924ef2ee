"""Whatever can run an answer: this process here, a sandboxed one in `grading`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

from course_lib.checking import devices
from course_lib.checking.calling import Outcome, run
from course_lib.checking.calls import Call
from course_lib.checking.data import kind_of
from course_lib.checking.forbidden import Watch
from course_lib.checking.rubric import Rubric, reference_path


@runtime_checkable
class Respondent(Protocol):
    """Whatever can run an answer: this process, or a sandboxed one elsewhere."""

    def obstacle(self, rubric: Rubric) -> str | None:
        """Say why the answer cannot be tried at all, or None."""

    def respond(self, rubric: Rubric, calls: Sequence[Call]) -> list[Outcome]:
        """Run the answer on each call in turn, on the devices of its arguments."""

    def shortcut(self, rubric: Rubric) -> str | None:
        """Return the forbidden shortcut that the answer has used or mentions, or None."""

    def respond_on_fake_cuda(self, rubric: Rubric, call: Call) -> Outcome | None:
        """Run the answer on fake CUDA copies of the arguments; None where that cannot be decided."""


class InThisProcess:
    """A respondent that simply calls the answer."""

    def __init__(self, answer: Any) -> None:
        """Keep the answer; nothing is called yet."""
        self.answer = answer
        self.used: list[str] = []

    def obstacle(self, rubric: Rubric) -> str | None:
        """See `Respondent`: an answer must be callable, with the arguments of the exercise."""
        name = rubric.answer.__name__
        if not callable(self.answer):
            return f"`{name}` should be a {_noun(rubric)}, but is {kind_of(self.answer)}."
        if rubric.driver is None and isinstance(self.answer, type):
            return f"`{name}` should be a function, but is a class."
        call = rubric.general_cases(0)[0].make()
        return None if rubric.driver else _signature_problem(self.answer, call, rubric)

    def respond(self, rubric: Rubric, calls: Sequence[Call]) -> list[Outcome]:
        """See `Respondent`; forbidden shortcuts are watched for."""
        return [run(self.answer, call, rubric.driver, self._watching(rubric)) for call in calls]

    def _watching(self, rubric: Rubric) -> Any:
        return _watch(rubric).watching(self.used, rubric.driver) if rubric.forbids else None

    def shortcut(self, rubric: Rubric) -> str | None:
        """See `Respondent`."""
        if not rubric.forbids:
            return None
        return next(iter(self.used), None) or _watch(rubric).mentioned(self.answer)

    def respond_on_fake_cuda(self, rubric: Rubric, call: Call) -> Outcome | None:
        """See `Respondent`."""
        return devices.run_on_fake_cuda(self.answer, call, rubric.driver)


def _watch(rubric: Rubric) -> Watch:
    return _watch_for(rubric.forbids, rubric.answer)


@lru_cache(maxsize=64)
def _watch_for(forbids: tuple[str, ...], answer: Any) -> Watch:
    return Watch(forbids, {reference_path(answer): answer})


def _noun(rubric: Rubric) -> str:
    return "class" if isinstance(rubric.answer, type) else "function"


def _signature_problem(answer: Callable[..., Any], call: Call, rubric: Rubric) -> str | None:
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*call.args, **call.kwargs)
    except TypeError:
        yours = ", ".join(signature.parameters)
        wanted = ", ".join(rubric.parameters)
        return f"`{rubric.answer.__name__}` is called with ({wanted}), but the answer takes ({yours})."
    return None
