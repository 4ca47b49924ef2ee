"""Values as text: what a learner would type, short enough to read, in characters that a screen can show."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from course_lib.checking.data import is_sequence, is_tensor, kind_of, plain, torch

MAX_ITEMS = 12  # an example in a message stays readable
MAX_TEXT = 300
DIGITS, ALL_DIGITS = 6, 16

# Scripts and signs that the fonts of most systems hold; the rest is written as escapes.
_DRAWN = (
    *((0x20, 0x2FF), (0x370, 0x482), (0x48A, 0x58F), (0x5D0, 0x5EA), (0x620, 0x64A), (0x660, 0x66D), (0x905, 0x939)),
    *((0xE01, 0xE30), (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2010, 0x27BF), (0x3000, 0x3029), (0x3031, 0x318E)),
    *((0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFF01, 0xFFE6), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF)),
)


def describe(value: Any, limit: int = MAX_TEXT, digits: int | None = None) -> str:
    """Write a value as a learner would type it, cut where it grows too long; floats in so many digits, or in full."""
    text = _text(plain(value), 0, digits)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def describe_both(expected: Any, actual: Any) -> tuple[str, str]:
    """Write two values in as many digits as tell them apart: six, and more only where they would look the same.

    >>> describe_both([0.1 + 0.2], [0.25])
    ('[0.3]', '[0.25]')
    >>> describe_both(1.0, 1.0000001)
    ('1.0', '1.0000001')
    """
    for digits in range(DIGITS, ALL_DIGITS + 1):
        texts = describe(expected, digits=digits), describe(actual, digits=digits)
        if texts[0] != texts[1]:
            return texts
    return describe(expected, digits=DIGITS), describe(actual, digits=DIGITS)


def drawable(text: str) -> str:
    r"""Write what few fonts hold, and what would join the character before it, as escapes.

    >>> print(drawable("né \U00010000 \U0001f600"))
    né \U00010000 😀
    """
    return "".join(c if _is_drawn(c) else c.encode("unicode_escape").decode() for c in text)


def _is_drawn(character: str) -> bool:
    return character.isprintable() and any(first <= ord(character) <= last for first, last in _DRAWN)


def place(where: str) -> str:
    """Say in words where in a result or an argument something is; empty for the result itself.

    >>> place("[2, 1]"), place("[3]"), place("table"), place("['windows'][0, 1]")
    ('at [2, 1]', 'at place 3', 'the argument table after the call', 'windows at [0, 1]')
    """
    if not where or where.isidentifier():
        return f"the argument {where} after the call" if where else ""
    if not (named := re.match(r"\['(.*?)'\]", where)):
        return f"at place {where[1:-1]}" if where[1:-1].isdecimal() else f"at {where}"
    rest = place(where[named.end() :])
    return f"{named[1]} {rest}" if rest else named[1]


def _text(value: Any, depth: int, digits: int | None) -> str:
    value = plain(value)
    if type(value) in (int, bool, type(None), bytes):
        return repr(value) if type(value) is not int or value.bit_length() < 1000 else "a huge int"
    if type(value) is str:
        return drawable(repr(value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + "…"))
    if type(value) in (float, complex):
        return _float_text(value, digits) if digits and type(value) is float else repr(value)
    if is_tensor(value) or type(value) is np.ndarray:
        return _array_text(value, digits)
    if depth > 4:
        return "…"
    if is_sequence(value):
        return _sequence_text(value, depth, digits)
    if type(value) is dict:
        items = [
            f"{_text(k, depth + 1, digits)}: {_text(v, depth + 1, digits)}" for k, v in list(value.items())[:MAX_ITEMS]
        ]
        return "{" + ", ".join(items + ["…"] * (len(value) > MAX_ITEMS)) + "}"
    t = torch()
    if type(value) in (range, slice) or (t is not None and isinstance(value, t.dtype | t.device)):
        return repr(value)
    return kind_of(value)


def _float_text(value: float, digits: int) -> str:
    text = _rounded(value, digits)
    return text + ".0" * text.lstrip("-").isdigit()  # 2.0 is no int


def _rounded(value: float, digits: int) -> str:
    return f"{value:.{digits}g}" if digits < ALL_DIGITS else repr(value)


def _sequence_text(value: Any, depth: int, digits: int | None) -> str:
    inner = [_text(item, depth + 1, digits) for item in value[:MAX_ITEMS]] + ["…"] * (len(value) > MAX_ITEMS)
    if type(value) is list:
        return "[" + ", ".join(inner) + "]"
    return "(" + ", ".join(inner) + ("," if len(inner) == 1 else "") + ")"


def _array_text(value: Any, digits: int | None) -> str:
    if is_tensor(value) and value.layout is not torch().strided:
        return f"a {value.layout} tensor of shape {tuple(value.shape)}"
    name = "tensor" if is_tensor(value) else "array"
    dtype = str(value.dtype).removeprefix("torch.")
    if value.size if name == "array" else value.numel():
        if (value.size if name == "array" else value.numel()) > 4 * MAX_ITEMS:
            return f"{'an' if dtype.startswith('int') else 'a'} {dtype} {name} of shape {tuple(value.shape)}"
        host = value if name == "array" else value.detach().cpu().double() if value.is_floating_point() else value.cpu()
        inner = _nested_text(np.asarray(host).tolist(), digits or 7)
    else:
        inner = "[]" if len(value.shape) < 2 else f"[], shape={tuple(value.shape)}"
    default = "float32" if name == "tensor" else "float64"
    usual = dtype == default or (dtype in ("int64", "bool") and not inner.startswith("[]"))
    written = f"torch.{dtype}" if name == "tensor" else repr(dtype)
    return f"{name}({inner}{'' if usual else f', dtype={written}'})"


def _nested_text(value: Any, digits: int) -> str:
    if type(value) is list:
        return "[" + ", ".join(_nested_text(item, digits) for item in value) + "]"
    return _float_text(value, digits) if type(value) is float else repr(value)
