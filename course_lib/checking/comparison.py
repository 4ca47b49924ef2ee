"""The first difference between a reference's result and an answer's, in the order in which a learner can mend it.

type → structure → shape → dtype → device → values. Equality is our own: only exact types are opened (`data`), so an
object whose `==` is always true is refused for its type and never asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from course_lib.checking.data import TooDeep, is_sequence, is_tensor, kind_of, leaves, plain
from course_lib.checking.texts import describe, describe_both
from course_lib.checking.values import Difference, Found, Rules, at, device, dtype, shape, stop, values

__all__ = ["Difference", "Rules", "difference"]


def difference(expected: Any, actual: Any, rules: Rules, precise: Any = None) -> Difference | None:
    """Return the first difference between two results, or None where they agree.

    `precise` is the reference's result on float64 inputs: where it has the same form, values are compared with it.
    """
    if "strides" in rules.up_to:
        expected, actual = _settled(expected), _settled(actual)
    try:
        pairs = list(_pairs(expected, actual, "", rules, 0))
        exact = _same_form(expected, precise)
        for check in (shape, dtype, device):
            for where, want, got in pairs:
                check(where, want, got, rules)
        for (where, want, got), best in zip(pairs, exact or [None] * len(pairs), strict=True):
            values(where, want, got, rules, best)
    except Found as found:
        return found.args[0]
    except TooDeep:
        return Difference("structure", "The answer's result holds itself or is nested too deeply to be compared.")
    return None


def _settled(result: Any) -> Any:
    """Return a result `(shape, strides, …)` with a stride of 0 along axes of length 1, where any leads nowhere.

    >>> _settled(((2, 1), (1, 99), 5))
    ((2, 1), (1, 0), 5)
    """
    result = plain(result)
    if not (is_sequence(result) and len(result) > 1 and all(is_sequence(plain(part)) for part in result[:2])):
        return result
    shape, strides = ([plain(n) for n in plain(part)] for part in result[:2])
    if len(shape) != len(strides) or not all(type(n) is int for n in (*shape, *strides)):
        return result
    settled = [0 if length == 1 else stride for length, stride in zip(shape, strides, strict=True)]
    kind = list if type(result[1]) is list else tuple
    return type(result)((result[0], kind(settled), *result[2:])) if type(result) in (list, tuple) else result


def _same_form(expected: Any, precise: Any) -> list[Any] | None:
    if precise is None:
        return None
    try:
        pairs = list(_pairs(expected, precise, "", Rules(), 0))
    except (Found, TooDeep):
        return None
    same = all(getattr(want, "shape", None) == getattr(best, "shape", None) for _, want, best in pairs)
    return [best for _, _, best in pairs] if same else None


def _pairs(expected: Any, actual: Any, where: str, rules: Rules, depth: int) -> Iterator[tuple[str, Any, Any]]:
    """Yield the leaves of both results side by side; stop at the first difference of type or structure."""
    if depth > 50:
        raise TooDeep
    expected, actual = plain(expected), plain(actual)
    if is_sequence(expected) or type(expected) is dict:
        yield from _open(expected, actual, where, rules, depth)
        return
    if is_tensor(expected) and is_tensor(actual) and actual.layout is not expected.layout:
        stop("type", f"Expected a {expected.layout} tensor, got a {actual.layout} one{at(where)}.", where)
    if not _same_type(expected, actual):
        message = (
            f"Expected {kind_of(expected).split(' (is')[0]}{at(where)}, got {kind_of(actual)}.{_hint(expected, actual)}"
        )
        stop("type", message, where, *describe_both(expected, actual))
    yield where, expected, actual


def _open(expected: Any, actual: Any, where: str, rules: Rules, depth: int) -> Iterator[tuple[str, Any, Any]]:
    kind = "a list" if type(expected) is list else "a dict" if type(expected) is dict else "a tuple"
    if not _same_type(expected, actual):
        stop("type", f"Expected {kind}{at(where)}, got {kind_of(actual)}.", where, *describe_both(expected, actual))
    if type(expected) is dict:
        if not all(type(leaf) in (str, int, bool, float, bytes) for key in actual for leaf in leaves(key)):
            stop("structure", f"The keys of the dict{at(where)} are not plain data.", where)
        if missing := [key for key in expected if key not in actual]:
            stop("structure", f"The key {missing[0]!r} is missing{at(where)}.", where, *describe_both(expected, actual))
        if extra := [key for key in actual if key not in expected]:
            message = f"The key {describe(extra[0])} does not belong{at(where)}."
            stop("structure", message, where, *describe_both(expected, actual))
        keys: Any = list(expected)
    else:
        if len(expected) != len(actual):
            message = f"Expected {len(expected)} {_items(len(expected))}{at(where)}, got {len(actual)}."
            stop("structure", message, where, *describe_both(expected, actual))
        if "permutation" in rules.up_to:
            actual = _matched(expected, actual, rules)
        keys = range(len(expected))
    for key in keys:
        yield from _pairs(expected[key], actual[key], f"{where}[{key!r}]", rules, depth + 1)


def _matched(expected: Any, actual: Any, rules: Rules) -> list[Any]:
    """Reorder `actual` so that items that agree stand opposite each other; the rest keep their order."""
    left, order = list(actual), []
    for want in expected:
        found = next((i for i, got in enumerate(left) if difference(want, got, rules) is None), None)
        order.append(None if found is None else left.pop(found))
    rest = iter(left)
    return [next(rest) if got is None and want is not None else got for want, got in zip(expected, order, strict=True)]


def _same_type(expected: Any, actual: Any) -> bool:
    if is_tensor(expected):
        return is_tensor(actual)
    if is_sequence(expected) and type(expected) is not list:
        return is_sequence(actual) and type(actual) is not list
    if type(expected) is float and type(actual) is int:
        return True  # 0 is a right answer where 0.0 is expected
    return type(expected) is type(actual)


def _hint(expected: Any, actual: Any) -> str:
    if type(expected) in (int, float, bool) and (is_tensor(actual) or type(actual) is np.ndarray):
        return " `.item()` turns one element into a Python number." if not actual.shape else ""
    if type(expected) is np.ndarray and is_tensor(actual):
        return " Return a NumPy array."
    if is_tensor(expected) and type(actual) in (np.ndarray, list, int, float):
        return " Return a torch tensor."
    if type(expected) is int and type(actual) is float:
        return " `/` always gives a float; `//` divides whole numbers."
    return ""


def _items(count: int) -> str:
    return "item" if count == 1 else "items"
