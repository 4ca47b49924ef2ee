"""Frames between examiner and respondent: one JSON text and raw buffers, measured before they are read.

A reader trusts nothing: sizes are checked before memory is taken, the text must be JSON, and whatever is amiss raises
`Lie`. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
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
_LOOK = 0.3  # seconds between two calls of `watch`, which costs some milliseconds
_GROWTH = 8  # times its length that a JSON text may take in memory
_PIECE = 1 << 16


class Lie(Exception):
    """A frame that no honest respondent sends."""


class Hangup(Exception):
    """The other side is gone."""


class TooLate(Exception):
    """The other side did not answer in time."""


class Channel:
    """One end of a connection. What was read too far is kept for the next frame."""

    def __init__(self, connection: socket.socket) -> None:
        """Take the connection over; it blocks."""
        self.connection = connection
        self.received = 0  # bytes, of which the texts count for what they become in memory
        self._ahead = bytearray()
        self._next_look = 0.0

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def send(self, message: dict[str, Any], buffers: Sequence[Any] = (), seconds: float | None = None) -> None:
        """Send one frame; raises `Hangup` if nobody is there, `TooLate` if nobody reads it in time."""
        self.write(frame(message, buffers), seconds)

    def write(self, data: bytes, seconds: float | None = None) -> None:
        """Send what `frame` made; raises as `send` does."""
        try:
            self.connection.settimeout(seconds)
            self.connection.sendall(data)
        except TimeoutError as error:
            raise TooLate("the other side reads nothing") from error
        except OSError as error:
            raise Hangup(str(error)) from error

    def receive(
        self, seconds: float | None = None, watch: Callable[[], None] | None = None
    ) -> tuple[dict[str, Any], list[bytearray]]:
        """Read one frame within `seconds`; `watch`, which may raise, is called now and then, however fast they come."""

        def look() -> None:
            if watch and time.monotonic() >= self._next_look:
                self._next_look = time.monotonic() + _LOOK
                watch()

        look()
        reader = _Reader(self.connection, self._ahead, seconds, look)
        magic, length, count = _HEAD.unpack(reader.exactly(_HEAD.size))
        if magic != _MAGIC or length > MAX_TEXT or count > MAX_BUFFERS:
            raise Lie("what came is no frame, or a larger one than any answer needs")
        sizes = struct.unpack(f"<{count}Q", reader.exactly(8 * count))
        if sum(sizes) > MAX_RAW:
            raise Lie(f"the data is larger than {MAX_RAW >> 20} MB")
        self.received += sum(sizes) + _GROWTH * length
        text = bytes(reader.exactly(length))
        buffers = [reader.exactly(size) for size in sizes]
        try:
            message = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Lie("the frame is not JSON") from error
        if type(message) is not dict:
            raise Lie("the frame is not an object")
        return message, buffers


def frame(message: dict[str, Any], buffers: Sequence[Any] = ()) -> bytes:
    """Return the bytes of one frame."""
    text = json.dumps(message, separators=(",", ":")).encode()
    views = [memoryview(buffer).cast("B") for buffer in buffers]
    head = _HEAD.pack(_MAGIC, len(text), len(views)) + struct.pack(f"<{len(views)}Q", *map(len, views))
    return b"".join([head, text, *views])


class _Reader:
    """Reads exact numbers of bytes until one common deadline."""

    def __init__(
        self,
        connection: socket.socket,
        ahead: bytearray,
        seconds: float | None,
        look: Callable[[], None],
    ) -> None:
        self.connection, self.ahead, self.look = connection, ahead, look
        self.deadline = None if seconds is None else time.monotonic() + seconds
        self.connection.settimeout(None if seconds is None else _PAUSE)

    def exactly(self, count: int) -> bytearray:
        """Read `count` bytes; small ones in larger pieces, which saves system calls."""
        while len(self.ahead) < count < _PIECE:
            self.ahead += self._read(bytearray(_PIECE))
        data = self.ahead[:count]
        del self.ahead[:count]
        if len(data) < count:
            filled = len(data)
            data.extend(bytes(count - filled))
            view = memoryview(data)
            while filled < count:
                filled += len(self._read(view[filled:]))
        return data

    def _read(self, into: Any) -> Any:
        """Wait for bytes and return them, a part of `into`; who sends a trickle of them is watched, and late, too."""
        while True:
            try:
                got = self.connection.recv_into(into)
            except TimeoutError:
                got = -1
            except OSError as error:
                raise Hangup(str(error)) from error
            if not got:
                raise Hangup("the connection was closed")
            self.look()
            if self.deadline is not None and time.monotonic() > self.deadline:
                raise TooLate
            if got > 0:
                return into[:got]
