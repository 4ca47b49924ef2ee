"""A submission put right: each cell of the release is there once; answers and own cells are the student's."""

from __future__ import annotations

import ast
import copy
import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from course_lib.grading.handed_in.cells import cells_of
from course_lib.grading.handed_in.inert_markdown import inert


@dataclass
class Repaired:
    """A whole notebook in the release's format, what had to be mended, and what a person should look at."""

    notebook: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    review: list[str] = field(default_factory=list)
    blank: set[str] = field(default_factory=set)  # ids of cells of ours, which must not redefine what a student wrote
    found: int = 0  # how many of the student's answer cells were found


def repair(data: bytes | None, release: dict[str, Any]) -> Repaired:
    """Rebuild a submission around the cells of `release`, whatever state it is in; None stands for a missing file."""
    cells, notes = cells_of(data) if data is not None else ([], [])
    wanted = {_grade_id(cell): cell for cell in release["cells"] if _grade_id(cell)}
    cells, more = _code_taken_out_of_texts(cells, wanted)
    matched = _matches(cells, wanted)
    found = sum(_is_answer(wanted[grade_id]) for grade_id in matched.values())
    review = [] if found or data is None else [_not_ours(cells, notes, release)]
    notes = [*notes, *more, *_differences(cells, matched, wanted)] if found else []
    made, kept = _with_what_was_missing(_restored_all(cells, matched, wanted), release["cells"], set(matched.values()))
    whole = {key: copy.deepcopy(release[key]) for key in ("metadata", "nbformat", "nbformat_minor")}
    whole["cells"] = _with_unique_ids(made)
    return Repaired(whole, notes, review, _blank(made, kept, wanted), found)


def _blank(cells: list[dict[str, Any]], kept: list[bool], wanted: dict[str, Any]) -> set[str]:
    """Return the ids of answer cells that hold our text only, and whose name the student uses elsewhere."""
    texts = {text_of(cell).strip(): match[2] for cell in wanted.values() if (match := _defined(cell))}
    ours = [not own or text_of(cell).strip() in texts for cell, own in zip(cells, kept, strict=True)]
    theirs = [text_of(cell) for cell, our in zip(cells, ours, strict=True) if not our and not _locked(cell)]
    used = set(re.findall(r"\w+", "\n".join(theirs)))
    return {
        cell["id"] for cell, our in zip(cells, ours, strict=True) if our and texts.get(text_of(cell).strip()) in used
    }


def _locked(cell: dict[str, Any]) -> bool:
    return bool(cell["metadata"].get("nbgrader", {}).get("locked"))


def _not_ours(cells: list[dict[str, Any]], notes: list[str], release: dict[str, Any]) -> str:
    """Say what was handed in, where it holds no answer cell at all."""
    asked = Counter(re.findall(r"\bcheck\(\s*[\"'](\w+)\.", "\n".join(text_of(cell) for cell in release["cells"])))
    given = Counter(re.findall(r"\bcheck\(\s*[\"'](\w+)\.", "\n".join(cell["source"] for cell in cells)))
    others = [name for name, _ in given.most_common() if name not in asked]
    if others:
        return f"This is the notebook of {others[0]}, not of {' '.join(asked)}; a person should look at it."
    if not cells:
        return " ".join([*notes, "A person should look at it."])
    return " ".join(
        ["No answer cell of this assignment was found in the notebook.", *notes, "A person should look at it."]
    )


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
    defined = _defined(cell)
    return re.compile(rf"^{defined[1]} {defined[2]}\b", re.M) if defined else None


def _defined(cell: dict[str, Any]) -> re.Match[str] | None:
    return re.search(r"^(def|class) (\w+)", text_of(cell), re.M) if _is_answer(cell) else None


def _code_taken_out_of_texts(
    cells: list[dict[str, Any]], wanted: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Give answers that were merged into a text cell a code cell of their own, below it."""
    made, found = [], []
    names = [match[2] for cell in wanted.values() if (match := _defined(cell))]
    mark = re.compile(rf"^(?:async +)?(?:def|class) +({'|'.join(map(re.escape, names))})\b", re.M) if names else None
    for cell in cells:
        made.append(cell)
        if cell["cell_type"] == "code" or not (mark and mark.search(cell["source"])) or _compiles(cell["source"]):
            continue  # text without an answer, or an answer that became text as a whole
        if code := _code_in(cell["source"], mark):
            made.append({"cell_type": "code", "id": "", "grade_id": "", "source": code})
            found += mark.findall(code)
    return made, [f"Answers in a text cell were graded: {', '.join(found)}."] if found else []


def _code_in(text: str, mark: re.Pattern[str]) -> str:
    """Return the longest run of lines that is Python and defines an answer, or nothing."""
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("```")]
    starts = [i for i, line in enumerate(lines) if re.match(r"(?:import|from|def|class|async)\b|@", line)]
    runs = ("".join(lines[start : len(lines) - cut]) for start in starts[:20] for cut in range(10))
    return next((run for run in runs if mark.search(run) and _compiles(run)), "")


def _compiles(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _restored_all(cells: list[dict[str, Any]], matched: dict[int, str], wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """Return submitted cells with the release's flags. What was written into a locked cell stands above it."""
    made = []
    for i, cell in enumerate(cells):
        released = wanted.get(matched.get(i, ""))
        if released is not None and not _is_answer(released) and _adds(cell, text_of(released)):
            made.append(_restored(cell | {"id": ""}, None))
        made.append(_restored(cell, released))
    return made


def _adds(cell: dict[str, Any], released: str) -> bool:
    """Say whether a locked cell holds more than its own text, changed or not: another cell was merged into it."""
    merged = re.search(r"^(?:async +)?(?:def|class) +\w", cell["source"], re.M)
    return cell["cell_type"] == "code" and cell["source"].strip() != released.strip() and bool(merged)


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


def _with_what_was_missing(
    made: list[dict[str, Any]], released: list[dict[str, Any]], taken: set[str]
) -> tuple[list[dict[str, Any]], list[bool]]:
    """Put each missing cell of the release after the nearest one before it that is there; say which were there."""
    at: dict[Any, int] = {}
    for i, cell in enumerate(made):
        at.setdefault(_key(cell), i)
    nowhere = len(made) if made and not taken else 0
    added: dict[int, list[dict[str, Any]]] = {}
    place = None  # of the nearest released cell above that is there
    for cell in released:
        place = at.get(_key(cell), place)
        if (grade_id := _grade_id(cell)) and grade_id not in taken:
            added.setdefault(nowhere if place is None else place + 1, []).append(
                copy.deepcopy(cell) | {"source": text_of(cell)}
            )
    whole, own = [], []
    for i in range(len(made) + 1):
        more = added.get(i, [])
        whole += [*more, *made[i : i + 1]]
        own += [*[False] * len(more), *[True] * len(made[i : i + 1])]
    return whole, own


def _key(cell: dict[str, Any]) -> tuple[str, str]:
    return (_grade_id(cell), "") if _grade_id(cell) else ("", str(cell.get("id") or ""))


def _with_unique_ids(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen = {cell["id"] for cell in cells if _grade_id(cell) and cell.get("id")}  # these stay as they are
    fresh = (f"own-{number}" for number in itertools.count())
    for cell in cells:
        name = str(cell.get("id") or "")
        if _grade_id(cell) and name:
            continue
        if not re.fullmatch(r"[\w-]{1,64}", name, re.ASCII) or name in seen:
            name = next(free for free in fresh if free not in seen)
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
