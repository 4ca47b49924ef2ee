"""Mistakes made of right results and of right programs: diagnosed like others, and refused where they are none."""

import pytest

from course_lib.checking import Call, InThisProcess, RubricError, counter_example, examine, rubric
from course_lib.checking.calling import run
from course_lib.checking.rubric import unwatched

HERE = r"test_mistakes\.py:\d+: "


def triangle(count):
    """Return the sum of the numbers up to a count."""
    return count * (count + 1) // 2


class Total:
    """Add up."""

    def __init__(self, start):
        self.total = start

    def add(self, amount):
        self.total += amount
        return self.total


def a_rubric(answer=triangle):
    def build(rng, size):
        """Small counts."""
        return size

    build.__name__ = answer.__name__
    return rubric(answer=answer, title="T")(build)


def verdict_of(made, answer):
    return examine(unwatched(made), InThisProcess(answer))


def test_a_mistake_gets_the_right_result():
    made = a_rubric()

    @made.mistake
    def one_too_many(count, *, right):
        """Count it again."""
        return right + 1

    assert one_too_many(3, right=6) == 7, "the decorator leaves it as it was written"
    assert made.mistakes["one_too_many"](3) == 7
    assert verdict_of(made, lambda count: triangle(count) + 1).mistake == "one_too_many"
    assert counter_example(made, made.mistakes["one_too_many"]).call == "triangle(count=1)"


def test_a_bent_mistake_that_raises_is_told_with_its_line():
    made = a_rubric()

    @made.mistake
    def divides(count, *, right):
        """Divide by nothing."""
        return right / 0

    failure = run(made.mistakes["divides"], Call((3,))).failure
    assert failure.line == "return right / 0"
    assert failure.name == "ZeroDivisionError"


def test_a_class_has_no_right_result():
    with pytest.raises(RubricError, match=HERE + "wrong asks for 'right', but the answer is a class"):

        @a_rubric(Total).mistake
        def wrong(start, *, right):
            """Say something."""


def a_program(made):
    @made.program
    def by_adding(count, *, first=1, last=1):
        """Add the numbers one by one."""
        return sum(range(first, count + last))

    return by_adding


def test_a_program_is_an_alternative_and_its_slips_are_mistakes():
    made = a_rubric()
    a_program(made)
    made.slip("begins_at_two", "The first number is 1.", first=2)
    made.slip("leaves_out_the_last", "The last number counts too.", last=0)
    assert list(made.alternatives) == ["by_adding"]
    assert verdict_of(made, made.alternatives["by_adding"]).passed
    assert list(made.mistakes) == ["begins_at_two", "leaves_out_the_last"]
    assert verdict_of(made, lambda count: sum(range(count))).message == "The last number counts too."
    assert made.mistakes["begins_at_two"](4) == 9


def test_a_class_can_be_a_program_too():
    made = a_rubric(Total)

    @made.drive
    def add_twice(answer, start):
        """Add one twice."""
        total = answer(start)
        return [total.add(1), total.add(1)]

    @made.program
    class ByList:
        """Keep every amount."""

        def __init__(self, start, *, keep=True):
            self.amounts, self.keep = [start], keep

        def add(self, amount):
            self.amounts = [*self.amounts[: None if self.keep else 1], amount]
            return sum(self.amounts)

    made.slip("forgets", "Every amount counts.", keep=False)
    assert verdict_of(made, ByList).passed
    assert verdict_of(made, made.mistakes["forgets"]).mistake == "forgets"


@pytest.mark.parametrize(
    ("name", "says", "knobs", "words"),
    [
        ("wrong", "Words.", {"middle": 0}, "turns 'middle', which is no knob of by_adding; it has first, last"),
        ("wrong", "Words.", {"last": 1}, "turns no knob, so it would be right; by_adding has first, last"),
        ("wrong", "Words.", {}, "turns no knob"),
        ("wrong", " ", {"last": 0}, "needs words: they are what the learner reads"),
        ("not a name", "Words.", {"last": 0}, "is no name"),
        ("begins_at_two", "Words.", {"first": 2}, "is a second mistake of test_mistakes.triangle with that name"),
    ],
)
def test_a_slip_that_is_none_is_named_where_it_stands(name, says, knobs, words):
    made = a_rubric()
    a_program(made)
    made.slip("begins_at_two", "The first number is 1.", first=2)
    with pytest.raises(RubricError, match=HERE + f".*{name}.*{words}") as caught:
        made.slip(name, says, **knobs)
    line = int(str(caught.value).split(":")[1])
    with open(__file__, encoding="utf-8") as file:
        assert "made.slip(name, says, **knobs)" in file.read().splitlines()[line - 1]


def test_a_slip_needs_a_program_and_a_program_knobs_with_defaults():
    made = a_rubric()
    with pytest.raises(RubricError, match=HERE + "the slip 'x' needs a program above it"):
        made.slip("x", "Words.", shift=1)
    with pytest.raises(RubricError, match=HERE + "bare has no knob"):

        @made.program
        def bare(count):
            """Add."""

    with pytest.raises(RubricError, match=HERE + "open has no default for its knob 'shift'"):

        @made.program
        def open(count, *, shift):
            """Add."""
