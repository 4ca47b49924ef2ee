"""How long an author waits for the book, in a copy of this repository: nothing changed, and one page changed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import PYTHON, ROOT, Row, command_seconds, seconds, within

BUILD = (PYTHON, "-m", "course_lib.publishing.book")


def measure() -> Iterator[Row]:
    """Yield the times of a cold build, one with nothing changed, and one after a change to each of two pages."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        listed = subprocess.run(("git", "ls-files", "-z"), cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
        pages = sorted((copy / "book").glob("*/*.md"))
        cold = command_seconds(*BUILD, cwd=copy, times=1)
        yield Row(f"book from nothing ({len(pages)} concepts)", f"{cold:.0f} s", "", None)
        yield within("book, nothing changed", command_seconds(*BUILD, cwd=copy, times=3), 10)
        slowest = max(seconds(lambda page=page: _edit_and_build(page, copy))[0] for page in pages)
        yield within("book, the code of one page changed (slowest page)", slowest, 30)


def _edit_and_build(page: Path, copy: Path) -> None:
    """Change a page's first code cell, so that it has to be executed again, and build."""
    text = page.read_text(encoding="utf-8")
    end = text.index("\n```\n", text.index("{code-cell}"))  # at the cell's end: its options come first
    page.write_text(text[:end] + "\nNone" + text[end:], encoding="utf-8")
    command_seconds(*BUILD, cwd=copy, times=1)
