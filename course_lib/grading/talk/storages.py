"""Memory that both sides know: which bytes an array or tensor stands on, so that views stay views across processes."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.checking.data import torch
from course_lib.grading.talk.frames import Lie
from course_lib.grading.talk.untrusted import steps_within


class Storage:
    """A run of bytes that arrays and tensors view, kept in step with its twin on the other side."""

    def __init__(self, number: int, place: str, low: int, size: int, owner: Any, writable: bool = True) -> None:
        """`place` is "array", "tensor" or a device; `owner` keeps the bytes alive."""
        self.number, self.place, self.low, self.size = number, place, low, size
        self.owner, self.writable = owner, writable
        self.known: bytes | None = None  # what the other side has
        self._truths: np.ndarray | None = None  # which bytes are looked at as True or False
        self._views: set[Any] = set()

    @property
    def on_host(self) -> bool:
        """Whether the bytes can be addressed from here."""
        return self.place in ("array", "tensor")

    def read(self) -> bytes:
        """Return a copy of the bytes."""
        raw = ctypes.string_at(self.low, self.size) if self.on_host else self.owner.cpu().numpy().tobytes()
        return self._with_plain_truths(raw)

    def write(self, data: bytes | bytearray) -> None:
        """Overwrite the bytes, unless they are somebody's constant. Raises ValueError where there are not as many."""
        if len(data) != self.size:
            raise ValueError(f"{len(data)} bytes came for a memory of {self.size}")
        if not self.writable:
            return
        data = self._with_plain_truths(bytes(data))
        if self.on_host:
            ctypes.memmove(self.low, data, self.size)
        else:
            self.owner.copy_(torch().frombuffer(bytearray(data), dtype=torch().uint8))

    def array(self, dtype: np.dtype, offset: Any, shape: list[int], strides: Any) -> np.ndarray:
        """Return an array that views these bytes; raises `Lie` where it would reach beyond them."""
        steps = steps_within(self.size, dtype.itemsize, offset, shape, strides)
        if dtype.kind == "b":
            self.hold_truths(offset, shape, steps)
        return np.ndarray(shape, dtype, buffer=self._buffer(), offset=offset, strides=steps)

    def _buffer(self) -> Any:
        buffer = (ctypes.c_ubyte * self.size).from_address(self.low)
        buffer._owner = self.owner  # type: ignore[attr-defined]  # the array keeps the buffer, the buffer its owner
        return buffer

    def tensor(self, dtype: Any, offset: Any, shape: list[int], strides: Any) -> Any:
        """Return a tensor that views these bytes; raises `Lie` where it would reach beyond them."""
        item = dtype.itemsize
        steps = steps_within(self.size, item, offset, shape, strides, unit=item)
        if min(steps, default=0) < 0:
            raise Lie("a tensor has a negative stride")
        if dtype == torch().bool:
            self.hold_truths(offset, shape, steps)
        view = np.ndarray(self.size, np.uint8, buffer=self._buffer()) if self.place == "array" else None
        base = self.owner if view is None else torch().from_numpy(view)
        made = torch().empty(0, dtype=dtype, device=base.device)
        return made.set_(base.untyped_storage(), offset, shape, strides)

    def hold_truths(self, offset: int, shape: Sequence[int], steps: Sequence[int]) -> None:
        """Take note of bytes that are looked at as True or False, and see to it that each is 1 or 0.

        NumPy counts the true ones of a mask by adding its bytes, and makes room for as many as that.
        """
        view = (offset, tuple(shape), tuple(steps))
        if view in self._views:
            return
        self._views.add(view)
        if self._truths is None:
            self._truths = np.zeros(self.size, bool)
        np.ndarray(shape, bool, buffer=self._truths, offset=offset, strides=steps)[...] = True
        raw = ctypes.string_at(self.low, self.size) if self.on_host else self.owner.cpu().numpy().tobytes()
        if (plain := self._with_plain_truths(raw)) != raw:
            if not self.writable:
                raise Lie("a constant is looked at as True and False, and is neither")
            self.write(plain)

    def _with_plain_truths(self, raw: bytes) -> bytes:
        if self._truths is None:
            return raw
        found = np.frombuffer(raw, np.uint8)
        if found.max() < 2:  # as honest ones are
            return raw
        return np.where(self._truths, found != 0, found).astype(np.uint8).tobytes()


def make(number: int, place: str, size: int) -> Storage:
    """Return a new storage of `size` bytes in `place`; raises `Lie` for none, which NumPy takes for any number."""
    if size < 1:
        raise Lie("a memory of no bytes was sent")
    if place == "array":
        owner: Any = np.empty(size, np.uint8)
        return Storage(number, place, owner.ctypes.data, size, owner)
    owner = torch().empty(size, dtype=torch().uint8, device="cpu" if place == "tensor" else place)
    return Storage(number, place, owner.data_ptr(), size, owner)


def of_array(array: np.ndarray, number: int) -> Storage:
    """Return the storage under an array: just the bytes between its first and its last element."""
    low, high = np.lib.array_utils.byte_bounds(array)
    return Storage(number, "array", low, high - low, array, bool(array.flags.writeable))


def of_tensor(tensor: Any, number: int) -> Storage:
    """Return the storage under a tensor, all of it."""
    base = torch().empty(0, dtype=torch().uint8, device=tensor.device).set_(tensor.detach().untyped_storage())
    place = "tensor" if tensor.device.type == "cpu" else str(tensor.device)
    return Storage(number, place, base.data_ptr(), base.numel(), base)
