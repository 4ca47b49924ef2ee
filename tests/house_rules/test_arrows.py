"""Arrows point one way: concepts import earlier concepts only, and each folder of machinery what DESIGN gives it."""

import ast
from pathlib import Path

import pytest

from house_rules.house import (
    ROOT,
    at,
    cells,
    concept_modules,
    files,
    imports,
    names,
    none_of,
    pages,
    parse,
    solutions,
)

CONCEPTS = "concepts"
MAY_IMPORT = {
    "fused": {CONCEPTS},
    "rubrics": {CONCEPTS, "checking", "rubrics"},  # which of the rubrics, `_between_rubrics` says
    "checking": {"checking"},
    "grading": {"grading", "checking"},
    "publishing": {"publishing", "checking"},
    "cli": {"cli", "checking", "grading", "publishing"},
    "page": {CONCEPTS, "fused", "publishing", "checking"},
    "solution": {CONCEPTS, "publishing", "checking"},
}


def problems(root: Path) -> list[str]:
    """Say which import points the wrong way, and what may be imported there."""
    order, found = names(root), []
    for path in concept_modules(root):
        earlier = order[: order.index(path.stem)] if path.stem in order else order
        for line, target in _ours(imports(parse(path), "course_lib"), order):
            if target not in (*earlier, path.stem):
                why = "a later one" if target in order else "machinery"
                found.append(
                    f"{at(root, path, line)}: the concept {path.stem} imports {target}, {why}; {_earlier(earlier)}"
                )
    for layer, path, line, target in _machinery(root, order):
        kind = CONCEPTS if target in order else target
        if kind not in MAY_IMPORT[layer]:
            allowed = ", ".join(sorted(MAY_IMPORT[layer]))
            named = f"the concept {target}" if kind == CONCEPTS else target
            found.append(f"{at(root, path, line)}: {layer} imports {named}; it may import {allowed}")
    return found + _between_rubrics(root)


def _between_rubrics(root: Path) -> list[str]:
    """Say which rubric imports another: those of a concept share its `__init__.py`, those of two concepts nothing."""
    found = []
    for path in files(root, "course_lib/rubrics/*/*.py"):
        own = f"course_lib.rubrics.{path.parent.name}"
        for line, name in imports(parse(path), own):
            if not name.startswith("course_lib.rubrics.") or name == own:
                continue
            if not name.startswith(f"{own}."):
                cure = "what both need belongs in course_lib/checking/cases.py or drivers.py"
                found.append(f"{at(root, path, line)}: imports the rubrics of another concept, {name}; {cure}")
            elif (path.parent / f"{name.removeprefix(f'{own}.').partition('.')[0]}.py").is_file():
                cure = f"move what both need to {at(root, path.parent)}/__init__.py"
                found.append(f"{at(root, path, line)}: imports another exercise, {name}; {cure}")
    return found


def _earlier(earlier: list[str]) -> str:
    return f"it may import earlier concepts of _toc.yml only: {', '.join(earlier) or 'none, it is the first'}"


def _machinery(root, order):
    """Yield layer, file, line and target of each import of ours outside the concepts."""
    for path in [*files(root, "course_lib/*/**/*.py"), *files(root, "course_lib/cli.py")]:
        parts = path.relative_to(root / "course_lib").with_suffix("").parts
        package = ".".join(("course_lib", *parts[:-1]))
        layer = parts[0]
        for line, target in _ours(imports(parse(path), package), order):
            if layer not in MAY_IMPORT:
                raise AssertionError(f"{at(root, path)}: say in {__file__} what course_lib/{layer} may import")
            yield layer, path, line, target
    for layer, paths in (("page", pages(root)), ("solution", solutions(root))):
        for path in paths:
            for cell in cells(path):
                for line, target in _ours(imports(cell.tree), order):
                    yield layer, path, cell.line + line - 1, target


def _ours(found, order):
    """Keep what is imported from course_lib: the concept or the folder's name."""
    for line, name in found:
        head, _, rest = name.partition(".")
        if head == "course_lib" and rest:
            yield line, rest.split(".")[0]


def test_every_arrow_points_the_right_way():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


