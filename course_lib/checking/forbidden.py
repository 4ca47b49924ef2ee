"""Forbidden shortcuts: notice that an answer calls them, under whatever name it imported them.

A profiler hook sees every Python and C function that the answer calls, so aliases and methods do not hide a
shortcut. What is handed on without being called (`map(str.upper, …)`) is found in the bytecode instead, and calls of a
certain form (`bytes(text, encoding)`) in the source. This guides learners; it is no wall against cheats, who are the
grader's business.
"""

from __future__ import annotations

import builtins
import contextlib
import dis
import functools
import importlib
import inspect
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from course_lib.checking.malformed import RubricError
from course_lib.checking.mentions import Reader, form, nodes
from course_lib.checking.private_routes import PrivateRoutes


def resolve(path: str) -> Any:
    """Return the object a dotted path names, builtins included; raises `RubricError` if there is none."""
    parts = path.split(".")
    for split in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:split]))
        except ImportError:
            continue
        rest = parts[split:]
        break
    else:
        found, rest = builtins, parts
    for part in rest:
        if not hasattr(found, part):
            raise RubricError(f"forbids={path!r} names nothing: there is no {part!r} in it")
        found = getattr(found, part)
    return found


_PLAIN = (str, bytes, list, dict, int, float)


class Watch:
    """The shortcuts of one rubric, resolved once, and whether an answer used one."""

    def __init__(self, entries: tuple[str, ...], known: Mapping[str, Any] | None = None) -> None:
        """Resolve every entry that is not `known`; raises `RubricError` for one that names nothing."""
        known = known or {}
        self.codes: dict[types.CodeType, list[tuple[str, Any]]] = {}  # entry, and the class it makes objects of
        self.natives: dict[str, list[tuple[str, Any]]] = {}  # by name: entry, and the function, or a method's class
        self.objects: list[tuple[Any, str]] = []
        self.forms: list[tuple[Any, tuple[str, ...], str]] = []  # what only the source tells
        self.private = PrivateRoutes()
        for entry in entries:
            path, arguments = form(entry)
            self._add(entry, known[path] if path in known else resolve(path), arguments)
            self.private.add(path, entry)

    def _add(self, entry: str, target: Any, arguments: tuple[str, ...]) -> None:
        if arguments:
            self.forms.append((target, arguments, entry))
            return
        self.objects.append((target, entry))
        inner = inspect.unwrap(getattr(target, "_implementation", target))  # NumPy's dispatchers hold the function
        if isinstance(inner, type):
            makers = [inspect.unwrap(maker) for maker in (inner.__init__, inner.__new__)]  # type: ignore[misc]
            codes = [maker.__code__ for maker in makers if hasattr(maker, "__code__")]
            for code in codes:
                self.codes.setdefault(code, []).append((entry, inner))
            if not codes:
                self.forms.append((target, (), entry))
        elif hasattr(inner, "__code__"):
            self.codes.setdefault(inner.__code__, []).append((entry, None))
        elif hasattr(inner, "__qualname__"):
            self.natives.setdefault(inner.__name__, []).append((entry, getattr(inner, "__objclass__", inner)))
        else:
            raise RubricError(f"forbids={entry!r} cannot be watched: it is neither a function nor a class")

    @contextlib.contextmanager
    def watching(self, used: list[str], driver: Callable[..., Any] | None = None) -> Iterator[None]:
        """Append to `used` the entry of every shortcut called inside the block, but not by the driver's own file."""
        private = self.private
        ours = {__file__, driver.__code__.co_filename if driver else __file__}

        def notice(frame: types.FrameType, event: str, argument: Any) -> None:
            if event == "call" and frame.f_code in self.codes and _caller(frame) not in ours:
                used.extend(entry for entry, made in self.codes[frame.f_code] if made is None or _makes(frame, made))
            elif event == "c_call" and frame.f_code.co_filename not in ours:
                used.extend(path for path, owner in self.natives.get(argument.__name__, []) if _is(argument, owner))
            if self.private.entries and event in ("call", "c_call") and frame.f_code.co_filename not in ours:
                evaded = private.of_call(frame) if event == "call" else private.of_native(frame, argument)
                used.extend([evaded] if evaded else [])

        before = sys.getprofile()
        sys.setprofile(notice)
        try:
            yield
        finally:
            sys.setprofile(before)

    def mentioned(self, answer: Callable[..., Any]) -> str | None:
        """Return the path of a shortcut that the answer is, inherits from, or names in its bytecode; or None."""
        lineage = answer.__mro__ if isinstance(answer, type) else (answer,)
        for target, shortcut in self.objects:
            if any(one is target for one in lineage):
                return shortcut
        if isinstance(answer, functools.partial):
            return self._prepared(answer) or self.mentioned(answer.func)
        seen: set[types.CodeType] = set()
        return next((entry for code, scope in _codes(answer, seen) if (entry := self._in(code, scope))), None)

    def _prepared(self, answer: functools.partial[Any]) -> str | None:
        """Return the form of a call that an answer like `partial(bytes, encoding="utf-8")` prepares."""
        same = (one for one in self.forms if answer.func is one[0])
        return next((entry for _, names, entry in same if set(names[1:]) & set(answer.keywords)), None)

    def _in(self, code: types.CodeType, scope: dict[str, Any]) -> str | None:
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                for entry, owner in self.natives.get(step.argval, []):
                    if owner in _PLAIN:  # a method of that name on any other type may be another one
                        return entry
            elif step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                value = scope.get(step.argval, getattr(builtins, str(step.argval), None))
                entry = next((entry for target, entry in self.objects if value is not None and value is target), "")
                if entry:
                    return entry
        return self._written(code, scope)

    def _written(self, code: types.CodeType, scope: dict[str, Any]) -> str | None:
        """Return a shortcut that only the source tells, where there is a source."""
        for node in nodes(code) if self.forms else ():
            reader = Reader(node, scope)
            for target, arguments, entry in self.forms:
                if reader.calls(target, arguments) if arguments else reader.names(target):
                    return entry
        return None


