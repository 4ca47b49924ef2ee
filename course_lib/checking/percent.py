"""Reading a py:percent notebook, cell by cell, with the line on which each begins."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_HEAD = re.compile(r"^# %%(?:\s+\[(?P<kind>[^\]]*)\])?(?P<attributes>.*)$")
_ATTRIBUTE = re.compile(r'\s*(?P<key>\w+)=(?P<value>"(?:[^"\\]|\\.)*"|\[[^\]]*\])(?=\s|$)')


@dataclass(frozen=True)
class PercentCell:
    """One cell: `line` is that of its `# %%`, so its first line of text is the next."""

    kind: str
    source: str
    line: int
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def is_code(self) -> bool:
        """Whether the cell is Python."""
        return self.kind == "code"


def read_cells(path: Path) -> tuple[list[PercentCell], list[tuple[int, str]]]:
    """Return the cells of a py:percent file, and what is wrong with its marks, each with its line."""
    cells: list[PercentCell] = []
    problems: list[tuple[int, str]] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    starts = [i for i, line in enumerate(lines) if re.match(r"# %%(\s|$)", line)]
    if not starts:
        return [], [(1, "holds no cell: a cell begins with a line `# %%`")]
    problems += _stray(lines[: starts[0]])
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        head = _HEAD.match(lines[start])
        assert head is not None  # every start begins with "# %%"
        kind = "markdown" if head["kind"] in ("markdown", "md") else "code"
        attributes, rest = _attributes(head["attributes"])
        if rest or (head["kind"] is not None and kind == "code"):
            wrong = rest or f"[{head['kind']}]"
            problems.append((start + 1, f'cannot read {wrong!r} after `# %%`; write [markdown], key="value"'))
        body = lines[start + 1 : end]
        cells.append(PercentCell(kind, _text(body, kind), start + 1, attributes))
        problems += [(start + 2 + i, words) for i, words in _uncommented(body, kind)]
    return cells, problems


def _stray(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield what stands before the first cell and is not the commented header of jupytext."""
    for i, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            yield i, f"{line.strip()!r} stands before the first `# %%`, so it is in no cell"


def _attributes(text: str) -> tuple[dict[str, Any], str]:
    found: dict[str, Any] = {}
    while match := _ATTRIBUTE.match(text):
        try:
            found[match["key"]] = json.loads(match["value"])
        except ValueError:
            break
        text = text[match.end() :]
    return found, text.strip()


def _text(lines: list[str], kind: str) -> str:
    if kind == "markdown":
        lines = [re.sub(r"^# ?", "", line) for line in lines]
    return "\n".join(lines).strip("\n").rstrip()


def _uncommented(lines: list[str], kind: str) -> Iterator[tuple[int, str]]:
    for i, line in enumerate(lines):
        if kind == "markdown" and line.strip() and not line.startswith("#"):
            yield i, f"{line.strip()!r} is no comment, but stands in a [markdown] cell; did you forget a `# %%`?"
