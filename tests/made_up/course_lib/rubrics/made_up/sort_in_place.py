"""What an answer to `sort_in_place` must do."""

from course_lib import made_up
from course_lib.checking import rubric


@rubric(answer=made_up.sort_in_place, title="Sort in place", mutates=True)
def sort_in_place(rng, size):
    """Lists of numbers."""
    return ([int(n) for n in rng.integers(0, 9, size + 1)] + [-1],)
