"""What an answer to `root` must do."""

from course_lib import made_up
from course_lib.checking import rubric


@rubric(answer=made_up.root, title="Square root", points=1)
def root(rng, size):
    """Positive numbers."""
    return float(size)


@root.edge(points=1)
def a_negative_number():
    """A negative number is refused."""
    return -1.0
