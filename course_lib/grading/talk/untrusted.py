"""What the other side claims about its data, and what no honest side says: wrong forms, sizes, types, equal hashes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from course_lib.checking.data import torch
from course_lib.grading.talk.frames import Lie

MAX_ELEMENTS = 1 << 26
MAX_SAME_HASH = 100
MAX_EXPANDED = 1_000_000  # parts of a value, where what is shared counts each time
MAX_STEP = 1 << 40  # bytes, of an axis of one element, where it says nothing
TENSORS = {  # the dtypes of numbers that may be looked at; quantized, packed and opaque ones stay where they are
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "bfloat16", "float32",
    "float64", "complex32", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2",
}  # fmt: skip


def expect(kind: type, value: Any) -> Any:
    """Return the value, which is of this type and no other."""
    if type(value) is not kind:
        raise Lie("the data has the wrong form")
    return value


def three(entry: Any) -> Any:
    """Return a list of three."""
    if type(entry) is not list or len(entry) != 3:
        raise Lie("the list of buffers has the wrong form")
    return entry


def place_of(place: Any) -> str:
    """Return where a buffer is to lie, if that is known here."""
    if place not in ("array", "tensor", "cuda:0", "mps:0") or (place != "array" and torch() is None):
        raise Lie("a buffer lies in an unknown place")
    return str(place)


def shape_of(shape: Any) -> list[int]:
    """Return a shape that is small enough, also where it is empty."""
    sizes = [expect(int, size) for size in expect(list, shape)]
    if len(sizes) > 32 or any(size < 0 for size in sizes) or math.prod(size or 1 for size in sizes) > MAX_ELEMENTS:
        raise Lie("an array is larger than any answer of the course")
    return sizes


def steps_within(size: int, item: int, offset: Any, shape: list[int], strides: Any, unit: int = 1) -> list[int]:
    """Return the strides in bytes of a view whose first and last byte lie among `size` bytes; raises `Lie`.

    `offset` and `strides` count units of `unit` bytes. This is the only place that says so, before anything is built:
    Python's whole numbers have no end, and NumPy's and torch's own checks do.
    """
    steps = [unit * expect(int, step) for step in expect(list, strides)]
    start = unit * expect(int, offset)
    if len(steps) != len(shape) or any(abs(step) > MAX_STEP for step in steps):
        raise Lie("an array has strides of the wrong form")
    if item < 1 or any(n < 1 for n in shape):
        raise Lie("an array without bytes claims to view some")
    reaches = [(n - 1) * step for n, step in zip(shape, steps, strict=True)]
    first, last = start + sum(min(0, reach) for reach in reaches), start + sum(max(0, reach) for reach in reaches)
    if first < 0 or last + item > size:
        raise Lie("an array reaches beyond its memory")
    return steps


def dtype_of(name: Any) -> np.dtype:
    """Return NumPy's dtype of that name, of plain numbers or text."""
    dtype = np.dtype(expect(str, name)[:20])
    if dtype.kind not in "biufcSU" or dtype.itemsize > 1 << 16:
        raise Lie("an array has an unknown dtype")
    return dtype


def number_of(name: Any, digits: Any) -> Any:
    """Return a NumPy scalar of that dtype, from its bytes."""
    dtype, raw = dtype_of(name), bytes.fromhex(expect(str, digits)[:200])
    if dtype.kind in "SU" or len(raw) != dtype.itemsize:
        raise Lie("a number has the wrong form")
    return np.frombuffer(raw, np.uint8).astype(bool)[0] if dtype.kind == "b" else np.frombuffer(raw, dtype)[0]


def empty(sizes: list[int]) -> list[int]:
    """Return the shape of an array that views no memory, and so has no elements."""
    if 0 not in sizes:
        raise Lie("an array has elements, but no memory")
    return sizes


def torch_dtype_of(name: Any) -> Any:
    """Return PyTorch's dtype of that name."""
    dtype = getattr(torch(), expect(str, name), None)
    if torch() is None or not isinstance(dtype, torch().dtype):
        raise Lie("a tensor has an unknown dtype")
    return dtype


def tensor_dtype_of(name: Any) -> Any:
    """Return PyTorch's dtype of that name, if tensors of it may be looked at here."""
    if expect(str, name) not in TENSORS:
        raise Lie("a tensor has an unknown dtype")
    return torch_dtype_of(name)


@lru_cache(maxsize=100)
def may_be_seen(dtype: Any) -> bool:
    """Say whether tensors of this dtype may be looked at on the other side."""
    return str(dtype).removeprefix("torch.") in TENSORS


def not_too_often(value: Any) -> Any:
    """Return a value whose lists and dicts do not hold each other so often that nobody comes to the end of it.

    Forty lists, each of which holds the next one twice, are a few bytes to send and a million million parts to compare.
    """
    sizes: dict[int, int] = {}
    waiting = [(value, False)]
    while waiting:
        node, seen = waiting.pop()
        parts = _parts(node)
        if seen:
            sizes[id(node)] = 1 + sum(sizes.get(id(part), 1) for part in parts)
            if sizes[id(node)] > MAX_EXPANDED:
                raise Lie(f"the data has more than {MAX_EXPANDED} parts, each counted as often as it is held")
        elif parts and id(node) not in sizes:
            sizes[id(node)] = 1  # what holds itself is met here again
            waiting.append((node, True))
            waiting += [(part, False) for part in parts]
    return value


def _parts(node: Any) -> list[Any]:
    if type(node) is dict:
        return [*node, *node.values()]
    return list(node) if type(node) in (list, tuple, set, frozenset) else []


def apart(keys: Iterable[Any]) -> list[Any]:
    """Return keys for a set or dict. Thousands of one hash would keep it busy for minutes: each meets all others."""
    found = list(keys)
    if len(found) > MAX_SAME_HASH and max(Counter(map(hash, found)).values()) > MAX_SAME_HASH:
        raise Lie(f"more than {MAX_SAME_HASH} keys have the same hash")
    return found
