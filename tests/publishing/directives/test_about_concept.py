"""A page is made anew when a rubric that it shows, what that imports, or the list of exercises changes."""

import types
from collections import defaultdict

import pytest

from course_lib.publishing.directives.about_concept import known_exercises, pages_of_other_exercises

FILES = {
    "course_lib/__init__.py": "",
    "course_lib/doubling.py": "def double(x): ...\ndef halve(x): ...\n",
    "course_lib/other.py": "def f(x): ...\n",
    "course_lib/rubrics/__init__.py": "",
    "course_lib/rubrics/doubling/__init__.py": "from course_lib import other\n",
    "course_lib/rubrics/doubling/double.py": "from course_lib import doubling\n",
    "course_lib/rubrics/late/__init__.py": "",
    "course_lib/rubrics/late/f.py": "",
}


@pytest.fixture
def env(tmp_path):
    """What Sphinx keeps of pages; one page has asked for the exercises of `doubling`."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    noted = set()
    env = types.SimpleNamespace(srcdir=tmp_path, docname="page", metadata=defaultdict(dict), noted=noted)
    env.note_dependency = lambda path: noted.add(path.removeprefix(f"{tmp_path}/course_lib/"))
    known_exercises(env, "doubling")
    return env


def test_a_page_depends_on_the_rubrics_it_shows_and_on_all_they_import(env):
    shown = {"doubling.py", "rubrics/doubling/__init__.py", "rubrics/doubling/double.py", "other.py"}
    assert shown | {"__init__.py", "rubrics/__init__.py"} == env.noted


def test_a_new_exercise_or_another_order_makes_the_page_anew(env):
    root = env.srcdir / "course_lib"
    assert pages_of_other_exercises(None, env) == []
    (root / "rubrics/late/g.py").write_text("")
    assert pages_of_other_exercises(None, env) == [], "another concept's exercises are nothing to this page"
    (root / "rubrics/doubling/halve.py").write_text("")
    assert pages_of_other_exercises(None, env) == ["page"]
    known_exercises(env, "doubling")
    assert pages_of_other_exercises(None, env) == []
    (root / "doubling.py").write_text("def halve(x): ...\ndef double(x): ...\n\n")
    assert pages_of_other_exercises(None, env) == ["page"]
