"""Run every benchmark, or those whose names are given, say on stderr what is being measured, and print one table.

What follows as `--option=value` is for the one benchmark that is named: `python -m benchmarks scale --stages=tests`.
`--report=FILE` writes the table as Markdown, too: `python -m benchmarks --report=benchmarks/reports/gpu.md on_cuda`.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

import benchmarks
from benchmarks import PROGRESS, Row

# Measured only where they are named: one runs hostile code and says nothing about speed, the other takes an hour.
ASKED_FOR = {"stock_baseline", "scale"}


def modules(wanted: list[str]) -> list[str]:
    """Return the names of the benchmarks here, all or those wanted; raises `SystemExit` for an unknown one."""
    every = [found.name for found in pkgutil.iter_modules(benchmarks.__path__) if not found.name.startswith("_")]
    if unknown := sorted(set(wanted) - set(every)):
        raise SystemExit(f"There is no benchmark named {', '.join(unknown)}; there are {', '.join(every)}.")
    return wanted or [name for name in every if name not in ASKED_FOR]


def main() -> None:
    """Print the table. A promise that is not kept is said, but is no failure: machines differ."""
    names = modules([word for word in sys.argv[1:] if not word.startswith("--")])
    options = dict(word.removeprefix("--").partition("=")[::2] for word in sys.argv[1:] if word.startswith("--"))
    report = options.pop("report", "")
    if options and len(names) > 1:
        raise SystemExit(f"Name the one benchmark that --{min(options)} is for; there are {', '.join(names)}.")
    handler = RichHandler(console=Console(stderr=True), show_path=False, show_level=False)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", datefmt="%X", handlers=[handler])
    PROGRESS.setLevel(logging.INFO)
    table, measured = Table(title="How fast"), []
    for heading in ("what", "measured here", "promised", ""):
        table.add_column(heading, overflow="fold")
    for name in names:
        PROGRESS.info("measuring %s …", name)
        for row in _rows(name, options):
            PROGRESS.info("%s: %s", row.what, row.measured)
            measured.append(row)
            mark = {True: "[green]kept[/]", False: "[red]not kept[/]", None: ""}[row.met]
            table.add_row(row.what, row.measured, row.promised, mark)
        table.add_section()
    Console().print(table)
    if report:
        importlib.import_module("benchmarks._report").write(Path(report), measured)


def _rows(name: str, options: dict[str, str]) -> Iterator[Row]:
    try:
        yield from importlib.import_module(f"benchmarks.{name}").measure(**options)
    except Exception as error:  # one that cannot run must not hide what it and the others measured
        reason = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        yield Row(name, f"not measured: {reason[0]}", "", None)


if __name__ == "__main__":
    main()
