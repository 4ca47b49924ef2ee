"""Reading a notebook file: its code cells, the exercises in it, and one clear sentence where it cannot be used."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGEST_LABEL = 40


class Unusable(Exception):
    """What was given is no exercise notebook; the message names it and says what to do."""


@dataclass(frozen=True)
class Exercise:
    """One exercise of a notebook, and the step that holds its answer, if it can be told."""

    name: str
    answer_step: int | None


@dataclass(frozen=True)
class Notebook:
    """A notebook as steps in order, each a dict with `id` and either `source` and `label`, or `check` and `answer`."""

    path: Path
    steps: tuple[dict[str, Any], ...]
    exercises: dict[str, Exercise]


def read_notebook(path: Path) -> Notebook:
    """Read an exercise notebook; raises `Unusable`."""
    cells = [cell for cell in read_cells(path) if cell["type"] == "code"]
    checks = _checks(cells)
    if not checks:
        raise Unusable(
            f'{path} holds no exercise: no cell has the line check("concept.exercise", answer). '
            "Name a notebook from exercises/."
        )
    steps: list[dict[str, Any]] = []
    for number, cell in enumerate(cells):
        here = [(name, answer) for name, (at, answer) in checks.items() if at == number]
        if not (here and _only_checks(cell["source"])):
            steps.append(
                {"id": len(steps), "source": cell["source"], "label": _label(number, cell["source"]), "cell": number}
            )
        steps += [{"id": len(steps) + i, "check": name, "answer": answer} for i, (name, answer) in enumerate(here)]
    for name, (at, answer) in checks.items():
        if at is None:  # its check cell was deleted: the exercise is checked all the same
            steps.append({"id": len(steps), "check": name, "answer": answer})
    order = [step["check"] for step in steps if "check" in step]
    return Notebook(path, tuple(steps), {name: Exercise(name, _answer_step(name, steps, cells)) for name in order})


def read_cells(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook file, each with `type`, `source` as text and `metadata`; raises `Unusable`."""
    data = _json(path)
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        old = isinstance(data, dict) and "worksheets" in data
        why = (
            "it has a format from before 2015; open and save it in Jupyter"
            if old
            else "there is no list of cells in it"
        )
        raise Unusable(f"{path} is no notebook that can be read: {why}.")
    found = []
    for number, cell in enumerate(data["cells"], 1):
        source = cell.get("source") if isinstance(cell, dict) else None
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise Unusable(f"{path} is no notebook that can be read: cell {number} has no source. Get a fresh copy.")
        metadata = cell.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        found.append({"type": cell.get("cell_type"), "source": source, "metadata": metadata})
    return found


def _json(path: Path) -> Any:
    if path.is_dir():
        inside = next(iter(sorted(path.rglob("*.ipynb"))), path / "….ipynb")
        raise Unusable(f"{path} is a directory; name a notebook in it, such as {inside}.")
    if not path.exists():
        raise Unusable(f"There is no file {path}; name an exercise notebook, such as exercises/tensors/tensors.ipynb.")
    if path.suffix != ".ipynb":
        raise Unusable(f"{path} is no notebook: the name of a notebook ends in .ipynb.")
    try:
        text = path.read_bytes().decode("utf-8")
        if not text.strip():
            raise Unusable(f"{path} is empty; get a fresh copy of the notebook.")
        return json.loads(text)
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise Unusable(f"{path} is no notebook: byte {error.start} is not UTF-8. Save it from Jupyter again.") from None
    except json.JSONDecodeError as error:
        what = f"its JSON breaks off or is damaged at line {error.lineno}, column {error.colno} ({error.msg})"
        raise Unusable(f"{path} is no whole notebook: {what}. Save or download it again.") from None
    except RecursionError:
        raise Unusable(f"{path} is no notebook: its JSON is nested too deeply.") from None


def _checks(cells: list[dict[str, Any]]) -> dict[str, tuple[int | None, str]]:
    """Return for each exercise the cell that checks it and the expression that is its answer there."""
    found: dict[str, tuple[int | None, str]] = {}
    for number, cell in enumerate(cells):
        for name, answer in _calls(cell["source"]):
            found[name] = (number, answer)  # the last check of an exercise is the one that counts
    for cell in cells:
        name = cell["metadata"].get("answer")
        if isinstance(name, str) and name not in found:
            found[name] = (None, name.rpartition(".")[2])
    return found


def _calls(source: str) -> list[tuple[str, str]]:
    """Return name and answer of every check("…", answer) in a cell, readable Python or not."""
    tree = _parse(source)
    if tree is None:
        return re.findall(r"""(?m)^\s*check\(\s*["']([^"']+)["']\s*,\s*([A-Za-z_][\w.]*)""", source)
    calls = [node for node in ast.walk(tree) if _is_check(node)]
    return [(node.args[0].value, ast.unparse(node.args[1])) for node in calls]  # type: ignore[attr-defined]


def _is_check(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return name == "check" and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)


def _only_checks(source: str) -> bool:
    tree = _parse(source)
    return tree is not None and all(isinstance(node, ast.Expr) and _is_check(node.value) for node in tree.body)


def _parse(source: str) -> ast.Module | None:
    """Parse a cell; lines that only IPython understands become `pass`."""
    try:
        return ast.parse(re.sub(r"(?m)^(\s*)[%!?].*$", r"\1pass", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _label(number: int, source: str) -> str:
    first = next((line.strip() for line in source.splitlines() if line.strip() and not line.startswith("#")), "")
    first = first if len(first) <= LONGEST_LABEL else first[: LONGEST_LABEL - 1] + "…"
    return f"Code cell {number + 1}" + (f" (`{first}`)" if first else "")


def _answer_step(name: str, steps: list[dict[str, Any]], cells: list[dict[str, Any]]) -> int | None:
    """Find the step that holds an answer: by what the cell says of itself, else by what it defines."""
    short = re.escape(name.rpartition(".")[2])
    defines = re.compile(rf"(?m)^(?:(?:async )?def|class) +{short}\b|^{short} *=")
    found = None
    for step in steps:
        if "source" in step:
            if cells[step["cell"]]["metadata"].get("answer") == name:
                return int(step["id"])
            if defines.search(step["source"]):
                found = int(step["id"])
    return found
