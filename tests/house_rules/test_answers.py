"""Our own answers earn every point: what a solution teaches is what its rubric asks."""

import functools
import runpy
from pathlib import Path
from typing import Any

import pytest

from course_lib import checking
from course_lib.checking import InThisProcess, Rubric
from house_rules.house import ROOT, exercises, none_of, solutions
from house_rules.test_rubrics import a_rubric


@functools.cache
def answers_of(solution: Path) -> dict[str, Any]:
    """Run a solution, once for all its exercises, and return what it defines."""
    return runpy.run_path(str(solution))


def problems(solution: Path, rubric: Rubric) -> list[str]:
    """Say why a solution's answer does not earn every point."""
    answers, function = answers_of(solution), rubric.answer.__name__
    if function not in answers:
        return [f"solutions/{solution.name}: defines no {function}, the answer to {rubric.name}"]
    verdict = checking.examine(rubric, InThisProcess(answers[function]))
    if verdict.points == rubric.max_points:
        return []
    earned = f"{verdict.points:g} of {rubric.max_points:g} points"
    return [f"solutions/{solution.name}: {function} earns {earned}: {verdict.message}"]


@pytest.mark.parametrize("exercise", exercises(ROOT))
def test_a_solution_earns_every_point(exercise):
    solution = ROOT / "solutions" / f"{exercise.partition('.')[0]}.py"
    none_of(problems(solution, checking.find(exercise)))


def test_there_are_solutions():
    assert solutions(ROOT)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("def double(value):\n    return value + value\n", []),
        (
            "def double(value):\n    return 3 * value\n",
            ["solutions/x.py: double earns 0 of 2 points: It should double, but triples."],
        ),
        ("def triple(value):\n    return 3 * value\n", ["solutions/x.py: defines no double, the answer to "]),
    ],
)
def test_an_answer_that_earns_less_is_named(tmp_path, answer, words):
    (tmp_path / "x.py").write_text(answer)
    found = problems(tmp_path / "x.py", a_rubric())
    assert len(found) == len(words)
    assert all(problem.startswith(word) for problem, word in zip(found, words, strict=True))
