"""Rubrics are found by name, one at a time; files that cannot be what they seem are named with line and cure."""

import importlib
import re
import subprocess
import sys

import pytest
from house_rules.house import ROOT, names

import course_lib.rubrics
from course_lib.checking import RubricError, UnknownExercise, find, load, places

REFERENCES = "def second(x):\n    return x\n\n\ndef first(x):\n    return x\n\n\nclass Third:\n    pass\n"
RUBRIC = '''\
from course_lib import lone
from course_lib.checking import rubric


@rubric(answer=lone.{name}, title="T")
def {name}(rng, size):
    """Numbers."""
    return size
'''


@pytest.fixture
def lone(tmp_path, monkeypatch):
    """A concept of two exercises, where Python finds it; a function writes further files among its rubrics."""
    (tmp_path / "course_lib/rubrics/lone").mkdir(parents=True)
    (tmp_path / "course_lib/lone.py").write_text(REFERENCES)

    def write(name, text):
        (tmp_path / "course_lib/rubrics/lone" / name).write_text(text)
        importlib.invalidate_caches()

    write("__init__.py", "")
    write("first.py", RUBRIC.format(name="first"))
    write("second.py", RUBRIC.format(name="second"))
    for module, folder in ((course_lib, "course_lib"), (course_lib.rubrics, "course_lib/rubrics")):
        monkeypatch.setattr(module, "__path__", [*module.__path__, str(tmp_path / folder)])
    yield write
    for name in [name for name in sys.modules if re.search(r"\.lone\b", name)]:
        del sys.modules[name]
    for package in (course_lib, course_lib.rubrics):
        vars(package).pop("lone", None)


def test_exercises_stand_in_the_order_of_their_references(lone):
    assert list(load("lone")) == ["lone.second", "lone.first"]
    lone("Third.py", RUBRIC.format(name="Third"))
    assert list(load("lone")) == ["lone.second", "lone.first", "lone.Third"]


def test_finding_one_exercise_loads_its_file_and_no_other(lone):
    assert find("lone.first").name == "lone.first"
    loaded = {name for name in sys.modules if name.startswith("course_lib.rubrics.lone.")}
    assert loaded == {"course_lib.rubrics.lone.first"}


def test_finding_an_exercise_in_a_fresh_python_loads_neither_its_neighbors_nor_torch():
    code = (
        "import sys; from course_lib.checking import find; find('letters.to_upper'); "
        "print(*sorted(m for m in sys.modules if m.startswith('course_lib.rubrics.')), 'torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    concept = "course_lib.rubrics.letters"
    assert told == [concept, f"{concept}.to_upper", "False"]


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("Third.py", "x = 1\n", r"Third\.py:1: holds no rubric; decorate a function named Third with @rubric"),
        (
            "fourth.py",
            RUBRIC.format(name="first"),
            r"fourth\.py:1: no reference answers it, for course_lib/lone\.py defines no fourth; name the file after",
        ),
        (
            "Third.py",
            RUBRIC.format(name="first"),
            r"Third\.py:\d+: first is the rubric of lone\.first in the file of lone\.Third; give it a file of its own",
        ),
        ("First.py", "", r"\.py:1: is a second exercise of that name beside \w+\.py; rename one and its reference"),
        ("__init__.py", RUBRIC.format(name="Third"), r"__init__\.py:\d+: Third is a rubric among the helpers; move it"),
        (
            "first.py",
            RUBRIC.format(name="first") + RUBRIC.format(name="first"),
            r"first\.py:\d+: first is a second rubric named 'lone.first'; the first is on line \d+",
        ),
    ],
)
def test_a_file_that_is_no_rubric_of_its_name_is_refused_with_line_and_cure(lone, file, text, words):
    lone(file, text)
    with pytest.raises(RubricError, match=words):
        load("lone")


@pytest.mark.parametrize("name", ["lone.Third", "lone.no_such", "lone.__init__", "lone.first.x", "lone./first", "lone"])
def test_what_is_no_exercise_is_refused_with_the_nearest(lone, name):
    with pytest.raises(UnknownExercise, match=r"There is no exercise named|is not the name of an exercise"):
        find(name)


def test_an_unknown_concept_is_refused_with_the_nearest():
    with pytest.raises(UnknownExercise, match="no concept named 'leters'; did you mean 'letters'"):
        load("leters")
    with pytest.raises(UnknownExercise, match="no concept named"):
        find("no.such")


def test_places_are_one_path_and_one_module(made_up):
    path = places.rubric_file("letters.to_upper", made_up)
    assert path.is_file()
    assert places.module_of(path, made_up) == f"{places.RUBRICS}.letters.to_upper"
    files = places.rubric_files("letters", made_up)
    assert set(places.exercises("letters", made_up)) == {f"letters.{path.stem}" for path in files}
    assert "letters" in places.concepts(made_up)
    assert set(names(ROOT)) <= set(places.concepts())
