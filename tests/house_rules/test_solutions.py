"""A solution holds each exercise of its concept once: text, answer, check, in the rubric's order, none emptied."""

import ast
import re
from pathlib import Path

import pytest

from house_rules.house import ROOT, at, dotted, none_of, parse, solutions, text

KINDS = ("exercise", "answer", "check")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def problems(root: Path) -> list[str]:
    """Say which solution lacks, repeats or empties which cell."""
    found = []
    for path in solutions(root):
        rubric = root / "course_lib" / "rubrics" / path.name
        wanted = exercises_in(rubric) if rubric.is_file() else []
        blocks = list(_cells(path))
        for kind in KINDS:
            found += _order(root, path, kind, wanted, [(line, name) for line, of, name, _ in blocks if of == kind])
        for line, kind, name, body in blocks:
            found += [f"{at(root, path, line)}: {words}" for words in _wrong(kind, name, body)]
    return found


def exercises_in(rubric: Path) -> list[str]:
    """Return the exercises of a rubric module, read without running it: `concept.function` for each @rubric."""
    functions = [node for node in parse(rubric).body if isinstance(node, ast.FunctionDef)]
    made = [
        f
        for f in functions
        if any(isinstance(d, ast.Call) and dotted(d.func).endswith("rubric") for d in f.decorator_list)
    ]
    return [f"{rubric.stem}.{function.name}" for function in made]


def _cells(path: Path):
    lines = text(path).splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("# %%")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        for kind, name in re.findall(rf'\b({"|".join(KINDS)})="([^"]*)"', lines[start]):
            yield start + 1, kind, name, "\n".join(lines[start + 1 : end])


def _order(root: Path, path: Path, kind: str, wanted: list[str], got: list[tuple[int, str]]) -> list[str]:
    names = [name for _, name in got]
    found = [
        f'{at(root, path)}: no cell {kind}="{name}"; the rubric has that exercise'
        for name in wanted
        if name not in names
    ]
    seen: set[str] = set()
    for line, name in got:
        if name not in wanted:
            found.append(f'{at(root, path, line)}: {kind}="{name}" is no exercise of course_lib/rubrics/{path.name}')
        elif name in seen:
            found.append(f'{at(root, path, line)}: a second cell {kind}="{name}"; remove one')
        seen.add(name)
    if not found and names != wanted:
        found.append(f"{at(root, path)}: the {kind} cells are not in the rubric's order: {', '.join(wanted)}")
    return found


def _wrong(kind: str, name: str, body: str) -> list[str]:
    function = name.rpartition(".")[2]
    if kind == "exercise" and not re.search(r"(?m)^#\s*\S", body):
        return [f"the text of {name} is empty; say what to write"]
    if kind == "check" and (code := _code(body)) != f'check("{name}", {function})':
        return [f'the check of {name} must be the one line check("{name}", {function}), but is {code or "empty"!r}']
    if kind == "answer":
        begins, ends = body.count(BEGIN), body.count(END)
        if begins != ends or not begins:
            return [
                f"the answer {name} has {begins} “{BEGIN}” and {ends} “{END}”; it needs as many of each, at least one"
            ]
        if any(not _code(region) for region in re.findall(f"{BEGIN}(.*?){END}", body, flags=re.DOTALL)):
            return [f"the answer {name} has nothing between “{BEGIN}” and “{END}”"]
    return []


def _code(body: str) -> str:
    """Return the lines of a cell that are not empty and no comment, joined."""
    return "\n".join(line for line in body.splitlines() if line.strip() and not line.strip().startswith("#")).strip()


def test_every_solution_holds_its_exercises_once():
    none_of(problems(ROOT))


def test_a_house_in_order_has_no_problem(house):
    assert problems(house) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ('check("first.double", double)\n', "", ":16", "the check of first.double must be the one line"),
        ('check("first.double", double)\n', "pass\n", ":16", "the check of first.double must be the one line"),
        (
            'check("first.double", double)\n',
            'check("second.double", double)\n',
            ":16",
            "the check of first.double must be",
        ),
        ('# %% check="first.double"\n', "# %%\n", "", 'no cell check="first.double"'),
        ("    ### END SOLUTION\n", "", ":11", "the answer first.double has 1"),
        ("    return values + values\n", "", ":11", "the answer first.double has nothing between"),
        ("# Double every value.\n", "", ":9", "the text of first.double is empty"),
        ('# %% check="first.double"', '# %% check="first.triple"', "", 'no cell check="first.double"'),
    ],
)
def test_what_is_wrong_with_a_solution_is_named_with_its_line(house, edit, old, new, place, words):
    edit("solutions/first.py", old, new)
    assert problems(house)[0].startswith(f"solutions/first.py{place}: {words}")


def test_a_cell_given_twice_is_named(house):
    path = house / "solutions/first.py"
    path.write_text(path.read_text() + '# %% check="first.double"\ncheck("first.double", double)\n')
    assert problems(house) == ['solutions/first.py:18: a second cell check="first.double"; remove one']


def test_an_exercise_of_the_rubric_that_the_solution_lacks_is_named(house, edit):
    first = '@rubric(answer=first.double, title="Double")\n'
    edit("course_lib/rubrics/first.py", first, first + "def triple(rng, size):\n    return size\n\n\n" + first)
    assert 'solutions/first.py: no cell exercise="first.triple"; the rubric has that exercise' in problems(house)
