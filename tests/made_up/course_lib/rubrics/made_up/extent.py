"""What an answer to `extent` must do."""

from course_lib import made_up
from course_lib.checking import rubric


@rubric(answer=made_up.extent, title="The least and the greatest")
def extent(rng, size):
    """Lists of whole numbers."""
    return [int(n) for n in rng.integers(-9, 9, size + 1)]


@extent.mistake
def the_greatest_first(numbers):
    """The greatest came first: the least does."""
    return max(numbers), min(numbers)
