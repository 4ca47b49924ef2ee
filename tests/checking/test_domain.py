"""A domain draws everything that the prompt allows; an answer that fails on a draw is told so."""

import numpy as np
import pytest

from course_lib.checking import InThisProcess, Refused, RubricError, examine, rubric
from course_lib.checking.rubric import unwatched


def mean(numbers, weight=1.0):
    """Return the weighted mean; an empty list is refused."""
    if not numbers:
        raise ValueError("no numbers")
    return weight * sum(numbers) / len(numbers)


def a_rubric(**options):
    """Build a rubric whose cases never leave a weight of 1 and lists of few numbers."""

    def build(rng, size):
        """Some numbers."""
        return [float(n) for n in rng.normal(size=size)], 1.0

    build.__name__ = "mean"
    made = rubric(answer=mean, title="Mean", points=3, **options)(build)

    @made.edge(points=1)
    def one():
        """One number is its own mean."""
        return [4.0], 1.0

    @made.domain
    def anything(rng):
        """Any number of numbers, any weight; no numbers are refused."""
        count = int(rng.integers(0, 30))
        call = [float(n) for n in rng.normal(size=count)], float(rng.normal())
        return call if count else Refused(call)

    @made.mistake
    def forgets_the_weight(numbers, weight=1.0):
        """The weight is ignored."""
        return mean(numbers)

    return made


def verdict_of(answer, **options):
    return examine(unwatched(a_rubric(**options)), InThisProcess(answer))


def test_a_right_answer_passes_its_draws():
    assert verdict_of(mean).passed


def test_draws_are_the_same_for_one_seed_smallest_first_and_fresh_each_time():
    made = a_rubric()
    one, two, other = (made.domain_cases(seed, 20) for seed in (3, 3, 4))
    calls = [case.make().args for case in one]
    assert calls == [case.make().args for case in two]
    assert calls != [case.make().args for case in other]
    assert one[5].make().args[0] == one[5].make().args[0]
    assert one[5].make().args[0] is not one[5].make().args[0]
    lengths = [len(numbers) for numbers, _ in calls]
    assert lengths == sorted(lengths)
    assert all(case.refused == (not length) for case, length in zip(one, lengths, strict=True))


def test_a_mistake_that_only_draws_show_is_diagnosed_and_costs_the_general_points():
    verdict = verdict_of(lambda numbers, weight=1.0: mean(numbers))
    assert (verdict.mistake, verdict.status, verdict.points) == ("forgets_the_weight", "partial", 1)
    assert verdict.message == "The weight is ignored."
    assert [reason.passed for reason in verdict.reasons] == [False, True]


def test_an_unknown_mistake_shows_the_smallest_failing_draw_and_what_the_prompt_allows():
    verdict = verdict_of(lambda numbers, weight=1.0: mean(numbers, weight) if len(numbers) < 10 else 0.0)
    assert verdict.mistake is None
    assert "Any number of numbers, any weight" in verdict.message
    shown = verdict.example.call
    lengths = [len(case.make().args[0]) for case in a_rubric().domain_cases(0, 20)]
    assert shown.count(",") >= min(length for length in lengths if length >= 10) or "…" in shown


def test_what_must_be_refused_is_demanded_of_the_draws():
    verdict = verdict_of(lambda numbers, weight=1.0: weight * float(np.mean(numbers or [0.0])))
    assert "must be refused with ValueError" in verdict.message
    assert "mean(numbers=[], weight=" in verdict.example.call


def test_more_draws_find_what_few_do_not():
    def rarely_wrong(numbers, weight=1.0):
        return mean(numbers, weight) if len(numbers) != 23 else 0.0

    made = unwatched(a_rubric())
    assert examine(made, InThisProcess(rarely_wrong), draws=2).passed
    assert not examine(made, InThisProcess(rarely_wrong), draws=300).passed


def test_a_second_domain_or_oracle_and_no_draws_are_refused_with_file_and_line():
    made = a_rubric()

    def again(rng):
        """Anything."""

    made.oracle(again)
    with pytest.raises(RubricError, match=r"test_domain\.py:\d+: again is a second domain of test_domain\.mean"):
        made.domain(again)
    with pytest.raises(RubricError, match=r"test_domain\.py:\d+: again is a second oracle of test_domain\.mean"):
        made.oracle(again)
    with pytest.raises(RubricError, match="has draws=0"):
        a_rubric(draws=0)
