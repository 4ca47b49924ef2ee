"""Reading the house: its concepts, files, and the cells of pages and solutions; all found from the tree."""

from __future__ import annotations

import ast
import functools
import os
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from course_lib.checking.percent import read_cells
from course_lib.publishing import page_text
from course_lib.publishing.page_text import PageText, read_text

ROOT = Path(__file__).resolve().parents[2]
MADE_UP = ROOT / "tests" / "made_up"  # concepts for the tests of the machinery, which know no real one
MACHINERY_FILES = ("__init__", "__main__", "cli")  # the files of course_lib that are no concepts
ONLY = os.environ.get("COURSE_CONCEPT", "")  # the concept that `make concept` asks about; otherwise all
BUILT = {"_build", ".venv", ".git", "__pycache__", ".ipynb_checkpoints", "build"}


@dataclass(frozen=True)
class Concept:
    """One concept: its name, the part of the book it is in."""

    name: str
    part: str


@dataclass(frozen=True)
class Cell:
    """One code cell of a page or solution; `line` is that of its first line of code in the file."""

    path: Path
    line: int
    source: str
    tags: tuple[str, ...] = ()

    @property
    def tree(self) -> ast.Module:
        """The cell as Python, with notebook magics left out."""
        plain = re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", self.source)
        try:
            return ast.parse(plain)
        except SyntaxError as error:
            raise SyntaxError(f"{self.path}:{self.line + (error.lineno or 1) - 1}: not Python: {error.msg}") from None


def concepts(root: Path) -> list[Concept]:
    """Return the concepts in reading order: the pages book/<part>/<concept> of _toc.yml."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    pages = [Path(file).parts for file in _files(toc)]
    return [Concept(parts[2], parts[1]) for parts in pages if len(parts) == 3 and parts[0] == "book"]


def names(root: Path) -> list[str]:
    """Return the names of the concepts in reading order."""
    return [concept.name for concept in concepts(root)]


def exercises(root: Path) -> list[str]:
    """Return every exercise, "concept.exercise": the files of the rubrics, none of which is imported or parsed."""
    return [
        f"{concept}.{path.stem}"
        for concept in names(root)
        for path in sorted((root / "course_lib" / "rubrics" / concept).glob("*.py"))
        if path.stem != "__init__"
    ]


def _files(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("file", "root"):
                yield str(value)
            else:
                yield from _files(value)
    elif isinstance(node, list):
        for item in node:
            yield from _files(item)


def files(root: Path, pattern: str) -> list[Path]:
    """Return the files that match, sorted, without what is built or installed."""
    found = (path for path in root.glob(pattern) if not BUILT.intersection(path.relative_to(root).parts))
    return sorted(path for path in found if path.is_file() and _is_looked_at(path))


@functools.cache
def _is_looked_at(path: Path) -> bool:
    """Whether rules read a file: `make concept` leaves out what is broken in another concept."""
    if not ONLY or path.suffix not in (".py", ".md") or concerns(ONLY, str(path), names(ROOT)):
        return True
    try:
        if path.suffix == ".py":
            return bool(parse(path)) and all(cell.tree for cell in cells(path))
        return isinstance(front_matter(path), dict) and all(cell.tree for cell in cells(path))
    except (SyntaxError, yaml.YAMLError):
        return False


def concept_modules(root: Path) -> list[Path]:
    """Return course_lib's files that are concepts: files are concepts, folders are machinery."""
    return [path for path in files(root, "course_lib/*.py") if path.stem not in MACHINERY_FILES]


def pages(root: Path) -> list[Path]:
    """Return the concepts' pages that there are, in reading order."""
    found = [root / "book" / concept.part / f"{concept.name}.md" for concept in concepts(root)]
    return [path for path in found if path.is_file() and _is_looked_at(path)]


def solutions(root: Path) -> list[Path]:
    """Return the solutions."""
    return files(root, "solutions/*.py")


def text(path: Path) -> str:
    """Return a file's text."""
    return path.read_text(encoding="utf-8")


def at(root: Path, path: Path, line: int = 0) -> str:
    """Name a place the way editors understand it: file, or file:line."""
    return f"{path.relative_to(root)}{f':{line}' if line else ''}"


def parse(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(text(path), filename=str(path))


def cells(path: Path) -> list[Cell]:
    """Return the code cells of a page (.md) or a solution (.py)."""
    return _page_cells(path) if path.suffix == ".md" else _solution_cells(path)


def read_page(page: Path) -> PageText:
    """Return a page's front matter, headings and blocks, each with its lines."""
    return read_text(text(page))


def _page_cells(path: Path) -> list[Cell]:
    blocks = read_page(path).named("code-cell")
    return [Cell(path, block.body_line, block.body.rstrip("\n"), block.tags) for block in blocks]


def _solution_cells(path: Path) -> list[Cell]:
    cells = [cell for cell in read_cells(path)[0] if cell.is_code]
    return [Cell(path, cell.line + 1, cell.source, tuple(cell.attributes.get("tags", ()))) for cell in cells]


def prose(page: Path, fences: str = "`:") -> str:
    """Return a page's text with its blocks fenced by these characters left blank, line for line."""
    return read_page(page).without_blocks(fences)


def front_matter(page: Path) -> dict[str, Any]:
    """Return the YAML at the head of a page; empty where there is none."""
    return page_text.front_matter(text(page))


def calls(tree: ast.AST, *wanted: str) -> Iterator[ast.Call]:
    """Yield the calls of functions with one of these last names: `show(…)` and `figures.show(…)` alike."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in wanted:
            yield node


def dotted(node: ast.expr) -> str:
    """Return a name as written, `plt.show`; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def imports(tree: ast.AST, package: str = "") -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything imported, by any means a reader would use."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            module = ".".join([*parents, *filter(None, [node.module])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
    for call in calls(tree, "import_module", "__import__"):
        if call.args and isinstance(call.args[0], ast.Constant):
            yield call.lineno, str(call.args[0].value)


def concerns(concept: str, problem: str, known: list[str]) -> bool:
    """Say whether a problem stands in a file of the concept, or in one that is nobody's and names the concept."""
    parts = Path(problem.partition(":")[0]).parts
    owners = {re.sub(r"^test_|\.\w+$", "", part) for part in parts}.intersection(known)
    return concept in owners if owners else bool(re.search(rf"\b{concept}\b", problem))


def none_of(problems: list[str]) -> None:
    """Fail with every problem on a line of its own; `make concept` leaves out those of other concepts."""
    if ONLY:
        problems = [problem for problem in problems if concerns(ONLY, problem, names(ROOT))]
    assert not problems, "\n" + textwrap.indent("\n".join(problems), "  ")
