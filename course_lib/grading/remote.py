"""A respondent in another process, as the kit's `examine` sees it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from course_lib.checking import Rubric, devices
from course_lib.checking.calling import Outcome, run
from course_lib.checking.rubric import Call
from course_lib.grading import wire
from course_lib.grading.lockdown import Limits
from course_lib.grading.nursery import Child
from course_lib.grading.packing import Packer, TooLarge
from course_lib.grading.proxy import Proxy, error_from, stand_in

MOST_MESSAGES = 20_000  # of one exercise; a driver that asks for more is being led in circles
MOST_DEATHS = 2  # of one exercise; then the rest of its cases fail unasked


class Unanswered(Exception):
    """No result came; its text says why, for the learner."""


class Answers:
    """The answers of one loaded notebook: packs, sends, and believes nothing but plain data."""

    def __init__(self, child: Child, limits: Limits) -> None:
        """`child` has run the cells already."""
        self.child, self.limits = child, limits
        self.packer = Packer(0, self._refer, self._resolve)
        self.name, self.driven, self.fake, self.fresh = "", False, False, True
        self.forbids: tuple[str, ...] = ()

    def ask(self, op: str, seconds: float, buffers: Any = (), **fields: Any) -> tuple[dict[str, Any], list[bytearray]]:
        """Send one request and return its reply, which must carry the same nonce."""
        nonce = secrets.token_hex(8)
        self.child.send({"op": op, "nonce": nonce, **fields}, buffers)
        reply, data = self.child.receive(seconds)
        if reply.get("nonce") != nonce:
            raise wire.Lie("a reply to something that was not asked")
        return reply, data

    def begin(self, name: str, forbids: tuple[str, ...], driven: bool, fake: bool = False) -> Proxy:
        """Begin a case of the answer `name`; return its proxy. Nothing is sent yet."""
        self.packer.forget()
        self.packer.fake = fake
        self.name, self.driven, self.fake, self.fresh = name, driven, fake, True
        self.forbids = tuple(path for path in forbids if not path.startswith("course_lib."))
        return Proxy(self.operate, [0, "function", "function", name], name)

    def operate(self, what: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Do something to an object over there and return, or raise, what came of it."""
        packed = {"target": self.packer.pack(target), "args": self.packer.pack(args)}
        packed["kwargs"] = self.packer.pack(kwargs)
        news, buffers = self.packer.changes()
        common = {"what": what, "name": self.name, "forbids": self.forbids, "fake": self.fake}
        common["fresh"], self.fresh = self.fresh, False
        reply, data = self.ask("do", self.limits.call, buffers, news=news, **packed, **common)
        try:
            if "news" in reply:
                self.packer.learn(reply["news"], data)
            value = self.packer.unpack(reply.get("value"))
            if "news" in reply:
                self.packer.apply(reply["news"])
        except wire.Lie:
            raise
        except Exception as error:
            raise wire.Lie(f"the data has the wrong form: {error}") from error
        if type(reply.get("error")) is dict:
            raise error_from(reply["error"])
        return value

    def _refer(self, value: Any) -> Any:
        if isinstance(value, Proxy):
            return value.__dict__["_reference"]
        raise TooLarge(f"a {type(value).__name__} cannot be handed to an answer in another process")

    def _resolve(self, data: Any) -> Any:
        if type(data) is not list or len(data) != 4 or type(data[0]) is not int:
            raise wire.Lie("a handle has the wrong form")
        if self.driven:
            return Proxy(self.operate, data, str(data[3])[:60])
        return stand_in(data)


