"""The student's side: runs cells and answers calls with plain data. Holds no reference, no rubric and no secret.

This runs in the sandbox, beside the student's code, which may break or bend it: the examiner believes nothing it says
but the values of results, and those must be right to earn anything.
"""

from __future__ import annotations

import contextlib
import inspect
import operator
import os
import sys
from collections.abc import Callable
from typing import Any

from course_lib.checking import calling, devices
from course_lib.checking.calls import Call
from course_lib.checking.data import kind_of
from course_lib.checking.forbidden import Watch
from course_lib.checking.malformed import RubricError
from course_lib.grading.child import course_modules, shell
from course_lib.grading.talk import frames
from course_lib.grading.talk.packed import Packer
from course_lib.grading.talk.scalars import TooLarge

_WHAT: dict[str, Callable[..., Any]] = {
    "call": lambda target, *args, **kwargs: target(*args, **kwargs),
    "getattr": getattr,
    "setattr": setattr,
    "getitem": operator.getitem,
    "setitem": operator.setitem,
    "iter": iter,
    "next": next,
    "len": len,
    "backward": lambda target, gradient: target.backward(gradient),
}


class Respondent:
    """Answers requests until the connection closes."""

    def __init__(self, channel: frames.Channel, ipython: shell.Shell) -> None:
        """Nothing of the student's runs yet."""
        self.channel, self.ipython = channel, ipython
        self.handles: dict[int, Any] = {}
        self.packer = Packer(1, self._refer, self._resolve)
        self.used: list[str] = []
        self.watches: dict[tuple[str, ...], Watch] = {}

    def serve(self) -> None:
        """Answer one request after the other. A cell may have forked: its copy of us must not answer, too."""
        owner = os.getpid()
        while True:
            request, buffers = self.channel.receive()
            reply: dict[str, Any] = {"nonce": request["nonce"]}
            data: list[bytes] = []
            try:
                answer, data = getattr(self, f"_do_{request['op']}")(request, buffers)
                reply |= answer
            except TooLarge as error:
                reply["error"] = {"names": ["TooLarge", "ValueError"], "text": f"The result cannot be used: {error}."}
            if os.getpid() != owner:
                os._exit(0)
            self.channel.send(reply, data)

    # cells

    def _do_library(self, request: dict[str, Any], _: Any) -> Any:
        course_modules.install(request["sources"], self.used)
        return {}, []

    def _do_cell(self, request: dict[str, Any], _: Any) -> Any:
        before = {name: id(value) for name, value in self.ipython.user_ns.items()}
        outputs, error = shell.run(self.ipython, request["source"], request["limit"])
        after = self.ipython.user_ns
        rebound = [name for name, number in before.items() if name in after and id(after[name]) != number]
        return {"outputs": outputs, "error": error, "rebound": [n for n in rebound if not n.startswith("_")]}, []

    # answers

    def _do_look(self, request: dict[str, Any], _: Any) -> Any:
        if request["name"] not in self.ipython.user_ns:
            return {"found": False}, []
        answer = self.ipython.user_ns[request["name"]]
        facts: dict[str, Any] = {"found": True, "callable": callable(answer), "class": isinstance(answer, type)}
        with contextlib.suppress(Exception):
            facts["kind"] = kind_of(answer)[:200]
        with contextlib.suppress(TypeError, ValueError):
            signature = inspect.signature(answer)
            facts["parameters"] = list(signature.parameters)
            try:
                signature.bind(*range(request["positional"]), **dict.fromkeys(request["keywords"]))
                facts["fits"] = True
            except TypeError:
                facts["fits"] = False
        return facts, []

    def _do_do(self, request: dict[str, Any], buffers: list[bytearray]) -> Any:
        if request["fresh"]:  # a new case: the objects of the last one are forgotten
            self.handles.clear()
            self.packer.forget()
        self.handles[0] = answer = self.ipython.user_ns.get(request["name"])
        self.packer.learn(request["news"], buffers)
        with self._fake(request["fake"]):
            target, args = self.packer.unpack(request["target"]), self.packer.unpack(request["args"])
            kwargs = self.packer.unpack(request["kwargs"])
            self.packer.apply(request["news"])
            operation = _WHAT[request["what"]]
            outcome = calling.run(
                answer if request["fake"] or answer is target else target,
                Call((), {}),
                lambda _: operation(target, *args, **kwargs),
                self._watching(tuple(request["forbids"])),
            )
            if outcome.failure:
                return self._with_changes({"error": _failure(outcome.failure)})
            return self._with_changes({"value": self.packer.pack(outcome.value)})

    def _with_changes(self, reply: dict[str, Any]) -> Any:
        news, buffers = self.packer.changes()
        return reply | {"news": news}, buffers

    def _do_shortcut(self, request: dict[str, Any], _: Any) -> Any:
        answer = self.ipython.user_ns.get(request["name"])
        watch = self._watch(tuple(request["forbids"]))
        path = next((path for path in self.used if path in request["all"]), None)
        if path is None and watch is not None and callable(answer):
            path = watch.mentioned(answer)
        self.used.clear()
        return {"path": path}, []

    # helpers

    def _watch(self, paths: tuple[str, ...]) -> Watch | None:
        if paths not in self.watches:
            with contextlib.suppress(RubricError):
                self.watches[paths] = Watch(paths)
        return self.watches.get(paths) if paths else None

    def _watching(self, paths: tuple[str, ...]) -> Any:
        watch = self._watch(paths)
        return watch.watching(self.used) if watch else None

    @contextlib.contextmanager
    def _fake(self, wanted: bool) -> Any:
        if not wanted:
            yield
            return
        self.packer.fake = True
        try:
            with devices.fake_mode():
                yield
        finally:
            self.packer.fake = False

    def _refer(self, value: Any) -> Any:
        number = len(self.handles)
        self.handles[number] = value
        kind = "class" if isinstance(value, type) else "function" if callable(value) else "object"
        name = getattr(value, "__name__", None) if kind != "object" else None
        return [number, type(value).__name__, kind, name if type(name) is str else None]

    def _resolve(self, data: Any) -> Any:
        return self.handles[data[0]]


def _failure(failure: calling.Failure) -> dict[str, Any]:
    names = [kind.__name__ for kind in type(failure.error).__mro__ if kind is not object]
    return {"names": names[:20], "text": failure.text, "line": failure.line[:300], "number": failure.line_number}


def main(channel: frames.Channel, ipython: shell.Shell) -> None:
    """Serve one examiner; returns when it hangs up."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "course_lib"]:
        del sys.modules[name]  # what a student imports comes from `library`
    with contextlib.suppress(frames.Hangup):
        Respondent(channel, ipython).serve()
