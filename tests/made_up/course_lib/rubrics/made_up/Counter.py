"""What an answer to `Counter` must do."""

from course_lib import made_up
from course_lib.checking import rubric


@rubric(answer=made_up.Counter, title="A counter")
def Counter(rng, size):
    """Several additions."""
    return size, [int(n) for n in rng.integers(1, 9, size)]


@Counter.drive
def add_all(answer, start, amounts):
    """Add one amount after the other."""
    counter = answer(start)
    return [counter.add(amount) for amount in amounts]


@Counter.mistake
class forgets_the_start:
    """The counter begins at zero instead of at `start`."""

    def __init__(self, start):
        self.total = 0

    def add(self, amount):
        self.total += amount
        return self.total
