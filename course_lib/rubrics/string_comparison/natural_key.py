"""What an answer to `natural_key` must do, and the mistakes we know."""

import functools
import re
import unicodedata

from course_lib import string_comparison as sc
from course_lib.checking import call_each, cases, rubric


@rubric(
    answer=sc.natural_key,
    title="A key for natural order",
    points=3,
    difficulty=2,
    minutes=15,
)
def natural_key(rng, size):
    """File names with numbers of different lengths, given from the last to the first."""
    long, short = (f"{rng.integers(10, 20)}", f"{rng.integers(2, 10)}")
    pairs = [
        ["a" + long, "a" + short],
        ["a-" + long, "a-" + short, "a!"],
        ["x7y" + long, "x7y" + short, "x700"],
        [long + "a", short + "b", "a", f"{rng.integers(200, 900)}"],  # 97 is a, so numbers on either side of it
        ["B" + short, "é1", "ab2", "v1." + long, "v1." + short, "v.1", "v1.", "a\nc", " z"],
    ]
    names = [name for group in pairs[: {1: 1, 2: 2, 3: 3, 5: 4, 8: 5}[size]] for name in group]
    return (sorted(names, key=sc.natural_key, reverse=True),)  # so that no two keep their places by luck


@natural_key.edge(points=1)
def leading_zeros():
    """Names that differ only in leading zeros have equal keys, so sorting keeps them in the order they had."""
    return (["a10", "a02", "a2", "a002", "a1"],)  # no order by length or by code leaves the three as they are


@natural_key.edge(points=1)
def numbers_of_128_bits():
    """Numbers may be long, identifiers of 128 bits for example: they still come by value, before other characters."""
    return (["id-1", f"id{2**127 + 1}", f"id{2**127}", f"id{2**73}"],)


@natural_key.edge(points=1)
def digits_of_other_scripts():
    """Only 0 to 9 form numbers; ² and the Arabic ٣ are characters like any other."""
    return (["a²", "a٣", "a10", "a9", "ab", "a1٣", "a1²"],)


@natural_key.edge(points=1)
def characters_beyond_ffff():
    """Characters come in order of code points: an emoji after U+FF5E, whatever the order of their UTF-16 units."""
    return (["a😀", "a～", "a9", "é", "e\u0301"],)  # é and e with an accent are two texts


@natural_key.edge(points=1)
def before_every_character():
    """A number comes before any other character, also before a space or the codes 0 and 1."""
    return (["a\0", "a\1", "a ", "a!", "a7"],)


@natural_key.domain
def any_names(rng):
    """Any names, also an empty one: numbers of up to 300 digits, zeros before them, signs, dots, all scripts, emoji."""
    chars = cases.one_of(
        rng, "ab", "aB", "a.", ".-", "_- +", "a ", "a²٣", "५Ⅷ½", "～😀\ufffd𝟙", "e\u0301é", "\n\t~", "\0\1", ""
    )

    def draw():
        numbers = cases.one_of(rng, "01", "019", "0123456789")
        groups = [
            cases.text(rng, cases.whole(rng, 0, 2), chars)
            + cases.text(rng, cases.one_of(rng, 0, 1, 1, 1, 2, 3, 20, 300), numbers)
            for _ in range(cases.whole(rng, 1, 6))
        ]
        return "".join(groups) + cases.text(rng, cases.whole(rng, 0, 2), chars)

    shared = draw() if rng.random() < 0.4 else ""
    names = [shared + draw() for _ in range(cases.whole(rng, 2, 8))]
    return ([*names, cases.one_of(rng, "", *names)],)


@natural_key.oracle
def by_comparing_two(text):
    """Compare two names at a time, from the left, and cut off what is equal."""

    def compare(one, other):
        while one and other:
            ahead = [re.match("[0-9]+", name) for name in (one, other)]
            if all(ahead):
                left, right = (int(found[0]) for found in ahead)
                cuts = [found.end() for found in ahead]
            elif any(ahead):
                return -1 if ahead[0] else 1
            else:
                left, right, cuts = ord(one[0]), ord(other[0]), [1, 1]
            if left != right:
                return left - right
            one, other = one[cuts[0] :], other[cuts[1] :]
        return len(one) - len(other)

    return functools.cmp_to_key(compare)(text)


@natural_key.drive
def sort_with(answer, names):
    """Sort a list of names with the key."""
    keys = call_each(answer, [(name,) for name in names])
    return [names[place] for place in sorted(range(len(names)), key=keys.__getitem__)]


@natural_key.written
def as_a_sort(names):
    """A key is seen by what it sorts."""
    return f"sorted([{', '.join(map(repr, names))}], key=natural_key)"


pieces_of = re.compile("[0-9]+|[^0-9]").findall


def split_numbers(text):
    """Cut a text into pieces that alternate between text and digits."""
    return re.split("([0-9]+)", text)


@natural_key.mistake
def the_text_itself(text):
    """Numbers are still compared digit by digit, so that 10 comes before 9: turn each run of digits into one number."""
    return text


@natural_key.mistake
def one_digit_at_a_time(text):
    """Single digits became numbers, so 10 is still 1 and then 0: take the whole run of digits together."""
    return tuple((0, int(c)) if c in "0123456789" else (1, ord(c)) for c in text)


