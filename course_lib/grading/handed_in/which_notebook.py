"""Which of the files that somebody handed in is meant: the finished one, wherever it lies and whatever it is called."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.handed_in.cells import read
from course_lib.grading.handed_in.repaired import repair, text_of
from course_lib.grading.handed_in.safe_names import shown

DEEPEST, MOST_FILES = 4, 2_000  # folders below the student's, and files looked at
_NOTEBOOKS = (".ipynb", ".ipynb.txt", ".ipynb.json", ".json")
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".alz", ".egg")
_NOT_THEIRS = ("__macosx", "node_modules")


@dataclass(frozen=True)
class Meant:
    """The notebook that is graded, or None; what to say of the choice; and why a person should look at it."""

    path: Path | None
    notes: tuple[str, ...] = ()
    review: tuple[str, ...] = ()


def which(folder: Path, assignment: str, release: bytes) -> Meant:
    """Choose among the files of a folder. A link leads nowhere."""
    files = list(_files(folder))
    found = [path for path in files if path.name.lower().endswith(_NOTEBOOKS)]
    own = folder / f"{assignment}.ipynb"
    if not found:
        return Meant(None, review=(_nothing(files, folder),))
    if found == [own]:
        return Meant(own)
    if len(found) == 1:
        return Meant(found[0], (f"It was found as {_name(found[0], folder)}.",))
    return _best(found, own, folder, json.loads(release))


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, nearest first in each; no links, no hidden ones, and not without end."""
    count = 0
    for place, folders, names in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        kept = [n for n in folders if not n.startswith(".") and n.lower() not in _NOT_THEIRS]
        folders[:] = sorted(kept) if depth < DEEPEST else []
        for name in sorted(names):
            count += 1
            if count > MOST_FILES:
                return
            path = Path(place, name)
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path


def _best(found: list[Path], own: Path, folder: Path, release: dict) -> Meant:
    """Take the one with its proper name if anything is written in it, else the one in which most is."""
    written = {path: _written(path, release) for path in found}
    most = max(len(answers) for answers in written.values())
    best = own if written.get(own) else next(path for path in found if len(written[path]) == most)
    others = [path for path in found if path != best]
    names = ", ".join(_name(path, folder) for path in others[:5]) + (" …" if len(others) > 5 else "")
    note = f"Of {len(found)} notebooks {_name(best, folder)} was graded, not {names}."
    rivals = [path for path in others if written[path] and written[path] != written[best]]
    return Meant(
        best, (note,), (f"{note} Their answers differ; a person should say which was meant.",) if rivals else ()
    )


def _written(path: Path, release: dict) -> dict[str, str]:
    """Return the answers in a file that are not as they were handed out."""
    blank = {cell["id"]: text_of(cell).strip() for cell in release["cells"] if cell["metadata"].get("answer")}
    cells = {cell["id"]: text_of(cell).strip() for cell in repair(read(path), release).notebook["cells"]}
    return {name: cells[name] for name, text in blank.items() if cells.get(name, text) != text}


def _nothing(files: list[Path], folder: Path) -> str:
    archives = [path for path in files if path.name.lower().endswith(_ARCHIVES)]
    if archives:
        return f"There is an archive, {_name(archives[0], folder)}, and no notebook: unpack it, and run again."
    if files:
        return f"There is no notebook, but {', '.join(_name(path, folder) for path in files[:3])}."
    odd = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")][:3]
    if odd:
        return f"There is no notebook: {', '.join(_name(path, folder) for path in odd)} can not be read as a file."
    return "The folder is empty: no notebook was handed in."


def _name(path: Path, folder: Path) -> str:
    return repr(shown(str(path.relative_to(folder))))
