"""The command `course`: what it says, where it says it, and the status it leaves for scripts."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course_lib import cli
from course_lib.checking import find, load
from course_lib.publishing.contents import read_contents, said_of_way

ROOT = Path(__file__).resolve().parents[1]
HANDED_OUT = ROOT / "exercises" / "string_comparison" / "string_comparison.ipynb"
EXERCISE = find("string_comparison.to_upper")
POINTS = f"{EXERCISE.max_points:g}"
COMMANDS = ("check", "progress", "audit", "exercises", "new")
UPPER = 'def to_upper(text):\n    return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text)'
IMPORT, CHECK = "from course_lib.checking import check", 'check("string_comparison.to_upper", to_upper)'


@pytest.fixture
def course():
    """Run the command in this process and return its result."""
    return lambda *arguments: CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


@pytest.fixture
def notebook(tmp_path):
    """Write a notebook of these code cells and return its path."""

    def write(*sources, name="mine"):
        path = tmp_path / f"{name}.ipynb"
        cells = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
        path.write_text(json.dumps({"cells": cells, "nbformat": 4}))
        return path

    return write


# Help


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_examples_that_name_the_command(course, command):
    ran = course(command, "--help")
    assert ran.exit_code == 0
    assert f"course {command}" in ran.output.split("Examples", 1)[1]


def test_every_command_is_listed_and_tested_here(course):
    known = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    assert known >= set(COMMANDS)
    output = course("--help").output
    assert all(command in output for command in known)


def test_help_imports_nothing_heavy():
    heavy = "{'torch', 'IPython', 'numpy', 'nbformat', 'nbgrader', 'matplotlib'}"
    code = (
        "import sys; from course_lib import cli; sys.argv = ['course', '--help']\n"
        f"try: cli.main()\nfinally: assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Usage: course" in ran.stdout
    assert "AssertionError" not in ran.stderr


# check


@pytest.mark.slow
def test_check_leaves_0_if_all_pass_and_1_if_not(course, notebook):
    good = course("check", notebook(IMPORT, UPPER, CHECK))
    assert (good.exit_code, good.stderr) == (0, "")
    assert f"1 of 1 exercises passed, {POINTS} of {POINTS} points" in good.stdout
    bad = course("check", notebook(IMPORT, UPPER.replace("<= c <=", "<= c <"), CHECK))
    assert bad.exit_code == 1
    assert "string_comparison.to_upper" in bad.stdout
    assert f"0 of 1 exercises passed, 0 of {POINTS} points" in bad.stdout
    assert "│ call " in bad.stdout
    assert "│ expected " in bad.stdout
    blank = course("check", notebook(IMPORT, "def to_upper(text):\n    raise NotImplementedError()", CHECK))
    assert blank.exit_code == 1
    assert f"○ 0/{POINTS}   string_comparison.to_upper · not yet written\n" in blank.stdout
    assert "Traceback" not in good.output + bad.output + blank.output


@pytest.mark.slow
def test_check_as_json_is_json_and_nothing_else(course, notebook):
    path = notebook(IMPORT, "print('{')", UPPER, CHECK)
    ran = course("check", "--json", path)
    assert ran.exit_code == 0
    data = json.loads(ran.stdout)
    assert (data["passed"], data["points"], data["max_points"], data["errors"]) == (
        True,
        EXERCISE.max_points,
        EXERCISE.max_points,
        [],
    )
    [checked] = data["notebooks"]
    assert checked["notebook"] == str(path)
    assert checked["exercises"][0]["exercise"] == "string_comparison.to_upper"
    assert {reason["name"] for reason in checked["exercises"][0]["reasons"]} >= {"general cases"}


@pytest.mark.slow
def test_check_of_several_goes_on_after_one_that_cannot_be_used(course, notebook, tmp_path):
    good, missing = notebook(IMPORT, UPPER, CHECK, name="good"), tmp_path / "missing.ipynb"
    ran = course("check", missing, good)
    assert ran.exit_code == 2
    assert f"There is no file {missing}" in ran.stderr
    assert "1 of 1 exercises passed" in ran.stdout
    data = course("check", "--json", missing, good)
    assert data.exit_code == 2
    assert json.loads(data.stdout)["errors"] == [{"notebook": str(missing), "message": data.stderr.strip()}]
    assert len(json.loads(data.stdout)["notebooks"]) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.ipynb", None, "There is no file"),
        ("short.ipynb", '{"cells": [', "its JSON breaks off or is damaged at line 1"),
        ("other.ipynb", "{}", "is no notebook that can be read"),
        ("none.ipynb", '{"cells": []}', "holds no exercise"),
        ("mine.txt", "hello", "the name of a notebook ends in .ipynb"),
        (".", None, "is a directory; name a notebook in it"),
    ],
)
def test_check_refuses_what_it_cannot_use_with_one_line_and_status_2(course, tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_text(content)
    before = sorted(tmp_path.iterdir())
    ran = course("check", tmp_path / name)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert words in ran.stderr
    assert str(tmp_path) in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.slow
def test_check_refuses_an_unknown_exercise(course, notebook):
    ran = course("check", notebook('check("string_comparison.to_uper", 1)'))
    assert ran.exit_code == 2
    assert "There is no exercise named 'string_comparison.to_uper'; did you mean" in ran.stderr


@pytest.mark.parametrize(
    "arguments", [("check",), ("check", "x.ipynb", "--seconds", "0"), ("nonsense",), ("check", "--x")]
)
def test_a_wrong_command_line_leaves_2_and_no_traceback(course, arguments):
    ran = course(*arguments)
    assert ran.exit_code == 2
    assert "Usage" in ran.stderr
    assert "Traceback" not in ran.output


@pytest.mark.slow
def test_a_cell_that_never_ends_is_stopped_and_told(course, notebook):
    ran = course("check", notebook(IMPORT, "while True: pass", UPPER, CHECK), "--seconds", "2")
    assert ran.exit_code == 0
    assert "Code cell 2 (`while True: pass`): it ran for more than 2 seconds" in " ".join(ran.stdout.split())


@pytest.mark.slow
def test_what_an_answer_says_cannot_take_over_the_terminal(course, notebook):
    evil = "def to_upper(text):\n    raise ValueError('\\x1b[2J\\x07[red]\\ud800')"
    ran = course("check", notebook(IMPORT, evil, CHECK))
    assert ran.exit_code == 1
    assert "\x1b[2J" not in ran.stdout
    assert "\x07" not in ran.stdout
    assert "[red]" in ran.stdout


@pytest.mark.slow
def test_the_installed_command_works_under_an_ascii_locale(notebook):
    path = notebook(IMPORT, UPPER, CHECK)
    command = [sys.executable, "-m", "course_lib.cli", "check", path]
    ran = subprocess.run(command, env={"PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "1 of 1 exercises passed" in ran.stdout


# progress


def test_progress_shows_the_exercises_and_the_next_one(course, tmp_path):
    (tmp_path / HANDED_OUT.name).write_bytes(HANDED_OUT.read_bytes())
    ran = course("progress", tmp_path)
    assert ran.exit_code == 0
    rubrics = load("string_comparison")
    most, first = sum(rubric.max_points for rubric in rubrics.values()), next(iter(rubrics.values()))
    assert f"string_comparison  {'○ ' * len(rubrics)}   0/{len(rubrics)}    0/{most:g}" in ran.stdout
    assert f"Next: {first.name} · {first.title} (Difficulty {first.difficulty} of 3" in ran.stdout


def test_progress_tells_what_it_cannot_read_and_shows_the_rest(course, tmp_path):
    (tmp_path / HANDED_OUT.name).write_bytes(HANDED_OUT.read_bytes())
    (tmp_path / "broken.ipynb").write_text("{")
    ran = course("progress", tmp_path)
    assert ran.exit_code == 2
    assert "broken.ipynb is no whole notebook" in ran.stderr
    assert "  0/" in ran.stdout
    assert course("progress", tmp_path / "nowhere").exit_code == 2


def test_progress_shows_the_way_to_a_concept_and_what_is_next_on_it(course, tmp_path):
    for concept in ("tensors", "optimizers", "string_comparison"):
        (tmp_path / f"{concept}.ipynb").write_bytes((ROOT / f"exercises/{concept}/{concept}.ipynb").read_bytes())
    ran = course("progress", tmp_path, "--to", "optimizers")
    assert ran.exit_code == 0
    way = read_contents(ROOT).way_to("optimizers")
    head, _, *rows = ran.stdout.splitlines()
    assert head == f"The way to {way[-1].title}: {said_of_way(way)}"
    for number, (page, row) in enumerate(zip(way, rows, strict=False), 1):
        assert re.fullmatch(rf"{number} +{page.title} +{page.minutes} +(0/\d+|–) *", row)
    assert "string_comparison" not in ran.stdout
    assert f"Next: {way[0].name}." in ran.stdout


def test_progress_shows_the_way_without_any_notebook(course, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = course("progress", "--to", "optimizers")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("The way to Optimizers: ")
    assert course("progress", tmp_path / "nowhere", "--to", "optimizers").exit_code == 2


@pytest.mark.parametrize(
    ("asked", "words"), [("optimizer", "did you mean optimizers?"), ("zzz", "there are tensors,"), ("", "there are")]
)
def test_progress_to_an_unknown_concept_says_which_there_are(course, asked, words):
    ran = course("progress", "--to", asked)
    assert ran.exit_code == 2
    assert f"There is no concept named {asked!r}; " in ran.stderr
    assert words in ran.stderr


# exercises and new


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with one solution, which the command takes for its own."""
    for path in ("solutions/string_comparison.py", "pyproject.toml", "_toc.yml"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes((ROOT / path).read_bytes())
    (tmp_path / "book" / "foundations").mkdir(parents=True)
    (tmp_path / "book" / "foundations" / "string_comparison.md").write_text("")
    monkeypatch.setattr(cli, "_clone", lambda root: tmp_path)
    return tmp_path


@pytest.mark.slow
def test_exercises_are_written_and_then_up_to_date(course, clone):
    path = "exercises/string_comparison/string_comparison.ipynb"
    first = course("exercises")
    assert first.exit_code == 0
    assert f"wrote {path}" in first.stdout
    assert (clone / path).is_file()
    assert course("exercises").stdout == "1 exercise notebook is up to date.\n"
    assert course("exercises", "--check").exit_code == 0


@pytest.mark.slow
def test_an_edited_or_missing_or_lonely_exercise_is_stale_with_a_diff(course, clone):
    course("exercises")
    path = clone / "exercises/string_comparison/string_comparison.ipynb"
    before = path.read_text()
    path.write_text(before.replace(EXERCISE.title, "Lower case"))
    ran = course("exercises", "--check")
    assert ran.exit_code == 1
    assert '. Lower case\\n",' in ran.stdout
    assert f'. {EXERCISE.title}\\n",' in ran.stdout
    assert "are stale; run `make exercises`" in ran.stderr
    assert "Lower case" in path.read_text(), "--check must write nothing"
    path.unlink()
    assert course("exercises", "--check").exit_code == 1
    course("exercises")
    assert path.read_text() == before
    (path.parent.parent / "lonely.ipynb").write_text("{}")
    ran = course("exercises", "--check")
    assert ran.exit_code == 1
    assert "exercises/lonely.ipynb: no solution makes this notebook" in ran.stderr


@pytest.mark.slow
def test_a_broken_solution_is_told_with_its_line_and_status_2(course, clone):
    path = clone / "solutions/string_comparison.py"
    path.write_text(path.read_text().replace("    ### END SOLUTION\n", "", 1))
    ran = course("exercises", "--check")
    assert ran.exit_code == 2
    assert "solutions/string_comparison.py:" in ran.stderr
    assert "“### BEGIN SOLUTION” without “### END SOLUTION” after it" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert course("exercises", "no_such").exit_code == 2


def test_new_says_what_it_wrote_and_refuses_what_is_there(course, clone):
    ran = course("new", "lone_words", "--part", "sequences")
    assert ran.exit_code == 0
    assert "wrote solutions/lone_words.py" in ran.stdout
    assert "wrote _toc.yml" in ran.stdout
    again = course("new", "lone_words", "--part", "sequences")
    assert (again.exit_code, again.stdout) == (2, "")
    assert "exists already" in again.stderr


def test_outside_a_clone_authors_commands_say_so(course, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in (("exercises",), ("new", "x", "--part", "y")):
        ran = course(*command)
        assert ran.exit_code == 2
        assert "is not a clone of the course" in ran.stderr
    (tmp_path / "_toc.yml").write_text("")
    assert "belongs to" in course("exercises").stderr


def test_a_missing_package_is_a_sentence(monkeypatch, capsys):
    def no_torch():
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(cli, "app", no_torch)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert "needs the package torch, which is not installed" in capsys.readouterr().err


# course audit


def test_an_audit_of_no_concept_is_refused_by_name(course):
    ran = course("audit", "tensers", "--draws", 1)
    assert ran.exit_code == 2
    assert "There is no concept named 'tensers'; did you mean 'tensors'" in ran.output


def test_an_audit_says_for_each_exercise_how_often_it_was_drawn(course):
    ran = course("audit", "string_comparison", "--draws", 5)
    assert ran.exit_code == 0
    assert all(name in ran.output for name in load("string_comparison"))
    assert f"of {len(load('string_comparison'))} exercises, 0 disagreements" in " ".join(ran.output.split())
