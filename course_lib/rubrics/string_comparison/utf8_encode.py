"""What an answer to `utf8_encode` must do, and the mistakes we know."""

from course_lib import string_comparison as sc
from course_lib.checking import Refused, cases, rubric


@rubric(
    answer=sc.utf8_encode,
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
    pools = ["éßñ", "😀🚀𠮷", "한€가あ", "az5~", "Ж٣"]  # one Latin-1 character first: it tells most mistakes apart
    return "".join(cases.text(rng, 1, pools[place % 5]) for place in range(size))


@utf8_encode.edge(points=1)
def where_the_lengths_change():
    """The last code of each length and the first of the next: 7F|80, 7FF|800, FFFF|10000, and the last of all."""
    return ("".join(map(chr, [0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF])),)


@utf8_encode.edge(points=1)
def beside_the_surrogates():
    """U+D7FF and U+E000, just before and after the surrogates, take three bytes like their neighbors."""
    return (chr(0xD7FF) + chr(0xE000),)


@utf8_encode.edge(points=1)
def half_a_character():
    """A lone surrogate, U+D800 to U+DFFF, is no character; UTF-8 must refuse it with a ValueError."""
    return ("a" + chr(0xD800),)


@utf8_encode.edge(points=1)
def the_last_surrogate():
    """The last surrogate, U+DFFF, is refused like the first, also in the middle of a text."""
    return ("a" + chr(0xDFFF) + "b",)


@utf8_encode.edge(points=1)
def two_halves():
    """Two surrogates in a row are two code points of the text, and no character either: ValueError."""
    return (chr(0xD83D) + chr(0xDE00),)


SURROGATES = range(0xD800, 0xE000)


@utf8_encode.domain
def any_text(rng):
    """Any text of any code points, also an empty one, with the ends of each length; surrogates are refused."""
    ends = [0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFEFF, 0xFFFF, 0x10000, 0x10FFFF]

    def draw():
        code = cases.one_of(rng, *ends, *(int(rng.integers(top)) for top in (0x80, 0x800, 0x10000, 0x110000)))
        return "가" if code in SURROGATES else chr(code)

    text = "".join(draw() for _ in range(cases.whole(rng, 0, 12)))
    text = cases.one_of(rng, "", text, text, text, text, "\ufeff" + text)
    if rng.random() < 0.85:
        return (text,)
    halves = [chr(cases.one_of(rng, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, int(rng.integers(0xD800, 0xE000))))]
    halves += ["\udc00"] if rng.random() < 0.3 else []  # a pair of them is no character either
    place = int(rng.integers(len(text) + 1))
    return Refused((text[:place] + "".join(halves) + text[place:],))


@utf8_encode.oracle
def by_codec(text):
    """Ask Python's codec."""
    return text.encode("utf-8")


@utf8_encode.program
def code_by_code(
    text,
    *,
    refused=SURROGATES,
    limits=(0x80, 0x800, 0x10000),
    markers=(0, 0xC0, 0xE0, 0xF0),
    mask=0x3F,
    following=0x80,
    turn=1,
):
    """Cut each code into a head and groups of six bits, and mark them."""
    out = b""
    for code in map(ord, text):
        if code in refused:
            raise ValueError(f"U+{code:04X} is no character")
        count = sum(code >= limit for limit in limits)
        rest = [following | code >> 6 * place & mask for place in reversed(range(count))]
        out += bytes([markers[count] | code >> 6 * count, *rest][::turn])
    return out


utf8_encode.slip(
    "lets_surrogates_through",
    "A surrogate was encoded as if it were a character. Refuse U+D800 to U+DFFF with a ValueError.",
    refused=range(0),
)
utf8_encode.slip(
    "refuses_half_of_the_surrogates",
    "Some surrogates get through: there are 2,048 of them, U+D800 to U+DFFF, both ends included.",
    refused=range(0xD800, 0xDC00),
)
utf8_encode.slip(
    "refuses_e000", "U+E000 was refused, which is no surrogate: they end at U+DFFF.", refused=range(0xD800, 0xE001)
)
utf8_encode.slip(
    "boundaries_one_too_low",
    "The last code point of a length, such as U+007F, got a byte too many: the limits belong to the shorter form.",
    limits=(0x7F, 0x7FF, 0xFFFF),
)
utf8_encode.slip(
    "forgets_the_mask",
    "A following byte carries only six bits: cut the others off with `& 0x3F` before adding the marker.",
    mask=0x1FFFFF,
)
utf8_encode.slip(
    "following_bytes_marked_like_first",
    "The following bytes begin with the bits 11; they must begin with 10, that is 0x80.",
    following=0xC0,
)
utf8_encode.slip(
    "low_bits_first",
    "The bytes of a character stand in the wrong order: the first byte holds the marker and the highest bits.",
    turn=-1,
)


@utf8_encode.mistake
def surrogates_in_three_bytes_each(text):
    """From U+10000 on, two surrogates of three bytes each came out (CESU-8). UTF-8 writes four bytes."""
    return code_by_code(map(chr, sc.utf16_encode(text)), refused=())


@utf8_encode.mistake
def one_byte_for_latin1(text):
    """U+0080 to U+00FF came out as one byte, which is Latin-1. In UTF-8 one byte is enough only up to U+007F."""
    sc.utf16_encode(text)  # refuses surrogates
    return b"".join(bytes([ord(c)]) if ord(c) < 256 else code_by_code(c) for c in text)


@utf8_encode.mistake
def codes_as_bytes(text):
    """Each code went out as one byte: é is 233 in Latin-1, but two bytes in UTF-8, and most codes fit in no byte."""
    return bytes(ord(c) for c in text)


utf8_encode.slip(
    "following_bytes_without_a_mark",
    "The following bytes hold the right six bits but not the mark 10 before them: add 0x80 to each.",
    following=0,
)
utf8_encode.slip(
    "bits_without_any_marks",
    "The bits are right, but their marks are missing: 110, 1110 or 11110 before the first, 10 before each other.",
    markers=(0, 0, 0, 0),
    following=0,
)


@utf8_encode.mistake
def begins_with_a_byte_order_mark(text, *, right):
    """The result begins with EF BB BF. UTF-8 has no byte order, so it needs no mark."""
    return b"\xef\xbb\xbf" + right


@utf8_encode.mistake
def cuts_the_highest_bit(text, *, right):
    """From U+100000 on the highest bit got lost: the first of four bytes holds three bits of the code, not two."""
    return right.replace(b"\xf4", b"\xf0")


@utf8_encode.mistake
def joins_two_halves(text):
    """Two surrogates in a row became one character. That is for those who decode UTF-16; in a text they are refused."""
    return sc.utf8_encode(text.encode("utf-16-be", "surrogatepass").decode("utf-16-be"))


@utf8_encode.mistake
def as_java_writes_it(text, *, right):
    """U+0000 came out as C0 80, as in the modified UTF-8 of Java. In UTF-8 it is the single byte 0."""
    return right.replace(b"\0", b"\xc0\x80")


@utf8_encode.alternative
def from_a_string_of_bits(text):
    """Writes the code in binary and cuts it from the right into sixes."""
    out = []
    for c in text:
        if "\ud800" <= c <= "\udfff":
            raise ValueError(f"{c!r} is a surrogate")
        bits, rest = f"{ord(c):b}", []
        while len(bits) > (7 if not rest else 6 - len(rest)):
            rest.insert(0, int("10" + bits[-6:].zfill(6), 2))
            bits = bits[:-6]
        head = bits.zfill(7 if not rest else 6 - len(rest))
        out += [int(("0" if not rest else "1" * (len(rest) + 1) + "0") + head, 2), *rest]
    return bytes(out)
