"""A solution, `solutions/<concept>.py`: its cells, and what may be wrong with them, each with file, line and reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course_lib.checking.percent import PercentCell, read_cells
from course_lib.checking.places import rubric_folder
from course_lib.publishing.contents import Problem

ROLES = ("exercise", "answer", "check")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1[ \t]*$", flags=re.MULTILINE | re.DOTALL)
_MARKER = re.compile(r"BEGIN SOLUTION|END SOLUTION")  # what nbgrader looks for, however it is decorated


class SolutionError(Exception):
    """Solutions that cannot become exercises; one line for each problem, with file, line and reason."""

    def __init__(self, problems: Iterable[Problem], root: Path) -> None:
        """Say every problem, each on a line of its own."""
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{_relative(p.path, root)}:{p.line}: {p.message}" for p in self.problems))


def _relative(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path


@dataclass(frozen=True)
class Solution:
    """The cells of a solution. `concept` is the name of its file."""

    path: Path
    cells: tuple[PercentCell, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def concept(self) -> str:
        """The concept that is exercised."""
        return self.path.stem

    def marked(self, role: str) -> list[tuple[PercentCell, str]]:
        """Return the cells of one role with the exercise that each names, in order."""
        return [(cell, str(cell.attributes[role])) for cell in self.cells if role in cell.attributes]


def read_solution(path: Path) -> Solution:
    """Read a solution; what is wrong with its marks is in `problems`."""
    cells, problems = read_cells(path)
    return Solution(path, tuple(cells), tuple(Problem(path, line, words) for line, words in problems))


def problems_of(solution: Solution, exercises: list[str]) -> list[Problem]:
    """Say what keeps a solution from being an exercise notebook for `exercises`, the rubrics' names in order."""
    found = list(solution.problems)
    for role in ROLES:
        found += _misplaced(solution, role, exercises)
    for cell in solution.cells:
        roles = [role for role in ROLES if role in cell.attributes]
        if len(roles) > 1:
            found.append(Problem(solution.path, cell.line, f"a cell is one of {', '.join(ROLES)}, not {len(roles)}"))
        kind = roles[0] if roles else ""
        name = str(cell.attributes.get(kind, ""))
        found += [Problem(solution.path, cell.line + line, words) for line, words in _wrong(cell, kind, name)]
    return sorted(found, key=lambda problem: problem.line)


def _misplaced(solution: Solution, role: str, exercises: list[str]) -> list[Problem]:
    """Exercises that lack a cell of this role, have two, or stand in another order than in the rubric."""
    marked, found, seen = solution.marked(role), [], []
    folder = rubric_folder(solution.concept, Path()).as_posix()
    for cell, name in marked:
        if name not in exercises:
            words = f'{role}="{name}" names no exercise of {folder}/; it has {", ".join(exercises) or "none"}'
            found.append(Problem(solution.path, cell.line, words))
        elif name in seen:
            found.append(Problem(solution.path, cell.line, f'a second cell {role}="{name}"; keep one'))
        else:
            seen.append(name)
    last = max((cell.line for cell in solution.cells), default=1)
    for name in exercises:
        if name not in seen:
            words = f'no cell {role}="{name}" in this file, but {folder}/ has that exercise; write one'
            found.append(Problem(solution.path, last, words))
    if not found and seen != exercises:
        cell, name = next(pair for pair, wanted in zip(marked, exercises, strict=True) if pair[1] != wanted)
        words = f'{role}="{name}" is out of order; the references are defined in the order {", ".join(exercises)}'
        found.append(Problem(solution.path, cell.line, words))
    return found


def _wrong(cell: PercentCell, role: str, name: str) -> Iterator[tuple[int, str]]:
    """Yield what is wrong inside a cell, with the line counted from the cell's `# %%`."""
    if cell.is_code == (role == "exercise") and role:
        yield 0, f"the {role} of {name} must be a {'[markdown]' if role == 'exercise' else 'code'} cell"
    elif role == "exercise":
        yield from _wrong_text(cell, name)
    elif role == "answer":
        yield from _wrong_answer(cell, name)
    elif role == "check":
        line = f'check("{name}", {name.rpartition(".")[2]})'
        if cell.source != line:
            yield int(bool(cell.source)), f"a check cell holds one line and nothing else: {line}"
    elif marker := _MARKER.search(cell.source):
        yield 1 + cell.source[: marker.start()].count("\n"), f'“{marker[0]}” outside an `answer="…"` cell'


def _wrong_text(cell: PercentCell, name: str) -> Iterator[tuple[int, str]]:
    if not cell.source:
        yield 0, f"the text of {name} is empty; say what to write"
    prose = _FENCED.sub(lambda code: "\n" * code[0].count("\n"), cell.source)  # where # begins a comment
    if heading := re.search(r"(?m)^##? ", prose):
        line = 1 + prose[: heading.start()].count("\n")
        yield line, "the heading of an exercise is generated from its rubric; remove this one, or use ### and deeper"


def _wrong_answer(cell: PercentCell, name: str) -> Iterator[tuple[int, str]]:
    unmatched = list(_unmatched(cell.source))
    yield from unmatched
    if unmatched:
        return
    if not _MARKER.search(cell.source):
        yield 0, f"the answer of {name} has no “{BEGIN}” … “{END}”, so the exercise would hold the whole answer"
        return
    function = name.rpartition(".")[2]
    for text, when in ((cell.source, ""), (without_solution(cell.source), " once its solution is taken out")):
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            yield (error.lineno or 1) if not when else 0, f"the answer of {name} is not Python{when}: {error.msg}"
            return
        if function not in _names(tree):
            yield 0, f"the answer of {name} does not define {function!r}{when}; leave its `def` or `class` outside"
            return


def _unmatched(source: str) -> Iterator[tuple[int, str]]:
    """Yield markers without their partner, and regions with nothing in them."""
    opened, held = 0, False
    for number, line in enumerate(source.splitlines(), 1):
        if BEGIN.removeprefix("### ") in line:
            if opened:
                yield number, f"“{BEGIN}” within a region that began on line {opened} of the cell and has no “{END}”"
            opened, held = number, False
        elif END.removeprefix("### ") in line:
            if not opened:
                yield number, f"“{END}” without “{BEGIN}” before it"
            elif not held:
                yield number, f"nothing stands between “{BEGIN}” and this “{END}”"
            opened = 0
        elif line.strip() and not line.strip().startswith("#"):
            held = True
    if opened:
        yield opened, f"“{BEGIN}” without “{END}” after it"


def without_solution(source: str) -> str:
    """Replace each solution region by the line that nbgrader puts there."""
    kept: list[str] = []
    inside = False
    for line in source.splitlines():
        if BEGIN.removeprefix("### ") in line:
            inside = True
            kept.append(re.match(r"\s*", line)[0] + "raise NotImplementedError()")  # type: ignore[index]
        elif END.removeprefix("### ") in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def _names(tree: ast.Module) -> set[str]:
    """Return the names that a cell defines before anything in it can raise NotImplementedError."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Raise):
            break
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found
