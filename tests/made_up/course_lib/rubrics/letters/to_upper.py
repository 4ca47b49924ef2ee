"""What an answer to `to_upper` must do."""

from course_lib import letters
from course_lib.checking import rubric
from course_lib.rubrics.letters import some_text


@rubric(
    answer=letters.to_upper,
    title="Upper case by arithmetic",
    points=2,
    minutes=8,
    forbids=[f"{kind}.{way}" for kind in ("str", "bytes") for way in ("upper", "swapcase", "title", "capitalize")],
)
def to_upper(rng, size):
    """Letters of both cases among digits and the punctuation next to the letters, a and z included."""
    return some_text(rng, "azkmAZ`{@[59 ~", size) + "zaA{`~@"[: size - 1]


@to_upper.edge(points=1)
def letters_outside_ascii():
    """Only a to z change; é, ß, ÿ and the Greek σ stay, because 32 is a distance in ASCII alone."""
    return ("née: ß, ÿ, σ",)


@to_upper.mistake
def every_code_from_97_on(text):
    """Characters after `z` changed too, such as `{` or `~`: the lower-case letters end at 122."""
    return "".join(chr(ord(c) - 32) if ord(c) >= 97 else c for c in text)


@to_upper.mistake
def adds_32(text):
    """The letters moved the wrong way: a capital's code is 32 lower than that of its small letter."""
    return "".join(chr(ord(c) + 32) if "a" <= c <= "z" else c for c in text)


@to_upper.mistake
def leaves_the_z(text):
    """The last letter, `z`, kept its case: 97 to 122 includes both ends."""
    return "".join(chr(ord(c) - 32) if 97 <= ord(c) < 122 else c for c in text)


@to_upper.mistake
def trusts_islower(text):
    """`islower` is true for letters of every script, and subtracting 32 is right only from a to z."""
    return "".join(chr(ord(c) - 32) if c.islower() else c for c in text)


@to_upper.alternative
def by_a_translation_table(text):
    """Lets `str.translate` do the subtraction of a table of codes."""
    return text.translate({code: code - 32 for code in range(97, 123)})
