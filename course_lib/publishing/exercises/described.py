"""What a concept's rubric says to readers of its page: the exercises, and the mistakes people make in them."""

import inspect
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Mistake:
    """A known mistake with a counter-example, all of it text."""

    says: str
    call: str
    expected: str
    gives: str


@dataclass(frozen=True)
class Exercise:
    """One row of the exercise table, and its known mistakes."""

    name: str
    title: str
    difficulty: int
    minutes: int
    points: float
    mistakes: tuple[Mistake, ...] = ()

    @property
    def points_text(self) -> str:
        """Points as people write them: 3, not 3.0."""
        return f"{self.points:g}"


@cache  # page and notebook both list the mistakes, and to find examples of them takes most of a second
def exercises_of(concept: str, *, with_mistakes: bool = False) -> tuple[Exercise, ...]:
    """Return the exercises of a concept in rubric order. Raises what `course_lib.checking.load` raises."""
    from course_lib.checking import load

    return tuple(
        Exercise(
            name=name,
            title=rubric.title,
            difficulty=rubric.difficulty,
            minutes=rubric.minutes,
            points=rubric.max_points,
            mistakes=_mistakes(rubric) if with_mistakes else (),
        )
        for name, rubric in load(concept).items()
    )


def _mistakes(rubric) -> tuple[Mistake, ...]:
    from course_lib.checking import counter_example

    found = []
    for name, wrong in rubric.mistakes.items():
        example = counter_example(rubric, wrong)
        if example is None:
            raise ValueError(f"no case of {rubric.name} shows what its mistake {name!r} does wrong")
        expected, actual = example.shown
        found.append(
            Mistake(
                says=" ".join(inspect.cleandoc(wrong.__doc__ or name).split()),
                call=example.call,
                expected=expected,
                gives=actual,
            )
        )
    return tuple(found)
