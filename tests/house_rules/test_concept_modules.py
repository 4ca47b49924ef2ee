"""A concept module is short to read: at most 100 columns, 200 lines of code, and no more docstring than code."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from house_rules.house import ROOT, at, concept_modules, none_of, parse, text

COLUMNS, CODE = 100, 200  # a page shows these lines beside its text
SILENT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def problems(root: Path) -> list[str]:
    """Say which concept module is too wide, too long, or says more than it does."""
    found = []
    for path in concept_modules(root):
        lines = text(path).splitlines()
        for number, line in enumerate(lines, start=1):
            if len(line) > COLUMNS:
                found.append(f"{at(root, path, number)}: {len(line)} columns; a page shows {COLUMNS}: break the line")
        prose = {number for number in _docstring_lines(path) if lines[number - 1].strip()}
        code = _code_lines(path) - prose
        if len(code) > CODE:
            found.append(f"{at(root, path)}: {len(code)} lines of code; at most {CODE}: split the concept")
        if len(prose) > len(code):
            found.append(f"{at(root, path)}: {len(prose)} docstring lines for {len(code)} lines of code: say less")
    return found


def _docstring_lines(path: Path) -> set[int]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    first = [
        node.body[0]
        for node in ast.walk(parse(path))
        if isinstance(node, documented) and ast.get_docstring(node) is not None
    ]
    return {line for node in first for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def _code_lines(path: Path) -> set[int]:
    tokens = tokenize.generate_tokens(io.StringIO(text(path)).readline)
    spans = [range(token.start[0], token.end[0] + 1) for token in tokens if token.type not in SILENT]
    blank = {number for number, line in enumerate(text(path).splitlines(), start=1) if not line.strip()}
    return {line for span in spans for line in span} - blank


def test_every_concept_module_is_short_to_read():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


def test_a_wide_line_is_named_with_its_place(house, edit):
    edit("course_lib/first.py", "    return 2 * values", f"    return 2 * values  # {'x' * 80}")
    [problem] = problems(house)
    assert re.fullmatch(r"course_lib/first.py:\d+: 105 columns; a page shows 100: break the line", problem)


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ("\n".join(f"x{i} = {i}" for i in range(195)) + "\n", "201 lines of code; at most 200: split the concept"),
        (
            'def says():\n    """Say.\n\n    One.\n    Two.\n    """\n',
            "10 docstring lines for 7 lines of code: say less",
        ),
    ],
)
def test_too_much_code_and_too_much_prose_are_counted(house, added, words):
    path = house / "course_lib/first.py"
    path.write_text(f"{path.read_text()}\n\n{added}")
    [problem] = problems(house)
    assert problem == f"course_lib/first.py: {words}"
