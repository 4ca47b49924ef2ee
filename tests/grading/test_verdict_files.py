"""A verdict's key changes with everything that the verdict depends on, and with nothing else."""

import shutil
from pathlib import Path

import pytest
from house_rules.house import MADE_UP

import course_lib
from course_lib.grading.verdict_files import Task, code_of_verdicts, code_shown_to

PACKAGE = Path(course_lib.__file__).parent


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A copy of the package's sources, and of the made-up concepts among them."""
    root = tmp_path_factory.mktemp("clone")
    shutil.copytree(PACKAGE, root / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(MADE_UP / "course_lib", root / "course_lib", dirs_exist_ok=True)
    return root


def changes_when(root, path):
    """Say whether the key of a verdict on `letters` changes with a file."""
    file = root / "course_lib" / path
    before, text = code_of_verdicts.__wrapped__("letters", root), file.read_text(encoding="utf-8")
    file.write_text(f"{text}\n", encoding="utf-8")
    after = code_of_verdicts.__wrapped__("letters", root)
    file.write_text(text, encoding="utf-8")
    assert code_of_verdicts.__wrapped__("letters", root) == before
    return after != before


@pytest.mark.parametrize(
    "path",
    [
        "rubrics/letters/to_upper.py",
        "rubrics/letters/__init__.py",
        "letters.py",
        "checking/comparison.py",
        "checking/audit/report.py",
        "grading/examiner/session.py",
    ],
)
def test_what_a_rubric_is_made_of_and_what_grades_changes_the_key(root, path):
    assert changes_when(root, path)


@pytest.mark.parametrize(
    "path",
    [
        "made_up.py",
        "rubrics/made_up/padding_mask.py",
        "rubrics/made_up/__init__.py",
        "publishing/book.py",
        "cli.py",
    ],
)
def test_another_concept_and_the_book_leave_the_key_alone(root, path):
    assert not changes_when(root, path)


def test_a_new_exercise_changes_the_key(root):
    before = code_of_verdicts.__wrapped__("letters", root)
    extra = root / "course_lib/rubrics/letters/addresses.py"
    extra.write_text("")
    assert code_of_verdicts.__wrapped__("letters", root) != before
    extra.unlink()


def test_a_notebook_that_uses_a_concept_depends_on_it_and_on_what_that_imports():
    none = code_shown_to(b'"import torch"')
    made_up, letters = (code_shown_to(f'"from course_lib import {name}"'.encode()) for name in ("made_up", "letters"))
    by_name = code_shown_to(b'"importlib.import_module(x)"')
    figures = code_shown_to(b'"from course_lib.publishing import figures"')
    assert len({none, made_up, letters, by_name, figures}) == 5
    assert code_shown_to(b'"from course_lib.checking import check"') == none
    submission = b'{"cells": ["from course_lib import letters"]}'
    assert Task("letters", "ada", submission, b"{}", 5).key != Task("letters", "ada", b"{}", b"{}", 5).key
