"""One warm server for the tests of grading, and respondents that live for one test."""

import functools
import os

import nbgrader.api
import pytest

from course_lib.grading.examiner.exchange import Answers
from course_lib.grading.examiner.warm_server import WarmServer
from course_lib.grading.sandbox import kernel
from course_lib.grading.sandbox.lockdown import Limits


def pytest_collection_modifyitems(items):
    """Skip what only `make test-all` runs, and say so."""
    if not os.environ.get("WHOLE"):
        skip = pytest.mark.skip(reason="a whole suite; `make test-all` runs it")
        for item in items:
            if item.get_closest_marker("whole"):
                item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def made_up_concept(made_up):
    """Find the concepts `made_up`, which needs torch, and `letters`, which does not."""
    return made_up


@pytest.fixture(scope="session", autouse=True)
def one_look_at_migrations():
    """Ask `alembic` once for its latest version: each new gradebook asks for it, which takes longer than most tests."""
    nbgrader.api.get_alembic_version = functools.cache(nbgrader.api.get_alembic_version)


SHORT = Limits(call=3.0, cell=4.0, notebook=30.0, memory=1 << 30)


@pytest.fixture(scope="session")
def warm():
    with WarmServer(with_torch=True) as made:
        yield made


@pytest.fixture
def load(warm):
    """Return a function from cells to the answers they define, in a child of its own."""
    children = []

    def load(*cells, sources=None, limits=SHORT):
        while children:
            children.pop().end()
        child = warm.child(limits)
        children.append(child)
        answers = Answers(child, limits)
        answers.ask("library", limits.call, sources=sources or {})
        for cell in cells:
            answers.ask("cell", limits.cell, source=cell, limit=limits.output)
        return answers

    yield load
    while children:
        children.pop().end()


needs_landlock = pytest.mark.skipif(not kernel.landlock_version(), reason="this kernel has no Landlock")
