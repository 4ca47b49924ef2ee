"""Frames between examiner and respondent: one JSON text and raw buffers, measured before they are read.

A reader trusts nothing: sizes are checked before memory is taken, the text must be JSON, and whatever is amiss raises
`Lie`. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any

MAX_TEXT = 4 << 20
MAX_RAW = 96 << 20  # all buffers of one frame
MAX_BUFFERS = 4096
_HEAD = struct.Struct("<4sII")
_MAGIC = b"DLC1"
_PAUSE = 0.1  # seconds between two looks at the clock while waiting


class Lie(Exception):
    """A frame that no honest respondent sends."""


class Hangup(Exception):
    """The other side is gone."""


class TooLate(Exception):
    """The other side did not answer in time."""


def send(connection: socket.socket, message: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
    """Send one frame; raises `Hangup` if nobody is there, `TooLate` after the socket's own timeout."""
    text = json.dumps(message, separators=(",", ":")).encode()
    views = [memoryview(buffer).cast("B") for buffer in buffers]
    head = _HEAD.pack(_MAGIC, len(text), len(views)) + struct.pack(f"<{len(views)}Q", *map(len, views))
    try:
        connection.sendall(head + text)
        for view in views:
            connection.sendall(view)
    except TimeoutError as error:
        raise TooLate("the other side reads nothing") from error
    except OSError as error:
        raise Hangup(str(error)) from error


def receive(
    connection: socket.socket, seconds: float | None = None, watch: Callable[[], None] | None = None
) -> tuple[dict[str, Any], list[bytearray]]:
    """Read one frame within `seconds`; `watch` is called every tenth of a second of waiting and may raise."""
    reader = _Reader(connection, seconds, watch)
    magic, length, count = _HEAD.unpack(reader.exactly(_HEAD.size))
    if magic != _MAGIC or length > MAX_TEXT or count > MAX_BUFFERS:
        raise Lie("what came is no frame, or a larger one than any answer needs")
    sizes = struct.unpack(f"<{count}Q", reader.exactly(8 * count))
    if sum(sizes) > MAX_RAW:
        raise Lie(f"the data is larger than {MAX_RAW >> 20} MB")
    text = bytes(reader.exactly(length))
    buffers = [reader.exactly(size) for size in sizes]
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Lie("the frame is not JSON") from error
    if type(message) is not dict:
        raise Lie("the frame is not an object")
    return message, buffers


class _Reader:
    """Reads exact numbers of bytes until one common deadline."""

    def __init__(self, connection: socket.socket, seconds: float | None, watch: Callable[[], None] | None) -> None:
        self.connection, self.watch = connection, watch
        self.deadline = None if seconds is None else time.monotonic() + seconds

    def exactly(self, count: int) -> bytearray:
        """Read `count` bytes."""
        data = bytearray(count)
        view, filled = memoryview(data), 0
        while filled < count:
            self._wait()
            try:
                got = self.connection.recv_into(view[filled:])
            except OSError as error:
                raise Hangup(str(error)) from error
            if not got:
                raise Hangup("the connection was closed")
            filled += got
        return data

    def _wait(self) -> None:
        if self.deadline is None:
            return
        while not select.select([self.connection], [], [], _PAUSE)[0]:
            if self.watch:
                self.watch()
            if time.monotonic() > self.deadline:
                raise TooLate
        if time.monotonic() > self.deadline:  # a trickle of bytes is no answer either
            raise TooLate
