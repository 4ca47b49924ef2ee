"""Results as a graded notebook: outputs of the student's cells, a card for each verdict, points for nbgrader."""

from __future__ import annotations

import copy
from typing import Any

from course_lib.checking.card import card
from course_lib.checking.verdict import Verdict
from course_lib.grading.handed_in.repaired import text_of
from course_lib.grading.result import Result

SCORE = "course_points"  # metadata of a check cell's result, which our SaveVerdicts reads
MOST_TEXT, MOST_CELLS = 20_000, 1_000  # of one cell, and of a student's own: what shows them is slow, or worse
MOST_MARKDOWN, ALL_MARKDOWN = 10_000, 200_000  # of one cell, and of all: to show it takes the square of its length


def graded(notebook: dict[str, Any], result: Result) -> dict[str, Any]:
    """Return a copy of a repaired notebook with outputs and verdicts; nothing in it is markup of a student's."""
    made = copy.deepcopy(notebook)
    _shorten(made)
    for cell in made["cells"]:
        if cell["cell_type"] != "code":
            continue
        cell["outputs"] = [_output(item) for item in result.outputs.get(cell["id"], [])]
        verdict = result.verdicts.get(cell["id"])
        grade = cell["metadata"].get("nbgrader", {})
        if grade.get("grade") and verdict is None:
            words = result.failed or "There is no verdict on this exercise."
            cell["outputs"] = [_scored(0.0, f"Not graded: {words}", "")]
        elif verdict is not None:
            cell["outputs"] = [_card(verdict, float(grade.get("points", 0)))]
    _add_notes(made, result)
    return made


def _shorten(notebook: dict[str, Any]) -> None:
    """Cut what no reader reads; what was graded is what was handed in."""
    kept, own, left = [], 0, ALL_MARKDOWN
    for cell in notebook["cells"]:
        own += "nbgrader" not in cell["metadata"]
        if "nbgrader" in cell["metadata"] or own <= MOST_CELLS:
            kept.append(cell)
        text, most = text_of(cell), MOST_TEXT
        if cell["cell_type"] == "markdown" and "nbgrader" not in cell["metadata"]:
            most = min(MOST_MARKDOWN, left)
            left -= min(len(text), most)
        if len(text) > most:
            cell["source"] = f"{text[:most]}\n# … and {len(text) - most} characters that are not shown."
    notebook["cells"] = kept


def _card(verdict: Verdict, most: float) -> dict[str, Any]:
    return _scored(min(max(float(verdict.points), 0.0), most), str(verdict), card(verdict))


def _scored(points: float, text: str, html: str) -> dict[str, Any]:
    """Return the result of a check cell: the points as a Python float, which stock nbgrader reads, and the card."""
    unread = f'<div class="tex2jax_ignore mathjax_ignore">{html}</div>'  # a student's words are in it, as formulas too
    data = {"text/plain": repr(points)} | ({"text/html": unread} if html else {})
    metadata = {SCORE: points, "text": text[:4000]}
    return {"output_type": "execute_result", "execution_count": 1, "data": data, "metadata": metadata}


def _output(item: dict[str, Any]) -> dict[str, Any]:
    if item["kind"] == "stream":
        return {"output_type": "stream", "name": item["name"], "text": item["text"]}
    if item["kind"] == "error":
        lines = [line for line in item["traceback"].splitlines() if line]
        return {"output_type": "error", "ename": item["name"], "evalue": item["value"], "traceback": lines}
    return {"output_type": "display_data", "data": dict(item["data"]), "metadata": {}}


def _add_notes(notebook: dict[str, Any], result: Result) -> None:
    """Say above the first cell what was mended, and whether student code was isolated."""
    notes = [*result.review, *result.notes, *result.trouble]
    if not result.isolated:
        notes.append("This notebook was graded without isolation.")
    if not notes:
        return
    text = "**How this notebook was graded**\n\n" + "\n".join(f"- {_plain(note)}" for note in notes)
    cell = {"cell_type": "markdown", "id": "how-it-was-graded", "metadata": {}, "source": text}
    if notebook["nbformat"] == 4 and notebook["nbformat_minor"] < 5:
        del cell["id"]
    notebook["cells"].insert(0, cell)


def _plain(text: str) -> str:
    """Make a sentence safe in Markdown: no markup of a student's file gets through."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>()#!|$&" else c for c in text)
