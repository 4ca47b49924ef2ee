"""Late submissions cost what `nbgrader autograde` makes them cost, from the same lines of nbgrader_config.py."""

import csv
import json
import os
import shutil
import subprocess
import sys
import warnings
from datetime import datetime
from pathlib import Path

import pytest
from grading.test_cohort import CONCEPT
from house_rules.house import MADE_UP, ROOT
from nbgrader.api import Gradebook

from course_lib.grading import commands, demo_class
from course_lib.grading.cohort import grade_class
from course_lib.grading.gradebook.late_penalties import Unclear, handed_in_at
from course_lib.grading.gradebook.scores import Writer, open_gradebook
from course_lib.grading.handed_in.course_folders import Course, CourseError

DUE = "2026-11-01 12:00:00 UTC"
CLASS = {  # what each student's timestamp.txt says; None stands for no such file
    "early": "2026-11-01 11:59:59 UTC",
    "no_file": None,
    "half_an_hour": "2026-11-01 12:30:00 UTC",
    "in_seoul": "2026-11-01 23:00:00 Asia/Seoul",
    "with_extension": "2026-11-03 12:00:00.5 UTC",
    "too_much": "2026-11-02 12:00:00 UTC",
    "negative": "2026-11-02 12:00:00 UTC",
    "excused": "2026-11-02 12:00:00 UTC",
}
LATE = set(CLASS) - {"early", "no_file"}
OWN_PLUGIN = """
import sys
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent))
c.AssignLatePenalties.plugin_class = "rules_of_this_course.OfThisCourse"
c.OfThisCourse.an_hour = 0.5
"""
PLUGIN = """
from nbgrader.plugins import BasePlugin
from traitlets import Float

class OfThisCourse(BasePlugin):
    an_hour = Float(1.0).tag(config=True)

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        special = {"too_much": 10**6, "negative": -3, "excused": None}
        return special.get(student_id, self.an_hour * total_seconds_late / 3600)
"""
SETTINGS = {
    "nothing": "",
    "zero": "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n",
    "own": OWN_PLUGIN,
    "disabled": "\nc.LateSubmissionPlugin.penalty_method = 'zero'\nc.AssignLatePenalties.enabled = False\n",
}


