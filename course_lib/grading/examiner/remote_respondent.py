"""A respondent in another process, as the kit's `examine` sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from course_lib.checking import Rubric, devices
from course_lib.checking.calling import Outcome, run
from course_lib.checking.calls import Call
from course_lib.grading.examiner.exchange import DEATHS, Answers, Exchange, Reply
from course_lib.grading.sandbox.lockdown import Limits
from course_lib.grading.talk import frames

MOST_DEATHS = 2  # of one exercise; then the rest of its cases fail unasked


class Unanswered(Exception):
    """No result came; its text says why, for the learner."""


class RemoteRespondent:
    """Implements the kit's `Respondent` for one exercise of a notebook that runs in a child."""

    def __init__(self, load: Callable[[], Answers], limits: Limits) -> None:
        """`load` returns the notebook's answers, in a fresh child if the last one is gone."""
        self.load, self.limits = load, limits
        self.deaths: list[str] = []

    def obstacle(self, rubric: Rubric) -> str | None:
        """See `Respondent`."""
        name = rubric.answer.__name__
        call = rubric.general_cases(0)[0].make()
        answers = self.load()
        answers.begin()
        reply = answers.ask("look", self.limits.call, name=name, positional=len(call.args), keywords=list(call.kwargs))
        noun = "class" if isinstance(rubric.answer, type) else "function"
        if reply.get("found") is not True:
            return f"There is no {noun} `{name}` in the notebook: was its cell deleted or renamed, or did it fail?"
        if reply.get("callable") is not True:
            return f"`{name}` should be a {noun}, but is {str(reply.get('kind', 'something else'))[:200]}."
        if rubric.driver is None and reply.get("class") is True:
            return f"`{name}` should be a function, but is a class."
        if rubric.driver is None and reply.get("fits") is False:
            yours = ", ".join(str(part)[:40] for part in reply.get("parameters", [])[:20])
            return f"`{name}` is called with ({', '.join(rubric.parameters)}), but the answer takes ({yours})."
        return None

    def respond(self, rubric: Rubric, calls: Sequence[Call]) -> list[Outcome]:
        """See `Respondent`: a child that dies or hangs fails the case at hand, and the next gets a fresh one."""
        done = self._at_once(rubric, calls) if rubric.driver is None and not self.deaths else []
        return done + [self._guarded(rubric, call, fake=False) for call in calls[len(done) :]]

    def shortcut(self, rubric: Rubric) -> str | None:
        """See `Respondent`."""
        if not rubric.forbids or self.deaths:
            return None
        outside = [path for path in rubric.forbids if not path.startswith("course_lib.")]
        fields = {"name": rubric.answer.__name__, "forbids": outside, "all": list(rubric.forbids)}
        path = self.load().ask("shortcut", self.limits.call, **fields).get("path")
        return path if path in rubric.forbids else None

    def respond_on_fake_cuda(self, rubric: Rubric, call: Call) -> Outcome | None:
        """See `Respondent`: fake tensors are sent as shape, dtype and device, and are fake over there too."""

        def answer(function: Any, *args: Any, **kwargs: Any) -> Any:
            outcome = self._guarded(rubric, Call(args, kwargs), fake=True)
            if outcome.failure:
                raise outcome.failure.error
            return outcome.value

        return devices.run_on_fake_cuda(_placeholder, call, answer)

    def _at_once(self, rubric: Rubric, calls: Sequence[Call]) -> list[Outcome]:
        """Send calls that need no driver one after another; returns the outcomes up to the first death."""
        done: list[Outcome] = []
        answers = self.load()
        exchanges = [Exchange(answers, rubric) for _ in calls]
        requests = (x.request("call", x.proxy, c.args, c.kwargs) for x, c in zip(exchanges, calls, strict=True))
        try:
            replies = answers.ask_all(requests, lambda: self.limits.call)
            for exchange, call, reply in zip(exchanges, calls, replies, strict=True):
                outcome = run(_giver(exchange, reply), call)
                if outcome.failure and isinstance(outcome.failure.error, frames.Lie):
                    raise outcome.failure.error
                done.append(outcome)
        except DEATHS as error:
            done.append(self._death(answers, error, calls[len(done)]))
        return done

    def _guarded(self, rubric: Rubric, call: Call, fake: bool) -> Outcome:
        if len(self.deaths) >= MOST_DEATHS:
            return run(_raiser(self.deaths[-1]), call)
        answers = self.load()
        exchange = Exchange(answers, rubric, fake)
        outcome = run(exchange.proxy, call, rubric.driver)
        return self._death(answers, exchange.trouble, call) if exchange.trouble else outcome

    def _death(self, answers: Answers, error: Exception, call: Call) -> Outcome:
        if isinstance(error, frames.TooLate):
            words = f"no result came within {self.limits.call:g} s"
        elif isinstance(error, frames.Lie):
            words = f"its process sent what no answer sends ({error})"
        else:
            words = "the process that ran it ended: it left Python, or used more memory or time than allowed"
        answers.child.end()
        self.deaths.append(words)
        return run(_raiser(words), call)


def _placeholder() -> None:
    """Stand for the answer where only its driver is called."""


def _giver(exchange: Exchange, reply: Reply) -> Callable[..., Any]:
    return lambda *_, **__: exchange.result(*reply)


def _raiser(words: str) -> Callable[..., Any]:
    def answer(*args: Any, **kwargs: Any) -> Any:
        raise Unanswered(words)

    return answer
