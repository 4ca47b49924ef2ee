"""Folders' names become ids: of few characters, told apart by the eye, and shown without what a terminal obeys."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.grading.handed_in.course_folders import Course, CourseError
from course_lib.grading.handed_in.safe_names import alike, problem_with, shown

HONEST = [
    "ada",
    "kim.minsu",
    "2026-12345",
    "ada@example.org",
    "김민수",
    unicodedata.normalize("NFD", "김민수"),
    "Gödel",
]
HONEST += ["Ada Lovelace", "s000 (2)", "[team 3]", "o_brien", "Nguyễn", "สมชาย", "+82-10", "a,b", "x=1", "Ω"]
HOSTILE = [
    '"-(alert(1))-"',
    "<img src=x onerror=alert(1)>",
    "a'b",
    "a`b",
    "{{7*7}}",
    "a&b",
    "a\\b",
    "a;b",
    "a\nb",
    "${x}",
]
HOSTILE += [
    "\x1b[2Jada",
    "ada\u200b",
    "a\u202eda",
    "\u3164",
    "ada\ufe0f",
    "\u2800",
    "a\u00ada",
    "",
    " ada",
    "x" * 200,
    "a|b",
    "%2e",
]


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_name_is_an_id(name):
    assert problem_with(name) == ""
    assert shown(name) == name


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_name_that_a_page_or_a_terminal_would_obey_is_refused(name):
    assert "rename it" in problem_with(name)
    assert problem_with(name).isprintable()


@given(st.text(max_size=30))
def test_what_is_shown_of_any_name_shows_it_all(name):
    assert shown(name).isprintable()
    if not problem_with(name):
        assert not set(name) & set("\"'<>&`\\/{}$%;|")


@pytest.mark.parametrize(
    "names",
    [("김민수", unicodedata.normalize("NFD", "김민수")), ("ﬁn", "fin"), ("\u212b", "\u00c5"), ("ada", "ａｄａ")],
)
def test_names_that_look_the_same_are_told_apart_by_nobody(names):
    assert alike([*names, "ben"]) == set(names)


def test_ids_that_differ_to_the_eye_are_kept():
    assert alike(["ada", "Ada", "ben", "ben2"]) == set()


def test_refused_names_say_why_and_cost_the_others_nothing(tmp_path):
    for name in ('"-(alert(1))-"', "김민수", unicodedata.normalize("NFD", "김민수"), "ada"):
        (tmp_path / "submitted" / name / "a").mkdir(parents=True)
    (tmp_path / "submitted/linked").symlink_to(tmp_path / "submitted/ada")
    found = {submission.student: submission.refused for submission in Course(tmp_path).submissions()}
    assert found.pop("ada") == ""
    assert "no id may have" in found.pop('"-(alert(1))-"')
    assert "is a link" in found.pop("linked")
    assert len(found) == 2
    assert all("looks the same" in why for why in found.values())


def test_what_is_asked_for_reaches_no_terminal_as_it_is(tmp_path):
    (tmp_path / "submitted/ada/a").mkdir(parents=True)
    with pytest.raises(CourseError) as raised:
        Course(tmp_path).submissions(student="\x1b]0;owned\x07")
    assert str(raised.value).isprintable()
