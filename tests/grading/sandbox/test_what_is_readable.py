"""What a notebook may read: Python's own folders, and of them nothing that belongs to the course."""

import json
import os
import shutil
import site
import sys
from pathlib import Path

import pytest
from grading.conftest import SHORT, needs_landlock
from grading.test_cohort import write_class

from course_lib.grading import commands
from course_lib.grading.cohort import grade_class
from course_lib.grading.examiner.exchange import Answers
from course_lib.grading.examiner.warm_server import WarmServer
from course_lib.grading.handed_in.course_folders import Course, CourseError
from course_lib.grading.sandbox import lockdown

LOOK = """
import os
found = []
for place in @places@:
    try:
        found.append(sorted(os.listdir(place)) if os.path.isdir(place) else open(place).read())
    except OSError:
        pass
print(found)
"""


def seen(hidden, places):
    """Return what a child reads of these places."""
    with WarmServer(with_torch=False, hidden=hidden) as warm:
        answers = Answers(warm.child(SHORT), SHORT)
        source = LOOK.replace("@places@", repr([str(place) for place in places]))
        reply = answers.ask("cell", 5.0, source=source, limit=10_000)
        answers.child.end()
    return "".join(item.get("text", "") for item in reply["outputs"]).strip() or reply


@pytest.fixture
def beside_python():
    """A folder in the environment's own folder, and one among its packages."""
    places = [Path(sys.prefix, "class-of-a-test"), Path(site.getsitepackages()[0], "class_of_a_test")]
    for place in places:
        place.mkdir()
        place.chmod(0o755)
        (place / "secret").write_text("a word that must not come out")
    yield places
    for place in places:
        shutil.rmtree(place)


@needs_landlock
def test_only_the_library_folders_of_an_environment_are_readable(beside_python):
    outside, among = beside_python
    assert seen([], [outside, outside / "secret", sys.prefix]) == "[]"
    assert "must not come out" in seen([], [among / "secret"]), "the control: packages are readable"
    assert seen([among], [among, among / "secret"]) == "[]"


@needs_landlock
def test_however_many_folders_it_takes_the_wall_stands(beside_python):
    """Where the course is installed among the packages, each other package is opened by itself: hundreds."""
    _, among = beside_python
    with WarmServer(with_torch=False, hidden=[among]) as warm:
        child = warm.child(SHORT)
        assert lockdown.isolates(child.layers)
        child.end()


@needs_landlock
def test_what_is_hidden_may_hold_the_python_that_runs():
    """A course with its environment inside it is the usual case: hiding the course must not hide Python."""
    hidden = [Path(sys.prefix).parent]
    assert "numpy" in seen(hidden, [site.getsitepackages()[0]])


def test_a_class_among_the_packages_is_refused(beside_python, capsys):
    _, among = beside_python
    write_class(among, 1)
    with pytest.raises(CourseError, match="Move the course"):
        grade_class(Course(among))
    assert commands.grade(among) == commands.UNUSABLE
    assert "class_of_a_test lies in" in capsys.readouterr().err


def test_the_places_of_a_course_are_hidden_wherever_they_are(tmp_path):
    for name in ("course", "handed", "exchange"):
        (tmp_path / name).mkdir()
    (tmp_path / "marks.db").write_text("")
    lines = ["c = get_config()"]
    for option, value in {
        "CourseDirectory.submitted_directory": tmp_path / "handed",
        "CourseDirectory.db_url": f"sqlite:///{tmp_path}/marks.db",
        "Exchange.root": tmp_path / "exchange",
    }.items():
        lines.append(f"c.{option} = {json.dumps(str(value))}")
    (tmp_path / "course/nbgrader_config.py").write_text("\n".join(lines))
    places = Course(tmp_path / "course").private_places()
    assert {str(tmp_path / name) for name in ("course", "handed", "exchange", "marks.db")} <= set(places)


def test_no_library_folder_is_a_whole_environment():
    folders = {str(folder) for folder in lockdown.library_folders()}
    assert not folders & {sys.prefix, os.path.realpath(sys.prefix), sys.base_prefix, "/usr", "/usr/local", "/"}
