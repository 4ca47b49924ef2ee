"""How long a learner waits for `check(...)`: every exercise, with our own answer to it, after imports."""

from __future__ import annotations

import contextlib
import io
import runpy
import statistics
from collections.abc import Iterator

from benchmarks import ROOT, Row, seconds, within
from course_lib import checking


def measure() -> Iterator[Row]:
    """Yield the median and the 95th percentile over all exercises and five runs of each."""
    taken: dict[str, list[float]] = {}
    for solution in sorted((ROOT / "solutions").glob("*.py")):
        with contextlib.redirect_stdout(io.StringIO()):
            answers = runpy.run_path(str(solution))  # runs each check once: the imports are over
        for name in checking.load(solution.stem):
            taken[name] = seconds(lambda name=name, of=answers: checking.check(name, of[name.rpartition(".")[2]]), 5)
    every = sorted(time for times in taken.values() for time in times)
    yield within(f"check(…), median over {len(taken)} exercises", statistics.median(every), 0.050)
    yield within("check(…), 95th percentile", every[int(0.95 * (len(every) - 1))], 0.300)
    slowest = max(taken, key=lambda name: statistics.median(taken[name]))
    yield Row(f"check(…), slowest: {slowest}", f"{statistics.median(taken[slowest]) * 1000:.0f} ms", "", None)
