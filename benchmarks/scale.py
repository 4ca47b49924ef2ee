"""What a house of 31 concepts would cost, predicted from two small houses: `python -m benchmarks scale [--options]`.

Each house is a copy of this repository in a temporary folder, in which the real concepts stand again under other names.
Every stage of `make test` runs in it from nothing, once more with nothing changed, and whole, as in `make test-all`.

    --sizes=6,10      the two houses; more concepts say more and take longer
    --stages=a,b      these stages only (the totals are then of them)
    --concepts=31     the house that is predicted
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from benchmarks import PROGRESS, PYTHON, ROOT, Row
from benchmarks._house import Cost, fresh_house, spent

FIRST, AGAIN, WHOLE = "from nothing", "again", "whole"
HAS_MORE = ("notebooks", "grading")  # the stages of which `make test-all` runs more than `make test`
CORES = 2
BOOK = (PYTHON, "-m", "course_lib.publishing.book")
A_CONCEPT, TEST, TEST_ALL = 25, 25 * 60, 40 * 60  # seconds that are promised
A_PAGE, ONE_PAGE, NOTHING = 15, 20, 5


@dataclass(frozen=True)
class Line:
    """Seconds by the number of concepts: what was measured in two houses, and what follows for others."""

    sizes: tuple[int, int]
    costs: tuple[float, float]

    @property
    def more(self) -> float:
        """What one more concept costs; on a busy machine the larger house may seem the cheaper one."""
        return max(0.0, (self.costs[1] - self.costs[0]) / (self.sizes[1] - self.sizes[0]))

    def at(self, count: int) -> float:
        """Predict what a house of `count` concepts would cost.

        >>> Line((6, 10), (20.0, 28.0)).at(31)
        70.0
        """
        return self.costs[1] + self.more * (count - self.sizes[1])


def measure(sizes: str = "6,10", stages: str = "", concepts: str = "31") -> Iterator[Row]:
    """Yield what each stage costs, and what is predicted beside what was promised."""
    small, large = sorted(map(int, sizes.split(",")))
    wanted, count = [name for name in stages.split(",") if name], int(concepts)
    with tempfile.TemporaryDirectory() as folder:
        runs = [_stages_in(fresh_house(Path(folder), size), wanted) for size in (small, large)]
        for (stage, how), cost in runs[1].items():
            yield _row(stage, how, runs[0][stage, how], cost, (small, large), count)
        for shared in (False, True):
            lines = {how: [_total(run, how, shared) for run in runs] for how in (FIRST, AGAIN, WHOLE)}
            totals = {how: Line((small, large), (costs[0], costs[1])) for how, costs in lines.items()}
            yield from _promises(
                totals, count, f", if {CORES} cores shared the processor's time evenly" if shared else ""
            )
        if not wanted or "book" in wanted:
            yield from _books(runs, Path(folder) / f"house-{large}", (small, large), count)


def _stages_in(house: Path, wanted: list[str]) -> dict[tuple[str, str], Cost]:
    """Run the stages of `make test` in a house: from nothing, again, and whole."""
    found = {}
    setting = {WHOLE: {"WHOLE": "1"}}
    for how in (FIRST, AGAIN, WHOLE):
        for stage in _ci().stages(fast=False):
            if how == WHOLE and stage.name not in HAS_MORE and (stage.name, AGAIN) in found:
                found[stage.name, how] = found[stage.name, AGAIN]
            elif not wanted or stage.name in wanted:
                PROGRESS.info("%s: %s, %s …", house.name, stage.name, how)
                costs = [spent(house, *command, **setting.get(how, {})) for command in stage.commands]
                found[stage.name, how] = Cost(
                    sum(cost.processor for cost in costs),
                    sum(cost.clock for cost in costs),
                    max(cost.status for cost in costs),
                    "\n".join(cost.words for cost in costs),
                )
                if found[stage.name, how].status:
                    PROGRESS.info("… failed: %s", found[stage.name, how].words[-2000:])
    return found


def _ci() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ci_stages", ROOT / ".ci" / "stages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _total(run: dict[tuple[str, str], Cost], how: str, shared: bool) -> float:
    """Add up the seconds by the clock; or those of the processor for each core, which a busy machine changes little."""
    costs = [cost for (_, kind), cost in run.items() if kind == how]
    return sum(cost.processor / CORES if shared else cost.clock for cost in costs)


def _row(stage: str, how: str, small: Cost, large: Cost, sizes: tuple[int, int], count: int) -> Row:
    clock = Line(sizes, (small.clock, large.clock))
    processor = Line(sizes, (small.processor, large.processor))
    words = (
        f"{small.clock:.0f} and {large.clock:.0f} s with {sizes[0]} and {sizes[1]} concepts; "
        f"one more {clock.more:.1f} s, {processor.more:.1f} of the processor; {clock.at(count):.0f} s with {count}"
    )
    return Row(f"{stage}, {how}{' (FAILED)' if small.status or large.status else ''}", words, "", None)


def _promises(totals: dict[str, Line], count: int, how: str) -> Iterator[Row]:
    more, test = totals[AGAIN].more, totals[FIRST].at(count)
    whole = totals[WHOLE].at(count) + totals[FIRST].at(count) - totals[AGAIN].at(count)
    yield Row(f"one more concept in `make test`{how}", f"{more:.1f} s", f"≤ {A_CONCEPT} s", more <= A_CONCEPT)
    yield Row(f"one more concept in `make test`, the first time{how}", f"{totals[FIRST].more:.1f} s", "", None)
    for what, seconds, limit in (("make test", test, TEST), ("make test-all", whole, TEST_ALL)):
        words = f"{seconds / 60:.1f} min"
        yield Row(
            f"`{what}` with {count} concepts, from nothing{how}", words, f"≤ {limit / 60:.0f} min", seconds <= limit
        )


def _books(runs: list[dict[tuple[str, str], Cost]], house: Path, sizes: tuple[int, int], count: int) -> Iterator[Row]:
    """Yield what the book costs from nothing, and in the larger house after a change to one page, and after none."""
    cold = Line(sizes, (runs[0]["book", FIRST].clock, runs[1]["book", FIRST].clock)).at(count) / count
    yield Row(f"book of {count} concepts from nothing, a page", f"{cold:.1f} s", f"≤ {A_PAGE} s", cold <= A_PAGE)
    page = min((house / "book").glob("*/*_2.md"))
    text = page.read_text(encoding="utf-8")
    end = text.index("\n```\n", text.index("{code-cell}"))
    page.write_text(f"{text[:end]}\nNone{text[end:]}", encoding="utf-8")
    for what, limit in (("the code of one page changed", ONE_PAGE), ("nothing changed", NOTHING)):
        clock = spent(house, *BOOK).clock
        yield Row(f"book of {sizes[1]} concepts, {what}", f"{clock:.1f} s", f"≤ {limit} s", clock <= limit)
