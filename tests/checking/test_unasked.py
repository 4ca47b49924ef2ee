"""What the kit asks of every answer, unasked: no state, no overwritten argument, no memory of the caller's, in time."""

import re
import time

import numpy as np
import pytest
import torch

from course_lib.checking import InThisProcess, check, examine, rubric
from course_lib.checking.rubric import unwatched

SEEN: list[object] = []


def a_rubric(reference, build, **options):
    build.__name__ = reference.__name__
    return rubric(answer=reference, title="T", **options)(build)


def keeps_in_a_global(number):
    SEEN.append(number)
    return number**0.5 + (len(SEEN) > 5) * 0.5


def keeps_in_a_default(number, seen=[]):  # noqa: B006
    seen.append(number)
    return number**0.5 + (len(seen) > 5) * 0.5


def errs_from_the_third(number, seen=[]):  # noqa: B006
    seen.append(number)
    return number**0.5 + (len(seen) > 2) * 0.5


@pytest.fixture(autouse=True)
def nothing_seen():
    SEEN.clear()
    for answer in (keeps_in_a_default, errs_from_the_third):
        answer.__defaults__[0].clear()


@pytest.mark.parametrize("answer", [keeps_in_a_global, keeps_in_a_default, errs_from_the_third])
def test_an_answer_that_remembers_earlier_calls_is_told_so(answer):
    def refusing(number):
        if number < 0:
            raise ValueError
        return answer(number)

    verdict = check("made_up.root", refusing)
    assert verdict.message.startswith("Called once more with the same arguments, the answer gave another result")
    assert verdict.reasons[0].points == 0
    assert verdict.example.call in ("root(number=1.0)", "root(number=3.0)")


def test_an_answer_that_draws_random_numbers_of_its_own_is_told_so():
    verdict = check("made_up.softmax", lambda scores: torch.rand_like(scores))
    assert verdict.message.startswith("Called once more with the same arguments")


class InTheClass:
    """Keeps its total where every counter finds it."""

    total = 0

    def __init__(self, start):
        type(self).total = start

    def add(self, amount):
        type(self).total += amount
        return self.total


class InADefault:
    """Keeps its sums in a default argument."""

    def __init__(self, start, sums={}):  # noqa: B006
        self.sums = sums
        self.sums["total"] = start

    def add(self, amount):
        self.sums["total"] += amount
        return self.sums["total"]


@pytest.mark.parametrize("answer", [InTheClass, InADefault])
def test_objects_that_disturb_each_other_are_noticed(answer):
    verdict = check("made_up.Counter", answer)
    assert verdict.message.startswith("Two objects that are used in turn disturb each other")
    assert not verdict.points
    assert re.match(r"o = Counter\(start=8\); o2 = Counter\(start=1\); o2\.add\(\d\); o\.add\(", verdict.example.call)


def test_a_wrong_value_and_an_overwritten_argument_are_both_named():
    def padding_mask(lengths, max_len):
        lengths.sub_(1)
        return torch.arange(max_len, device=lengths.device) < lengths[:, None]

    verdict = check("made_up.padding_mask", padding_mask)
    assert "differ" in verdict.message or "should" in verdict.message
    assert "The argument `lengths` was changed in place" in verdict.message


def copied_tensor(values):
    """Return the values in memory of their own."""
    return values.clone()


def copied_array(values):
    """Return the values in memory of their own."""
    return values.copy()


def copied_list(values):
    """Return the values in memory of their own."""
    return values.copy()


def a_tensor(rng, size):
    """Numbers."""
    return torch.arange(size)


def an_array(rng, size):
    """Numbers."""
    return np.arange(size)


def a_list(rng, size):
    """Numbers."""
    return (list(range(size)),)


@pytest.mark.parametrize(
    ("copied", "build"), [(copied_tensor, a_tensor), (copied_array, an_array), (copied_list, a_list)]
)
def test_a_result_that_is_the_callers_own_memory_is_refused(copied, build):
    made = a_rubric(copied, build)
    assert examine(unwatched(made), InThisProcess(copied)).passed
    verdict = examine(made, InThisProcess(lambda values: values))
    assert "the result is `values` itself or a part of its memory" in verdict.message


def test_a_view_is_refused_where_the_reference_returns_none_and_fine_where_it_does():
    made = a_rubric(copied_tensor, a_tensor)
    assert "part of its memory" in examine(made, InThisProcess(lambda values: values[:])).message

    def seen(values):
        """Return a view."""
        return values.view(-1)

    assert examine(a_rubric(seen, a_tensor), InThisProcess(lambda values: values[:])).passed


def test_a_very_slow_answer_is_told_so_and_loses_nothing():
    def slow(number):
        if number < 0:
            raise ValueError
        time.sleep(0.1)
        return number**0.5

    verdict = check("made_up.root", slow)
    assert verdict.passed
    [note] = verdict.notes
    assert "times as long as the reference" in note
    assert note in str(verdict)
    assert not check("made_up.root", lambda n: [0.0][n < 0 and 1] or n**0.5).notes


def test_a_drivers_own_names_are_not_told():
    class Counter:
        def __init__(self, start):
            self.total = start

        def add(self, amount):
            self.total += amount
            return self.total

    def build(rng, size):
        """Numbers."""
        return 1, [1, 2, 3]

    def greedy(answer, start, size):
        counter = answer(start)
        if getattr(counter, "takes", False):
            size.clear()
        return counter.total

    made = a_rubric(Counter, build)
    made.drive(greedy)
    verdict = examine(unwatched(made), InThisProcess(type("Greedy", (Counter,), {"takes": True})))
    assert verdict.message.startswith("An argument was changed in place")
    assert "size" not in str(verdict)
