"""Whether a result is the caller's own memory: an argument itself, a view of it, or a list that the caller holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from course_lib.checking.data import MAX_DEPTH, is_sequence, is_tensor, torch

Span = tuple[int, int]


def shared(arguments: Iterable[tuple[str, Any]], result: Any) -> list[str]:
    """Return the names of the arguments that share memory with a result, or of which it holds a part.

    >>> numbers = np.arange(3)
    >>> shared([("numbers", numbers), ("names", ["a"])], numbers[1:])
    ['numbers']
    >>> shared([("numbers", numbers)], numbers + 0)
    []
    """
    objects, spans = _memory(result)
    return [name for name, value in arguments if _overlaps(objects, spans, *_memory(value))]


def _overlaps(objects: set[int], spans: list[Span], theirs: set[int], their_spans: list[Span]) -> bool:
    return bool(objects & theirs) or any(a < d and c < b for a, b in spans for c, d in their_spans)


def _memory(value: Any) -> tuple[set[int], list[Span]]:
    parts = list(_parts(value))
    objects = {id(part) for part in parts if type(part) in (list, dict, set, bytearray)}
    return objects, [span for part in parts if (span := _span(part))]


def _parts(value: Any, depth: int = 0) -> Iterator[Any]:
    yield value
    if depth < MAX_DEPTH and (is_sequence(value) or type(value) is dict):
        for item in value.values() if type(value) is dict else value:
            yield from _parts(item, depth + 1)


def _span(part: Any) -> Span | None:
    """Return where the bytes of an array, or of a tensor's storage, begin and end."""
    if is_tensor(part) and part.layout is torch().strided and part.device.type == "cpu":
        storage = part.untyped_storage()
        begin = storage.data_ptr()
        return (begin, begin + storage.nbytes()) if begin and storage.nbytes() else None
    if type(part) is np.ndarray and part.size:
        return np.lib.array_utils.byte_bounds(part)
    return None
