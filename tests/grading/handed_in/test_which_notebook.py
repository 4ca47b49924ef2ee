"""Which file was meant: found wherever it lies, or a person is asked, but never a silent zero."""

import json
import shutil
import zipfile

import pytest
from grading.test_cohort import CONCEPT
from house_rules.house import MADE_UP, ROOT

from course_lib.grading import demo_class
from course_lib.grading.cohort import grade_class
from course_lib.grading.gradebook.scores import open_gradebook
from course_lib.grading.handed_in.course_folders import Course
from course_lib.grading.handed_in.which_notebook import which

RELEASE = json.loads((MADE_UP / "exercises" / CONCEPT / f"{CONCEPT}.ipynb").read_text())
RELEASE["cells"] = [c for c in RELEASE["cells"] if c["id"] in ("start-2", "answer-to_upper", "check-to_upper")]
RIGHT = demo_class.solutions_of(MADE_UP / "solutions" / f"{CONCEPT}.py")
BLANK, DONE = json.dumps(RELEASE), json.dumps(demo_class.filled(RELEASE, RIGHT))
OTHER = json.dumps(demo_class.filled(RELEASE, {f"{CONCEPT}.to_upper": "def to_upper(text):\n    return text.upper()"}))
OWN = f"{CONCEPT}.ipynb"

# files in the folder, which is graded, and a word of what is said (None: nothing had to be)
FILES = {
    "its name": ({OWN: DONE}, OWN, None),
    "another name": ({"my answers (final).ipynb": DONE}, "my answers (final).ipynb", "found as"),
    "a blank original beside a finished copy": ({OWN: BLANK, "a (1).ipynb": DONE}, "a (1).ipynb", "not"),
    "a blank copy beside a finished original": ({OWN: DONE, f"{CONCEPT}-Copy1.ipynb": BLANK}, OWN, "not"),
    "two renamed files, one blank": ({"a.ipynb": BLANK, "b.ipynb": DONE}, "b.ipynb", "not"),
    "the same twice": ({"a.ipynb": DONE, "b.ipynb": DONE}, "a.ipynb", "not"),
    "a folder deeper": ({f"{CONCEPT}/{OWN}": DONE}, f"{CONCEPT}/{OWN}", "found as"),
    "two folders deeper": ({f"a/b/{OWN}": DONE}, f"a/b/{OWN}", "found as"),
    "in capitals": ({"STRING_COMPARISON.IPYNB": DONE}, "STRING_COMPARISON.IPYNB", "found as"),
    "with .txt behind it": ({f"{OWN}.txt": DONE}, f"{OWN}.txt", "found as"),
    "with checkpoints": ({OWN: DONE, f".ipynb_checkpoints/{OWN}": BLANK, "__MACOSX/._a.ipynb": "x"}, OWN, None),
    "with data beside it": ({OWN: DONE, "data.csv": "1,2", "settings.json": "{}"}, OWN, "not"),
}  # fmt: skip
DOUBTFUL = {
    "two finished ones": ({"a.ipynb": DONE, "b.ipynb": OTHER}, "a.ipynb", "which was meant"),
    "two finished ones, one of its name": ({OWN: DONE, "b.ipynb": OTHER}, OWN, "which was meant"),
    "nothing": ({}, None, "empty"),
    "a document": ({"answers.pdf": "%PDF"}, None, "answers.pdf"),
    "an archive": ({"answers.zip": "PK"}, None, "unpack it"),
}


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize("name", FILES)
def test_the_file_that_is_meant_is_found(tmp_path, name):
    files, meant, word = FILES[name]
    write(tmp_path, files)
    found = which(tmp_path, CONCEPT, BLANK.encode())
    assert found.path == tmp_path / meant
    assert not found.review
    assert (word in " ".join(found.notes)) if word else not found.notes


@pytest.mark.parametrize("name", DOUBTFUL)
def test_doubt_asks_a_person(tmp_path, name):
    files, meant, word = DOUBTFUL[name]
    write(tmp_path, files)
    found = which(tmp_path, CONCEPT, BLANK.encode())
    assert found.path == (meant and tmp_path / meant)
    assert word in " ".join(found.review)


def test_a_link_leads_nowhere(tmp_path):
    (tmp_path / "secret.ipynb").write_text(DONE)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / OWN).symlink_to(tmp_path / "secret.ipynb")
    (tmp_path / "in/folder").symlink_to(tmp_path)
    assert which(tmp_path / "in", CONCEPT, BLANK.encode()).path is None


def test_folders_without_end_are_not_walked_for_ever(tmp_path):
    place = tmp_path
    for _ in range(60):
        place = place / "d"
    place.mkdir(parents=True)
    (place / OWN).write_text(DONE)
    assert which(tmp_path, CONCEPT, BLANK.encode()).path is None


@pytest.mark.slow
def test_no_zero_is_silent(tmp_path):
    """The whole way: found and graded, or marked for review with a sentence."""
    write(tmp_path, {f"exercises/{CONCEPT}/{OWN}": BLANK})
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    another = (MADE_UP / "exercises/made_up/made_up.ipynb").read_text()
    handed_in = {
        f"deep/{CONCEPT}/{CONCEPT}/{OWN}": DONE,
        f"loose/{OWN}": DONE,
        f"loose2/{CONCEPT} (2).ipynb": DONE,
        f"brackets [1]/{CONCEPT}/{OWN}": DONE,
        f"pdf/{CONCEPT}/a.pdf": "%PDF",
        f"another/{CONCEPT}/made_up.ipynb": another,
        f"nothing/{CONCEPT}/{OWN}": '{"cells": []}',
        f"broken/{CONCEPT}/{OWN}": "garbage",
    }
    write(tmp_path / "submitted", handed_in)
    with zipfile.ZipFile(tmp_path / "submitted/pdf" / CONCEPT / "a.zip", "w") as archive:
        archive.writestr(OWN, DONE)
    (tmp_path / "submitted/linked").symlink_to(tmp_path / "submitted/deep")
    report = grade_class(Course(tmp_path), jobs=1)
    totals = {student: total for (student, _), total in report.totals.items()}
    right = {"deep", "loose", "loose2", "brackets [1]"}
    assert {student for student, total in totals.items() if total == 3} == right
    assert set(report.failed) == {f"linked/{CONCEPT}"}
    assert {name.partition("/")[0] for name in report.review} == {"pdf", "another", "nothing", "broken"}
    assert "notebook of made_up, not of letters" in report.review[f"another/{CONCEPT}"]
    assert "put back" not in report.repaired[f"another/{CONCEPT}"]
    assert "unpack it" in report.review[f"pdf/{CONCEPT}"]
    book = open_gradebook(Course(tmp_path))
    asked = {s.student.id for s in book.assignment_submissions(CONCEPT) if s.needs_manual_grade}
    book.close()
    assert asked == {"pdf", "another", "nothing", "broken"}