class RemoteRespondent:
    """Implements the kit's `Respondent` for one exercise of a notebook that runs in a child."""

    def __init__(self, load: Callable[[], Answers], limits: Limits) -> None:
        """`load` returns the notebook's answers, in a fresh child if the last one is gone."""
        self.load, self.limits = load, limits
        self.deaths: list[str] = []
        self.messages = 0

    def obstacle(self, rubric: Rubric) -> str | None:
        """See `Respondent`."""
        name = rubric.answer.__name__
        call = rubric.general_cases(0)[0].make()
        answers = self.load()
        reply, _ = answers.ask(
            "look", self.limits.call, name=name, positional=len(call.args), keywords=list(call.kwargs)
        )
        noun = "class" if isinstance(rubric.answer, type) else "function"
        if reply.get("found") is not True:
            return f"There is no {noun} `{name}` in the notebook: was its cell deleted or renamed, or did it fail?"
        if reply.get("callable") is not True:
            return f"`{name}` should be a {noun}, but is {str(reply.get('kind', 'something else'))[:200]}."
        if rubric.driver is None and reply.get("class") is True:
            return f"`{name}` should be a function, but is a class."
        if rubric.driver is None and reply.get("fits") is False:
            yours = ", ".join(str(part)[:40] for part in reply.get("parameters", [])[:20])
            return f"`{name}` is called with ({', '.join(rubric.parameters)}), but yours takes ({yours})."
        return None

    def respond(self, rubric: Rubric, call: Call) -> Outcome:
        """See `Respondent`: a child that dies or hangs fails this case, and the next gets a fresh one."""
        return self._guarded(rubric, call, fake=False)

    def shortcut(self, rubric: Rubric) -> str | None:
        """See `Respondent`."""
        if not rubric.forbids or self.deaths:
            return None
        outside = [path for path in rubric.forbids if not path.startswith("course_lib.")]
        fields = {"name": rubric.answer.__name__, "forbids": outside, "all": list(rubric.forbids)}
        path = self.load().ask("shortcut", self.limits.call, **fields)[0].get("path")
        return path if path in rubric.forbids else None

    def respond_on_fake_cuda(self, rubric: Rubric, call: Call) -> Outcome | None:
        """See `Respondent`: fake tensors are sent as shape, dtype and device, and are fake over there too."""

        def answer(function: Any, *args: Any, **kwargs: Any) -> Any:
            outcome = self._guarded(rubric, Call(args, kwargs), fake=True)
            if outcome.failure:
                raise outcome.failure.error
            return outcome.value

        return devices.run_on_fake_cuda(_placeholder, call, answer)

    def _guarded(self, rubric: Rubric, call: Call, fake: bool) -> Outcome:
        if len(self.deaths) >= MOST_DEATHS:
            return run(_raiser(self.deaths[-1]), call)
        try:
            answers = self.load()
            return self._one(answers, rubric, call, fake)
        except wire.TooLate:
            words = f"no result came within {self.limits.call:g} s"
        except wire.Hangup:
            words = "the process that ran it ended: it left Python, or used more memory or time than allowed"
        except wire.Lie as lie:
            words = f"its process sent what no answer sends ({lie})"
        answers.child.end()
        self.deaths.append(words)
        return run(_raiser(words), call)

    def _one(self, answers: Answers, rubric: Rubric, call: Call, fake: bool) -> Outcome:
        trouble: list[BaseException] = []
        driver = rubric.driver
        proxy = answers.begin(rubric.answer.__name__, rubric.forbids, driver is not None, fake)
        original = answers.operate

        def watched(*arguments: Any) -> Any:
            self.messages += 1
            try:
                if trouble or self.messages > MOST_MESSAGES:
                    raise trouble[0] if trouble else wire.TooLate
                return original(*arguments)
            except (wire.TooLate, wire.Hangup, wire.Lie) as error:
                trouble.append(error)
                raise

        answers.operate = watched  # type: ignore[method-assign, assignment]
        proxy.__dict__["_ask"] = watched
        outcome = run(proxy, call, driver)
        answers.operate = original  # type: ignore[method-assign]
        if trouble:
            raise trouble[0]
        return outcome


def _placeholder() -> None:
    """Stand for the answer where only its driver is called."""


def _raiser(words: str) -> Callable[..., Any]:
    def answer(*args: Any, **kwargs: Any) -> Any:
        raise Unanswered(words)

    return answer