def write_class(folder, setting, students=tuple(CLASS)):
    """Write a class whose answers are right, at different times, and the gradebook with its due date."""
    release = json.loads((MADE_UP / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").read_text())
    kept = ("start-2", "answer-to_upper", "check-to_upper")
    release["cells"] = [cell for cell in release["cells"] if cell["id"] in kept]
    (folder / "exercises" / CONCEPT).mkdir(parents=True)
    (folder / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").write_text(json.dumps(release))
    solved = json.dumps(demo_class.filled(release, demo_class.solutions_of(MADE_UP / "solutions" / f"{CONCEPT}.py")))
    for student, when in ((student, CLASS[student]) for student in students):
        place = folder / "submitted" / student / CONCEPT
        place.mkdir(parents=True)
        (place / f"{CONCEPT}.ipynb").write_text(solved)
        if when:
            (place / "timestamp.txt").write_text(when + "\n")
    (folder / "rules_of_this_course.py").write_text(PLUGIN)
    configure(folder, setting)
    course = Course(folder)
    with Writer(course) as writer, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader 0.9's own, of SQLAlchemy 2
        writer.ensure_assignment(CONCEPT, course.release(CONCEPT).read_bytes())
        writer.book.update_or_create_assignment(CONCEPT, duedate=DUE)
        writer.book.update_or_create_student("with_extension")
        writer.book.update_or_create_submission(CONCEPT, "with_extension")
        writer.book.grant_extension(CONCEPT, "with_extension", days=2)
    return course


def configure(folder, setting):
    (folder / "nbgrader_config.py").write_text(
        (ROOT / "nbgrader_config.py").read_text() + SETTINGS.get(setting, setting)
    )


def rows(course):
    """Return what stands in the gradebook about lateness, as nbgrader itself reads it."""
    with Gradebook(course.db_url, course.course_id) as book:
        return {
            s.student.id: (
                s.timestamp,
                s.total_seconds_late,
                [notebook.late_submission_penalty for notebook in s.notebooks],
                s.late_submission_penalty,
                s.score,
            )
            for s in book.assignment_submissions(CONCEPT)
        }


def nbgrader(folder, *arguments):
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "none"), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]


@pytest.fixture
def ours(tmp_path):
    return write_class(tmp_path / "ours", "own")


@pytest.mark.slow
@pytest.mark.parametrize(
    "setting", [pytest.param(name, marks=[] if name == "zero" else pytest.mark.whole) for name in SETTINGS]
)
def test_stock_nbgrader_enters_the_same(setting, tmp_path):
    """Stock: these lines alone, without ours. Its own preprocessor gives the penalty."""
    students = tuple(CLASS) if setting == "own" else ("early", "half_an_hour", "with_extension")
    late = LATE & set(students)
    ours, theirs = (write_class(tmp_path / name, setting, students) for name in ("ours", "theirs"))
    grade_class(ours, jobs=1)
    nbgrader(theirs.root, "autograde", CONCEPT)
    found = rows(ours)
    assert found == rows(theirs)
    full = found["early"][-1]
    assert full > 1
    assert {student for student, row in found.items() if row[1]} == late
    expected = {
        "nothing": {},
        "disabled": {},
        "zero": dict.fromkeys(late, full),
        "own": {"half_an_hour": 0.25, "in_seoul": 1.0, "with_extension": 0.5 / 7200, "too_much": full},
    }[setting]
    assert {student: row[3] for student, row in found.items() if row[3]} == pytest.approx(expected)
    nbgrader(theirs.root, "export", "--to", "theirs.csv")
    with (theirs.root / "theirs.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert commands.export(ours.root, "csv", ours.root / "ours.csv") == commands.DONE
    with (ours.root / "ours.csv").open() as file:
        marks = {row["student"]: row for row in csv.DictReader(file)}
    assert {student: float(row["score"]) for student, row in marks.items()} == pytest.approx(scores)
    assert {s: float(row["late_penalty"]) for s, row in marks.items() if row["late_penalty"] != "0"} == pytest.approx(
        expected, abs=1e-6
    )


def test_a_due_date_that_moves_changes_what_is_known(ours):
    """Verdicts are kept; lateness is not part of them."""
    first = grade_class(ours, jobs=1)
    assert set(first.late) == {f"{student}/{CONCEPT}" for student in LATE}
    full = first.totals["early", CONCEPT]
    assert first.late[f"in_seoul/{CONCEPT}"] == f"2:00:00 late, a penalty of 1 of its {full:g} points"
    assert first.late[f"excused/{CONCEPT}"].endswith("no penalty")
    book = open_gradebook(ours)
    book.update_or_create_assignment(CONCEPT, duedate="2026-12-01 12:00:00 UTC")
    book.close()
    second = grade_class(ours, jobs=1)
    assert second.counts["cached"] == len(CLASS)
    assert not second.late
    assert not any(row[3] for row in rows(ours).values())


NO_TIMES = [b"yesterday", b"\xff\xfe\x00", b"2026-99-99 12:00 UTC", b"1" * 10**6, b"2026-11-01 12:00 +99999999999"]


@pytest.mark.parametrize("text", NO_TIMES, ids=range(len(NO_TIMES)))
def test_what_is_no_time_is_called_unclear(tmp_path, text):
    (tmp_path / "timestamp.txt").write_bytes(text)
    with pytest.raises(Unclear, match="no date"):
        handed_in_at(tmp_path)


def test_a_penalty_follows_the_score_of_the_same_run(ours):
    """It is clamped to the score that has just been entered, not to the one before."""
    full = grade_class(ours, student="too_much").totals["too_much", CONCEPT]
    assert rows(ours)["too_much"][3:] == (full, full)
    path = ours.folder("submitted", "too_much", CONCEPT) / f"{CONCEPT}.ipynb"
    answered = path.read_text()
    path.write_bytes(ours.release(CONCEPT).read_bytes())
    grade_class(ours, student="too_much")
    assert rows(ours)["too_much"][3:] == (0, 0)
    path.write_text(answered)
    grade_class(ours, student="too_much")
    assert rows(ours)["too_much"][3:] == (full, full)


def test_a_time_that_is_none_stops_nobody(ours):
    path = ours.folder("submitted", "early", CONCEPT) / "timestamp.txt"
    path.write_text("yesterday")
    report = grade_class(ours, jobs=1)
    assert list(report.failed) == [f"early/{CONCEPT}"]
    assert "timestamp.txt says" in report.failed[f"early/{CONCEPT}"]
    assert len(report.totals) == len(CLASS)
    book = open_gradebook(ours)
    assert book.find_submission(CONCEPT, "early").needs_manual_grade
    assert not book.find_submission(CONCEPT, "too_much").needs_manual_grade
    book.close()
    path.write_text(CLASS["early"])
    assert not grade_class(ours, jobs=1).failed  # mended, and run again
    book = open_gradebook(ours)
    assert not book.find_submission(CONCEPT, "early").needs_manual_grade
    book.close()


def test_only_a_file_is_read_for_the_time(tmp_path):
    assert handed_in_at(tmp_path) is None
    path = tmp_path / "timestamp.txt"
    path.write_text(" \n")
    assert handed_in_at(tmp_path) is None
    path.write_text("2026-11-01 21:00:00 Asia/Seoul")
    assert handed_in_at(tmp_path) == datetime(2026, 11, 1, 12)
    for make in (lambda: os.mkfifo(path), lambda: path.symlink_to("/etc/hostname"), path.mkdir):
        path.unlink()
        make()  # a pipe would be waited for, for ever
        with pytest.raises(Unclear, match="no file"):
            handed_in_at(tmp_path)


@pytest.mark.parametrize("value", ["float('nan')", "'two'", "1 / 0"])
def test_a_plugin_that_fails_is_told_of_and_costs_nobody_his_points(tmp_path, value):
    course = write_class(tmp_path, "nothing")
    lines = OWN_PLUGIN.replace("rules_of_this_course.OfThisCourse", "broken_rules.Broken")
    name = f"broken_rules_{abs(hash(value))}"  # a module that is imported once would stay the first
    configure(tmp_path, lines.replace("broken_rules", name))
    (tmp_path / f"{name}.py").write_text(
        "from nbgrader.plugins import BasePlugin\n\nclass Broken(BasePlugin):\n"
        f"    def late_submission_penalty(self, *_):\n        return {value}\n"
    )
    report = grade_class(Course(tmp_path), jobs=1)
    assert set(report.failed) == {f"{student}/{CONCEPT}" for student in LATE}
    assert all("Broken gave no late penalty" in words for words in report.failed.values())
    assert {row[-1] for row in rows(course).values()} == {report.totals["early", CONCEPT]}


@pytest.mark.parametrize("name", ["no.such.Plugin", "pathlib.Path", "nbgrader.plugins.NoSuch"])
def test_a_plugin_that_cannot_be_used_is_named_before_anything_is_graded(tmp_path, name, capsys):
    write_class(tmp_path, "nothing")
    configure(tmp_path, f"\nc.AssignLatePenalties.plugin_class = {name!r}\n")
    with pytest.raises(CourseError, match=name):
        grade_class(Course(tmp_path))
    assert commands.grade(tmp_path) == commands.UNUSABLE
    assert name in capsys.readouterr().err
    assert not (Path(tmp_path) / "autograded").exists()
    shutil.rmtree(tmp_path / "submitted")
