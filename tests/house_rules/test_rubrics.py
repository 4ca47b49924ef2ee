"""Checks are checked: every known mistake is caught and named, every right answer passes, a blank is called a blank."""

import inspect
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib import checking
from course_lib.checking import InThisProcess, Rubric, examine
from course_lib.checking.rubric import unwatched
from house_rules.house import ROOT, exercises, names, none_of

EXERCISES, MISTAKES, ALTERNATIVES = 6, 4, 1


def few(root: Path, least: int = EXERCISES) -> list[str]:
    """Say which concept has too few exercises."""
    counts = Counter(exercise.partition(".")[0] for exercise in exercises(root))
    return [
        f"course_lib/rubrics/{concept}: {counts[concept]} exercises; a concept has at least {least}"
        for concept in names(root)
        if counts[concept] < least
    ]


def problems(rubric: Rubric) -> list[str]:
    """Say what is wrong with a rubric, each at its file and line."""
    parts = (_too_few, _reference, _blank, _mistakes, _alternatives, _emphasized, _addressed)
    return [problem for part in parts for problem in part(rubric)]


def _place(made: Callable) -> str:
    """Name the file and line where a function of a rubric stands."""
    # The run-time type checker wraps what it checks; a class is named by its first method.
    inner = [
        inspect.unwrap(one) for one in [made, *(vars(made).values() if isinstance(made, type) else ())] if callable(one)
    ]
    codes = [
        one.__code__ for one in inner if hasattr(one, "__code__") and "site-packages" not in one.__code__.co_filename
    ]
    if not codes:
        return made.__module__
    first = min(codes, key=lambda code: code.co_firstlineno)
    return f"{first.co_filename}:{first.co_firstlineno}".replace(f"{ROOT}/", "")


def _verdict(rubric: Rubric, answer: object, seed: int = 0):
    return examine(rubric, InThisProcess(answer), seed)


def _too_few(rubric: Rubric) -> list[str]:
    counts = (("mistakes", rubric.mistakes, MISTAKES), ("alternatives", rubric.alternatives, ALTERNATIVES))
    return [
        f"{_place(rubric.build)}: {rubric.name} has {len(made)} {kind}; at least {least}"
        for kind, made, least in counts
        if len(made) < least
    ]


def _emphasized(rubric: Rubric) -> list[str]:
    """Name the docstrings with a *word* in them: a verdict shows `backquotes` as code and marks nothing else."""
    found = []
    for made in (rubric.build, *(edge.build for edge in rubric.edges), *rubric.mistakes.values()):
        plain = re.sub("`[^`]*`", "", made.__doc__ or "")
        if starred := re.search(r"(?<!\w)(\*+)(?! )[^*]*[^* ]\1(?!\w)", plain):
            found.append(f"{_place(made)}: {starred[0]} in a docstring of {rubric.name} would show its asterisks")
    return found


def _addressed(rubric: Rubric) -> list[str]:
    """Name the docstrings that speak of the learner: the result is the subject, the cure an imperative."""
    found = []
    for made in (rubric.build, *(edge.build for edge in rubric.edges), *rubric.mistakes.values()):
        if said := re.search(r"(?i)\b(you(?:r|rs|'re|'ve)?)\b", made.__doc__ or ""):
            found.append(
                f"{_place(made)}: “{said[0]}” in a docstring of {rubric.name}: say what the result is, and what to do"
            )
    return found


def _reference(rubric: Rubric) -> list[str]:
    verdict = _verdict(unwatched(rubric), rubric.answer)
    if not verdict.passed:
        return [f"{_place(rubric.build)}: the reference of {rubric.name} fails its own rubric: {verdict.message}"]
    if verdict.points != rubric.max_points:
        return [
            f"{_place(rubric.build)}: the reference of {rubric.name} gets {verdict.points:g} of {rubric.max_points:g}"
        ]
    return []


def _blank(rubric: Rubric) -> list[str]:
    def blank(*args, **kwargs):
        raise NotImplementedError

    verdict = _verdict(rubric, type("Blank", (), {"__init__": blank}) if isinstance(rubric.answer, type) else blank)
    if verdict.status != "blank" or verdict.points or "not yet written" not in verdict.message.lower():
        shown = f"{verdict.status} (“{verdict.message}”)"
        return [f"{_place(rubric.build)}: a blank answer to {rubric.name} is {shown}, not “not yet written”"]
    return []


def _mistakes(rubric: Rubric) -> list[str]:
    found = []
    for name, mistake in rubric.mistakes.items():
        verdict, place = _verdict(unwatched(rubric), mistake), _place(mistake)
        if verdict.passed:
            found.append(
                f"{place}: the mistake {name} of {rubric.name} passes; the cases do not show it: add one, or an edge"
            )
        elif verdict.mistake != name:
            shown = verdict.mistake or f"“{verdict.message}”"
            found.append(f"{place}: the mistake {name} of {rubric.name} is rejected, but diagnosed as {shown}")
    return found


