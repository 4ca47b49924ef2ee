"""What an answer to `utf8_encode` must do."""

from course_lib import letters
from course_lib.checking import rubric
from course_lib.rubrics.letters import some_text


@rubric(
    answer=letters.utf8_encode,
    title="UTF-8 by hand",
    points=3,
    difficulty=2,
    minutes=20,
    forbids=[
        "bytes(text, encoding)",  # `bytes` of numbers is how an answer makes its result
        "bytearray(text, encoding)",
        *("urllib.parse.quote", "urllib.parse.unquote_to_bytes", "os.fsencode"),  # before `str.encode`, which they use
        *("codecs.encode", "codecs.iterencode", "codecs.lookup", "codecs.utf_8_encode", "str.encode"),
        *("codecs.getencoder", "codecs.getincrementalencoder", "codecs.getwriter"),
        *("open", "io.TextIOWrapper"),
    ],
)
def utf8_encode(rng, size):
    """Characters that need one, two, three and four bytes."""
    pools = ["éßñ", "😀🚀𠮷", "한€가あ", "az5~", "Ж٣"]
    return "".join(some_text(rng, pools[place % 5], 1) for place in range(size))


@utf8_encode.edge(points=1)
def half_a_character():
    """A lone surrogate, U+D800 to U+DFFF, is no character; UTF-8 must refuse it with a ValueError."""
    return ("a" + chr(0xD800),)


@utf8_encode.mistake
def codes_as_bytes(text):
    """Each code went out as one byte: é is 233 in Latin-1, but two bytes in UTF-8."""
    return bytes(ord(c) for c in text)
