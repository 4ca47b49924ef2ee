"""What the other side claims about its data, and what no honest side says: wrong forms, sizes, types, equal hashes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from course_lib.checking.data import torch
from course_lib.grading.talk.frames import Lie

MAX_ELEMENTS = 1 << 26
MAX_SAME_HASH = 100


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
    """Return a shape that is small enough."""
    sizes = [expect(int, size) for size in expect(list, shape)]
    if len(sizes) > 32 or any(size < 0 for size in sizes) or math.prod(sizes) > MAX_ELEMENTS:
        raise Lie("an array is larger than any answer of the course")
    return sizes


def dtype_of(name: Any) -> np.dtype:
    """Return NumPy's dtype of that name, of plain numbers or text."""
    dtype = np.dtype(expect(str, name)[:20])
    if dtype.kind not in "biufcSU" or dtype.itemsize > 1 << 16:
        raise Lie("an array has an unknown dtype")
    return dtype


def torch_dtype_of(name: Any) -> Any:
    """Return PyTorch's dtype of that name."""
    dtype = getattr(torch(), expect(str, name), None)
    if torch() is None or not isinstance(dtype, torch().dtype):
        raise Lie("a tensor has an unknown dtype")
    return dtype


def apart(keys: Iterable[Any]) -> list[Any]:
    """Return keys for a set or dict. Thousands of one hash would keep it busy for minutes: each meets all others."""
    found = list(keys)
    if len(found) > MAX_SAME_HASH and max(Counter(map(hash, found)).values()) > MAX_SAME_HASH:
        raise Lie(f"more than {MAX_SAME_HASH} keys have the same hash")
    return found
