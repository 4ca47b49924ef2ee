"""A solution becomes an exercise: nothing of an answer stays, the bytes never change, and what is wrong is named."""

import json
import subprocess
import sys
import types
from pathlib import Path

import pytest

import course_lib.rubrics
from course_lib.publishing.exercises import notebooks
from course_lib.publishing.exercises.notebooks import SolutionError, make, stale, write

ROOT = Path(__file__).resolve().parents[3]
CONCEPT = "made_up_for_notebooks"

SOLUTION = '''\
# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown]
# # Doubling: exercises
# Read [the page](../book/start/doubling.md#in-code) first.

# %%
from course_lib.checking import check

# %% [markdown] exercise="X.double"
# Double a number.
#
# ```
# double(2) == 4
# ```


# %% answer="X.double"
def double(value):
    """Twice the value."""
    ### BEGIN SOLUTION
    secret = value + value
    return secret
    ### END SOLUTION


# %% check="X.double"
check("X.double", double)

# %%
double(21)

# %% [markdown] exercise="X.Counter"
# Count.


# %% answer="X.Counter"
class Counter:
    def __init__(self):
        ### BEGIN SOLUTION
        self.count = 0
        ### END SOLUTION

    def add(self):
        ### BEGIN SOLUTION
        self.count += 1
        return self.count
        ### END SOLUTION


# %% check="X.Counter"
check("X.Counter", Counter)
'''.replace("X.", f"{CONCEPT}.")


REFERENCE = '''\
def double(value):
    """Twice the value."""
    return 2 * value


class Counter:
    """Counts."""
'''

RUBRIC = '''\
from course_lib import {concept}
from course_lib.checking import rubric


@rubric(answer={concept}.{name}, {options})
def {name}(rng, size):
    """Numbers."""
    return size


{more}
'''

EDGE = '''\
@double.edge(points=1.5)
def edge():
    """Nothing."""
    return 0
'''


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A clone with one solution and the two rubrics that it answers, where Python finds them."""
    double = {"name": "double", "options": 'title="Double it", points=2, difficulty=2, minutes=7', "more": EDGE}
    counter = {"name": "Counter", "options": 'title="A counter", points=1', "more": ""}
    package = f"course_lib/rubrics/{CONCEPT}"
    for path, text in {
        f"course_lib/{CONCEPT}.py": REFERENCE,
        f"{package}/__init__.py": "",
        f"{package}/double.py": RUBRIC.format(concept=CONCEPT, **double),
        f"{package}/Counter.py": RUBRIC.format(concept=CONCEPT, **counter),
        f"solutions/{CONCEPT}.py": SOLUTION,
        "book/start/doubling.md": "# Doubling\n",
        "pyproject.toml": '[project]\nname = "x"\n[project.urls]\nRepository = "https://github.com/some/where"\n',
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    for module, folder in ((course_lib, "course_lib"), (course_lib.rubrics, "course_lib/rubrics")):
        monkeypatch.setattr(module, "__path__", [*module.__path__, str(tmp_path / folder)])
    yield tmp_path
    for name in [name for name in sys.modules if CONCEPT in name]:
        del sys.modules[name]


@pytest.fixture
def solution(house):
    """The path of the solution."""
    return house / "solutions" / f"{CONCEPT}.py"


def cells(text):
    """Return a notebook's cells by id, their source as text."""
    return {cell["id"]: {**cell, "source": "".join(cell["source"])} for cell in json.loads(text)["cells"]}


def test_cell_ids_come_from_grade_ids_and_stand_in_order(house, solution):
    assert list(cells(make(solution, house).release)) == [
        *("start-1", "install", "start-2", "exercise-double", "answer-double", "check-double", "after-double-1"),
        *("exercise-Counter", "answer-Counter", "check-Counter"),
    ]


def test_the_exercise_holds_nothing_of_the_answers(house, solution):
    made = make(solution, house)
    found = cells(made.release)
    assert found["answer-double"]["source"] == (
        'def double(value):\n    """Twice the value."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'
    )
    assert found["answer-Counter"]["source"].count("raise NotImplementedError()") == 2
    assert "secret" in made.source
    for part in ("secret", "self.count", "SOLUTION"):
        assert part not in made.release


def test_headings_come_from_the_rubric(house, solution):
    text = cells(make(solution, house).release)["exercise-double"]["source"]
    assert text.startswith(
        "## 1. Double it\n\n*Difficulty 2 of 3 · about 7 minutes · 3.5 points*\n\nDouble a number.\n\n```\n"
    )
    assert "## 2. A counter\n\n*Difficulty 1 of 3 · about 10 minutes · 1 point*" in make(
        solution, house
    ).release.replace('\\n",\n    "', "\n")


def test_what_is_forbidden_is_announced_and_what_every_check_asks_is_said_once(house, solution):
    made = make(solution, house).release
    found = cells(made)["exercise-double"]["source"]
    assert found.endswith(f"Not to be used here, by any route: `course_lib.{CONCEPT}.double`.")
    assert made.count("Every check asks for this, too") == 1


