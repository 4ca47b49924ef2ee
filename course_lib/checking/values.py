"""Comparing two leaves of a result, an array or a scalar: shape, then dtype, device and values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn
from unicodedata import normalize

import numpy as np

from course_lib.checking.data import is_tensor, to_numpy, torch
from course_lib.checking.texts import MAX_TEXT, describe_both, place

LONGEST_VALUES = 80  # characters of both values that fit into a sentence

# The relative and absolute tolerances of torch.testing.assert_close, which practitioners know.
TOLERANCES = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "complex64": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex128": (1e-7, 1e-7),
}


@dataclass(frozen=True)
class Rules:
    """How closely two results must agree. `tolerance` None means: by dtype."""

    tolerance: tuple[float, float] | None = None
    up_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """The first difference: its kind, a sentence, where it is, and both sides as text."""

    kind: str
    message: str
    where: str = ""
    expected: str = ""
    actual: str = ""
    related: bool = False  # the sentence says how the whole result is wrong, not only where


class Found(Exception):
    """Carries the first difference out of the recursion."""


def stop(kind: str, message: str, where: str = "", expected: Any = "", actual: Any = "") -> NoReturn:
    """Raise the first difference."""
    raise Found(Difference(kind, message, where, expected, actual))


def at(where: str) -> str:
    """Return a place as the words that follow a noun."""
    words = place(where)
    return f" {words if words.startswith('at ') or not words else 'in ' + words}" if where else ""


def _arrays(want: Any, got: Any) -> bool:
    return (is_tensor(want) or type(want) is np.ndarray) and type(got) is not float


def shape(where: str, want: Any, got: Any, rules: Rules) -> None:
    """Stop at arrays of different shapes."""
    if _arrays(want, got) and tuple(want.shape) != tuple(got.shape):
        a, b = tuple(want.shape), tuple(got.shape)
        stop("shape", f"Expected shape {a}{at(where)}, got {b}.", where, f"shape {a}", f"shape {b}")


def dtype(where: str, want: Any, got: Any, rules: Rules) -> None:
    """Stop at arrays of different dtypes, unless the rules take widths alike."""
    if _arrays(want, got) and want.dtype != got.dtype:
        a, b = (str(x.dtype).removeprefix("torch.") for x in (want, got))
        if "dtype" in rules.up_to and a.rstrip("0123456789") == b.rstrip("0123456789"):
            return
        stop("dtype", f"Expected dtype {a}{at(where)}, got {b}.", where, a, b)


def device(where: str, want: Any, got: Any, rules: Rules) -> None:
    """Stop at tensors on different kinds of device."""
    if is_tensor(want) and want.device.type != got.device.type:
        message = f"The result{at(where)} is on {got.device.type}, but should be on {want.device.type}: "
        stop("device", message + "create tensors on the device of the input (`device=x.device`).", where)


def values(where: str, want: Any, got: Any, rules: Rules, best: Any) -> None:
    """Stop at the first value that differs; `best` is the reference's result from float64 inputs, or None."""
    if _arrays(want, got):
        _array_values(where, want, got, rules, best)
    elif type(want) in (float, complex):
        tolerance = rules.tolerance or TOLERANCES["float64"]
        if not any(
            _close(np.asarray(right), np.asarray(got), tolerance) for right in (want, best) if right is not None
        ):
            _stop_at(where, *_two(want, got))
    elif _exact(want, got) is False:
        _stop_at(where, *_two(want, got))


def _stop_at(where: str, expected: str, actual: str) -> NoReturn:
    """Stop at one value, with both in the sentence unless they are long."""
    shown = len(expected) + len(actual) <= LONGEST_VALUES
    words = f"is {actual}, but should be {expected}" if shown else "is another than it should be"
    message = f"The value{at(where)} {words}."
    stop("values", message, where, expected, actual)


def _exact(want: Any, got: Any) -> bool:
    t = torch()
    known = (int, bool, str, bytes, type(None), range, slice, type, np.dtype)
    if isinstance(want, known) or (t is not None and isinstance(want, t.dtype | t.device)):
        return bool(want == got)
    if type(want) in (set, frozenset) and all(type(item) in (int, str, bytes, bool, float, tuple) for item in got):
        return bool(want == got)
    return want is got


def _array_values(where: str, want: Any, got: Any, rules: Rules, best: Any) -> None:
    dtype = str(got.dtype).removeprefix("torch.")
    expected, actual = to_numpy(want), to_numpy(got)
    inexact = actual.dtype.kind in "fc"
    tolerance = (rules.tolerance or TOLERANCES.get(dtype, (0.0, 0.0))) if inexact else (0.0, 0.0)
    if "permutation" in rules.up_to and actual.ndim:
        actual = _reordered(expected, actual, tolerance)
    if "sign" in rules.up_to and inexact and actual.ndim:
        actual = actual * np.where((expected * actual).sum(-1, keepdims=True) < 0, -1.0, 1.0)
    same = _close(expected, actual, tolerance) if inexact else expected == actual
    if best is not None and inexact:  # the exact result is right too, where rounding moved the reference's own
        same |= _close(to_numpy(best), actual, tolerance)
    if same.all():
        return
    index = tuple(int(i) for i in np.argwhere(~same)[0])
    spot = where + (f"[{', '.join(map(str, index))}]" if index else "")
    count = int((~same).sum())
    unusual = "" if dtype in ("float32", "float64", "int64", "bool") else f" ({dtype})"
    texts = (text + unusual for text in _two(expected[index].item(), actual[index].item()))
    if not index:
        _stop_at(spot, *texts)
    one, other = texts
    stop(
        "values",
        f"{count} of {same.size} values differ, the first{at(spot)}: {other} instead of {one}.",
        spot,
        one,
        other,
    )


def _two(want: Any, got: Any) -> tuple[str, str]:
    """Write two values shortly, or in full where they would look alike."""
    if type(want) is str and type(got) is str and normalize("NFC", want) == normalize("NFC", got):
        return ascii(want)[:MAX_TEXT], ascii(got)[:MAX_TEXT]  # they would look alike: show the code points
    one, other = describe_both(want, got)
    return (one.removesuffix(".0"), other.removesuffix(".0")) if type(want) is float else (one, other)


def _close(expected: np.ndarray, actual: np.ndarray, tolerance: tuple[float, float]) -> np.ndarray:
    return np.asarray(np.isclose(actual, expected, rtol=tolerance[0], atol=tolerance[1], equal_nan=True))


def _reordered(expected: np.ndarray, actual: np.ndarray, tolerance: tuple[float, float]) -> np.ndarray:
    left, order = list(range(len(actual))), []
    for want in expected:
        found = next((i for i in left if _close(np.asarray(want), np.asarray(actual[i]), tolerance).all()), None)
        if found is None:
            return actual
        left.remove(found)
        order.append(found)
    return actual[order]
