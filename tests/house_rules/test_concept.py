"""`make concept` looks at one concept: what is wrong elsewhere is not its business, and an unknown name is refused."""

import subprocess
import sys

import pytest

from house_rules.house import ROOT, concerns, exercises, names

FIRST, SECOND = names(ROOT)[:2]


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("", "Name a concept, as in `make concept CONCEPT="),
        (FIRST[:-1], f"There is no concept named {FIRST[:-1]!r}; did you mean {FIRST!r}: the concepts of _toc.yml are"),
        (f"{FIRST} {SECOND}", f"There is no concept named '{FIRST} {SECOND}'"),
        ("zzz", "There is no concept named 'zzz': the concepts of _toc.yml are "),
    ],
)
def test_what_is_no_concept_is_refused_in_one_sentence(named, words):
    ran = subprocess.run(
        [sys.executable, ".ci/concept.py", named], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith(words)
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("problem", "whose"),
    [
        ("book/start/first.md:3: it needs second", "first"),
        ("course_lib/rubrics/second/double.py:9: is like first", "second"),
        ("tests/test_first.py: mirrors nothing", "first"),
        ("exercises/first/first.ipynb: is stale", "first"),
        ("_toc.yml: the concept second is listed twice", "second"),
        ("book/glossary.md:4: no page links to 'axis'", ""),
    ],
)
def test_a_problem_concerns_the_concept_of_its_file_or_the_one_it_names(problem, whose):
    assert {concept for concept in ("first", "second") if concerns(concept, problem, ["first", "second"])} == (
        {whose} if whose else set()
    )


def test_exercises_are_found_without_importing_a_rubric(house):
    (house / "course_lib/rubrics/second/double.py").write_text("this is no Python")
    assert exercises(house) == ["first.double", "second.double"]


@pytest.mark.slow
def test_tests_of_one_concept_are_chosen_and_those_of_others_left_out():
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/house_rules"],
        cwd=ROOT,
        env={"COURSE_CONCEPT": FIRST, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    chosen = [line for line in ran.stdout.splitlines() if "::" in line]
    assert any(f"[{FIRST}." in line for line in chosen)
    assert any("test_every_page_keeps_its_contract" in line for line in chosen)
    assert not any(other in line for line in chosen for other in names(ROOT)[1:])
    assert not any("test_a_house_in_order_has_no_problem" in line for line in chosen)
