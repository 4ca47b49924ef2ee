"""How long a piece of work takes, measured the same way on every page."""

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any


class Milliseconds(float):
    """A time of one call, the median of its rounds; `low` and `high` are the shortest and the longest round."""

    low: float
    high: float

    def __new__(cls, rounds: list[float]) -> "Milliseconds":
        """Keep the rounds' median and range."""
        made = super().__new__(cls, statistics.median(rounds))
        made.low, made.high = min(rounds), max(rounds)
        return made

    def __repr__(self) -> str:
        """Say the time with its range."""
        return f"{float(self):.3g} ms ({self.low:.3g} to {self.high:.3g})"

    __str__ = __repr__


def timed(work: Callable[[], Any], rounds: int = 7, seconds: float = 1.0) -> Milliseconds:
    """Return the milliseconds that one call of `work` takes: a number, which also knows its range.

    The first call is not counted: it fills caches. A round repeats the call for ten milliseconds at least,
    so that the clock's own error stays small; garbage is collected before, not during. No round begins after `seconds`.

    >>> 0 < timed(lambda: sum(range(1000)), rounds=3) < 1000
    True
    """
    if rounds < 1:
        raise ValueError(f"there is nothing to measure in {rounds} rounds")
    start = time.perf_counter()
    work()
    once = max(time.perf_counter() - start, 1e-9)
    calls = max(1, min(100_000, int(0.01 / once) + 1))
    found: list[float] = []
    collecting = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        begun = time.perf_counter()
        while len(found) < rounds and (not found or time.perf_counter() - begun < seconds):
            start = time.perf_counter()
            for _ in range(calls):
                work()
            found.append(1000 * (time.perf_counter() - start) / calls)
    finally:
        if collecting:
            gc.enable()
    return Milliseconds(found)
