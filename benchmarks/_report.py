"""A dated table of what was measured, in Markdown, for `benchmarks/reports/`."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Iterable
from pathlib import Path

import torch

from benchmarks import Row


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as a Markdown table, below the date, the machine and the versions."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no CUDA"
    lines = [
        f"# {datetime.date.today().isoformat()}, {gpu}",
        "",
        f"Python {platform.python_version()}, torch {torch.__version__}, {platform.system()} on {platform.machine()}.",
        "",
        "| what | measured | promised | kept |",
        "|---|---|---|---|",
    ]
    marks = {True: "yes", False: "**no**", None: ""}
    lines += [f"| {row.what} | {row.measured} | {row.promised} | {marks[row.met]} |" for row in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
