"""Plain data: what cases, results and messages are made of, and how to walk through it.

Learners' objects are never trusted: only exact built-in types are opened, so no `__iter__`, `__len__`,
`__eq__` or `__repr__` of theirs is ever called. torch is used only where it has been imported already.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

MAX_ITEMS = 12  # an example in a message stays readable
MAX_TEXT = 300
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
    if is_sequence(value):
        for item in value:
            yield from leaves(item, depth + 1)
    elif type(value) is dict:
        for item in value.values():
            yield from leaves(item, depth + 1)
    else:
        yield value


def plain(value: Any) -> Any:
    """Turn a NumPy scalar into the Python scalar it stands for; leave everything else."""
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


def describe(value: Any, limit: int = MAX_TEXT) -> str:
    """Write a value as a learner would type it, cut where it grows too long."""
    text = _text(plain(value), 0)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _text(value: Any, depth: int) -> str:
    value = plain(value)
    if type(value) in (int, bool, type(None), bytes):
        return repr(value) if type(value) is not int or value.bit_length() < 1000 else "a huge int"
    if type(value) is str:
        return repr(value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + "…")
    if type(value) in (float, complex):
        return repr(value)
    if is_tensor(value) or type(value) is np.ndarray:
        return _array_text(value)
    if depth > 4:
        return "…"
    if is_sequence(value):
        return _sequence_text(value, depth)
    if type(value) is dict:
        items = [f"{_text(k, depth + 1)}: {_text(v, depth + 1)}" for k, v in list(value.items())[:MAX_ITEMS]]
        return "{" + ", ".join(items + ["…"] * (len(value) > MAX_ITEMS)) + "}"
    t = torch()
    if type(value) in (range, slice) or (t is not None and isinstance(value, t.dtype | t.device)):
        return repr(value)
    return kind_of(value)


def _sequence_text(value: Any, depth: int) -> str:
    inner = [_text(item, depth + 1) for item in value[:MAX_ITEMS]] + ["…"] * (len(value) > MAX_ITEMS)
    if type(value) is list:
        return "[" + ", ".join(inner) + "]"
    return "(" + ", ".join(inner) + ("," if len(inner) == 1 else "") + ")"


def _array_text(value: Any) -> str:
    if is_tensor(value) and value.layout is not torch().strided:
        return f"a {value.layout} tensor of shape {tuple(value.shape)}"
    name = "tensor" if is_tensor(value) else "array"
    dtype = str(value.dtype).removeprefix("torch.")
    if value.size if name == "array" else value.numel():
        if (value.size if name == "array" else value.numel()) > 4 * MAX_ITEMS:
            return f"a {dtype} {name} of shape {tuple(value.shape)}"
        host = value if name == "array" else value.detach().cpu().double() if value.is_floating_point() else value.cpu()
        inner = _nested_text(np.asarray(host).tolist())
    else:
        inner = "[]" if len(value.shape) < 2 else f"[], shape={tuple(value.shape)}"
    usual = dtype in ("float32", "int64", "bool") if name == "tensor" else dtype in ("float64", "int64", "bool")
    return f"{name}({inner}{'' if usual else f', dtype={dtype}'})"


def _nested_text(value: Any) -> str:
    if type(value) is list:
        return "[" + ", ".join(_nested_text(item) for item in value) + "]"
    return f"{value:.7g}" if type(value) is float else repr(value)
