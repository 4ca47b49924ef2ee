"""The kit is tested on made-up concepts, without knowing any real one."""

import json

import pytest

from course_lib.publishing.exercises.notebooks import make


@pytest.fixture(scope="session", autouse=True)
def made_up_concept(made_up):
    """Find the concepts `made_up`, with rubrics of every kind, and `letters`, which has a solution."""
    return made_up


@pytest.fixture(scope="session")
def handed_out(made_up):
    """The notebook of the exercises of `letters`, as learners get it."""
    return json.loads(make(made_up / "solutions" / "letters.py", made_up.parents[1]).release)
