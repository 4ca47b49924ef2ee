"""A person is asked to look once, and what a person has settled stays settled."""

import shutil

import pytest
from grading.gradebook.test_late_penalties import configure, nbgrader, write_class
from grading.test_cohort import CONCEPT

from course_lib.grading.cohort import grade_class
from course_lib.grading.gradebook.scores import open_gradebook

pytestmark = pytest.mark.slow


@pytest.fixture
def course(tmp_path):
    return write_class(tmp_path / "course", "nothing", ("early", "no_file"))


def asked(course):
    """Return the students of whom a look is asked."""
    book = open_gradebook(course)
    found = {s.student.id for s in book.assignment_submissions(CONCEPT) if s.needs_manual_grade}
    book.close()
    return found - {"with_extension"}  # has handed in nothing


def by_hand(course, student, points=1.5):
    """Do what formgrader does when a person has graded an exercise."""
    book = open_gradebook(course)
    [grade] = book.find_submission(CONCEPT, student).notebooks[0].grades
    grade.manual_score, grade.needs_manual_grade = points, False
    book.db.commit()
    book.close()


def path_of(course, student):
    return course.folder("submitted", student, CONCEPT) / f"{CONCEPT}.ipynb"


def test_a_finished_review_is_not_asked_for_again(course):
    grade_class(course, jobs=1)
    by_hand(course, "early")
    assert grade_class(course, jobs=1).counts["cached"] == 2
    assert asked(course) == set()


def test_another_automatic_score_asks_for_a_look_again(course):
    grade_class(course, jobs=1)
    by_hand(course, "early")
    shutil.copy(course.release(CONCEPT), path_of(course, "early"))
    grade_class(course, jobs=1)
    assert asked(course) == {"early"}
    grade_class(course, jobs=1)
    assert asked(course) == {"early"}  # until somebody has looked
    by_hand(course, "early", 0.0)
    grade_class(course, jobs=1)
    assert asked(course) == set()


def test_a_doubt_is_told_once_and_again_when_it_changes(course):
    path = path_of(course, "early")
    path.write_text("garbage")
    assert grade_class(course, jobs=1).review
    assert asked(course) == {"early"}
    by_hand(course, "early")
    grade_class(course, jobs=1)
    assert asked(course) == set()
    path.unlink()
    grade_class(course, jobs=1)
    assert asked(course) == {"early"}


def test_a_doubt_that_is_gone_is_taken_back(course):
    path = path_of(course, "early")
    answered = path.read_text()
    path.write_text("garbage")
    grade_class(course, jobs=1)
    path.write_text(answered)
    grade_class(course, jobs=1)
    assert asked(course) == set()


def test_a_gradebook_that_was_made_anew_asks_again(course):
    path_of(course, "early").write_text("garbage")
    grade_class(course, jobs=1)
    by_hand(course, "early")
    (course.root / "gradebook.db").unlink()
    grade_class(course, jobs=1)
    assert asked(course) == {"early"}


def test_nbgrader_itself_needs_no_assignment_beforehand_and_finds_a_renamed_file(tmp_path):
    """With `use(c)`, on a fresh gradebook, a file of another name, and a copy graded before."""
    course = write_class(tmp_path / "course", "nothing", ("early", "no_file"))
    configure(course.root, "\nfrom course_lib.grading.preprocessors import use\n\nuse(c)\n")
    (course.root / "gradebook.db").unlink()
    path = path_of(course, "early")
    path.rename(path.with_name(f"kimminsu_12345_67890_{CONCEPT}-1.ipynb"))
    (path.parent / "timestamp.txt").write_text("2026-11-01 16:59:59 +0900\n")
    for options in ([], ["--force"]):
        nbgrader(course.root, "autograde", CONCEPT, *options)
        book = open_gradebook(course)
        found = {s.student.id: (s.score, s.needs_manual_grade) for s in book.assignment_submissions(CONCEPT)}
        stamp = book.find_submission(CONCEPT, "early").timestamp
        book.close()
        assert found == {"early": (3.0, False), "no_file": (3.0, False)}
        assert stamp.isoformat(" ") == "2026-11-01 07:59:59"
        assert (course.folder("autograded", "early", CONCEPT) / f"{CONCEPT}.ipynb").exists()
