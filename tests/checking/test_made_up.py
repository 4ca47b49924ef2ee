"""The made-up concepts are in order: their notebooks are what their solutions make of them, which earn every point."""

import runpy

import pytest
from house_rules.house import MADE_UP, ROOT

from course_lib.checking import check, load
from course_lib.checking.places import concepts
from course_lib.publishing.exercises.notebooks import make


@pytest.mark.parametrize("concept", concepts(MADE_UP))
def test_a_made_up_notebook_is_what_its_solution_makes_of_it(concept):
    made = make(MADE_UP / "solutions" / f"{concept}.py", ROOT).release
    path = MADE_UP / "exercises" / concept / f"{concept}.ipynb"
    assert path.read_text(encoding="utf-8") == made, f"{path} is stale; write there what make(…).release is"


@pytest.mark.parametrize("concept", concepts(MADE_UP))
def test_a_made_up_solution_earns_every_point(concept):
    answers = runpy.run_path(str(MADE_UP / "solutions" / f"{concept}.py"))
    for name in load(concept):
        verdict = check(name, answers[name.partition(".")[2]])
        assert verdict.passed, verdict
