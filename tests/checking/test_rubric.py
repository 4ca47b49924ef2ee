"""A malformed rubric says so at once, with file and line."""

import pytest
import torch

from course_lib.checking import RubricError, counter_example, find, load, rubric


def reference(number):
    """Return the number."""
    return number


def build(rng, size):
    """Numbers."""
    return size


build.__name__ = "reference"
HERE = r"test_rubric\.py:\d+: "


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"answer": None}, "has answer=None"),
        ({"title": " "}, "needs a title"),
        ({"points": 0}, "has points=0"),
        ({"difficulty": 4}, "has difficulty=4"),
        ({"minutes": 0}, "has minutes=0"),
        ({"sizes": ()}, "has no sizes"),
        ({"up_to": "rotation"}, "has up_to='rotation'"),
    ],
)
def test_a_bad_option_is_refused_with_file_and_line(options, words):
    with pytest.raises(RubricError, match=HERE + r".*" + words):
        rubric(**({"answer": reference, "title": "T"} | options))(build)


def test_a_rubric_named_unlike_its_answer_is_refused():
    def other(rng, size):
        """Numbers."""

    with pytest.raises(RubricError, match=HERE + "other is named differently from its answer 'reference'"):
        rubric(answer=reference, title="T")(other)


def test_parts_without_docstrings_and_second_names_are_refused():
    made = rubric(answer=reference, title="T")(build)

    def undocumented(number):
        return number

    def twice(number):
        """Say something."""
        return -number

    with pytest.raises(RubricError, match="needs a docstring"):
        made.mistake(undocumented)
    with pytest.raises(RubricError, match="has points=0"):
        made.edge(points=0)(twice)
    made.mistake(twice)
    with pytest.raises(RubricError, match=r"is a second mistake of test_rubric\.reference with that name"):
        made.mistake(twice)


def test_a_second_rubric_of_one_name_is_refused_with_the_line_of_the_first():
    def doubled(number):
        """Return the number."""

    def make(line):
        scope: dict[str, object] = {}
        exec(compile("\n" * line + "def doubled(rng, size):\n    'Numbers.'", "doubled.py", "exec"), scope)
        return rubric(answer=doubled, title="T")(scope["doubled"])

    make(3)
    with pytest.raises(RubricError, match=r"is a second rubric named 'test_rubric.doubled'; the first is on line 4"):
        make(9)


def test_cases_are_the_same_for_one_seed_and_fresh_each_time(made_up_concept):
    case = find("made_up.sort_in_place").general_cases(5)[0]
    one, two = case.make().args[0], case.make().args[0]
    assert one == two
    assert one is not two
    assert find("made_up.sort_in_place").general_cases(6)[0].make().args[0] != one


def test_two_exercises_do_not_share_their_numbers():
    def one(number):
        """Return the number."""

    def two(number):
        """Return the number."""

    def draw(rng, size):
        """Numbers."""
        return float(rng.normal())

    draws = []
    for answer in (one, two):
        draw.__name__ = answer.__name__
        draws.append(rubric(answer=answer, title="T")(draw).general_cases(0)[0].make().args[0])
    assert draws[0] != draws[1]


def test_load_lists_the_exercises_in_order(made_up_concept):
    assert list(load("made_up"))[:2] == ["made_up.padding_mask", "made_up.softmax"]


def test_the_counter_example_of_a_mistake_is_the_smallest(made_up_concept):
    made = find("made_up.padding_mask")
    assert counter_example(made, made.mistakes["one_too_many"]).call.endswith("max_len=2)")
    assert counter_example(made, made.answer) is None


def test_a_counter_example_is_one_that_can_be_read():
    def total(table):
        """Add up a table."""
        return table.sum()

    def draw(rng, size):
        """Tables of random numbers."""
        return torch.tensor(rng.normal(size=(20 * size, 30)))

    def mean(table):
        """The mean was returned."""
        return table.mean()

    def two_numbers():
        """A small table."""
        return torch.tensor([[1.0, 2.0]])

    draw.__name__ = total.__name__
    made = rubric(answer=total, title="Total")(draw)
    wrong = made.mistake(mean)
    assert " of shape (" in counter_example(made, wrong).call, "there is nothing better"
    made.edge(points=1)(two_numbers)
    assert counter_example(made, wrong).call == "total(table=tensor([[1.0, 2.0]]))"


def test_a_large_argument_that_was_overwritten_shows_its_first_change():
    def summed(table):
        """Add up a table."""
        return table.sum()

    def draw(rng, size):
        """Tables of ones."""
        return torch.ones(20 * size, 30)

    draw.__name__ = summed.__name__

    def wrong(table):
        table[0, 2:] = 7.0
        return torch.tensor(600.0)

    found = counter_example(rubric(answer=summed, title="Summed", sizes=(1,))(draw), wrong)
    assert found.where == "table"
    assert (found.expected, found.actual) == ("1 at [0, 2]", "7 at [0, 2]")
