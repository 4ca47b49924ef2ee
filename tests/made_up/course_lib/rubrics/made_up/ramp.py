"""What an answer to `ramp` must do."""

from course_lib import made_up
from course_lib.checking import rubric


@rubric(answer=made_up.ramp, title="Equal steps in two rows")
def ramp(rng, size):
    """Short ramps."""
    return size


@ramp.mistake
def begins_at_one(length):
    """The ramp begins at 1: the first step stands at 0."""
    return made_up.ramp(length) + 1
