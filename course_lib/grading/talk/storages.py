"""Memory that both sides know: which bytes an array or tensor stands on, so that views stay views across processes."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from course_lib.checking.data import torch


class Storage:
    """A run of bytes that arrays and tensors view, kept in step with its twin on the other side."""

    def __init__(self, number: int, place: str, low: int, size: int, owner: Any, writable: bool = True) -> None:
        """`place` is "array", "tensor" or a device; `owner` keeps the bytes alive."""
        self.number, self.place, self.low, self.size = number, place, low, size
        self.owner, self.writable = owner, writable
        self.known: bytes | None = None  # what the other side has

    @property
    def on_host(self) -> bool:
        """Whether the bytes can be addressed from here."""
        return self.place in ("array", "tensor")

    def read(self) -> bytes:
        """Return a copy of the bytes."""
        return ctypes.string_at(self.low, self.size) if self.on_host else self.owner.cpu().numpy().tobytes()

    def write(self, data: bytes | bytearray) -> None:
        """Overwrite the bytes, unless they are somebody's constant."""
        if not self.writable or len(data) != self.size:
            return
        if self.on_host:
            ctypes.memmove(self.low, bytes(data), self.size)
        else:
            self.owner.copy_(torch().frombuffer(bytearray(data), dtype=torch().uint8))

    def array(self, dtype: np.dtype, offset: int, shape: list[int], strides: list[int]) -> np.ndarray:
        """Return an array that views these bytes; raises ValueError where it would reach beyond them."""
        return np.ndarray(shape, dtype, buffer=self._buffer(), offset=offset, strides=strides)

    def _buffer(self) -> Any:
        buffer = (ctypes.c_ubyte * self.size).from_address(self.low)
        buffer._owner = self.owner  # type: ignore[attr-defined]  # the array keeps the buffer, the buffer its owner
        return buffer

    def tensor(self, dtype: Any, offset: int, shape: list[int], strides: list[int]) -> Any:
        """Return a tensor that views these bytes; raises ValueError where it would reach beyond them."""
        last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
        if min([offset, *strides], default=0) < 0 or (last + 1) * dtype.itemsize > self.size:
            raise ValueError("the tensor reaches beyond its memory")
        view = np.ndarray(self.size, np.uint8, buffer=self._buffer()) if self.place == "array" else None
        base = self.owner if view is None else torch().from_numpy(view)
        made = torch().empty(0, dtype=dtype, device=base.device)
        return made.set_(base.untyped_storage(), offset, shape, strides)


def make(number: int, place: str, size: int) -> Storage:
    """Return a new storage of `size` bytes in `place`."""
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
