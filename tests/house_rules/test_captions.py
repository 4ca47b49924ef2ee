"""What a caption says of Python's own texts or of Unicode's tables is computed: another Python has others."""

import ast
import re
from pathlib import Path

import pytest

from house_rules.house import ROOT, at, calls, cells, none_of, pages

SOURCES = {"topics", "unicodedata", "english"}  # pydoc_data's topics, Unicode's tables, and the kit's English
COUNT = r"(?<![\w.,-])\d[\d,.]*(?![\w-])|\b(?:half|thirds?|quarters?|fifths?|tenths?|dozens?)\b"


def problems(root: Path) -> list[str]:
    """Say which caption or alt text has a count, not computed, of what another Python has more or less of."""
    found = []
    for path in pages(root):
        depends = set(SOURCES)
        for cell in cells(path):
            tree = cell.tree
            before = -1
            while len(depends) > before:  # a name that a later line gives may be used by a function above it
                before = len(depends)
                depends |= _names_made_of(tree, depends)
            for call in calls(tree, "show", "play") if depends & _named(tree) else ():
                for line, kind, count in _counts(call, _numbers(tree)):
                    words = f"{count!r} in this {kind} depends on the Python that runs it"
                    found.append(
                        f"{at(root, path, cell.line + line - 1)}: {words}; write {{…}}, or do without a number"
                    )
    return found


def _names_made_of(tree: ast.Module, depends: set[str]) -> set[str]:
    """Return the names that a cell gives to what is made of one of these."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and depends & _named(node):
            found.add(node.name)
        made_of = getattr(node, "iter", None) or getattr(node, "value", None)
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        if isinstance(made_of, ast.AST) and depends & _named(made_of):
            found |= {
                part.id for target in targets if target for part in ast.walk(target) if isinstance(part, ast.Name)
            }
    return found


def _named(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


def _numbers(tree: ast.Module) -> set[str]:
    return {
        str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant) and not isinstance(node.value, str)
    }


def _counts(call: ast.Call, known: set[str]):
    """Yield line, kind and count of each number written into a caption or alt text, and not into the cell's code."""
    for keyword in call.keywords:
        if keyword.arg in ("alt", "caption"):
            for part in ast.walk(keyword.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    for count in re.findall(COUNT, part.value):
                        if count.rstrip(".,") not in known:
                            yield part.lineno, keyword.arg, count.rstrip(".,")


def test_no_caption_depends_on_the_version_of_python():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


CELL = "fig, ax = plt.subplots()\n"
SHOWN = 'alt="A line that rises twice as steeply as the diagonal."'


@pytest.mark.parametrize(
    ("code", "alt", "counts"),
    [
        ("ax.plot(len(topics))", "27 of the words are short", ["27"]),
        ("words = list(topics)\nax.plot(words)", "A fifth of the words, 40 of 27", ["fifth", "40", "27"]),
        ("def words():\n    return [*topics]\nax.plot(words()[:27])", "The first 27 words", []),
        ("ax.plot(len(topics))", "UTF-8 and {len(topics)} words", []),
        ("ax.plot([1, 2])", "27 dots that are always 27", []),
    ],
)
def test_a_count_that_another_python_would_make_wrong_is_named(house, edit, code, alt, counts):
    edit("book/start/first.md", CELL, f"{CELL}{code}\n")
    edit("book/start/first.md", SHOWN, f'alt=f"{alt}, drawn as a line."')
    found = problems(house)
    assert [problem.split("'")[1] for problem in found] == counts
    line = 26 + code.count("\n")
    assert all(problem.startswith(f"book/start/first.md:{line + 1}: ") for problem in found)
