"""A submission put right: each cell of the release is there once; answers and own cells are the student's."""

from __future__ import annotations

import copy
import itertools
import re
from dataclasses import dataclass, field
from typing import Any

from course_lib.grading.handed_in.cells import cells_of


@dataclass
class Repaired:
    """A whole notebook in the release's format, and what had to be mended."""

    notebook: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    found: int = 0  # how many of the student's answer cells were found


def repair(data: bytes | None, release: dict[str, Any]) -> Repaired:
    """Rebuild a submission around the cells of `release`, whatever state it is in; None stands for a missing file."""
    cells, notes = cells_of(data) if data is not None else ([], ["There is no submitted notebook."])
    wanted = {_grade_id(cell): cell for cell in release["cells"] if _grade_id(cell)}
    matched = _matches(cells, wanted)
    notes += _differences(cells, matched, wanted)
    made = [_restored(cell, wanted.get(matched.get(i, ""))) for i, cell in enumerate(cells)]
    taken = set(matched.values())
    for position, cell in enumerate(release["cells"]):
        grade_id = _grade_id(cell)
        if grade_id and grade_id not in taken:
            whole = copy.deepcopy(cell) | {"source": text_of(cell)}
            made.insert(_place(made, release["cells"][:position]), whole)
    answers = {grade_id for grade_id in taken if _is_answer(wanted[grade_id])}
    whole = {key: copy.deepcopy(release[key]) for key in ("metadata", "nbformat", "nbformat_minor")}
    whole["cells"] = _with_unique_ids(made)
    return Repaired(whole, notes, len(answers))


def _grade_id(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _is_answer(cell: dict[str, Any]) -> bool:
    return bool(cell["metadata"]["nbgrader"]["solution"])


def text_of(cell: dict[str, Any]) -> str:
    """Return a cell's source as one string."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _matches(cells: list[dict[str, Any]], wanted: dict[str, Any]) -> dict[int, str]:
    """Say which submitted cell is which released one: by grade id, by cell id, by what it defines or calls."""
    found: dict[int, str] = {}
    for key in ("grade_id", "id"):
        for grade_id in wanted:
            if grade_id in found.values():
                continue
            same = [i for i, cell in enumerate(cells) if cell[key] == grade_id and i not in found]
            if same:
                found[_best(cells, same, wanted[grade_id])] = grade_id
    for grade_id, cell in wanted.items():
        if grade_id not in found.values():
            pattern = _signature(cell)
            same = [i for i, c in enumerate(cells) if i not in found and pattern and pattern.search(c["source"])]
            if same:
                found[_best(cells, same, cell)] = grade_id
    return found


def _best(cells: list[dict[str, Any]], places: list[int], released: dict[str, Any]) -> int:
    """Of several copies of a cell take the last that differs from the released text, else the last."""
    written = [i for i in places if cells[i]["source"].strip() != text_of(released).strip()]
    return (written or places)[-1]


def _signature(cell: dict[str, Any]) -> re.Pattern[str] | None:
    """Return what tells a cell without metadata: the name an answer defines, or the one line of a check."""
    text = text_of(cell)
    if not _is_answer(cell):
        return re.compile(rf"\A\s*{re.escape(text.strip())}\s*\Z")
    defined = re.search(r"^(def|class) (\w+)", text, re.M)
    return re.compile(rf"^{defined[1]} {defined[2]}\b", re.M) if defined else None


# What begins a tag, an entity, a link of another kind than these, or a macro that makes one. Whatever reads Markdown,
# and in whatever flavor, finds none where an invisible space stands between the characters that make it one.
_ACTIVE = re.compile(
    r"!(?=\[)|<(?=[a-zA-Z/!?])|&(?=[#a-zA-Z])|\\(?=[a-z]*(?:href|html|def|let|newcommand|require|url)|(?:class|cssId|style)\b)"
    r"|\](?=\(\s*<?(?!https?://|#|\)))|\](?=:(?!\s*<?(?:https?://|#)))",
    re.I,
)
_INVISIBLE = "\u200b"


def inert(markdown: str) -> str:
    """Return a student's Markdown in which no HTML, script, link to a script or picture from elsewhere is left.

    nbgrader's feedback and formgrader show Markdown cells as they are, in the teacher's browser.
    """
    return _ACTIVE.sub(lambda found: found[0] + _INVISIBLE, markdown)


def _restored(cell: dict[str, Any], released: dict[str, Any] | None) -> dict[str, Any]:
    """Return a submitted cell as nbformat has it; one of the release's gets its type, flags and locked text back."""
    if released is None:
        made = {"cell_type": cell["cell_type"], "id": cell["id"], "metadata": {}, "source": cell["source"]}
    else:
        made = copy.deepcopy(released)
        made["source"] = cell["source"] if _is_answer(released) else text_of(released)
    if made["cell_type"] == "code":
        return made | {"outputs": [], "execution_count": None}
    if released is None or _is_answer(released):  # a raw cell would be HTML, too
        made |= {"cell_type": "markdown", "source": inert(made["source"])}
    return made


def _place(made: list[dict[str, Any]], before: list[dict[str, Any]]) -> int:
    """Return where a missing cell belongs: after the nearest released cell before it that is there."""
    for earlier in reversed(before):
        grade_id = _grade_id(earlier)
        for i, cell in enumerate(made):
            if (grade_id and _grade_id(cell) == grade_id) or (not grade_id and cell.get("id") == earlier.get("id")):
                return i + 1
    return len(made) if made and not any(_grade_id(cell) for cell in made) else 0


def _with_unique_ids(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: set[str] = set()
    released = {cell["id"] for cell in cells if _grade_id(cell) and cell.get("id")}
    for number, cell in enumerate(cells):
        name = str(cell.get("id") or "")
        own = bool(_grade_id(cell))
        if not re.fullmatch(r"[\w-]{1,64}", name, re.ASCII) or name in seen or (name in released and not own):
            name = next(free for free in (f"own-{n}" for n in itertools.count(number)) if free not in seen | released)
        seen.add(name)
        cell["id"] = name
    return cells


def _differences(cells: list[dict[str, Any]], matched: dict[int, str], wanted: dict[str, Any]) -> list[str]:
    """Say what was mended, a sentence for each kind."""
    notes = []
    missing = [grade_id for grade_id in wanted if grade_id not in matched.values()]
    if cells and missing:
        notes.append(f"Missing cells were put back: {', '.join(missing)}.")
    copies = [cell["grade_id"] for i, cell in enumerate(cells) if cell["grade_id"] in wanted and i not in matched]
    if copies:
        notes.append(f"Cells that were there twice count once: {', '.join(sorted(set(copies)))}.")
    retyped = [g for i, g in matched.items() if cells[i]["cell_type"] != wanted[g]["cell_type"]]
    if retyped:
        notes.append(f"Cells got their type back: {', '.join(retyped)}.")
    stripped = [grade_id for i, grade_id in matched.items() if cells[i]["grade_id"] != grade_id]
    if stripped:
        notes.append(f"Cells without their grade id were recognized: {', '.join(stripped)}.")
    changed = [g for i, g in matched.items() if not _is_answer(wanted[g]) and cells[i]["source"] != text_of(wanted[g])]
    if changed:
        notes.append(f"Locked cells got their text back: {', '.join(changed)}.")
    order = [grade_id for _, grade_id in sorted(matched.items())]
    if order != [grade_id for grade_id in wanted if grade_id in order]:
        notes.append("The cells were in another order; each answer was graded where it counts most.")
    return notes
