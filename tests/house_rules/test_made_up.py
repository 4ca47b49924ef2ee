"""Tests of the machinery name no chapter: who improves one breaks no test of checking, grading or publishing."""

import ast
import re
from pathlib import Path

import pytest

from house_rules.house import ROOT, at, files, imports, names, none_of, parse

MACHINERY = ("tests/checking", "tests/grading", "tests/publishing")
CURE = "tests of the machinery use the made-up concepts of tests/made_up, or one found by names(ROOT)"


def problems(root: Path) -> list[str]:
    """Say which test of the machinery names a concept of the book: in an import, in a text, as part of a path."""
    known = "|".join(map(re.escape, names(root)))
    forms = (
        rf"\A({known})(?:\.\w+)?\Z",
        rf"course_lib(?:\.rubrics)?(?:\.| import )({known})\b",
        rf"(?:^|/)({known})(?:\.py|\.md|\.ipynb|\.html|/|$)",
        rf"[\"']({known})\.\w+[\"']",
    )
    found = []
    for folder in MACHINERY:
        for path in files(root, f"{folder}/**/*.py"):
            tree = parse(path)
            places = [(line, target) for line, target in imports(tree) if target.startswith("course_lib")]
            places += [(n.lineno, n.value) for n in ast.walk(tree) if _is_text(n)]
            for line, words in places:
                if match := re.search("|".join(forms), words):
                    name = next(filter(None, match.groups()))
                    found.append(f"{at(root, path, line)}: names the concept {name}; {CURE}")
    return found


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_no_test_of_the_machinery_names_a_chapter():
    none_of(problems(ROOT))


@pytest.mark.parametrize(
    "line",
    [
        "from course_lib import first",
        "import course_lib.rubrics.first.double",
        'check("first.double", str)',
        'cell = "from course_lib.first import double"',
        "cell = \"check('first.double', double)\"",
        'path = "exercises/first/first.ipynb"',
        'CONCEPT = "first"',
    ],
)
def test_a_chapter_that_is_named_is_told_with_its_line(house, line):
    (house / "tests/checking/test_verdict.py").write_text(f'"""Of verdicts."""\n{line}\n')
    assert problems(house) == [f"tests/checking/test_verdict.py:2: names the concept first; {CURE}"]


@pytest.mark.parametrize("line", ["first = 1", 'words = "the first and the second"', "import course_lib.checking"])
def test_a_word_that_a_chapter_is_called_too_is_no_chapter(house, line):
    (house / "tests/checking/test_verdict.py").write_text(f"{line}\n")
    assert problems(house) == []
