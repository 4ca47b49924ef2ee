"""What an answer to `letter_gap` must do."""

from course_lib import letters
from course_lib.checking import rubric
from course_lib.rubrics.letters import some_text


@rubric(answer=letters.letter_gap, title="How many letters differ", points=2)
def letter_gap(rng, size):
    """Two texts of one length."""
    return some_text(rng, "abc", size), some_text(rng, "abc", size)


@letter_gap.edge(points=1)
def texts_of_two_lengths():
    """Texts of different lengths are refused."""
    return "ab", "abc"


@letter_gap.mistake
def counts_what_agrees(left, right):
    """The places that agree were counted: count those that differ."""
    return len(left) - letters.letter_gap(left, right)


def gap_with(left, right, same=lambda one, other: one == other):
    """Count what differs by a rule; an answer may find this, as any file of a rubric."""
    if len(left) != len(right):
        raise ValueError(f"{left!r} and {right!r} differ in length")
    return sum(not same(one, other) for one, other in zip(left, right, strict=True))


@letter_gap.alternative
def by_a_rule(left, right):
    """Compares with a function."""
    return gap_with(left, right)