def _alternatives(rubric: Rubric) -> list[str]:
    found = []
    for name, right in rubric.alternatives.items():
        for seed in (0, 1, 2):
            verdict = _verdict(rubric, right, seed)
            if not verdict.passed:
                found.append(
                    f"{_place(right)}: the alternative {name} of {rubric.name} fails (seed {seed}): {verdict.message}"
                )
                break
    return found


@pytest.mark.parametrize("exercise", exercises(ROOT))
def test_every_rubric_checks_something(exercise):
    none_of(problems(checking.find(exercise)))


def test_every_concept_has_enough_exercises():
    none_of(few(ROOT))


def test_a_concept_with_too_few_exercises_is_named(house):
    assert few(house, 1) == []
    (house / "course_lib/rubrics/second/double.py").unlink()
    assert few(house, 1) == ["course_lib/rubrics/second: 0 exercises; a concept has at least 1"]


# The rule itself, on a rubric that is right and on copies that are broken.


def double(value):
    """Double a number; the reference of the rubric below."""
    return 2 * value


def a_rubric() -> Rubric:
    """Build the rubric of one exercise, with nothing wrong."""

    def build(rng, size):
        """Numbers of many sizes."""
        return float(rng.normal()) + size

    build.__name__ = "double"
    made = checking.rubric(answer=double, title="Double")(build)

    def mistake(name, wrong):
        wrong.__name__, wrong.__doc__ = name, f"It should double, but {name}."
        return made.mistake(wrong)

    mistake("adds_two", lambda value: value + 2)
    mistake("squares", lambda value: value * value)
    mistake("triples", lambda value: 3 * value)
    mistake("negates", lambda value: -2 * value)

    @made.alternative
    def by_adding(value):
        """Adds."""
        return value + value

    return made


def test_a_sound_rubric_has_no_problem():
    assert problems(a_rubric()) == []


def test_too_few_mistakes_and_alternatives_are_named():
    made = a_rubric()
    del made.mistakes["squares"], made.alternatives["by_adding"]
    assert [problem.partition(": ")[2] for problem in problems(made)] == [
        "test_rubrics.double has 3 mistakes; at least 4",
        "test_rubrics.double has 0 alternatives; at least 1",
    ]


@pytest.mark.parametrize("text", ["It is 2 *less* than that.", "A **very** wrong one.", "*Both* are wrong."])
def test_emphasis_that_would_show_its_asterisks_is_named(text):
    made = a_rubric()
    made.mistakes["squares"].__doc__ = text
    [problem] = problems(made)
    assert problem.startswith("tests/house_rules/test_rubrics.py:")
    assert "* in a docstring of test_rubrics.double would show its asterisks" in problem


@pytest.mark.parametrize("text", ["You squared it.", "The square of yours.", "Double what you're given."])
def test_a_docstring_that_speaks_of_the_learner_is_named(text):
    made = a_rubric()
    made.mistakes["squares"].__doc__ = text
    [problem] = problems(made)
    assert re.match(
        r"tests/house_rules/test_rubrics\.py:\d+: “[Yy]ou\S*” in a docstring of test_rubrics\.double", problem
    )
    assert problem.endswith("say what the result is, and what to do")


def test_stars_that_multiply_or_stand_in_code_are_fine():
    made = a_rubric()
    made.mistakes["squares"].__doc__ = "It is 2 * x * y, or n*m*k, not `*args`, `**options`."
    assert problems(made) == []


def test_a_mistake_that_passes_is_named_with_its_line():
    made = a_rubric()
    made.mistakes["squares"] = lambda value: 2 * value
    [problem] = problems(made)
    assert problem.startswith("tests/house_rules/test_rubrics.py:")
    assert "the mistake squares of test_rubrics.double passes" in problem


def test_a_mistake_that_is_a_class_is_named_with_its_line():
    class Wrong:
        def __init__(self):
            pass

    assert _place(Wrong).startswith("tests/house_rules/test_rubrics.py:")


def test_two_mistakes_that_cannot_be_told_apart_are_named():
    made = a_rubric()
    made.mistakes["squares"] = lambda value: 3 * value
    assert {problem.split(" the mistake ")[1].split()[0] for problem in problems(made)} == {"squares", "triples"}


def test_an_alternative_that_fails_is_named():
    made = a_rubric()
    made.alternatives["by_adding"] = lambda value: value + value + 1
    [problem] = problems(made)
    assert "the alternative by_adding of test_rubrics.double fails (seed 0)" in problem


def test_a_reference_that_fails_its_own_rubric_is_named():
    made = a_rubric()
    numbers = iter(range(10_000))
    made.answer = lambda value: next(numbers)
    made.answer.__name__ = "double"
    assert any("the reference of test_rubrics.double fails its own rubric" in problem for problem in problems(made))
