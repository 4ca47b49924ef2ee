"""How long one exercise may keep the examiner busy: a signal ends Python, and what it does not end, the process."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import threading
from collections.abc import Callable, Iterator

GRACE = 5.0  # seconds more, for what a signal ends
_TELL: list[Callable[[str], None]] = []


class Endless(Exception):
    """The examiner was kept busy for too long."""


def may_exit(tell: Callable[[str], None]) -> None:
    """Let this process end when an exercise takes too long. `tell` is told before each which one it is."""
    _TELL[:] = [tell]


@contextlib.contextmanager
def at_most(seconds: float, exercise: str) -> Iterator[None]:
    """Raise `Endless` in a block that takes longer, and end the process where one call of it does not end.

    Only a process that was told so ends itself; only the main thread can be interrupted.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _or_exit(seconds + GRACE, exercise):
        yield from _or_raise(seconds)


def _or_raise(seconds: float) -> Iterator[None]:
    rung = False

    def stop(*_: object) -> None:
        nonlocal rung
        rung = True
        raise Endless

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # again and again: a case takes the first for its answer's error
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if rung:
        raise Endless


@contextlib.contextmanager
def _or_exit(seconds: float, exercise: str) -> Iterator[None]:
    if not _TELL:
        yield
        return
    _TELL[0](exercise)
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)  # a thread in C, which needs no Python
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