def test_nbgrader_is_told_what_each_cell_is(house, solution):
    found = cells(make(solution, house).release)
    answer, check = found["answer-double"]["metadata"], found["check-double"]["metadata"]
    assert answer["answer"] == check["check"] == f"{CONCEPT}.double"
    assert (answer["nbgrader"]["solution"], answer["nbgrader"]["grade"], answer["nbgrader"]["locked"]) == (1, 0, 0)
    assert (check["nbgrader"]["solution"], check["nbgrader"]["grade"], check["nbgrader"]["locked"]) == (0, 1, 1)
    assert check["nbgrader"]["points"] == 3.5
    assert "nbgrader" not in found["after-double-1"]["metadata"]


def test_links_lead_to_the_repository_wherever_the_notebook_is_opened(house, solution):
    text = cells(make(solution, house).release)["start-1"]["source"]
    assert "[the page](https://github.com/some/where/blob/main/book/start/doubling.md#in-code)" in text


def test_the_first_cell_is_silent_where_the_course_is_installed_and_installs_it_where_not(house, solution, capsys):
    from IPython.core.inputtransformer2 import TransformerManager

    source = cells(make(solution, house).release)["install"]["source"]
    assert source.count("github.com/some/where") == 1
    assert "GPU" in source
    code = TransformerManager().transform_cell(source)
    asked = []
    names = {"get_ipython": lambda: types.SimpleNamespace(run_line_magic=lambda *words: asked.append(words))}
    exec(code, dict(names))
    assert asked == []
    assert capsys.readouterr() == ("", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "course_lib", None)  # as if it were not installed
        exec(code, dict(names))
    assert asked == [("pip", 'install --quiet "course_lib @ git+https://github.com/some/where"')]


def test_the_same_solution_gives_the_same_bytes(house, solution):
    assert make(solution, house) == make(solution, house)


def test_jupytext_reads_the_same_cells(house, solution):
    import jupytext

    from course_lib.checking.percent import read_cells

    theirs = [(cell.cell_type, cell.source) for cell in jupytext.read(solution).cells]
    assert [(cell.kind, cell.source) for cell in read_cells(solution)[0]] == theirs


@pytest.mark.slow
def test_stock_nbgrader_makes_the_same_bytes(house, solution):
    made = make(solution, house)
    write(made, house)
    ours = made.release_path(house).read_bytes()
    made.release_path(house).unlink()
    (house / "nbgrader_config.py").write_bytes((ROOT / "nbgrader_config.py").read_bytes())
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", CONCEPT, "--no-db", "--force"]
    ran = subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert made.release_path(house).read_bytes() == ours
    assert not (house / "gradebook.db").exists()


REGION = "    ### BEGIN SOLUTION\n    secret = value + value\n    return secret\n    ### END SOLUTION\n"
CHECK = f'check("{CONCEPT}.double", double)\n'


ANSWER = f'# %% answer="{CONCEPT}.double"'
LAST = f'# %% check="{CONCEPT}.Counter"'


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("### BEGIN SOLUTION\n    secret", "secret", "    ### END", "“### END SOLUTION” without “### BEGIN SOLUTION”"),
        ("    return secret\n    ### END SOLUTION\n", "", "    ### BEGIN", "without “### END SOLUTION” after it"),
        ("    secret = value + value\n    return secret\n", "", "    ### END", "nothing stands between"),
        (
            "secret = value",
            "### BEGIN SOLUTION\n    secret = value",
            "    ### BEGIN SOLUTION\n    secret",
            "began on line 3",
        ),
        (REGION, "    return value\n", ANSWER, "has no “### BEGIN SOLUTION” … “### END SOLUTION”"),
        ("def double(value):", "def twice(value):", ANSWER, "does not define 'double'"),
        ("def double(value):", "def double(value:", "def double", "is not Python: "),
        (
            'def double(value):\n    """Twice the value."""\n' + REGION,
            "### BEGIN SOLUTION\ndef double(value):\n    return 1\n### END SOLUTION\n",
            ANSWER,
            "does not define 'double' once its solution is taken out",
        ),
        (CHECK, f"print(1)\n{CHECK}", "print(1)", "a check cell holds one line and nothing else: check("),
        (CHECK, "", f'# %% check="{CONCEPT}.double"', "a check cell holds one line and nothing else: check("),
        (CHECK, CHECK.replace("double)", "Counter)"), f'check("{CONCEPT}.double", C', "a check cell holds one line"),
        (f'# %% check="{CONCEPT}.double"\n', "# %%\n", LAST, "no cell check="),
        (f"{ANSWER}\n", "# %%\n", LAST, "no cell answer="),
        (f"{ANSWER}\n", "# %%\n", "    ### BEGIN", "“BEGIN SOLUTION” outside an"),
        (f'exercise="{CONCEPT}.double"', 'exercise="x.y"', '# %% [markdown] exercise="x.y"', "names no exercise of"),
        (f'answer="{CONCEPT}.Counter"', f'answer="{CONCEPT}.double"', f"{ANSWER}\nclass", "a second cell answer="),
        ("# Count.\n", "", f'# %% [markdown] exercise="{CONCEPT}.Counter"', "Counter is empty; say what to write"),
        ("# Count.\n", "# ## Count\n", "# ## Count", "the heading of an exercise is generated"),
        ("# Count.\n", "Count.\n", "Count.\n", "'Count.' is no comment, but stands in a [markdown] cell"),
        ("# %%\ndouble(21)", "# %% tag=[\ndouble(21)", "# %% tag=[", "cannot read 'tag=['"),
        ("doubling.md", "halving.md", "# Read", "a link to ../book/start/halving.md, which does not exist"),
        ("# %% [markdown]\n# # D", "print(1)\n# %% [markdown]\n# # D", "print(1)", "so it is in no cell"),
    ],
)
def test_what_is_wrong_with_a_solution_is_named_with_file_line_and_reason(house, solution, old, new, at, words):
    text = solution.read_text()
    assert text.count(old) == 1
    solution.write_text(text := text.replace(old, new))
    line = 1 + text[: text.index("\n" + at) + 1].count("\n")
    with pytest.raises(SolutionError) as caught:
        make(solution, house)
    found = [said for said in str(caught.value).splitlines() if words in said]
    assert found, str(caught.value)
    assert found[0].startswith(f"solutions/{CONCEPT}.py:{line}: ")


