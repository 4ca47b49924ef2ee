"""Lines and branches of a solution that no draw has ever taken."""

from __future__ import annotations

import ast
import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def watched(path: Path) -> Iterator[dict[str, list[str]]]:
    """Watch a file while the block runs; afterwards the dict tells for each definition what was never taken."""
    from coverage import Coverage
    from coverage.exceptions import NoDataError

    found: dict[str, list[str]] = {}
    coverage = Coverage(data_file=None, branch=True, include=[str(path)], messages=False)
    coverage.start()
    try:
        yield found
    finally:
        coverage.stop()
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(NoDataError):
        report = Path(folder) / "coverage.json"
        coverage.json_report(outfile=str(report))
        for facts in json.loads(report.read_text(encoding="utf-8"))["files"].values():
            found.update(_by_definition(path, facts))


def _by_definition(path: Path, facts: dict[str, Any]) -> dict[str, list[str]]:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found: dict[str, list[str]] = {}
    for node in ast.parse(text).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        inside = _bodies(node)
        missing = [line for line in facts["missing_lines"] if line in inside]
        jumps = [(a, b) for a, b in facts["missing_branches"] if a in inside and b not in missing]
        said = [f"line {line} was never run: `{lines[line - 1].strip()}`" for line in missing]
        said += [f"line {a} never went on {_to(b, a)}: `{lines[a - 1].strip()}`" for a, b in jumps]
        found[node.name] = said
    return found


def _to(line: int, since: int) -> str:
    return "to the end" if line < 0 else f"to line {line}" if line > since else f"back to line {line}"


def _bodies(node: ast.AST) -> set[int]:
    """Return the lines inside functions, less those of docstrings and of what only defines."""
    inside: set[int] = set()
    for function in ast.walk(node):
        if isinstance(function, ast.FunctionDef):
            for statement in function.body:
                inside |= set(range(statement.lineno, (statement.end_lineno or 0) + 1))
    return inside