@pytest.mark.parametrize(
    ("path", "line", "words"),
    [
        (
            "course_lib/first.py",
            "from course_lib.checking import check",
            "the concept first imports checking, machinery",
        ),
        ("course_lib/first.py", "from course_lib import second", "the concept first imports second, a later one"),
        ("course_lib/first.py", "from . import second", "the concept first imports second, a later one"),
        ("course_lib/first.py", "from .checking import check", "the concept first imports checking, machinery"),
        ("course_lib/checking/verdict.py", "import course_lib.first", "checking imports the concept first"),
        ("course_lib/checking/verdict.py", "from ..rubrics import first", "checking imports rubrics"),
        (
            "course_lib/rubrics/first/double.py",
            "from course_lib.publishing import figures",
            "rubrics imports publishing",
        ),
        (
            "course_lib/rubrics/first/__init__.py",
            "from course_lib.rubrics.second import draw",
            "imports the rubrics of another concept, course_lib.rubrics.second.draw; what both need belongs in",
        ),
        (
            "course_lib/rubrics/first/double.py",
            "from course_lib.rubrics import second",
            "imports the rubrics of another concept, course_lib.rubrics.second; what both need belongs in",
        ),
        (
            "course_lib/rubrics/first/__init__.py",
            "from course_lib.rubrics.first.double import build",
            "imports another exercise, course_lib.rubrics.first.double.build; move what both need to course_lib/rub",
        ),
        ("solutions/first.py", "from course_lib.rubrics.first import double", "solution imports rubrics"),
    ],
)
def test_an_arrow_that_points_the_wrong_way_is_named(house, path, line, words):
    whole = (house / path).read_text()
    (house / path).write_text(f"{whole}\n{line}\n")
    [problem] = problems(house)
    place = f"{path}:{whole.count(chr(10)) + 2}: "
    assert problem.startswith(place + words)


def test_a_page_that_imports_a_rubric_is_named_with_its_line(house, edit):
    edit("book/start/first.md", "import matplotlib.pyplot as plt", "from course_lib.rubrics import first")
    [problem] = problems(house)
    assert (
        problem == "book/start/first.md:16: page imports rubrics; it may import checking, concepts, fused, publishing"
    )


def test_a_rubric_may_import_what_its_concept_shares(house, edit):
    own = "from course_lib.checking import rubric"
    edit("course_lib/rubrics/first/double.py", own, f"{own}\nfrom course_lib.rubrics.first import draw")
    assert problems(house) == []


def test_a_concept_may_import_an_earlier_one(house, edit):
    edit("course_lib/second.py", "import numpy as np", "import numpy as np\n\nfrom course_lib import first")
    assert problems(house) == []


def test_an_import_by_name_is_seen_too(house, edit):
    edit(
        "course_lib/first.py",
        "import numpy as np",
        'import importlib\n\nimportlib.import_module("course_lib.checking")',
    )
    assert "imports checking" in problems(house)[0]


def named_in_strings(root: Path) -> list[str]:
    """Say where a string names a module of another folder or room: no rule about arrows would see it.

    Rubrics are no such thing: they are found by their names.
    """
    modules = {".".join(path.relative_to(root).with_suffix("").parts) for path in files(root, "course_lib/*/**/*.py")}
    rooms = {module.removesuffix(".__init__") for module in modules if not module.startswith("course_lib.rubrics")}
    found = []
    for path in files(root, "course_lib/**/*.py"):
        here = ".".join(path.relative_to(root).parent.parts)
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                name = node.value.removeprefix("import ")
                if name in rooms and name != here and name.rpartition(".")[0] != here:
                    found.append(f"{at(root, path, node.lineno)}: a string names {name}; import it, so that it is seen")
    return found


def test_no_string_names_a_module_of_another_room():
    none_of(named_in_strings(ROOT))


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ('NAME = "course_lib.grading.pool"', ["course_lib/checking/verdict.py"]),
        ('run("import course_lib.grading")', ["course_lib/checking/verdict.py"]),
        ('WORKER = "course_lib.checking.verdict"', []),
        ('TEXT = "see course_lib.grading.pool"', []),
        ('load("course_lib.rubrics.first")', []),
    ],
)
def test_a_string_that_names_a_module_of_another_room_is_named(house, written, where):
    (house / "course_lib/grading").mkdir()
    for name in ("__init__", "pool"):
        (house / f"course_lib/grading/{name}.py").touch()
    (house / "course_lib/checking/verdict.py").write_text(f"{written}\n")
    assert [problem.partition(":")[0] for problem in named_in_strings(house)] == where
