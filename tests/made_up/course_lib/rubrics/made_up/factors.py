"""What an answer to `factors` must do."""

from course_lib import made_up
from course_lib.checking import rubric


@rubric(answer=made_up.factors, title="Prime factors", up_to="permutation", forbids=["sorted", "list.append"])
def factors(rng, size):
    """Products of small primes."""
    return 2**size * 3 * 5
