"""Plain data: what cases, results and messages are made of, and how to walk through it.

Learners' objects are never trusted: only exact built-in types are opened, so no `__iter__`, `__len__`,
`__eq__` or `__repr__` of theirs is ever called. torch is used only where it has been imported already.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

MAX_DEPTH = 50  # a list that holds itself ends here


class TooDeep(ValueError):
    """Data nested deeper than any result of the course."""


def torch() -> Any:
    """Return the torch module if something has imported it, else None."""
    module = sys.modules.get("torch")
    return module if hasattr(module, "Tensor") else None


def is_tensor(value: Any) -> bool:
    """Say whether `value` is a torch tensor or parameter itself, not an imitation."""
    t = torch()
    return t is not None and type(value) in (t.Tensor, t.nn.Parameter)


def is_sequence(value: Any) -> bool:
    """Say whether `value` is a list or tuple that may be opened."""
    t = torch()
    return type(value) in (list, tuple) or (t is not None and type(value) is t.Size)


def transform(value: Any, change: Callable[[Any], Any], depth: int = 0) -> Any:
    """Rebuild nested lists, tuples and dicts with every leaf replaced by `change(leaf)`."""
    if depth > MAX_DEPTH:
        raise TooDeep(f"the data is nested more than {MAX_DEPTH} deep")
    value = plain(value) if isinstance(value, tuple) else value
    if is_sequence(value):
        kind = list if type(value) is list else tuple
        return kind(transform(item, change, depth + 1) for item in value)
    if type(value) is dict:
        return {key: transform(item, change, depth + 1) for key, item in value.items()}
    return change(value)


def leaves(value: Any, depth: int = 0) -> Iterator[Any]:
    """Yield every leaf of nested lists, tuples and dicts; raises `TooDeep` for data that holds itself."""
    if depth > MAX_DEPTH:
        raise TooDeep(f"the data is nested more than {MAX_DEPTH} deep")
    value = plain(value)
    if is_sequence(value):
        for item in value:
            yield from leaves(item, depth + 1)
    elif type(value) is dict:
        for item in value.values():
            yield from leaves(item, depth + 1)
    else:
        yield value


def bulk(value: Any) -> int:
    """Count what there is to read in a value: numbers, characters, and one for each leaf that has neither.

    >>> bulk([1, "four", np.zeros((2, 3))])
    11
    """
    return sum(_bulk(leaf) for leaf in leaves(value))


def _bulk(leaf: Any) -> int:
    if is_tensor(leaf):
        return int(leaf.numel())
    return int(leaf.size) if type(leaf) is np.ndarray else len(leaf) if type(leaf) in (str, bytes) else 1


def plain(value: Any) -> Any:
    """Turn a NumPy scalar into the Python scalar it stands for, and a named tuple into a tuple; leave everything else.

    >>> from collections import namedtuple
    >>> plain(np.float32(0.5)), plain(namedtuple("Pair", "left right")(1, 2))
    (0.5, (1, 2))
    """
    if type(value) is not tuple and issubclass(type(value), tuple) and not is_sequence(value):
        return tuple.__getitem__(value, slice(None))
    return np.generic.item(value) if type(value).__module__ == "numpy" and isinstance(value, np.generic) else value


def to_float64(value: Any) -> Any:
    """Turn a floating-point array or tensor into float64; leave everything else."""
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return value.astype(np.float64)
    if is_tensor(value) and value.is_floating_point():
        return value.detach().double().requires_grad_(value.requires_grad)
    return value


def to_numpy(value: Any) -> np.ndarray:
    """Return an array or tensor as a NumPy array on the host; floats become float64 so that all compare alike."""
    if type(value) is np.ndarray:
        return value.astype(np.float64) if value.dtype.kind == "f" else value
    value = value.detach().resolve_conj().resolve_neg().cpu()
    return np.asarray(value.double() if value.is_floating_point() else value)


def kind_of(value: Any) -> str:
    """Name a value's type as one would say it, with an article."""
    if is_tensor(value):
        return "a torch tensor"
    if type(value) is np.ndarray:
        return "a NumPy array"
    if value is None:
        return "None (is a `return` missing?)"
    if callable(value) and not isinstance(value, type):
        return f"a function ({getattr(value, '__name__', 'unnamed')!s}); was it meant to be called?"
    names = {
        int: "a whole number (int)",
        float: "a number (float)",
        bool: "True or False (bool)",
        str: "a string",
        bytes: "bytes",
    }
    name = type(value).__name__
    return names.get(type(value), f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}")
