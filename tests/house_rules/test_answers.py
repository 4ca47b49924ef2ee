"""Our own answers earn every point: what a solution teaches is what its rubric asks."""

import runpy
from pathlib import Path

import pytest

from course_lib import checking
from course_lib.checking import InThisProcess, Rubric
from house_rules.house import ROOT, none_of, solutions
from house_rules.test_rubrics import a_rubric


def problems(solution: Path, rubrics: list[Rubric]) -> list[str]:
    """Say which answer of a solution does not earn every point, and why."""
    answers, found = runpy.run_path(str(solution)), []
    for rubric in rubrics:
        function = rubric.answer.__name__
        if function not in answers:
            found.append(f"solutions/{solution.name}: defines no {function}, the answer to {rubric.name}")
            continue
        verdict = checking.examine(rubric, InThisProcess(answers[function]))
        if verdict.points != rubric.max_points:
            earned = f"{verdict.points:g} of {rubric.max_points:g} points"
            found.append(f"solutions/{solution.name}: {function} earns {earned}: {verdict.message}")
    return found


@pytest.mark.parametrize("solution", solutions(ROOT), ids=lambda path: path.stem)
def test_a_solution_earns_every_point(solution):
    none_of(problems(solution, list(checking.load(solution.stem).values())))


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
    found = problems(tmp_path / "x.py", [a_rubric()])
    assert len(found) == len(words)
    assert all(problem.startswith(word) for problem, word in zip(found, words, strict=True))
