"""A made-up concept with rubrics of every kind, so that the kit is tested without knowing any real one."""

import importlib

import pytest
from house_rules.house import ROOT

MADE_UP = ROOT / "tests" / "made_up" / "course_lib"


@pytest.fixture(scope="session", autouse=True)
def made_up_concept():
    """Let Python find the concept `made_up` and its rubrics, as those of a real concept."""
    import course_lib
    import course_lib.rubrics

    places = {course_lib: MADE_UP, course_lib.rubrics: MADE_UP / "rubrics"}
    for package, folder in places.items():
        package.__path__.append(str(folder))
    yield importlib.import_module("course_lib.rubrics.made_up")
    for package, folder in places.items():
        package.__path__.remove(str(folder))
