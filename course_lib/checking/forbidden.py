"""Forbidden shortcuts: notice that an answer calls them, under whatever name it imported them.

A profiler hook sees every Python and C function that the answer calls, so aliases and methods do not hide a
shortcut. What is handed on without being called (`map(str.upper, …)`) is found in the bytecode instead. This guides
learners; it is no wall against cheats, who are the grader's business.
"""

from __future__ import annotations

import builtins
import contextlib
import dis
import importlib
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from course_lib.checking.rubric import RubricError


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

    def __init__(self, paths: tuple[str, ...]) -> None:
        """Resolve every path; raises `RubricError` for one that names nothing or cannot be watched."""
        self.codes: dict[types.CodeType, str] = {}
        self.natives: dict[str, list[tuple[str, Any]]] = {}  # by name: path, and the class a method belongs to
        self.objects: list[tuple[Any, str]] = []
        for path in paths:
            self._add(path, resolve(path))

    def _add(self, path: str, target: Any) -> None:
        self.objects.append((target, path))
        inner = inspect.unwrap(getattr(target, "_implementation", target))  # NumPy's dispatchers hold the function
        if isinstance(inner, type):
            inner = inspect.unwrap(inner.__init__)  # type: ignore[misc]
        if hasattr(inner, "__code__"):
            self.codes[inner.__code__] = path
        elif hasattr(inner, "__qualname__") and not isinstance(inner, types.WrapperDescriptorType):
            owner = getattr(inner, "__objclass__", None)
            self.natives.setdefault(inner.__name__, []).append((path, owner or inner.__qualname__))
        else:
            raise RubricError(f"forbids={path!r} cannot be watched: it is neither a Python nor a C function")

    @contextlib.contextmanager
    def watching(self, used: list[str], driver: Callable[..., Any] | None = None) -> Iterator[None]:
        """Append to `used` the path of every shortcut called inside the block, but not by the driver's own file."""
        ours = {__file__, driver.__code__.co_filename if driver else __file__}

        def notice(frame: types.FrameType, event: str, argument: Any) -> None:
            if event == "call" and frame.f_code in self.codes and _caller(frame) not in ours:
                used.append(self.codes[frame.f_code])
            elif event == "c_call" and frame.f_code.co_filename not in ours:
                used.extend(path for path, owner in self.natives.get(argument.__name__, []) if _is(argument, owner))

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
        seen: set[types.CodeType] = set()
        return next((path for code, scope in _codes(answer, seen) if (path := self._in(code, scope))), None)

    def _in(self, code: types.CodeType, scope: dict[str, Any]) -> str | None:
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                for path, owner in self.natives.get(step.argval, []):
                    if owner in _PLAIN:  # a method of that name on any other type may be another one
                        return path
            elif step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                value = scope.get(step.argval, getattr(builtins, str(step.argval), None))
                path = next((path for target, path in self.objects if value is not None and value is target), "")
                if path:
                    return path
        return None


def _caller(frame: types.FrameType) -> str:
    return frame.f_back.f_code.co_filename if frame.f_back else ""


def _is(called: Any, owner: Any) -> bool:
    """Say whether a called C function is the method of class `owner`, or the function of that qualified name."""
    if isinstance(owner, type):
        return isinstance(called.__self__, owner)
    return bool(called.__qualname__ == owner)


def _codes(answer: Any, seen: set[types.CodeType]) -> Iterator[tuple[types.CodeType, dict[str, Any]]]:
    """Yield the code of an answer, of what is nested in it and of the helpers of the same file that it names."""
    functions = list(vars(answer).values()) if isinstance(answer, type) else [answer]
    for function in functions:
        function = getattr(function, "__func__", function)
        if not isinstance(function, types.FunctionType):
            continue
        todo = [function.__code__]
        while todo:
            code = todo.pop()
            if code in seen:
                continue
            seen.add(code)
            yield code, function.__globals__
            todo += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
            helpers = [function.__globals__.get(name) for name in code.co_names]
            for helper in helpers:
                if isinstance(helper, types.FunctionType) and helper.__code__.co_filename == code.co_filename:
                    todo.append(helper.__code__)
