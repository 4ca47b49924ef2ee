"""Values without an identity as plain data: numbers, bytes, tuples, sets, dtypes; each part is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.checking.data import plain, torch
from course_lib.grading.talk.frames import Lie
from course_lib.grading.talk.untrusted import apart, dtype_of, expect, number_of, torch_dtype_of

MAX_DIGITS = 4000
_DIMENSIONS = 1000  # of a shape, which need not be that of anything
_HEXADECIMAL = MAX_DIGITS * 3 // 4 + 3  # of an integer of so many digits, about, with its sign and prefix


class TooLarge(ValueError):
    """A value too large to be passed on."""


def pack(value: Any, kind: type, inner: Callable[[Any], Any]) -> Any:
    """Return `value`, which is of this type, as JSON-ready data, or None if it is no such value."""
    t = torch()
    if kind is int:
        if value.bit_length() > 3 * MAX_DIGITS:
            raise TooLarge("an integer has thousands of digits")
        return ["i", hex(value)]
    if kind is complex:
        return ["c", value.real, value.imag]
    if kind is bytes:
        return ["b", value.hex()] if len(value) < 1 << 19 else None
    if kind is tuple:
        return ["t", [inner(item) for item in value]]
    if kind in (set, frozenset):
        return ["s" if kind is set else "fs", [inner(item) for item in value]]
    if kind in (range, slice):
        return ["r" if kind is range else "sl", *(inner(part) for part in (value.start, value.stop, value.step))]
    if isinstance(value, np.generic) and kind.__module__ == "numpy" and value.dtype.kind in "biufc":
        return ["g", value.dtype.str, value.tobytes().hex()]
    if kind in (np.str_, np.bytes_) and len(value) < 1 << 19:
        return ["gu", str(value).encode("utf-8", "surrogatepass").hex()] if kind is np.str_ else ["gb", value.hex()]
    if isinstance(value, np.dtype) and value.kind in "biufcSU":
        return ["nd", value.str]
    if t is not None and kind is t.Size:
        return ["z", [int(n) for n in value]] if len(value) <= _DIMENSIONS else None
    if t is not None and isinstance(value, t.dtype | t.device):
        return ["td" if isinstance(value, t.dtype) else "dv", str(value).removeprefix("torch.")]
    return ["t", [inner(item) for item in plain(value)]] if issubclass(kind, tuple) else None


def pack_text(value: str) -> Any:
    """Return a text as JSON has it; one with surrogates by its code points, for JSON makes one character of two."""
    try:
        value.encode()
        return value
    except UnicodeEncodeError:
        return ["u", value.encode("utf-8", "surrogatepass").hex()]


def unpack(tag: Any, rest: list[Any], inner: Callable[[Any], Any]) -> Any:
    """Return the value that `pack` described; raises `Lie`, or whatever its type raises for such parts."""

    def items(kind: Callable[[Any], Any]) -> Any:
        return kind(inner(item) for item in expect(list, rest[0]))

    simple: dict[Any, Callable[[], Any]] = {
        "i": lambda: int(expect(str, rest[0])[:_HEXADECIMAL], 16),
        "c": lambda: complex(rest[0], rest[1]),
        "b": lambda: bytes.fromhex(rest[0]),
        "u": lambda: bytes.fromhex(rest[0]).decode("utf-8", "surrogatepass"),
        "t": lambda: items(tuple),
        "s": lambda: set(apart(items(list))),
        "fs": lambda: frozenset(apart(items(list))),
        "r": lambda: range(*map(inner, rest)),
        "sl": lambda: slice(*map(inner, rest)),
        "g": lambda: number_of(*rest),
        "gu": lambda: np.str_(bytes.fromhex(rest[0]).decode("utf-8", "surrogatepass")),
        "gb": lambda: np.bytes_(bytes.fromhex(rest[0])),
        "nd": lambda: dtype_of(rest[0]),
        "z": lambda: torch().Size([expect(int, n) for n in expect(list, rest[0])[:_DIMENSIONS]]),
        "td": lambda: torch_dtype_of(rest[0]),
        "dv": lambda: torch().device(expect(str, rest[0])),
    }
    if type(tag) is not str or tag not in simple:
        raise Lie("the data has an unknown kind")
    return simple[tag]()
