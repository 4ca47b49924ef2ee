"""Objects that stay in the respondent, as the examiner sees them: whatever is done to them becomes a message."""

from __future__ import annotations

import builtins
from typing import Any

from course_lib.checking import devices

_KNOWN = {"HostMemoryNeeded": devices.HostMemoryNeeded}


class Proxy:
    """A handle on an object elsewhere. Drivers may call it, read and set attributes and items, and iterate."""

    def __init__(self, ask_all: Any, reference: list[Any], name: str) -> None:
        """`ask_all([(what, proxy, args, kwargs), …])` sends messages and returns what came of each."""
        self.__dict__["_ask_all"], self.__dict__["_reference"] = ask_all, reference
        self.__dict__["__name__"] = name

    def _ask(self, what: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return self._ask_all([(what, self, args, kwargs)])[0]

    def __call_each__(self, calls: list[tuple[Any, ...]]) -> list[Any]:
        """Call the object with each of the arguments. See `call_each`."""
        return self._ask_all([("call", self, args, {}) for args in calls])  # type: ignore[no-any-return]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object."""
        return self._ask("call", args, kwargs)

    def __getattr__(self, name: str) -> Any:
        """Read an attribute; special names stay here."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self._ask("getattr", (name,), {})

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute."""
        self._ask("setattr", (name, value), {})

    def __getitem__(self, key: Any) -> Any:
        """Read an item."""
        return self._ask("getitem", (key,), {})

    def __setitem__(self, key: Any, value: Any) -> None:
        """Set an item."""
        self._ask("setitem", (key, value), {})

    def __len__(self) -> int:
        """Ask for the length."""
        return self._ask("len", (), {})  # type: ignore[no-any-return]

    def __iter__(self) -> Any:
        """Iterate over there."""
        return self._ask("iter", (), {})

    def __next__(self) -> Any:
        """Ask for the next item."""
        return self._ask("next", (), {})


def stand_in(data: Any) -> Any:
    """Return an inert object of the described type, for messages that name what an answer returned."""
    _, kind_name, kind, name = data
    name = str(name or "unnamed")[:60]
    if kind == "function":

        def function() -> None:
            """Stand for a function elsewhere."""

        function.__name__ = name
        return function
    if kind == "class":
        return type(_identifier(name), (), {})
    return type(_identifier(kind_name), (), {})()


def _identifier(name: Any) -> str:
    return name if type(name) is str and name.isidentifier() and len(name) < 60 else "object"


def error_from(data: Any) -> BaseException:
    """Return the exception a respondent told of: a built-in one of the same name, or one derived from the nearest."""
    names = [name for name in data.get("names", []) if type(name) is str and name.isidentifier()][:20]
    found = [(name, _class(name)) for name in names]
    base = next((kind for _, kind in found if kind), Exception)
    text = _Text(data.get("text", ""))[:300]
    if not names or (names[0] == base.__name__ and not issubclass(base, UnicodeError)):
        error = base.__new__(base)
    else:
        made: Any = type(names[0][:60], (base,), {"__str__": lambda self: text})
        error = made.__new__(made)
    error.args = (_Text(text),)
    line, number = data.get("line", ""), data.get("number", 0)
    error.line_of_answer = (str(line)[:300], number if type(number) is int else 0)  # type: ignore[attr-defined]
    return error


class _Text(str):
    """A text that was written by another process already: `KeyError` must not quote it again."""

    def __repr__(self) -> str:
        return str(self)


def _class(name: str) -> Any:
    found = _KNOWN.get(name) or getattr(builtins, name, None)
    usable = isinstance(found, type) and issubclass(found, BaseException) and not issubclass(found, KeyboardInterrupt)
    return found if usable else None
