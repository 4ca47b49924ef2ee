"""Questions to a child and its replies: packed, sent, and believed to be nothing but plain data."""

from __future__ import annotations

import collections
import contextlib
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from course_lib.checking import Rubric
from course_lib.grading.examiner.proxy import Proxy, error_from, stand_in
from course_lib.grading.examiner.warm_server import Child
from course_lib.grading.sandbox.lockdown import Limits
from course_lib.grading.talk import frames
from course_lib.grading.talk.packed import Packer
from course_lib.grading.talk.scalars import TooLarge

MOST_MESSAGES, PATIENCE = 20_000, 3  # of one case, and times the limit of a call: a driver may be led in circles
MOST_BYTES = 256 << 20  # of all replies of one exercise, which lie here until it is judged
MOST_AHEAD, MOST_BYTES_AHEAD = 32, 32 << 10  # requests sent before their turn
DEATHS = (frames.TooLate, frames.Hangup, frames.Lie)

Reply = tuple[dict[str, Any], list[bytearray]]
Operation = tuple[str, Any, tuple[Any, ...], dict[str, Any]]  # what, to which object, with which arguments


@dataclass(frozen=True)
class Request:
    """What is asked of a child."""

    op: str
    fields: dict[str, Any]
    buffers: Sequence[Any] = ()


class Answers:
    """The answers of one loaded notebook, and the connection to them."""

    def __init__(self, child: Child, limits: Limits) -> None:
        """`child` has run the cells already."""
        self.child, self.limits = child, limits

    def begin(self) -> None:
        """Take note that an exercise begins."""
        self.child.channel.received = 0

    def ask(self, op: str, seconds: float, **fields: Any) -> dict[str, Any]:
        """Send one request and return its reply."""
        return next(self.ask_all([Request(op, fields)], lambda: seconds))[0]

    def ask_all(self, requests: Iterable[Request], seconds: Callable[[], float]) -> Iterator[Reply]:
        """Yield the replies to requests, each within `seconds()` of the one before; a reply must carry its nonce.

        Requests are sent ahead of the replies, so that no side sleeps while the other works, but never more than a
        connection holds while nobody reads.
        """
        made: Iterator[tuple[str, bytes]] = (_frame(request) for request in requests)
        upcoming = next(made, None)
        waiting: collections.deque[tuple[str, int]] = collections.deque()
        while upcoming or waiting:
            while upcoming and (not waiting or _fits(waiting, upcoming[1])):
                if not self._send(upcoming[1]):
                    made = iter(())  # gone; the replies it still gave come first, so that the right case is lost
                waiting.append((upcoming[0], len(upcoming[1])))
                upcoming = next(made, None)
            reply, data = self.child.receive(seconds())
            if reply.get("nonce") != waiting.popleft()[0]:
                raise frames.Lie("a reply to something that was not asked")
            yield reply, data

    def _send(self, frame: bytes) -> bool:
        """Say whether there was somebody to send it to."""
        with contextlib.suppress(frames.Hangup):
            self.child.send(frame)
            return True
        return False


def _frame(request: Request) -> tuple[str, bytes]:
    nonce = secrets.token_hex(8)
    return nonce, frames.frame({"op": request.op, "nonce": nonce, **request.fields}, request.buffers)


def _fits(waiting: Collection[tuple[str, int]], frame: bytes) -> bool:
    return len(waiting) < MOST_AHEAD and sum(size for _, size in waiting) + len(frame) <= MOST_BYTES_AHEAD


class Exchange:
    """One case of one answer: what both sides know of each other's objects, from the first message to the last."""

    def __init__(self, answers: Answers, rubric: Rubric, fake: bool = False) -> None:
        """Nothing is sent yet."""
        self.answers, self.driven = answers, rubric.driver is not None
        self.packer = Packer(0, self._refer, self._resolve)
        self.packer.fake = fake
        name = rubric.answer.__name__
        forbids = [path for path in rubric.forbids if not path.startswith("course_lib.")]
        self.common = {"name": name, "forbids": forbids, "fake": fake, "fresh": True}
        self.proxy = Proxy(self.operate, [0, "function", "function", name], name)
        self.trouble: Exception | None = None
        self.messages, self.until = 0, time.monotonic() + PATIENCE * answers.limits.call

    def request(self, what: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
        """Return the request to do something to an object over there."""
        packed = {"target": self.packer.pack(target), "args": self.packer.pack(args)}
        packed["kwargs"] = self.packer.pack(kwargs)
        news, buffers = self.packer.changes()
        fields = {"what": what, "news": news, **packed, **self.common}
        self.common["fresh"] = False
        return Request("do", fields, buffers)

    def result(self, reply: dict[str, Any], data: list[bytearray]) -> Any:
        """Return, or raise, what came of a request."""
        if self.answers.child.channel.received > MOST_BYTES:
            raise frames.Lie(f"its results take more than {MOST_BYTES >> 20} MB together")
        try:
            if "news" in reply:
                self.packer.learn(reply["news"], data)
            value = self.packer.unpack(reply.get("value"))
            if "news" in reply:
                self.packer.apply(reply["news"])
        except frames.Lie:
            raise
        except Exception as error:
            raise frames.Lie(f"the data has the wrong form: {error}") from error
        if type(reply.get("error")) is dict:
            raise error_from(reply["error"])
        return value

    def operate(self, operations: Sequence[Operation]) -> list[Any]:
        """Do something to objects over there. After a death nothing more is sent, whatever the driver does."""
        self.messages += len(operations)
        if self.messages > MOST_MESSAGES or time.monotonic() > self.until:
            self.trouble = self.trouble or frames.TooLate()
        if self.trouble:
            raise self.trouble
        results, errors = [], []
        try:
            requests = (self.request(*operation) for operation in operations)
            for reply in self.answers.ask_all(requests, lambda: self.answers.limits.call):
                try:
                    results.append(self.result(*reply))
                except (frames.Lie, KeyboardInterrupt):
                    raise
                except BaseException as error:  # the answer's own; the other replies have to be read all the same
                    errors.append(error)
        except DEATHS as error:
            self.trouble = error
            raise
        if errors:
            raise errors[0]
        return results

    def _refer(self, value: Any) -> Any:
        if isinstance(value, Proxy):
            return value.__dict__["_reference"]
        raise TooLarge(f"a {type(value).__name__} cannot be handed to an answer in another process")

    def _resolve(self, data: Any) -> Any:
        if type(data) is not list or len(data) != 4 or type(data[0]) is not int:
            raise frames.Lie("a handle has the wrong form")
        if self.driven:
            return Proxy(self.operate, data, str(data[3])[:60])
        return stand_in(data)
