"""A draw as code to paste: it runs as it stands, and shows what the reference makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.checking.data import is_sequence, is_tensor, plain, torch
from course_lib.checking.judging import parameter_names
from course_lib.checking.rubric import Rubric

LONGEST = 1500


def pasted(rubric: Rubric, seed: int, number: int) -> str:
    """Return lines that call the reference on a draw: with its values if they are few, else by seed and number."""
    found = f"find({rubric.name!r})"
    again = f"{found}.drawn({seed}, {number})()"
    head = f"from course_lib.checking import find\ncall = {again}"
    if rubric.driver:
        return f"{head}\n{found}.driver({found}.answer, *call.args, **call.kwargs)"
    call = rubric.drawn(seed, number)()
    names = parameter_names(rubric)
    arguments = [f"{name}={code(value)}" for name, value in zip(names, call.args, strict=False)]
    arguments += [code(value) for value in call.args[len(names) :]]
    arguments += [f"{name}={code(value)}" for name, value in call.kwargs.items()]
    text = f"{rubric.answer.__name__}({', '.join(arguments)})"
    if len(text) > LONGEST or "<" in text:
        return f"{head}\n{found}.answer(*call.args, **call.kwargs)"
    imports = [f"from {rubric.answer.__module__} import {rubric.answer.__name__}  # draw {number} of seed {seed}"]
    imports += ["import torch"] * ("torch." in text) + ["import numpy as np"] * ("np." in text)
    return "\n".join([*imports, text])


def code(value: Any) -> str:
    """Write a value as an expression that makes it again.

    >>> code([1, float("nan")]), code(np.zeros((0, 2), np.float32))
    ("[1, float('nan')]", "np.zeros((0, 2), dtype='float32')")
    """
    value = plain(value)
    if is_tensor(value):
        return _tensor(value)
    if type(value) is np.ndarray:
        if not value.size:
            return f"np.zeros({value.shape}, dtype={str(value.dtype)!r})"
        return f"np.array({code(value.tolist())}, dtype={str(value.dtype)!r})"
    if type(value) is float and (value != value or value in (float("inf"), float("-inf"))):
        return f"float({str(value)!r})"
    if is_sequence(value):
        inner = ", ".join(code(item) for item in value)
        return f"[{inner}]" if type(value) is list else f"({inner}{',' if len(value) == 1 else ''})"
    if type(value) is dict:
        return "{" + ", ".join(f"{code(key)}: {code(item)}" for key, item in value.items()) + "}"
    t = torch()
    if t is not None and isinstance(value, t.device):
        return f"torch.device({str(value)!r})"
    return repr(value)


def _tensor(value: Any) -> str:
    host = value.detach().cpu()
    dtype = f"dtype={value.dtype}"
    if value.is_contiguous():
        made = f"torch.tensor({code(host.tolist())}, {dtype})"
        made = made if value.numel() else f"torch.zeros({tuple(value.shape)}, {dtype})"
    else:
        cells = host.as_strided((host.untyped_storage().nbytes() // host.element_size(),), (1,), 0)
        view = f"{tuple(host.shape)}, {host.stride()}, {host.storage_offset()}"
        made = f"torch.tensor({code(cells.tolist())}, {dtype}).as_strided({view})"
    return f"{made}.requires_grad_()" if value.requires_grad else made
