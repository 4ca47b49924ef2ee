"""How long an author waits for the book, in a copy of this repository: nothing changed, and one page changed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import PYTHON, ROOT, Row, command_seconds, seconds, within

BUILD = (PYTHON, "-m", "course_lib.publishing.book")


def measure() -> Iterator[Row]:
    """Yield the times of a cold build, one with nothing changed, and after a change to each page's words or code."""
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
        slowest = max(seconds(lambda page=page: _build_with(page, copy, _another_word))[0] for page in pages)
        yield within("book, a word of one page changed (slowest page)", slowest, 20)
        slowest = max(seconds(lambda page=page: _build_with(page, copy, _other_code))[0] for page in pages)
        yield within("book, the code of one page changed (slowest page)", slowest, 20)


def _build_with(page: Path, copy: Path, change: Callable[[str], str]) -> None:
    page.write_text(change(page.read_text(encoding="utf-8")), encoding="utf-8")
    command_seconds(*BUILD, cwd=copy, times=1)


def _another_word(text: str) -> str:
    return text + "\nMeasured.\n"


def _other_code(text: str) -> str:
    """Add to the page's first code cell, so that all are executed again: at its end, for its options come first."""
    end = text.index("\n```\n", text.index("{code-cell}"))
    return text[:end] + "\nNone" + text[end:]
