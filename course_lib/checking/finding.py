"""Finding rubrics by name: a concept's exercises in order, or one of them, which loads no other."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Sequence
from pathlib import Path

from course_lib.checking import places
from course_lib.checking.malformed import RubricError, place_of
from course_lib.checking.rubric import Rubric


class UnknownExercise(ValueError):
    """There is no exercise of that name; the message lists the nearest ones."""


def load(concept: str) -> dict[str, Rubric]:
    """Return a concept's rubrics by exercise name, in the order of their references; raises `UnknownExercise`."""
    known = places.known_concepts()
    if concept not in known:
        near = difflib.get_close_matches(concept, known, n=3, cutoff=0.5) or known
        raise UnknownExercise(f"There is no concept named {concept!r}; did you mean {_either(near)}?")
    return {name: find(name) for name in _exercises(concept)}


def find(name: str) -> Rubric:
    """Return the rubric of one exercise by its full name, `concept.exercise`; raises `UnknownExercise`."""
    concept, _, exercise = name.partition(".")
    if not exercise:
        raise UnknownExercise(f"{name!r} is not the name of an exercise; it has the form 'concept.exercise'.")
    root = places.home(concept)
    if places.rubric_file(name, root) not in places.rubric_files(concept, root):
        known = list(load(concept))
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5) or known
        raise UnknownExercise(f"There is no exercise named {name!r}; did you mean {_either(near)}?")
    _refuse_misplaced(name, root)
    module = importlib.import_module(f"{places.RUBRICS}.{name}")
    return _only_rubric(name, places.rubric_file(name, root), vars(module))


def _exercises(concept: str) -> list[str]:
    """Return the names in order; refuses two that differ in capitals only, and rubrics among the helpers."""
    root = places.home(concept)
    names = places.exercises(concept, root)
    seen: dict[str, Path] = {}
    for name in names:
        path = places.rubric_file(name, root)
        if name.casefold() in seen:
            other = seen[name.casefold()].name
            raise RubricError(
                f"{path}:1: is a second exercise of that name beside {other}; rename one and its reference"
            )
        seen[name.casefold()] = path
    helpers = importlib.import_module(f"{places.RUBRICS}.{concept}")
    for made in vars(helpers).values():
        if isinstance(made, Rubric) and Path(place_of(made.build).rpartition(":")[0]).name == places.HELPERS:
            exercise = made.name.rpartition(".")[2]
            raise RubricError(
                f"{place_of(made.build)}: {exercise} is a rubric among the helpers; move it to {exercise}.py"
            )
    return names


def _refuse_misplaced(name: str, root: Path) -> None:
    concept, _, exercise = name.partition(".")
    reference = places.reference_file(concept, root)
    if exercise not in places.definitions(reference):
        shown = reference.relative_to(root)
        raise RubricError(
            f"{places.rubric_file(name, root)}:1: no reference answers it, for {shown} defines no {exercise}; name the "
            f"file after its reference, move helpers to {places.HELPERS}, or write the reference"
        )


def _only_rubric(name: str, path: Path, scope: dict[str, object]) -> Rubric:
    """Return the one rubric of a file, which must be that of the file's name."""
    found = {made.name: made for made in scope.values() if isinstance(made, Rubric)}
    for other, made in found.items():
        if other != name:
            words = f"is the rubric of {other} in the file of {name}; give it a file of its own"
            raise RubricError(f"{place_of(made.build)}: {made.build.__name__} {words}")
    if not found:
        words = f"holds no rubric; decorate a function named {path.stem} with @rubric, or remove the file"
        raise RubricError(f"{path}:1: {words}")
    return found[name]


def _either(names: Sequence[str]) -> str:
    return " or ".join(repr(name) for name in names) or "nothing: no rubric is installed"
