"""How a wrong result is related to the right one: twice as large, one place too far, transposed, nan where none is due.

"The value at [2, 1] differs" helps nobody. What is tried here is what a teacher looks for first, and what is said holds
for every value of both results, so it cannot contradict the example beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_lib.checking.data import TooDeep, is_sequence, is_tensor, leaves, plain, to_numpy
from course_lib.checking.relations_of_texts import relation_of_texts

Pair = tuple[np.ndarray, np.ndarray]  # what was expected, what came
LOOSE = {"float16": 4e-3, "bfloat16": 4e-2, "float32": 1e-5}
MOST = 200_000  # values; beyond that nobody waits for words


def relation(expected: Any, actual: Any) -> str:
    """Return a sentence that says how two results of the same form are related, or nothing.

    >>> relation(np.array([1.0, 2.0, 4.0]), np.array([2.0, 4.0, 8.0]))
    'Every value is 2 times what it should be.'
    >>> relation(np.array([[1, 2], [3, 4]]), np.array([[1, 3], [2, 4]]))
    'The result is transposed: axes 0 and 1 are swapped.'
    >>> relation(np.array([1.0, 2.0, 4.0]), np.array([1.0, 5.0, 3.0]))
    'The values before place 1 are right, those from there on are not.'
    """
    try:
        wanted, got = ([plain(leaf) for leaf in leaves(value)] for value in (expected, actual))
    except TooDeep:
        return ""
    if len(wanted) != len(got) or not wanted:
        return ""
    if all(type(leaf) is str for leaf in [*wanted, *got]):
        return relation_of_texts(wanted, got)
    if not all(map(_is_numeric, [*wanted, *got])):
        return _of_order(wanted, got)
    pairs = _as_one(expected, actual) or [_pair(want, have) for want, have in zip(wanted, got, strict=True)]
    if any(a.shape != b.shape for a, b in pairs) or sum(a.size for a, _ in pairs) > MOST:
        return ""
    flat = is_sequence(plain(expected)) and len(plain(expected)) == len(wanted)  # an item is not one of an item's items
    alike = flat and len({a.shape for a, _ in pairs}) == 1
    with np.errstate(all="ignore"):
        return _of_numbers(pairs, alike, _tolerance(got))


def _is_numeric(leaf: Any) -> bool:
    if is_tensor(leaf) or type(leaf) is np.ndarray:
        return "complex" not in str(leaf.dtype) and str(leaf.dtype)[:1] not in "<OUSV"
    return type(leaf) is float or (type(leaf) in (int, bool) and abs(leaf) < 1 << 53)


def _pair(want: Any, have: Any) -> Pair:
    a, b = (to_numpy(x) if is_tensor(x) or type(x) is np.ndarray else np.asarray(x) for x in (want, have))
    return (a, b) if a.dtype == b.dtype == bool else (a.astype(np.float64), b.astype(np.float64))


def _as_one(expected: Any, actual: Any) -> list[Pair]:
    """Take lists of numbers, nested evenly or not at all, as arrays."""
    if not is_sequence(plain(expected)) or any(hasattr(leaf, "dtype") for leaf in leaves([expected, actual])):
        return []
    try:
        return [(np.asarray(expected, dtype=np.float64), np.asarray(actual, dtype=np.float64))]
    except (ValueError, TypeError):
        return []


def _tolerance(got: Sequence[Any]) -> float:
    kinds = {str(getattr(leaf, "dtype", "float64")).removeprefix("torch.") for leaf in got}
    return max(LOOSE.get(kind, 1e-9) for kind in kinds)


def _of_numbers(pairs: list[Pair], listed: bool, loose: float) -> str:
    flat = np.concatenate([a.ravel() for a, _ in pairs]), np.concatenate([b.ravel() for _, b in pairs])

    def same(a: Any, b: Any) -> bool:
        return bool(np.allclose(a, b, rtol=loose, atol=loose * _scale(flat[0]), equal_nan=True))

    if flat[0].dtype == bool and flat[1].dtype == bool:
        said = _of_flags(*flat)
    else:
        flat = flat[0].astype(np.float64), flat[1].astype(np.float64)
        if same(*flat):
            return "The values are right to a few digits, but not to all that are asked for: was something rounded?"
        said = _not_a_number(*flat) or _of_all_values(*flat, _lengths(pairs, listed), same)
    return said or _of_places(pairs, same) or _of_parts(pairs, listed, same)


def _scale(values: np.ndarray) -> float:
    finite = np.abs(values[np.isfinite(values)]) if values.dtype != bool else np.ones(1)
    return float(finite.max()) if finite.size else 1.0


def _lengths(pairs: list[Pair], listed: bool) -> list[int]:
    return [*{n for a, _ in pairs for n in a.shape}, *([len(pairs)] if listed else [])]


def _of_flags(want: np.ndarray, got: np.ndarray) -> str:
    if want.size == 1:
        return f"The value is {bool(got[0])}, but should be {bool(want[0])}."
    if (want != got).all():
        return "True and False are swapped everywhere."
    if (got | want == got).all():
        count = int((got & ~want).sum())
        return f"{_values(count)} True that should be False; all others are right."
    if (got & want == got).all():
        count = int((want & ~got).sum())
        return f"{_values(count)} False that should be True; all others are right."
    return ""


def _values(count: int) -> str:
    return f"{count} value{' is' if count == 1 else 's are'}"


def _not_a_number(want: np.ndarray, got: np.ndarray) -> str:
    for bad, name, cause in (
        (np.isnan, "nan", "it comes of 0/0, of inf - inf, or of a logarithm or root of a negative number"),
        (np.isinf, "infinite", "something was divided by 0, or is too large for its dtype"),
    ):
        count, due = int((bad(got) & np.isfinite(want)).sum()), int((bad(want) & np.isfinite(got)).sum())
        if count:
            return f"{_values(count)} {name} where a number is due: {cause}."
        if due:
            return f"{_values(due)} a number where the result should be {name}."
    return ""


def _of_all_values(want: np.ndarray, got: np.ndarray, lengths: list[int], same: Callable[[Any, Any], bool]) -> str:
    """Say what was done to every value; one value alone, or the same one everywhere, proves too little."""
    usable = np.isfinite(want) & np.isfinite(got)
    want, got = want[usable], got[usable]
    if want.size and same(got, -want) and want.any():
        return "Every sign is wrong: the values are right otherwise."
    if len(np.unique(want)) < 2:
        return ""
    if not got.any():
        return "Every value is 0."
    if len(np.unique(got)) == 1:
        return f"Every value is {got[0]:.6g}, where they should differ."
    if said := _of_a_factor(want, got, lengths, same):
        return said
    if same(got - want, np.full_like(want, (got - want).mean())):
        shift = float((got - want).mean())
        return f"Every value is {abs(shift):.6g} too {'large' if shift > 0 else 'small'}."
    return next((f"Every value is {words}." for words, change in _CHANGES if _is(change, want, got, same)), "")


def _of_a_factor(want: np.ndarray, got: np.ndarray, lengths: list[int], same: Callable[[Any, Any], bool]) -> str:
    apart = want != 0
    factor = float(np.median(got[apart] / want[apart]))
    if not factor or not same(got, factor * want) or same(factor, 1.0):
        return ""
    norm = float(np.linalg.norm(want))
    named = [(f"the length {n} of an axis", float(n)) for n in sorted(set(lengths)) if n > 1]
    named += [(f"the square root of the length {n}", float(n) ** 0.5) for n in sorted(set(lengths)) if n > 1]
    for words, number in named:
        if same(factor, number):
            return f"Every value is {factor:.6g} times what it should be, which is {words}."
        if same(factor, 1 / number):
            return f"Every value was divided by {number:.6g}, which is {words}."
    for base in (2, 10):
        if same(factor, 1 / np.log(base)):
            return f"Every value is {factor:.6g} times what it should be: a logarithm of base {base}, not of base e?"
        if same(factor, np.log(base)):
            return f"Every value is {factor:.6g} times what it should be: a logarithm of base e, not of base {base}?"
    if norm and same(factor, 1 / norm):
        return f"Every value was divided by {norm:.6g}, the norm of the right result."
    if abs(factor) < 1 and same(1 / factor, round(1 / factor)):
        return f"Every value is 1/{round(1 / factor)} of what it should be."
    return f"Every value is {factor:.6g} times what it should be."


_CHANGES: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
    ("without its sign", np.abs),
    ("the square of what it should be", np.square),
    ("the square root of what it should be", np.sqrt),
    ("1 divided by what it should be", np.reciprocal),
    ("1 less what it should be", lambda x: 1 - x),
    ("the logarithm of what it should be", np.log),
    ("the exponential of what it should be", np.exp),
    ("cut off to a whole number", np.trunc),
    ("rounded to a whole number", np.round),
    ("rounded down to a whole number", np.floor),
    ("cut off below 0", lambda x: np.maximum(x, 0)),
]


def _is(change: Callable[[np.ndarray], np.ndarray], want: np.ndarray, got: np.ndarray, same: Any) -> bool:
    with np.errstate(all="ignore"):
        return bool(same(got, change(want)))


def _of_places(pairs: list[Pair], same: Callable[[Any, Any], bool]) -> str:
    """Say how the right values stand in wrong places, in the same way in every array that differs."""
    wrong = [(a, b) for a, b in pairs if not same(a, b)]
    if not wrong or any(a.ndim == 0 or a.size < 2 for a, _ in wrong):
        return ""
    axes = range(min(a.ndim for a, _ in wrong))
    for i in axes:
        for j in range(i + 1, len(axes)):
            if all(a.shape[i] == a.shape[j] and same(b, a.swapaxes(i, j)) for a, b in wrong):
                return f"The result is transposed: axes {i} and {j} are swapped."
    for i in reversed(axes):
        along = f" along axis {i}" if len(axes) > 1 else ""
        if all(same(b, np.flip(a, i)) for a, b in wrong):
            return f"The values are in reverse order{along}."
        if said := _shifted(wrong, i, along, same):
            return said
        if all(same(b, np.sort(a, i)) for a, b in wrong):
            return f"The values have been sorted{along}; they should keep their order."
    if all(same(np.sort(a, None), np.sort(b, None)) for a, b in wrong):
        rows = all(a.ndim > 1 and _same_rows(a, b, same) for a, b in wrong)
        return f"The {'rows' if rows else 'values'} are right, but stand in another order."
    return ""


def _shifted(wrong: list[Pair], axis: int, along: str, same: Callable[[Any, Any], bool]) -> str:
    if any(a.shape[axis] < 3 for a, _ in wrong):
        return ""
    moved = [(np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)) for a, b in wrong]
    if all(same(b[1:], a[:-1]) for a, b in moved):
        return f"Every value stands one place too late{along}."
    if all(same(b[:-1], a[1:]) for a, b in moved):
        return f"Every value stands one place too early{along}."
    return ""


def _same_rows(a: np.ndarray, b: np.ndarray, same: Callable[[Any, Any], bool]) -> bool:
    one, other = (x.reshape(len(x), -1) for x in (a, b))
    return same(one[np.lexsort(one.T)], other[np.lexsort(other.T)])


def _of_parts(pairs: list[Pair], listed: bool, same: Callable[[Any, Any], bool]) -> str:
    """Say in which part of the result everything wrong stands."""
    if listed and len(pairs) > 1:
        return _of_rows([same(a, b) for a, b in pairs], "item")
    [(a, b), *_] = pairs
    if a.ndim == 0 or len(pairs) > 1:
        return ""
    if said := _of_rows([same(x, y) for x, y in zip(a, b, strict=True)], "row" if a.ndim > 1 else "value"):
        return said
    if a.ndim == 2:
        return _of_rows([same(x, y) for x, y in zip(a.T, b.T, strict=True)], "column")
    return ""


def _of_rows(right: list[bool], noun: str) -> str:
    wrong = [place for place, fine in enumerate(right) if not fine]
    if not wrong or len(right) < 3 or len(wrong) == len(right):
        return ""
    if len(wrong) == 1:
        where = "the last" if wrong[0] == len(right) - 1 else f"number {wrong[0]}"
        return f"Only one {noun} is wrong, {where if wrong[0] else 'the first'}."
    if wrong == list(range(wrong[0], len(right))):
        return f"The {noun}s before place {wrong[0]} are right, those from there on are not."
    if wrong == list(range(len(wrong))):
        return f"The first {len(wrong)} {noun}s are wrong, those after them are right."
    return ""


def _of_order(wanted: list[Any], got: list[Any]) -> str:
    """Say of two lists of other things that only their order differs."""
    if not all(type(leaf) in (str, bytes, int, float, bool, type(None)) for leaf in [*wanted, *got]):
        return ""
    if len(wanted) > 1 and got == wanted[::-1]:
        return "The items are in reverse order."
    if sorted(map(repr, wanted)) == sorted(map(repr, got)):
        return "The items are right, but stand in another order."
    return ""
