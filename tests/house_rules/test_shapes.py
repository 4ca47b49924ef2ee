"""The tests run with the shape checker on: a concept called with what its signature forbids is stopped there."""

import importlib
import inspect

import pytest
from jaxtyping import TypeCheckError

from house_rules.house import ROOT, names


def functions_of(module):
    """Return the public functions with annotated parameters that a module defines."""
    return [
        made
        for name, made in vars(module).items()
        if inspect.isfunction(made)
        and made.__module__ == module.__name__
        and not name.startswith("_")
        and any(p.annotation not in (p.empty, "object", "Any") for p in inspect.signature(made).parameters.values())
    ]


def is_watched(function):
    """Call a function with what no signature allows, and say whether the shape checker was the one to object."""
    parameters = inspect.signature(function).parameters.values()
    nonsense = {p.name: object() for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    try:
        function(**nonsense)
    except Exception as error:
        return isinstance(error, TypeCheckError)
    return False


@pytest.mark.parametrize("concept", names(ROOT))
def test_the_shape_checker_watches_every_concept(concept):
    functions = functions_of(importlib.import_module(f"course_lib.{concept}"))
    assert any(map(is_watched, functions)), f"course_lib/{concept}.py: no shape is checked"


def test_the_shape_checker_watches_concepts_only():
    assert not is_watched(importlib.import_module("course_lib.checking.comparison").difference)
