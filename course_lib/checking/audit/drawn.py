"""What a domain drew, parameter by parameter, and what it never did: the gaps that an author should look at."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_lib.checking.calls import Call
from course_lib.checking.data import is_sequence, is_tensor, kind_of, plain
from course_lib.checking.judging import parameter_names
from course_lib.checking.rubric import Rubric
from course_lib.checking.texts import describe

FEW = 6  # different values that are listed; more are given as a range
MOST_KEPT = 5000


@dataclass
class Seen:
    """What one parameter, or the items of one, was."""

    times: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)  # of numbers, flags, short texts
    numbers: list[float] = field(default_factory=list)  # the least and the largest
    dtypes: Counter[str] = field(default_factory=Counter)
    ranks: Counter[int] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)  # of texts and lists, and of axes
    marks: Counter[str] = field(default_factory=Counter)  # what some are: negative, not a number, a view …
    items: Seen | None = None

    def see(self, value: Any) -> None:
        """Take note of one value."""
        value = plain(value)
        self.times += 1
        if is_tensor(value) or type(value) is np.ndarray:
            self._see_array(value)
        elif type(value) in (int, float, bool):
            self.kinds[type(value).__name__] += 1
            self._see_value(value)
            if type(value) is not bool:
                self._see_numbers(value, value)
        elif type(value) in (str, bytes):
            self._see_text(value)
        elif is_sequence(value) or type(value) is dict:
            self.kinds[type(value).__name__] += 1
            self.lengths[len(value)] += 1
            self.items = self.items or Seen()
            for item in list(value.values() if type(value) is dict else value)[:64]:
                self.items.see(item)
        else:
            self.kinds["None" if value is None else kind_of(value).removeprefix("a ")] += 1
            self._see_value(value)

    def _see_value(self, value: Any) -> None:
        if len(self.values) < MOST_KEPT:
            self.values[describe(value, limit=40)] += 1

    def _see_numbers(self, least: float, largest: float) -> None:
        known = [*self.numbers, least, largest]
        finite = [number for number in known if not isinstance(number, float) or math.isfinite(number)]
        self.numbers = [min(finite), max(finite)] if finite else []
        self.marks["zero"] += least <= 0 <= largest
        self.marks["negative"] += least < 0
        self.marks["nan or infinite"] += isinstance(least + largest, float) and not math.isfinite(least + largest)

    def _see_text(self, value: str | bytes) -> None:
        self.kinds[type(value).__name__] += 1
        self._see_value(value)
        self.lengths[len(value)] += 1
        codes = [ord(c) for c in value] if isinstance(value, str) else list(value)
        self.marks["beyond ASCII"] += any(code > 0x7F for code in codes)
        if isinstance(value, str):
            self.marks["beyond the BMP"] += any(code > 0xFFFF for code in codes)

    def _see_array(self, value: Any) -> None:
        self.kinds["tensor" if is_tensor(value) else "array"] += 1
        self.dtypes[str(value.dtype).removeprefix("torch.")] += 1
        self.ranks[len(value.shape)] += 1
        for length in value.shape:
            self.lengths[int(length)] += 1
        whole = value.is_contiguous() if is_tensor(value) else value.flags.c_contiguous
        self.marks["not contiguous"] += not whole
        count = value.numel() if is_tensor(value) else value.size
        kind = (value.detach().cpu() if is_tensor(value) else value) if count else None
        if kind is not None and "complex" not in str(value.dtype):
            host = np.asarray(kind.double() if is_tensor(kind) else kind, dtype=np.float64)
            self._see_numbers(float(host.min()), float(host.max()))

    def drew(self) -> str:
        """Say in a line what was drawn."""
        parts = [_counted(self.dtypes) if self.dtypes else _counted(self.kinds)]
        if self.ranks:
            parts.append(f"{_counted(self.ranks)} {'axis' if set(self.ranks) == {1} else 'axes'}")
        if self.lengths:
            parts.append(f"lengths {min(self.lengths)}–{max(self.lengths)}")
        if self.values and len(self.values) <= FEW:
            parts.append(", ".join(sorted(self.values)))
        elif self.numbers:
            parts.append(f"{self.numbers[0]:g} … {self.numbers[1]:g}")
        marks = [mark for mark, times in self.marks.items() if times and mark != "zero"]
        return "; ".join([*parts, *marks])

    def never(self) -> list[str]:
        """Name what was never drawn."""
        found = []
        if len(self.values) == 1 and self.times > 1 and not self.lengths:
            found.append(f"anything but {next(iter(self.values))}")
        if self.lengths:
            found += [f"length {length}" for length in (0, 1) if not self.lengths[length]]
        if len(self.dtypes) == 1:
            found.append(f"another dtype than {next(iter(self.dtypes))}")
        if len(self.ranks) == 1:
            found.append(f"another number of axes than {next(iter(self.ranks))}")
        return found + [mark for mark, times in self.marks.items() if not times]


def _counted(counts: Counter[Any]) -> str:
    return "/".join(str(key) for key in sorted(counts, key=str))


@dataclass
class Drawn:
    """All parameters of an exercise."""

    parameters: dict[str, Seen] = field(default_factory=dict)

    def see(self, rubric: Rubric, call: Call) -> None:
        """Take note of the arguments of one call."""
        named = dict(zip(parameter_names(rubric), call.args, strict=False)) | call.kwargs
        for name, value in named.items():
            self.parameters.setdefault(name, Seen()).see(value)

    def rows(self) -> list[tuple[str, str, str]]:
        """Return for each parameter, and the items of each, what was drawn and what never was."""
        rows = []
        for name, seen in self.parameters.items():
            inner: Seen | None = seen
            while inner and inner.times:
                rows.append((name, inner.drew(), ", ".join(inner.never())))
                name, inner = f"{name}[…]", inner.items
        return rows
