"""Solutions → exercise notebooks: the nbgrader source in `_build/source`, and the release that people open.

Both are byte-stable: cell ids come from grade ids. The release is made by nbgrader's own preprocessors, so that stock
`nbgrader generate_assignment` writes the same bytes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.checking import Rubric, RubricError, UnknownExercise, load
from course_lib.checking.bans import announced
from course_lib.checking.dependencies import digest_of, files_of_concept, imported_files
from course_lib.checking.percent import PercentCell
from course_lib.checking.places import rubric_folder
from course_lib.checking.whole_files import write_whole
from course_lib.publishing.contents import Problem, install_cell, repository_url
from course_lib.publishing.exercises.solutions import ROLES, Solution, SolutionError, problems_of, read_solution

ASKED = (
    "Every check asks for this, too: the same call gives the same result again, and nothing is kept between calls or "
    "between objects. Arguments stay as they are, and a result has memory of its own, unless the task says otherwise. "
    "Besides the cases that you see, an answer is tried on random inputs out of all that the task allows. Where there "
    "is no GPU, stand-ins for GPU tensors are tried, which cannot follow what depends on their values."
)
SOURCE, RELEASE, KEYS = "_build/source", "exercises", "_build/exercise_keys"


@dataclass(frozen=True)
class Made:
    """What a solution becomes: the text of its two notebooks."""

    concept: str
    source: str
    release: str

    def source_path(self, root: Path) -> Path:
        """Where nbgrader looks for the teacher's version."""
        return root / SOURCE / self.concept / f"{self.concept}.ipynb"

    def release_path(self, root: Path) -> Path:
        """Where people and Colab find the exercise."""
        return root / RELEASE / self.concept / f"{self.concept}.ipynb"


def solutions_in(root: Path, concepts: Iterable[str] = ()) -> list[Path]:
    """Return the solutions of these concepts, or all; raises `SolutionError` for a concept that has none."""
    found = {path.stem: path for path in sorted((root / "solutions").glob("*.py"))}
    wanted = list(concepts) or list(found)
    missing = [name for name in wanted if name not in found]
    if missing:
        words = "there is no such solution; the solutions are " + (", ".join(found) or "none yet")
        raise SolutionError([Problem(root / "solutions" / f"{name}.py", 1, words) for name in missing], root)
    return [found[name] for name in wanted]


def make(path: Path, root: Path) -> Made:
    """Turn a solution into its notebooks. Raises `SolutionError`, with file, line and reason for each problem."""
    solution = read_solution(path)
    try:
        rubrics = load(solution.concept)
    except UnknownExercise:
        folder = rubric_folder(solution.concept, Path()).as_posix()
        words = f"there is no folder {folder}; a solution is named after its concept"
        raise SolutionError([Problem(path, 1, words)], root) from None
    except RubricError as error:
        raise SolutionError([_located(str(error), path)], root) from None
    problems = [*problems_of(solution, list(rubrics)), *_broken_links(solution, root)]
    if problems:
        raise SolutionError(problems, root)
    source = source_notebook(solution, rubrics, root)
    return Made(solution.concept, _written(source), release_text(source))


def _located(text: str, path: Path) -> Problem:
    """Take file and line out of a message that begins with them."""
    match = re.match(r"(?P<file>[^:]+):(?P<line>\d+): (?P<words>.*)", text, flags=re.DOTALL)
    return Problem(Path(match["file"]), int(match["line"]), match["words"]) if match else Problem(path, 1, text)


def source_notebook(solution: Solution, rubrics: Mapping[str, Rubric], root: Path) -> Any:
    """Return the teacher's notebook: every cell of the solution, with what nbgrader must know about it."""
    import nbformat

    repository = repository_url(root)
    v4 = nbformat.v4
    cells: list[Any] = []
    order, after, count = list(rubrics), "start", 0
    for cell in solution.cells:
        role = next((role for role in ROLES if role in cell.attributes), "")
        name = str(cell.attributes.get(role, ""))
        if role:
            short = name.rpartition(".")[2]
            identity, after, count = f"{role}-{short}", f"after-{short}", 0
        else:
            count += 1
            identity = f"{after}-{count}"
        new = v4.new_code_cell if cell.is_code else v4.new_markdown_cell
        text = cell.source if cell.is_code else _absolute_links(cell.source, repository)
        if role == "exercise":
            text = "\n\n".join(
                filter(None, [heading(rubrics[name], order.index(name) + 1), text, announced(rubrics[name])])
            )
        cells.append(new(text, id=identity, metadata=_metadata(cell, role, identity, rubrics.get(name))))
    titled = bool(cells) and cells[0].cell_type == "markdown"
    if titled:
        cells[0].source += f"\n\n{ASKED}"
    cells.insert(int(titled), v4.new_code_cell(install_cell(root, "The exercises need none"), id="install"))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = nbformat.from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    return v4.new_notebook(cells=cells, metadata=metadata)