def _caller(frame: types.FrameType) -> str:
    return frame.f_back.f_code.co_filename if frame.f_back else ""


def _makes(frame: types.FrameType, made: type) -> bool:
    """Say whether an `__init__` or `__new__`, which a class may share with its parent, is at work for that class."""
    code = frame.f_code
    first = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
    return made in (first if isinstance(first, type) else type(first)).__mro__


def _is(called: Any, owner: Any) -> bool:
    """Say whether a called C function is a method of the class `owner`, or goes by the same name in the same module."""
    if isinstance(owner, type):
        return isinstance(called.__self__, owner)
    return all(getattr(called, name, None) == getattr(owner, name, None) for name in ("__qualname__", "__module__"))


def _codes(answer: Any, seen: set[types.CodeType]) -> Iterator[tuple[types.CodeType, dict[str, Any]]]:
    """Yield the code of an answer, of what is nested in it and of the helpers beside it that it names."""
    functions = list(vars(answer).values()) if isinstance(answer, type) else [answer]
    for function in functions:
        function = getattr(function, "__func__", function)
        if not isinstance(function, types.FunctionType):
            with contextlib.suppress(ValueError):  # a cache around a function, say; a circle of wrappers ends here
                function = inspect.unwrap(function)
        if not isinstance(function, types.FunctionType):
            continue
        around = function.__globals__ | _closure(function)
        todo = [function.__code__]
        while todo:
            code = todo.pop()
            if code in seen:
                continue
            seen.add(code)
            yield code, around
            todo += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
            for helper in map(around.get, (*code.co_names, *code.co_freevars)):
                beside = isinstance(helper, types.FunctionType) and helper.__globals__ is function.__globals__
                if beside or (isinstance(helper, type) and helper.__module__ == function.__module__):
                    yield from _codes(helper, seen)


def _closure(function: types.FunctionType) -> dict[str, Any]:
    """Return the variables of the functions around this one that it uses and that have a value."""
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):
            found[name] = cell.cell_contents
    return found