@natural_key.mistake
def the_numbers_alone(text):
    """The key holds only the numbers and forgets the text between them."""
    return tuple(int(piece) for piece in split_numbers(text)[1::2])


@natural_key.mistake
def the_first_number_alone(text):
    """Only the first number of a name counts as a number; a later one is still compared digit by digit."""
    before, number, after = (*re.split("([0-9]+)", text, maxsplit=1), "", "")[:3]
    return before, int(number or -1), after


@natural_key.mistake
def numbers_after_characters(text):
    """At the same place a number should come before any other character; here it comes after."""
    return tuple((1, int(p), "") if p.isdigit() else (0, 0, p) for p in re.findall("[0-9]+|[^0-9]", text))


@natural_key.mistake
def drops_the_empty_pieces(text):
    """A name that begins with a digit puts a number where other names have text, and Python cannot order the two.
    Keep an empty text before it, or mark each piece with its kind."""
    return tuple(int(piece) if "0" <= piece[0] <= "9" else piece for piece in split_numbers(text) if piece)


@natural_key.mistake
def numbers_beside_characters(text):
    """At one place one key holds a number and another a character, and Python cannot order the two.
    Mark each piece with its kind."""
    return [int(p) if p in "0123456789" or len(p) > 1 else p for p in re.findall("[0-9]+|[^0-9]", text)]


@natural_key.mistake
def numbers_among_the_codes(text):
    """Values and codes stand in one row, so that the number 300 follows `a`, whose code is 97. Mark which is which."""
    return [int(p) if "0" <= p[0] <= "9" else ord(p) for p in re.findall("[0-9]+|[^0-9]", text)]


@natural_key.mistake
def numbers_filled_up_with_zeros(text):
    """Filled up with zeros, numbers are still text: `!` and `-` come before a zero, and a longer number breaks it."""
    return re.sub("[0-9]+", lambda m: m[0].zfill(8), text)


@natural_key.mistake
def numbers_as_floats(text):
    """A `float` holds about 16 digits, so that longer numbers become equal. Use `int`."""
    return tuple((0, float(p)) if "0" <= p[0] <= "9" else (1, ord(p)) for p in re.findall("[0-9]+|[^0-9]", text))


@natural_key.mistake
def reads_a_minus_sign(text):
    """The hyphen before a number became its sign, so a-12 comes before a-3. Only the digits form the number."""
    return tuple(int(p) if place % 2 else p for place, p in enumerate(re.split("(-?[0-9]+)", text)))


@natural_key.mistake
def reads_a_decimal_point(text):
    """The dot became a decimal point, so v1.10 comes before v1.9. It is a character, with a number on each side."""
    return tuple(float(p) if place % 2 else p for place, p in enumerate(re.split(r"([0-9]+(?:\.[0-9]+)?)", text)))


@natural_key.mistake
def ignores_case(text):
    """Capitals and small letters are mixed: apart from numbers, characters keep the order of their codes."""
    return sc.natural_key(text.lower())


@natural_key.mistake
def strips_the_ends(text):
    """Spaces at the ends were taken off. They are characters like any other, and come before the letters."""
    return sc.natural_key(text.strip())


@natural_key.mistake
def drops_line_breaks(text):
    """A line break got lost: in a regular expression `.` means any character but that one: add `re.S`."""
    return sc.natural_key(text.replace("\n", ""))


@natural_key.mistake
def orders_equal_numbers_by_their_zeros(text, *, right):
    """Names with equal numbers, such as a2 and a02, changed places: their keys should be equal, nothing added."""
    return right, text


@natural_key.mistake
def trusts_isdigit(text):
    """`isdigit` is true for ² and its like, which `int` cannot read; look for 0 to 9 alone."""
    return tuple((0, int(p)) if p.isdigit() else (1, p) for p in re.findall("[0-9]+|[^0-9]", text))


@natural_key.mistake
def digits_of_every_script(text):
    r"""`\d` also finds the digits of other scripts; look for 0 to 9 alone."""
    return tuple(int(p) if place % 2 else p for place, p in enumerate(re.split(r"(\d+)", text)))


@natural_key.mistake
def as_natsort_recipes_do(text):
    r"""This is the recipe that people pass on, `int` or `lower` of each piece of `re.split(r"(\d+)", …)`; it mixes the
    cases and reads digits of other scripts. Here both stay characters with their own codes."""
    return [int(p) if p.isdecimal() else p.lower() for p in re.split(r"(\d+)", text)]


@natural_key.mistake
def in_order_of_utf16(text):
    """A character beyond U+FFFF came too early, in the order of UTF-16 units. Compare code points."""
    return tuple((0, int(p)) if "0" <= p[0] <= "9" else (1, p.encode("utf-16-be")) for p in pieces_of(text))


@natural_key.mistake
def normalizes_first(text):
    """The text was normalized, so that é and e with an accent became one. Here they are two texts with two orders."""
    return sc.natural_key(unicodedata.normalize("NFC", text))


@natural_key.alternative
def pieces_marked_by_kind(text):
    """Walks the text and collects (0, number) or (1, code)."""
    key, number = [], None
    for c in text:
        if c in "0123456789":
            number = (number or 0) * 10 + ord(c) - ord("0")
            continue
        key += [(0, number), (1, ord(c))] if number is not None else [(1, ord(c))]
        number = None
    return key if number is None else [*key, (0, number)]
