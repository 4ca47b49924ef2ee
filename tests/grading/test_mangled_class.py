"""A large class with many files broken: a grade and an explanation for each, and nothing lost that was there."""

import json
import random
import shutil

import pytest
from grading.handed_in.test_repaired import ENCODED, MANGLED, RIGHT, as_bytes
from house_rules.house import MADE_UP, ROOT

from course_lib.grading import demo_class
from course_lib.grading.cohort import grade_class
from course_lib.grading.handed_in.course_folders import Course

CONCEPT = "letters"
SHORT = ("to_upper", "letter_gap")


def broken_whole(data, chance):
    """Break a file so that its answers can still be read."""
    name = chance.choice([*MANGLED, *ENCODED])
    if name in ENCODED:
        return ENCODED[name](data)
    notebook = json.loads(data)
    MANGLED[name][0](notebook)
    return as_bytes(notebook)


def broken_beyond(data, chance):
    """Break a file so that little or nothing is left."""
    return chance.choice([b"", b"{", b"\x00" * 999, b"<html>", data[: len(data) // 5], b"5", None])


def write(folder, students, mangled, seed):
    chance = random.Random(seed)
    release = json.loads((MADE_UP / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").read_text())
    release["cells"] = [c for c in release["cells"] if c["id"].rpartition("-")[2] in SHORT]
    place = folder / "exercises" / CONCEPT
    place.mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    (place / f"{CONCEPT}.ipynb").write_bytes(as_bytes(release))
    whole = as_bytes(demo_class.filled(release, RIGHT))
    broken = chance.sample(range(students), mangled)
    kinds = {}
    for number in range(students):
        kind = "whole" if number not in broken else chance.choice(["mended", "mended", "beyond"])
        data = {"whole": lambda d, c: d, "mended": broken_whole, "beyond": broken_beyond}[kind](whole, chance)
        name = f"{CONCEPT}.ipynb" if kind != "mended" or chance.random() < 0.8 else "my answers (final).ipynb"
        kinds[f"s{number:03d}"] = kind
        (folder / "submitted" / f"s{number:03d}" / CONCEPT).mkdir(parents=True)
        if data is not None:
            (folder / "submitted" / f"s{number:03d}" / CONCEPT / name).write_bytes(data)
    return kinds


@pytest.mark.parametrize(
    ("students", "mangled"), [(20, 12), pytest.param(300, 60, marks=pytest.mark.whole)], ids=["20", "300"]
)
def test_every_file_gets_a_grade_and_an_explanation(tmp_path, students, mangled):
    kinds = write(tmp_path, students, mangled, seed=4)
    course = Course(tmp_path)
    report = grade_class(course)
    assert not report.failed
    totals = {student: total for (student, _), total in report.totals.items()}
    assert len(totals) == students
    most = max(totals.values())
    for student, kind in kinds.items():
        if kind != "beyond":
            assert totals[student] == most, (student, kind)
        else:
            assert totals[student] <= most
            assert f"{student}/{CONCEPT}" in report.repaired | report.review
        graded = json.loads((course.folder("autograded", student, CONCEPT) / f"{CONCEPT}.ipynb").read_text())
        checks = [cell for cell in graded["cells"] if "check" in cell["metadata"]]
        assert len(checks) == len(SHORT)
        assert all(cell["outputs"][0]["metadata"]["text"] for cell in checks)