def heading(rubric: Rubric, number: int) -> str:
    """Return an exercise's heading and the line below it, all of it from the rubric."""
    points = f"{rubric.max_points:g} {'point' if rubric.max_points == 1 else 'points'}"
    effort = f"Difficulty {rubric.difficulty} of 3 · about {rubric.minutes} minutes · {points}"
    return f"## {number}. {rubric.title}\n\n*{effort}*"


def _metadata(cell: PercentCell, role: str, identity: str, rubric: Rubric | None) -> Any:
    import nbformat

    metadata: dict[str, Any] = dict(cell.attributes)
    about = {"grade_id": identity, "schema_version": 3, "task": False}
    if role == "answer":
        metadata["nbgrader"] = about | {"grade": False, "locked": False, "solution": True}
    elif role == "check" and rubric is not None:
        metadata["nbgrader"] = about | {"grade": True, "locked": True, "solution": False, "points": rubric.max_points}
    return nbformat.from_dict(metadata)


_LINK = re.compile(r"\]\(\.\./(?P<path>[^)\s#]+)(?P<rest>[^)]*)\)")


def _absolute_links(text: str, repository: str) -> str:
    """Point links to our own files at the repository: an exercise is read on Colab and in folders of its own."""
    return _LINK.sub(lambda link: f"]({repository}/blob/main/{link['path']}{link['rest']})", text)


def _broken_links(solution: Solution, root: Path) -> Iterator[Problem]:
    for cell in solution.cells:
        for link in [] if cell.is_code else _LINK.finditer(cell.source):
            if not (root / link["path"]).exists():
                line = cell.line + 1 + cell.source[: link.start()].count("\n")
                yield Problem(solution.path, line, f"a link to ../{link['path']}, which does not exist")


def release_text(source: Any) -> str:
    """Return the exercise as text: what nbgrader makes of the source for students."""
    from nbconvert.exporters import NotebookExporter
    from nbgrader import preprocessors as do
    from traitlets.config import Config

    steps = (do.LockCells, do.ClearSolutions, do.ClearOutput, do.CheckCellMetadata, do.ComputeChecksums)
    exporter = NotebookExporter(config=Config({"Exporter": {"default_preprocessors": []}}))
    for step in (*steps, do.ClearHiddenTests, do.ClearMarkScheme, do.ComputeChecksums, do.CheckCellMetadata):
        exporter.register_preprocessor(step, enabled=True)
    text, _ = exporter.from_notebook_node(source)
    return text if text.endswith("\n") else text + "\n"


def _written(notebook: Any) -> str:
    import nbformat

    return nbformat.writes(notebook) + "\n"


def is_fresh(path: Path, root: Path) -> bool:
    """Say whether `write` made the notebooks of a solution from just these sources, and they are still as written."""
    return _text(root / KEYS / f"{path.stem}.txt") == _key(path.stem, root)


def _key(concept: str, root: Path) -> str:
    """Hash all that the notebooks of a concept are made from, and the notebooks."""
    made = Made(concept, "", "")
    makers = imported_files(f"import {__name__}")
    files = {root / "solutions" / f"{concept}.py", root / "pyproject.toml", root / "requirements.txt"}
    return digest_of(
        files | makers | files_of_concept(concept, root) | {made.source_path(root), made.release_path(root)}
    )


def write(made: Made, root: Path) -> list[Path]:
    """Write both notebooks where they differ from what is there; return what was written."""
    wanted = {made.source_path(root): made.source, made.release_path(root): made.release}
    changed = [path for path, text in wanted.items() if _text(path) != text]
    for path in changed:
        write_whole(path, wanted[path])
    write_whole(root / KEYS / f"{made.concept}.txt", _key(made.concept, root))
    return changed


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def stale(made: Made, root: Path) -> str:
    """Return the unified diff from the exercise that is there to the one that should be; empty if they are alike."""
    path = made.release_path(root)
    there, name = _text(path), path.relative_to(root).as_posix()
    if there == made.release:
        return ""
    before = (there or "").splitlines(keepends=True)
    after = made.release.splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, name, f"{name} (from solutions/{made.concept}.py)"))


def orphans(root: Path) -> list[Path]:
    """Return the exercise notebooks that no solution makes."""
    solutions = {path.stem for path in (root / "solutions").glob("*.py")}
    found = [path for path in (root / RELEASE).rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts]
    return sorted(p for p in found if p.parent.name != p.stem or p.stem not in solutions)
