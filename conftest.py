"""What every test runs under: the same examples each time, no screen, one thread, and shapes checked in concepts."""

import functools
import os
import sys

os.environ["MPLBACKEND"] = "agg"  # before matplotlib is imported, here and in the processes that tests start
os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

import pytest
from house_rules.house import MADE_UP, ONLY, ROOT, concept_modules
from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

# The same examples on every run: a red test stays red until it is mended. Slow machines are no failure.
settings.register_profile(
    "course", derandomize=True, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("course")

# Whoever calls a concept with a shape that its signature forbids hears so. Machinery runs as it does for learners.
install_import_hook([f"course_lib.{path.stem}" for path in concept_modules(ROOT)], "typechecker.typecheck")

collect_ignore = ["tests/made_up"]  # a concept for tests to find, not tests


@pytest.fixture(scope="session")
def made_up():
    """Let Python find the made-up concepts, here and in processes that tests start; the machinery knows no real one."""
    import course_lib
    import course_lib.rubrics

    with pytest.MonkeyPatch.context() as patch:
        for package, folder in ((course_lib, "course_lib"), (course_lib.rubrics, "course_lib/rubrics")):
            patch.setattr(package, "__path__", [*package.__path__, str(MADE_UP / folder)])
        patch.setattr(sys, "path", [*sys.path, str(MADE_UP)])  # which multiprocessing hands on
        patch.setenv("PYTHONPATH", f"{MADE_UP}", prepend=os.pathsep)
        patch.setenv("PYTHONPATH", f"{ROOT}", prepend=os.pathsep)  # so that the course's own package comes first
        yield MADE_UP


def pytest_collection_modifyitems(config, items):
    """Keep what concerns one concept, where `make concept` asks for one."""
    if ONLY:
        kept = [item for item in items if _concerns(item, ONLY)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give tests to whichever worker is free, one by one; those of a file that makes a fixture once stay together.

    That is what groups of xdist are for, but xdist 3.8 finds none under pytest 9.
    """
    from xdist.scheduler import LoadScopeScheduling

    class OneByOne(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return shared_by(nodeid)

    return OneByOne(config, log) if config.getvalue("dist") == "loadgroup" else None


def shared_by(nodeid: str) -> str:
    """Return what a test shares its worker with: its file, if that makes a fixture once for all of its tests."""
    file = nodeid.partition("::")[0]
    return file if _makes_one_for_all(file) else nodeid


@functools.cache
def _makes_one_for_all(file: str) -> bool:
    path = ROOT / file
    return path.suffix == ".py" and 'scope="module"' in path.read_text(encoding="utf-8")


def _concerns(item: pytest.Item, concept: str) -> bool:
    """Say whether a test is in the concept's files, is given the concept, or is a rule: `none_of(problems(ROOT))`."""
    if item.path.stem in (concept, f"test_{concept}") or concept in item.path.parent.parts[-1:]:
        return True
    given = getattr(item, "callspec", None)
    if given is not None:
        return any(_names(value, concept) for value in given.params.values())
    return {"none_of", "ROOT"} <= set(getattr(item, "function", _concerns).__code__.co_names)


def _names(value: object, concept: str) -> bool:
    """Say whether a parameter is the concept ("tensors"), an exercise of it ("tensors.rank"), or its file or page."""
    if isinstance(value, Path):
        return value.stem == concept
    return isinstance(value, str) and value.partition(".")[0] == concept