def test_a_comment_in_code_that_a_text_shows_is_no_heading(house, solution):
    solution.write_text(solution.read_text().replace("# double(2) == 4\n", "# # twice two\n# double(2) == 4\n"))
    assert "# twice two" in cells(make(solution, house).release)["exercise-double"]["source"]


def test_exercises_out_of_the_rubrics_order_are_named(house, solution):
    head, double_part, counter_part = SOLUTION.partition(f'# %% [markdown] exercise="{CONCEPT}.double"')
    _, mark, rest = (double_part + counter_part).partition(f'# %% [markdown] exercise="{CONCEPT}.Counter"')
    first = (double_part + counter_part)[: -len(mark + rest)]
    solution.write_text(head + mark + rest + "\n" + first)
    with pytest.raises(SolutionError, match=f'exercise="{CONCEPT}.Counter" is out of order'):
        make(solution, house)


def test_a_solution_without_its_rubric_is_named(house, solution):
    other = solution.with_name("no_such_concept.py")
    other.write_text(SOLUTION)
    with pytest.raises(
        SolutionError, match=r"^solutions/no_such_concept.py:1: there is no folder course_lib/rubrics/no_such"
    ):
        make(other, house)


def test_a_malformed_rubric_is_named_where_it_stands(house, solution, monkeypatch):
    from course_lib.checking import RubricError

    def broken(concept):
        raise RubricError("course_lib/rubrics/x.py:7: double needs a title")

    monkeypatch.setattr(notebooks, "load", broken)
    with pytest.raises(SolutionError, match=r"^course_lib/rubrics/x.py:7: double needs a title$"):
        make(solution, house)


def test_an_edited_exercise_is_stale_and_the_diff_shows_how(house, solution):
    made = make(solution, house)
    assert "+++ exercises/" in stale(made, house)
    write(made, house)
    assert stale(made, house) == ""
    path = made.release_path(house)
    path.write_text(path.read_text().replace("Double a number.", "Halve a number."))
    diff = stale(made, house)
    assert '-    "Halve a number.\\n",' in diff
    assert '+    "Double a number.\\n",' in diff


def test_writing_again_changes_nothing_and_is_known_to_be_fresh(house, solution):
    made = make(solution, house)
    assert not notebooks.is_fresh(solution, house)
    assert write(made, house) == [made.source_path(house), made.release_path(house)]
    assert write(made, house) == []
    assert notebooks.is_fresh(solution, house)


@pytest.mark.parametrize("changed", ["solution", "release", "source", "pyproject"])
def test_a_change_of_sources_or_products_is_not_fresh(house, solution, changed):
    made = make(solution, house)
    write(made, house)
    path = {
        "solution": solution,
        "release": made.release_path(house),
        "source": made.source_path(house),
        "pyproject": house / "pyproject.toml",
    }[changed]
    path.write_text(path.read_text() + "\n")
    assert not notebooks.is_fresh(solution, house)


def test_a_notebook_that_no_solution_makes_is_an_orphan(house, solution):
    write(make(solution, house), house)
    assert notebooks.orphans(house) == []
    lonely = house / "exercises" / "lonely" / "lonely.ipynb"
    lonely.parent.mkdir()
    lonely.write_text("{}")
    assert notebooks.orphans(house) == [lonely]
