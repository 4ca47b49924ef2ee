"""Reading whatever a student handed in: every cell that can still be found, and what was wrong with the file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

MAX_BYTES = 100 << 20  # what a repository on GitHub would take, too
MAX_PARTS = 3_000_000  # brackets and braces: Python needs some 200 bytes for each
MAX_CELLS, MAX_SOURCE = 10_000, 16 << 20  # of a notebook; characters of all its sources together
MAX_TRIES = 8  # how often, on average, a damaged file is read again from another place
_CELL = re.compile(r'\{\s*"(?:attachments|cell_type|execution_count|id|metadata|outputs|source|input)"\s*:')


def read(path: Path) -> bytes:
    """Return a file's bytes; of one that is too large, no more than shows that."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def cells_of(data: bytes) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the cells of a notebook file, however broken, and the sentences that say what was mended."""
    if len(data) > MAX_BYTES:
        return [], [f"The file is larger than {MAX_BYTES >> 20} MB and was not read."]
    if not data.strip():
        return [], ["The file is empty."]
    if data.count(b"[") + data.count(b"{") > MAX_PARTS:
        return [], [f"The file has more than {MAX_PARTS} parts and was not read."]
    text, notes = _decoded(data)
    notebook, more = _parsed(text)
    notes += more
    found = _cells(notebook) if notebook is not None else []
    if not found:
        found = _fragments(text)
        if found:
            notes.append(f"The file is not a whole notebook; {len(found)} cells could be read.")
        else:
            notes.append("No cell could be read from the file.")
    cells = [
        cell for raw in found if (cell := _clean(raw)) is not None and (cell["source"].strip() or cell["grade_id"])
    ]
    kept = _limited(cells)
    if len(kept) < len(cells):
        notes.append(f"Of {len(cells)} cells {len(kept)} were read.")
    return kept, notes


def _limited(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return as many cells as are read, in order; those that were handed out come before a student's own."""
    chosen, left = [], MAX_SOURCE
    for i in sorted(range(len(cells)), key=lambda i: not cells[i]["grade_id"])[:MAX_CELLS]:
        left -= len(cells[i]["source"])
        if left >= 0:
            chosen.append(i)
    return [cells[i] for i in sorted(chosen)]


def _decoded(data: bytes) -> tuple[str, list[str]]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace"), ["The file was UTF-16, not UTF-8."]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return data.decode("utf-8", errors="replace"), [
            "The file was not valid UTF-8; damaged characters were replaced."
        ]


def _parsed(text: str) -> tuple[Any, list[str]]:
    try:
        return json.loads(text), []
    except (ValueError, RecursionError):
        pass
    if "<<<<<<<" in text:
        for side in ("ours", "theirs"):
            try:
                kept = json.loads(_one_side(text, side))
            except (ValueError, RecursionError):
                continue
            return kept, ["Merge-conflict markers were taken out; one side was kept."]
    return None, []


def _one_side(text: str, wanted: str) -> str:
    """Return a text without conflict markers and without the other side. One pass, whatever markers there are."""
    kept, side = [], ""
    for line in text.splitlines(keepends=True):
        if line.startswith("<<<<<<<"):
            side = "ours"
        elif line.startswith("=======") and side:
            side = "theirs"
        elif line.startswith(">>>>>>>") and side:
            side = ""
        elif side in ("", wanted):
            kept.append(line)
    return "".join(kept)


def _cells(notebook: Any) -> list[Any]:
    if type(notebook) is not dict:
        return []
    found = notebook.get("cells")
    if type(found) is not list and type(notebook.get("worksheets")) is list:  # nbformat 3
        found = [cell for sheet in notebook["worksheets"] if type(sheet) is dict for cell in sheet.get("cells") or []]
    return found if type(found) is list else []


def _fragments(text: str) -> list[Any]:
    """Find every complete cell in a text that is no JSON as a whole; what was read in vain is counted and limited."""
    decoder, found, place, left = json.JSONDecoder(), [], 0, MAX_TRIES * len(text)
    while left > 0 and (match := _CELL.search(text, place)):
        try:
            cell, place = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError) as error:
            place = match.start() + 1
            left -= getattr(error, "pos", len(text)) - match.start()
            continue
        if type(cell) is dict and "cell_type" in cell:
            found.append(cell)
    return found


def _clean(raw: Any) -> dict[str, Any] | None:
    """Return type, id, source and our own metadata of a cell; its outputs are not needed."""
    if type(raw) is not dict:
        return None
    source = raw.get("source", raw.get("input", ""))
    if type(source) is list:
        source = "".join(line for line in source if type(line) is str)
    grade_id = _dict(_dict(raw.get("metadata")).get("nbgrader")).get("grade_id")
    kind = raw.get("cell_type")
    return {
        "cell_type": kind if kind in ("code", "markdown", "raw") else "code",
        "id": raw["id"] if type(raw.get("id")) is str else "",
        "grade_id": grade_id if type(grade_id) is str else "",
        "source": source.encode(errors="replace").decode() if type(source) is str else "",
    }


def _dict(value: Any) -> dict[str, Any]:
    return value if type(value) is dict else {}
