"""How fast, beside what was promised: each module has `measure()`, which yields rows; `make bench` prints them."""

from __future__ import annotations

import logging
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRESS = logging.getLogger("benchmarks")  # what takes minutes says where it is


@dataclass(frozen=True)
class Row:
    """One line of the table. `met` None means: nothing was promised, or it could not be measured."""

    what: str
    measured: str
    promised: str
    met: bool | None


def seconds(run: Callable[[], object], times: int = 1) -> list[float]:
    """Return how long each of `times` runs took."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return taken


def command_seconds(*command: str, cwd: Path = ROOT, times: int = 3, statuses: tuple[int, ...] = (0,)) -> float:
    """Return the median time of a command; raises `RuntimeError` with its words where it fails."""

    def run() -> None:
        ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
        if ran.returncode not in statuses:
            raise RuntimeError(
                f"{' '.join(command)} failed with {ran.returncode}:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}"
            )

    return statistics.median(seconds(run, times))


def within(what: str, taken: float, limit: float) -> Row:
    """Return the row of a time and its limit, in seconds."""
    show = (lambda s: f"{s * 1000:.0f} ms") if limit < 1 else (lambda s: f"{s:.1f} s")
    return Row(what, show(taken), f"≤ {show(limit)}", taken <= limit)


PYTHON = sys.executable
