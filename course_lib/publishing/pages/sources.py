"""Pages with code, read the way Sphinx will read them, and the key of everything their outputs depend on."""

import contextlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.checking.dependencies import digest_of, imported_files, rubrics_named_in
from course_lib.publishing.contents import Page, PageError
from course_lib.publishing.directives.split_folds import FoldError, split_folds


@dataclass(frozen=True)
class Source:
    """A page with code cells, read the way Sphinx will read it, and the key of everything its outputs depend on."""

    page: Page
    notebook: Any
    key: str

    def line(self, cell: int) -> int:
        """Return the line of the page on which a cell's code begins."""
        return self.notebook.metadata["source_map"][cell] + 1

    def says(self, cell: int, message: str) -> PageError:
        """Return an error about a cell, with the way there."""
        return PageError(f"{self.page.path}:{self.line(cell)}: cell {cell + 1}: {message}")


def read_source(page: Page, root: Path, kept: Path | None = None) -> Source | None:
    """Read a page; None if it has no code cells to run.

    `kept` is a folder for what was read: most pages are as they were, and to read forty takes seconds.
    """
    import nbformat

    if not page.has_notebook:
        return None
    text = page.path.read_text(encoding="utf-8")
    key = digest_of(
        [root / "requirements.txt", Path(__file__), Path(split_folds.__code__.co_filename)], str(page.path), text
    )
    path = kept / f"{page.docname}.source.json" if kept else None
    saved: dict[str, Any] = {}
    if path:
        with contextlib.suppress(OSError, ValueError):  # not there yet, or cut off when a build was killed
            saved = json.loads(path.read_text(encoding="utf-8"))
    if saved.get("key") != key:
        saved = {"key": key, "notebook": _read(text, page)}
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(saved), encoding="utf-8")
    notebook = nbformat.from_dict(saved["notebook"])
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return Source(page, notebook, page_key(cells, root)) if cells else None


def _read(text: str, page: Page) -> dict[str, Any]:
    from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook

    try:
        text = split_folds(text)
    except FoldError as error:
        raise PageError(f"{page.path}:{error.line}: {error}") from None
    if not is_myst_markdown_notebook(text):
        return {"cells": []}
    return read_myst_markdown_notebook(text, add_source_map=True, path=page.path)


def page_key(cells: list[str], root: Path) -> str:
    """Return the hash of a page's code, of every file of the course it can reach, and of what is installed."""
    code = "\n".join(cells)
    files = imported_files(code, root) | rubrics_named_in(code, root) | {root / "requirements.txt"}
    files |= {script for file in files for script in file.parent.glob("*.js")}  # outputs hold them
    return digest_of(files, json.dumps(cells), sys.version)
