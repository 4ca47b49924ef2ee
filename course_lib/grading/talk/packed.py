"""Values as plain data: packed into JSON and buffers, unpacked after every size, shape and dtype was checked.

Objects with an identity (lists, dicts, arrays, tensors) get a number that both sides know. After each operation both
sides tell each other what changed in them, so an answer that writes into its arguments, or a driver that sets a
gradient, is seen on the other side. Everything else stays where it is: the other side gets a handle.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.checking.data import is_tensor, torch
from course_lib.grading.talk import scalars, storages
from course_lib.grading.talk.frames import MAX_RAW, Lie
from course_lib.grading.talk.scalars import TooLarge
from course_lib.grading.talk.untrusted import (
    MAX_ELEMENTS,
    apart,
    dtype_of,
    empty,
    expect,
    may_be_seen,
    not_too_often,
    place_of,
    shape_of,
    steps_within,
    tensor_dtype_of,
    three,
)

MAX_NODES = 200_000
MAX_TAKEN = 2 * MAX_NODES  # what is packed and what changed are counted apart by those who send
MAX_DEPTH = 60


class Packer:
    """One side's table of what both sides know."""

    def __init__(self, first: int, refer: Callable[[Any], Any], resolve: Callable[[Any], Any]) -> None:
        """`refer` turns an object that cannot travel into JSON; `resolve` turns that back into something."""
        self.refer, self.resolve = refer, resolve
        self.next = first  # examiner: even numbers; respondent: odd ones
        self.fake = False  # whether tensors have no numbers now
        self.forget()

    def forget(self) -> None:
        """Drop everything known, on both sides at once."""
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}  # id(object) -> number
        self.texts: dict[int, Any] = {}  # number -> its last description
        self.storages: dict[int, storages.Storage] = {}
        self._nodes = 0
        self._shared = False  # whether anything that came since the last news is held twice
        self._taken = 0  # parts that came since the last news

    def _number(self) -> int:
        self.next += 2
        return self.next

    def pack(self, value: Any, depth: int = 0) -> Any:
        """Return `value` as JSON-ready data; raises `TooLarge`."""
        self._nodes += 1
        if self._nodes > MAX_NODES or depth > MAX_DEPTH:
            raise TooLarge("the data has too many parts, or is nested too deeply")
        kind = type(value)
        if value is None or kind in (bool, float) or (kind is int and abs(value) < 1 << 53):
            return value
        if kind is str:
            if len(value) > 1 << 20:
                raise TooLarge("a string is longer than a million characters")
            return value if value.isascii() else scalars.pack_text(value)
        if kind in (list, dict) or kind is np.ndarray or is_tensor(value):
            return self._known(value, depth)
        scalar = self._scalar(value, kind, depth)
        return ["h", self.refer(value)] if scalar is None else scalar

    def _scalar(self, value: Any, kind: type, depth: int) -> Any:
        if kind.__name__ == "FakeTensor" and isinstance(value, torch().Tensor):
            return ["F", *self._layout(value), str(value.device), bool(value.requires_grad)]
        return scalars.pack(value, kind, lambda item: self.pack(item, depth + 1))

    def _known(self, value: Any, depth: int) -> Any:
        number = self.numbers.get(id(value))
        if number is not None:
            return ["=", number]
        if not self._can_travel(value):
            return ["h", self.refer(value)]
        number = self._number()
        self._learn(number, value)
        self.texts[number] = description = self._describe(value, depth)
        return ["n", number, description]

    def _learn(self, number: int, value: Any) -> None:
        self.objects[number] = value
        self.numbers[id(value)] = number

    def _can_travel(self, value: Any) -> bool:
        if type(value) is np.ndarray:
            return value.dtype.kind in "biufcSU" and (value.itemsize > 0 or value.size == 0)
        if is_tensor(value):
            return value.layout is torch().strided and may_be_seen(value.dtype)
        return True

    def _describe(self, value: Any, depth: int = 0) -> Any:
        if type(value) is list:
            return ["l", [self.pack(item, depth + 1) for item in value]]
        if type(value) is dict:
            return ["d", [[self.pack(key, depth + 1), self.pack(item, depth + 1)] for key, item in value.items()]]
        if type(value) is np.ndarray:
            number, offset = self._stands_on(value)
            return ["a", value.dtype.str, number, offset, list(value.shape), list(value.strides)]
        grad = None if value.grad is None else self.pack(value.grad, depth + 1)
        plain = value.detach().resolve_conj().resolve_neg()
        number, offset = self._stands_on(plain)
        parameter = type(value) is not torch().Tensor
        flags = [bool(value.requires_grad), parameter, bool(value.requires_grad and not value.is_leaf)]
        return ["T", *self._layout(plain), number, offset, flags, grad]

    @staticmethod
    def _layout(value: Any) -> list[Any]:
        return [str(value.dtype).removeprefix("torch."), list(value.shape), list(value.stride())]

    def _stands_on(self, value: Any) -> tuple[int, int]:
        """Return the number of the storage under an array (with bytes) or tensor (with elements before its first)."""
        array = type(value) is np.ndarray
        if 0 in value.shape:
            return -1, 0
        made = storages.of_array(value, 0) if array else storages.of_tensor(value, 0)
        if made.size > MAX_RAW // 2 or math.prod(value.shape) > MAX_ELEMENTS:
            raise TooLarge(f"an array of shape {tuple(value.shape)} is too large to be passed on")
        low = value.ctypes.data if array else value.data_ptr()
        item = 1 if array else value.element_size()
        for storage in self.storages.values():
            near = storage.low <= made.low and made.low + made.size <= storage.low + storage.size
            near = near and (storage.place == made.place or (storage.on_host and made.on_host))
            if near and (low - storage.low) % item == 0:
                return self._viewed(storage, value, low - storage.low, item)
        made.number = self._number()
        self.storages[made.number] = made
        return self._viewed(made, value, low - made.low, item)

    @staticmethod
    def _viewed(storage: storages.Storage, value: Any, start: int, item: int) -> tuple[int, int]:
        steps = value.strides if type(value) is np.ndarray else value.stride()
        if value.dtype == (np.bool_ if type(value) is np.ndarray else torch().bool):
            storage.hold_truths(start, value.shape, steps)
        return storage.number, start // item

    # what changed

    def changes(self) -> tuple[dict[str, Any], list[bytes]]:
        """Return what the other side does not know yet: new bytes, and new descriptions of known objects."""
        self._nodes = 0
        said = []
        for number, value in list(self.objects.items()):
            description = self._describe(value)
            if description != self.texts[number]:
                self.texts[number] = description
                said.append([number, description])
        news, buffers = [], []
        for storage in self.storages.values():
            now = storage.read()
            if now != storage.known:
                storage.known = now
                news.append([storage.number, storage.place, storage.size])
                buffers.append(now)
        if sum(map(len, buffers)) > MAX_RAW:
            raise TooLarge("the data is too large to be passed on")
        return {"storages": news, "objects": said}, buffers

    def learn(self, news: Any, buffers: list[bytearray]) -> None:
        """Take over the bytes that the other side sent. Call before `unpack`."""
        self._taken, self._shared = 0, False
        places = expect(list, expect(dict, news).get("storages"))
        if len(places) != len(buffers):
            raise Lie("the buffers do not match their list")
        for entry, data in zip(places, buffers, strict=True):
            number, place, size = three(entry)
            if type(number) is not int or type(size) is not int or size != len(data):
                raise Lie("a buffer has another size than was said")
            storage = self.storages.get(number)
            if storage is None:
                self._theirs(number)
                storage = self.storages[number] = storages.make(number, place_of(place), size)
            elif size != storage.size:
                raise Lie("a memory has another size than before")
            storage.write(data)
            storage.known = storage.read()

    def _theirs(self, number: Any) -> None:
        """Refuse a number that is ours to give."""
        if type(number) is not int or number < 0 or (number - self.next) % 2 == 0:
            raise Lie("an object has a number that the other side does not give")

    def apply(self, news: Any) -> None:
        """Bring known objects up to date, in place. Call after `unpack`."""
        for entry in expect(list, expect(dict, news).get("objects")):
            if type(entry) is not list or len(entry) != 2 or type(entry[0]) is not int:
                raise Lie("a change has the wrong form")
            number, description = entry
            if number in self.objects:
                self._renew(self.objects[number], description)
                self.texts[number] = description
        if self._shared:
            not_too_often(list(self.objects.values()))

    def _renew(self, known: Any, description: Any) -> None:
        new = self.build(description)
        if type(known) is list and type(new) is list:
            known[:] = new
        elif type(known) is dict and type(new) is dict:
            known.clear()
            known.update(new)
        elif is_tensor(known) and is_tensor(new):
            known.data = new.detach()
            known.grad = new.grad

    # unpacking

    def unpack(self, data: Any, depth: int = 0) -> Any:
        """Return the value that `pack` described; raises `Lie` for anything else."""
        try:
            value = self._unpack(data, depth)
            return not_too_often(value) if self._shared else value
        except Lie:
            raise
        except (TypeError, ValueError, KeyError, IndexError, RuntimeError, AttributeError, OverflowError) as error:
            raise Lie(f"the data has the wrong form: {error}") from error

    def _unpack(self, data: Any, depth: int) -> Any:
        self._taken += 1
        if self._taken > MAX_TAKEN:
            raise Lie("the data has more parts than may be sent")
        if data is None or type(data) in (bool, int, float, str):
            return data
        if type(data) is not list or not data or depth > MAX_DEPTH + 5:
            raise Lie("the data has the wrong form")
        tag, rest = data[0], data[1:]
        if tag == "=":
            self._shared = True
            return self.objects[rest[0]]
        if tag == "n":
            return self._unpack_new(rest[0], rest[1], depth)
        if tag == "h":
            return self.resolve(rest[0])
        if tag == "F":
            return self._fake(*rest)
        return scalars.unpack(tag, rest, lambda item: self._unpack(item, depth + 1))

    def _unpack_new(self, number: Any, description: Any, depth: int) -> Any:
        self._theirs(number)
        if number in self.objects:
            raise Lie("an object was introduced twice")
        if description[0] in ("l", "d"):  # may hold itself, so it is known before its items are
            made: Any = [] if description[0] == "l" else {}
            self._learn(number, made)
            built = self.build(description, depth)
            made.extend(built) if description[0] == "l" else made.update(built)
        else:
            made = self.build(description, depth)
            self._learn(number, made)
        self.texts[number] = description
        return made

    def build(self, description: Any, depth: int = 0) -> Any:
        """Return a new list, dict, array or tensor as described."""
        tag, *rest = description
        if tag == "l":
            return [self._unpack(item, depth + 1) for item in expect(list, rest[0])]
        if tag == "d":
            keys = apart(self._unpack(key, depth + 1) for key, _ in expect(list, rest[0]))
            return {key: self._unpack(item, depth + 1) for key, (_, item) in zip(keys, rest[0], strict=True)}
        if tag == "a":
            dtype, number, offset, shape, strides = rest
            kind, sizes = dtype_of(dtype), shape_of(shape)
            if number == -1:
                return np.empty(empty(sizes), kind)
            return self.storages[number].array(kind, offset, sizes, strides)
        if tag != "T":
            raise Lie("the data has an unknown kind")
        dtype, shape, strides, number, offset, flags, grad = rest
        kind, sizes = tensor_dtype_of(dtype), shape_of(shape)
        if number == -1:
            made = torch().empty(empty(sizes), dtype=kind)
        else:
            made = self.storages[number].tensor(kind, offset, sizes, strides)
        made = torch().nn.Parameter(made, requires_grad=bool(flags[0])) if flags[1] else made
        if flags[0]:
            made.requires_grad_(True)
        if grad is not None:
            made.grad = self._unpack(grad, depth + 1)
        return made

    def _fake(self, dtype: Any, shape: Any, strides: Any, device: Any, requires_grad: Any) -> Any:
        if not self.fake or device not in ("cuda", "cuda:0", "cpu", "meta"):
            raise Lie("a fake tensor came where none was sent, or is on an unknown device")
        kind, sizes = tensor_dtype_of(dtype), shape_of(shape)
        if 0 not in sizes:  # nothing is allocated for a fake one; what it claims must make sense all the same
            steps_within(MAX_ELEMENTS * kind.itemsize, kind.itemsize, 0, sizes, strides, unit=kind.itemsize)
        made = torch().empty_strided(sizes, strides if 0 not in sizes else [1] * len(sizes), dtype=kind, device=device)
        return made.requires_grad_(requires_grad is True)
