"""How long `course check` takes for a whole exercise notebook, imports and all, as a learner types it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import PYTHON, ROOT, Row, command_seconds, within


def measure() -> Iterator[Row]:
    """Yield one row for each exercise notebook, with our answers in it where `make test` has run them, else blank."""
    for notebook in sorted((ROOT / "exercises").glob("*/*.ipynb")):
        built = _solved(notebook)
        needs_torch = "import torch" in (ROOT / "course_lib" / f"{notebook.stem}.py").read_text(encoding="utf-8")
        taken = command_seconds(PYTHON, "-m", "course_lib.cli", "check", str(built or notebook), statuses=(0, 1))
        state = "solved" if built else "blank"
        what = f"course check, {notebook.stem} ({state}, {'with' if needs_torch else 'without'} torch)"
        yield within(what, taken, 5.0 if needs_torch else 1.5)


def _solved(notebook: Path) -> Path | None:
    solved = ROOT / "_build" / "solutions" / notebook.name
    return solved if solved.is_file() else None
