"""What an answer to `tally` must do."""

from course_lib import made_up
from course_lib.checking import rubric


@rubric(answer=made_up.tally, title="How often each letter occurs")
def tally(rng, size):
    """Texts of few letters."""
    return "".join("abc"[i] for i in rng.integers(3, size=size + 1))


@tally.mistake
def every_letter_once(text):
    """Each letter was counted once, however often it occurs."""
    return dict.fromkeys(text, 1)
