"""What an answer to `c_compare` must do, and the mistakes we know."""

import numpy as np

from course_lib import string_comparison as sc
from course_lib.checking import cases, rubric


@rubric(
    answer=sc.c_compare,
    title="Compare like C",
    points=3,
    difficulty=2,
    minutes=12,
    forbids=["ctypes.CDLL"],
)
def c_compare(rng, size):
    """Strings that share a beginning and then differ, or of which one ends."""
    shared = cases.text(rng, size - 1, "xyz")
    low, high = sorted(rng.choice(list("5Aatz"), size=2, replace=False))
    left, right = {1: (low, high), 2: ("a", "A"), 3: ("", " "), 5: (low + "at", "")}.get(size, (low + "as", high))
    return (shared + left).encode(), (shared + right).encode()


@c_compare.edge(points=1)
def something_after_the_nul():
    """What follows the first zero byte belongs to no string: C stops there."""
    return b"key\0old\xff\0", b"key\0new\0"


@c_compare.edge(points=1)
def a_byte_above_127():
    """é in Latin-1 is byte 233. Compared as `unsigned char` it follows z."""
    return b"caf\xe9", b"cafz"


@c_compare.edge(points=1)
def nothing_against_nothing():
    """Two empty strings are equal, and one with a zero byte at once is empty too."""
    return b"", b"\0abc"


@c_compare.domain
def any_two(rng):
    """Any bytes from 0 to 255, empty or long, equal or not, with zero bytes anywhere, several or none."""
    some = cases.one_of(rng, [97, 98], [0, 97], [0, 1, 127, 128, 255], [*range(256)], [65, 97, 122, 233])

    def draw(most):
        return bytes(int(byte) for byte in rng.choice(some, size=cases.whole(rng, 0, most)))

    shared = draw(cases.one_of(rng, 0, 3, 3, 8))
    if rng.random() < 0.2:
        shared = bytes(max(1, byte) for byte in shared[:1] or b"a") * int(rng.integers(100, 700))
    shared = b"\0" * (rng.random() < 0.1) + shared
    left, right = shared + draw(6), shared + draw(6)
    return left, left if rng.random() < 0.1 else right


@c_compare.oracle
def by_numpy(left, right):
    """Fill both up with zeros behind their first zero and subtract all places at once."""
    left, right = left.partition(b"\0")[0], right.partition(b"\0")[0]
    longest = max(len(left), len(right))
    one, other = (np.frombuffer(text.ljust(longest, b"\0"), np.uint8).astype(int) for text in (left, right))
    differing = (one - other)[one != other]
    return int(differing[0]) if differing.size else 0


def signed(byte):
    """Return a byte as a `signed char` holds it."""
    return byte - 256 if byte > 127 else byte


@c_compare.mistake
def compares_signed_chars(left, right):
    """Bytes above 127 came out negative, as in a `signed char`. C compares strings as `unsigned char`, 0 to 255."""
    left, right = (text.split(b"\0")[0] + b"\0" for text in (left, right))
    return next((signed(a) - signed(b) for a, b in zip(left, right, strict=False) if a != b), 0)


@c_compare.mistake
def reads_past_the_nul(left, right):
    """The comparison went on after a zero byte. It ends the string: what is equal up to there is equal."""
    return next((a - b for a, b in zip(left + b"\0", right + b"\0", strict=False) if a != b), 0)


@c_compare.mistake
def only_the_sign(left, right):
    """Only the sign came out. C promises no more, and some libraries return −1 or 1; here return the difference."""
    difference = sc.c_compare(left, right)
    return (difference > 0) - (difference < 0)


@c_compare.mistake
def right_minus_left(left, right):
    """The sign is upside down: the result is negative when `left` comes first, so it is left minus right."""
    return -sc.c_compare(left, right)


@c_compare.mistake
def stops_with_the_shorter_one(left, right):
    """Where one string is the beginning of the other the result is 0. Its end is a zero byte, and that differs too."""
    left, right = (text.split(b"\0")[0] for text in (left, right))
    return next((a - b for a, b in zip(left, right, strict=False) if a != b), 0)


@c_compare.mistake
def compares_what_both_have(left, right):
    """Only places that both have were compared. Every string ends with a zero byte, which differs and ends the loop."""
    return next((a - b for a, b in zip(left, right, strict=False) if a != b), 0)


@c_compare.mistake
def wraps_around_at_256(left, right):
    """A negative difference came out 256 too large, as in `uint8` arithmetic. Subtract Python integers instead."""
    return sc.c_compare(left, right) % 256


@c_compare.mistake
def cuts_the_last_byte_off(left, right):
    """The strings lost their last byte: `find` gives −1 where there is no zero, and `text[:-1]` drops a byte."""
    return sc.c_compare(left[: left.find(0)], right[: right.find(0)])


@c_compare.mistake
def pythons_own_order(left, right):
    """Python's `<` on `bytes` gives only an order, and it reads on past a zero byte. Return the difference of bytes."""
    return (left > right) - (left < right)


@c_compare.mistake
def difference_of_lengths(left, right):
    """Where one string is the start of the other the result is a difference of lengths; compare the zero byte."""
    left, right = (text.split(b"\0")[0] for text in (left, right))
    return next((a - b for a, b in zip(left, right, strict=False) if a != b), len(left) - len(right))


@c_compare.mistake
def makes_no_difference_of_case(left, right):
    """Capitals and small letters were made alike. `strcmp` tells them apart: A is 65 and a is 97."""
    return sc.c_compare(left.lower(), right.lower())


@c_compare.mistake
def compares_the_lengths_first(left, right):
    """Lengths were compared before bytes. C reads both strings from the left; the first difference decides."""
    left, right = (text.split(b"\0")[0] for text in (left, right))
    return len(left) - len(right) if len(left) != len(right) else sc.c_compare(left, right)


@c_compare.alternative
def one_index_for_both(left, right):
    """Walks both strings with one index, as C does with two pointers."""
    left, right, i = left + b"\0", right + b"\0", 0
    while left[i] == right[i] and left[i] != 0:
        i += 1
    return left[i] - right[i]
