"""`course check` and grading give the same points for every exercise, whatever kind of object the right result is."""

import os

import pytest
from grading.child.test_kinds_of_results import KINDS, PRELUDE, compare
from grading.conftest import load as load_cells  # noqa: F401  (a fixture)
from grading.conftest import warm  # noqa: F401  (another)

from course_lib.checking import find, places
from course_lib.checking.calling import run
from house_rules.house import ROOT

EXERCISES = [name for concept in places.concepts(ROOT) for name in places.exercises(concept, ROOT)]


def changed_by(rubric):
    """Return the kinds that make another object of a right result, and the one that leaves it."""
    space = {}
    exec(PRELUDE, space)
    right = run(rubric.answer, rubric.general_cases(0)[0].make()).value
    yield "as it is"
    for kind, change in KINDS.items():
        try:
            if eval(change, space | {"v": right}) is not right:
                yield kind
        except Exception:  # this result cannot be made one of that kind
            continue


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("WHOLE"), reason="a whole suite; `make test-all` runs it")
@pytest.mark.parametrize("name", EXERCISES)
def test_check_and_grading_agree_on_every_kind_of_result(load_cells, name):  # noqa: F811
    rubric = find(name)
    if rubric.driver is not None:
        pytest.skip("driven from here: what it returns stays in the other process")
    for kind in changed_by(rubric):
        compare(load_cells, name, kind)
