"""Stock nbgrader, set to our layout by configuration alone, gives a class the points that `course check` gives."""

import csv
import html
import json
import os
import re
import subprocess
import sys

import pytest
from house_rules.house import MADE_UP, ROOT

from course_lib.checking.notebook import check_notebook
from course_lib.publishing.exercises.notebooks import make, write

pytestmark = pytest.mark.slow

CONCEPT, WITH_TORCH = "letters", "made_up"
STUB = "# YOUR CODE HERE\n    raise NotImplementedError()"

# What each student wrote, by exercise; None stands for our own answer, and an exercise not named is left blank.
LEAVES_THE_Z = 'return "".join(chr(ord(c) - 32) if "a" <= c < "z" else c for c in text)'
TRUSTS_ISLOWER = 'return "".join(chr(ord(c) - 32) if c.islower() else c for c in text)'
WARNS = """\
import sys, warnings
    warnings.warn("this is loud")
    print("and so is this", file=sys.stderr)
    return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text)"""
NUMPY_SCALAR = """\
import numpy as np
    if len(left) != len(right):
        raise ValueError("lengths")
    return np.sum([a != b for a, b in zip(left, right)], dtype=np.int64)

letter_gap("ca", "ab") * 0.0"""

ALL = ("table_row", "to_upper", "utf8_encode", "length_key", "letter_gap")
CLASS = {
    "ada_all_right": dict.fromkeys(ALL),
    "ben_partly_right": {"to_upper": TRUSTS_ISLOWER, "table_row": None, "length_key": None},
    "cem_blank": {},
    "dana_warns_on_stderr": {"to_upper": WARNS},
    "eun_numpy_scalar": {"letter_gap": NUMPY_SCALAR},
    "fay_known_mistake": {"to_upper": LEAVES_THE_Z, "utf8_encode": None},
    "gil_cannot_spell": {"to_upper": "return (text", "length_key": "retrun text", "letter_gap": None},
}
WITH_TORCH_CLASS = {"ada_mostly_right": ("padding_mask", "softmax", "factors")}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course handed out, handed in, graded, and its marks exported: each by one run of a stock command."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_bytes((ROOT / "nbgrader_config.py").read_bytes())
    for concept, students in ((CONCEPT, CLASS), (WITH_TORCH, WITH_TORCH_CLASS)):
        made = make(MADE_UP / "solutions" / f"{concept}.py", ROOT)
        write(made, folder)
        nbgrader(folder, "generate_assignment", concept, "--force")  # the release is there already, as in a clone
        assert made.release_path(folder).read_text() == made.release
        for student, answers in students.items():
            hand_in(folder, concept, student, answers if isinstance(answers, dict) else dict.fromkeys(answers))
        nbgrader(folder, "autograde", concept)
    nbgrader(folder, "generate_feedback", CONCEPT)
    nbgrader(folder, "export")
    return folder


def nbgrader(folder, *arguments):
    """Run a stock command in a course; it must succeed."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "no_config"), "PYTHONWARNINGS": "ignore"}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def hand_in(folder, concept, student, answers):
    """Write what a student handed in: the exercise with some stubs replaced."""
    notebook = json.loads((folder / "exercises" / concept / f"{concept}.ipynb").read_text())
    ours = json.loads((folder / "_build" / "source" / concept / f"{concept}.ipynb").read_text())
    solved = {cell["id"]: cell["source"] for cell in ours["cells"]}
    for cell in notebook["cells"]:
        name = cell["metadata"].get("answer", "").rpartition(".")[2]
        if name in answers and answers[name] is None:
            cell["source"] = solved[cell["id"]]
        elif name in answers:
            before = "".join(cell["source"])
            assert STUB in before
            cell["source"] = before.replace(STUB, answers[name])
    path = folder / "submitted" / student / concept / f"{concept}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook))


def gradebook(folder, concept, student):
    """Return the points in nbgrader's gradebook, by exercise."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/gradebook.db", "deep-learning-checked") as book:
        submission = book.find_submission_notebook(concept, concept, student)
        return {grade.name.removeprefix("check-"): grade.score for grade in submission.grades}


def checked(folder, concept, student):
    """Return the points that `course check` gives, by exercise."""
    report = check_notebook(folder / "submitted" / student / concept / f"{concept}.ipynb")
    return {verdict.exercise.rpartition(".")[2]: verdict.points for verdict in report.verdicts}


@pytest.mark.parametrize("student", CLASS)
def test_nbgrader_and_course_check_give_the_same_points(course, student):
    theirs = gradebook(course, CONCEPT, student)
    assert theirs == checked(course, CONCEPT, student)
    assert set(theirs) == set(ALL)


@pytest.mark.parametrize("student", WITH_TORCH_CLASS)
def test_they_agree_on_a_notebook_with_torch_too(course, student):
    theirs = gradebook(course, WITH_TORCH, student)
    assert theirs == checked(course, WITH_TORCH, student)
    assert {name for name, points in theirs.items() if points} == set(WITH_TORCH_CLASS[student])


def test_the_class_is_as_mixed_as_it_says(course):
    points = {student: gradebook(course, CONCEPT, student) for student in CLASS}
    full = points["ada_all_right"]
    assert all(full.values())
    assert 0 < points["ben_partly_right"]["to_upper"] < full["to_upper"]
    assert not any(points["cem_blank"].values())
    assert points["dana_warns_on_stderr"]["to_upper"] == full["to_upper"]
    assert points["eun_numpy_scalar"]["letter_gap"] == full["letter_gap"]
    assert points["fay_known_mistake"]["to_upper"] == 0
    assert points["fay_known_mistake"]["utf8_encode"] == full["utf8_encode"]
    assert {name for name, score in points["gil_cannot_spell"].items() if score} == {"letter_gap"}


def test_feedback_shows_the_diagnosis(course):
    page = (course / "feedback" / "fay_known_mistake" / CONCEPT / f"{CONCEPT}.html").read_text()
    assert "verdict-failed" in page
    assert "verdict-passed" in page
    from course_lib.checking import find

    said = find("letters.to_upper").mistakes["leaves_the_z"].__doc__
    shown = html.unescape(re.sub("<[^>]*>", "", page))
    assert " ".join(said.replace("`", "").split()) in shown


def test_export_has_the_sums(course):
    with (course / "grades.csv").open() as file:
        rows = {(row["assignment"], row["student_id"]): float(row["score"]) for row in csv.DictReader(file)}
    for student in CLASS:
        assert rows[CONCEPT, student] == sum(checked(course, CONCEPT, student).values())
