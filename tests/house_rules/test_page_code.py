"""Ruff reads the code of pages, with the lines of the page; imports and unsure outputs say themselves one way."""

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from house_rules.house import ROOT, at, cells, none_of, pages, solutions, text

RULES = ("E", "F", "B", "UP", "SIM", "RUF", "ICN", "C4", "PIE")
# A page is read from above, cell by cell: imports stand where they are needed (E402), a cell's last line is shown
# (B018), names are short (E741); lengths of lines have a rule of their own (E501), and letters are meant (RUF001-3);
# a function made in a loop is called there (B023).
IGNORED = ("E402", "B018", "E741", "E501", "RUF001", "RUF002", "RUF003", "B905", "E731", "RUF005", "SIM905", "B023")
ALIASES = {"numpy": "np", "matplotlib.pyplot": "plt", "torch.nn.functional": "F", "pandas": "pd"}
UNSURE = ("nbval-ignore-output", "nbval-skip")
BECAUSE = "# Differs from run to run: "


def problems(root: Path) -> list[str]:
    """Say what ruff refuses in a page's code, which import has a name of its own, which unsure cell says no reason."""
    found = []
    for path in pages(root):
        found += [f"{at(root, path, line)}: {words}" for line, words in _refused(_as_module(path))]
        found += [f"{at(root, path, line)}: {words}" for line, words in _renamed(path)]
    for path in [*pages(root), *solutions(root)]:
        found += [f"{at(root, path, cell.line)}: {words}" for cell in cells(path) if (words := _unsure(cell))]
    return found


def _as_module(path: Path) -> str:
    """Return a page's code as one module: each line of a cell on its own line, all else empty."""
    lines = [""] * (text(path).count("\n") + 1)
    for cell in cells(path):
        for i, line in enumerate(cell.source.splitlines()):
            lines[cell.line - 1 + i] = re.sub(r"^(\s*)([%!].*)$", r"\1None  # \2", line)
    return "\n".join(lines).rstrip() + "\n"


@cache
def _refused(module: str) -> tuple[tuple[int, str], ...]:
    aliases = ", ".join(f'"{name}" = "{alias}"' for name, alias in ALIASES.items())
    command = [
        *(sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format=json", "--exit-zero"),
        *(f"--select={','.join(RULES)}", f"--ignore={','.join(IGNORED)}", "--target-version=py311"),
        *("--config", f"lint.flake8-import-conventions.aliases = {{{aliases}}}", "--stdin-filename=page.py", "-"),
    ]
    ran = subprocess.run(command, input=module, capture_output=True, text=True, check=True)
    return tuple((said["location"]["row"], f"{said['code']} {said['message']}") for said in json.loads(ran.stdout))


def _renamed(path: Path):
    for cell in cells(path):
        for node in ast.walk(cell.tree):
            if isinstance(node, ast.ImportFrom) and node.module == "course_lib":
                for alias in node.names:
                    if alias.asname:
                        line = cell.line + node.lineno - 1
                        yield line, f"{alias.name} is called {alias.asname} here; a concept has one name everywhere"


def _unsure(cell) -> str:
    tags = [tag for tag in UNSURE if tag in cell.tags]
    first = cell.source.strip().splitlines()[0] if cell.source.strip() else ""
    if tags and (not first.startswith(BECAUSE) or len(first.removeprefix(BECAUSE).split()) < 2):
        return f"this cell is tagged {tags[0]}; its first line says why, as in “{BECAUSE}these are times.”"
    return ""


def test_ruff_has_no_objection_to_the_code_of_pages():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("fig, ax = plt.subplots()", "figure, axes = plt.subplots()", 26, "F821 Undefined name `fig`"),
        ("from course_lib import first\n", "from course_lib import first\nimport math\n", 18, "F401 `math` imported"),
        ("import matplotlib.pyplot as plt", "import matplotlib.pyplot as pyplot", 16, "ICN001 `matplotlib.pyplot`"),
        ("from course_lib import first\n", "from course_lib import first as f\n", 17, "first is called f here"),
        ("# Differs from run to run: this is a time.\n", "", 37, "this cell is tagged nbval-ignore-output"),
        ("# Differs from run to run: this is a time.", "# A time.", 37, "its first line says why"),
    ],
)
def test_what_ruff_or_the_rules_refuse_is_named_with_its_line_in_the_page(house, edit, old, new, line, words):
    edit("book/start/first.md", old, new)
    found = problems(house)
    assert any(problem.startswith(f"book/start/first.md:{line}: ") and words in problem for problem in found), found


def test_a_magic_is_no_mistake(house, edit):
    edit("book/start/first.md", "from course_lib import first\n", "from course_lib import first\n%timeit first\n")
    assert problems(house) == []


def test_an_unsure_output_in_a_solution_needs_its_reason_too(house, edit):
    edit("solutions/first.py", "# %% check", '# %% tags=["nbval-ignore-output"]\n1 + 1\n# %% check')
    assert problems(house)[0].startswith("solutions/first.py:17: this cell is tagged nbval-ignore-output")
