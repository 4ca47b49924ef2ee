"""What an answer to `to_upper` must do, and the mistakes we know."""

from course_lib import string_comparison as sc
from course_lib.checking import cases, rubric


@rubric(
    answer=sc.to_upper,
    title="Warm-up: upper case by arithmetic",
    points=2,
    difficulty=1,
    minutes=5,
    forbids=[f"{kind}.{way}" for kind in ("str", "bytes") for way in ("upper", "swapcase", "title", "capitalize")],
)
def to_upper(rng, size):
    """Letters of both cases among digits and the punctuation next to the letters, a and z included."""
    return cases.text(rng, size, "azkmAZ`{@[59 ~") + "zaA{`~@"[: size - 1]


@to_upper.edge(points=1)
def letters_outside_ascii():
    """Only a to z change; é, ß, ſ and the Greek σ stay, because 32 is a distance in ASCII alone."""
    return ("née: ß, ÿ, ſ, σ",)


@to_upper.edge(points=1)
def every_code_of_ascii():
    """All 128 codes in a row: 26 of them change, and the others stay where they are."""
    return ("".join(map(chr, range(128))) + "\r\n",)


@to_upper.domain
def any_text(rng):
    """Any text, also an empty one: letters of every script, the neighbors of a and z, control codes, emoji."""
    near = "".join(map(chr, [*range(62, 96), *range(94, 128)]))
    alphabet = cases.one_of(rng, "", "", near, "azAZ@[`{", "".join(map(chr, range(256))))
    return (cases.text(rng, cases.whole(rng, 0, 30), alphabet),)


@to_upper.oracle
def by_bytes(text):
    """Let `bytes.upper` do it, which knows the letters of ASCII only; UTF-8 writes every other one without them."""
    return text.encode().upper().decode()


@to_upper.mistake
def every_code_from_97_on(text):
    """Characters after `z` changed too, such as `{` or `~`: the lower-case letters end at 122."""
    return "".join(chr(ord(c) - 32) if ord(c) >= 97 else c for c in text)


@to_upper.mistake
def begins_at_the_back_quote(text):
    """The back-quote, code 96, became `@`: the lower-case letters begin at 97."""
    return "".join(chr(ord(c) - 32) if 96 <= ord(c) <= 122 else c for c in text)


@to_upper.mistake
def ends_at_the_brace(text):
    """The brace `{`, code 123, became `[`: the lower-case letters end at 122."""
    return "".join(chr(ord(c) - 32) if 97 <= ord(c) <= 123 else c for c in text)


@to_upper.mistake
def adds_32(text):
    """The letters moved the wrong way: a capital's code is 32 lower than that of its small letter."""
    return "".join(chr(ord(c) + 32) if "a" <= c <= "z" else c for c in text)


@to_upper.mistake
def keeps_only_the_letters(text):
    """Characters other than a to z got lost; keep them as they are."""
    return "".join(chr(ord(c) - 32) for c in text if "a" <= c <= "z")


@to_upper.mistake
def subtracts_from_every_character(text):
    """32 was subtracted from every character. Only a to z have a capital there: test first."""
    return "".join(chr(ord(c) - 32) for c in text)


@to_upper.mistake
def moves_the_capitals_too(text):
    """Capitals moved as well, Z to `:`. `isalpha` is true for every letter; change only a to z."""
    return "".join(chr(ord(c) - 32) if c.isalpha() else c for c in text)


@to_upper.mistake
def leaves_the_z(text):
    """The last letter, `z`, kept its case: 97 to 122 includes both ends."""
    return "".join(chr(ord(c) - 32) if 97 <= ord(c) < 122 else c for c in text)


@to_upper.mistake
def leaves_the_a(text):
    """The first letter, `a`, kept its case: 97 to 122 includes both ends."""
    return "".join(chr(ord(c) - 32) if 97 < ord(c) <= 122 else c for c in text)


@to_upper.mistake
def clears_bit_5_everywhere(text):
    """Clearing bit 5 (32) turns letters into capitals and other characters into something else: test first."""
    return "".join(chr(ord(c) & ~32) for c in text)


@to_upper.mistake
def flips_bit_5_of_letters(text):
    """Capitals became small: flipping bit 5 exchanges the cases. Change only letters that are lower case."""
    return "".join(chr(ord(c) ^ 32) if c.isascii() and c.isalpha() else c for c in text)


@to_upper.mistake
def trusts_islower(text):
    """`islower` is true for letters of every script, and subtracting 32 is right only from a to z."""
    return "".join(chr(ord(c) - 32) if c.islower() else c for c in text)


@to_upper.alternative
def by_a_translation_table(text):
    """Lets `str.translate` do the subtraction of a table of codes."""
    return text.translate({code: code - 32 for code in range(97, 123)})
