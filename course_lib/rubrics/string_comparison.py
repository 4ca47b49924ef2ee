"""What the string-comparison answers must do, and the mistakes we know."""

import re

from course_lib import string_comparison as sc
from course_lib.checking import call_each, rubric

OWN = "course_lib.string_comparison."


def some_text(rng, alphabet, length):
    """Return a random text over an alphabet."""
    return "".join(alphabet[i] for i in rng.integers(len(alphabet), size=length))


# 1. A row of the table


@rubric(
    answer=sc.table_row,
    title="A row of the ASCII table, made printable",
    points=3,
    difficulty=1,
    minutes=10,
    forbids=[OWN + "table_row"],
)
def table_row(rng, size):
    """Rows from all over the table, with control codes and a space among them."""
    if size == 2:
        width = int(rng.integers(2, 5))
        return 33 - width, width  # ends with the space
    if size == 8:
        return int(rng.integers(1, 20)), 3 * size  # control codes with letters, the space, punctuation
    return (int(rng.integers(28, 32)) if size == 5 else int(rng.integers(33, 112))), size


@table_row.edge(points=1)
def the_code_after_the_tilde():
    """Code 127, delete, is a control code too."""
    return 124, 4


@table_row.edge(points=1)
def the_end_of_the_table():
    """The table has 128 codes, so a row that would go on stops after 127."""
    return 120, 11


@table_row.mistake
def control_codes_end_at_31(first, width):
    """Code 127 went out as it is. Delete is a control code although it stands alone at the end of the table."""
    codes = range(first, min(first + width, 128))
    return f"{first:3d}:" + "".join(f" {'^' + chr(c ^ 64) if c < 32 else chr(c):>2}" for c in codes)


@table_row.mistake
def adds_64(first, width):
    """Adding 64 gives the caret letter only below 32. Change bit 6 instead, which also works for 127."""
    codes = range(first, min(first + width, 128))
    return f"{first:3d}:" + "".join(f" {'^' + chr(c + 64) if c < 32 or c == 127 else chr(c):>2}" for c in codes)


@table_row.mistake
def takes_the_space_for_a_control_code(first, width):
    """The space, code 32, is a printing character: the control codes are those below 32, and 127."""
    codes = range(first, min(first + width, 128))
    return f"{first:3d}:" + "".join(f" {'^' + chr(c ^ 64) if c <= 32 or c == 127 else chr(c):>2}" for c in codes)


@table_row.mistake
def control_codes_as_they_are(first, width):
    """Control codes went out as they are and show nothing. Write `^` and the character that differs in bit 6."""
    return f"{first:3d}:" + "".join(f" {chr(c):>2}" for c in range(first, min(first + width, 128)))


@table_row.mistake
def stops_before_127(first, width):
    """The row ends before code 127, the last of the table; `range` leaves its end out, so that must be 128."""
    return sc.table_row(first, min(width, 127 - first))


@table_row.mistake
def runs_off_the_table(first, width):
    """The row goes past code 127, where ASCII ends. Stop there, even if fewer than `width` cells are left."""
    cells = ("^" + chr(c ^ 64) if c < 32 or c == 127 else chr(c) for c in range(first, first + width))
    return f"{first:3d}:" + "".join(f" {cell:>2}" for cell in cells)


@table_row.mistake
def one_cell_short(first, width):
    """The row is one cell short: `width` codes are `first` to `first + width - 1`, and `range` leaves its end out."""
    return sc.table_row(first, width - 1) if width > 1 else f"{first:3d}:"


@table_row.mistake
def one_cell_too_many(first, width):
    """The row is one cell too long: `width` codes are `first` to `first + width - 1`, not to `first + width`."""
    return sc.table_row(first, width + 1)


@table_row.mistake
def aligned_to_the_left(first, width):
    """Each cell is two columns wide with its character on the right; yours stands on the left."""
    cells = ("^" + chr(c ^ 64) if c < 32 or c == 127 else chr(c) for c in range(first, min(first + width, 128)))
    return f"{first:3d}:" + "".join(f" {cell:<2}" for cell in cells)


@table_row.mistake
def strips_the_end(first, width):
    """A row that ends with the space character lost it: don't strip the line, its last cell is two columns wide."""
    return sc.table_row(first, width).rstrip()


@table_row.mistake
def number_in_hexadecimal(first, width):
    """The first column should be the code in decimal; yours is hexadecimal."""
    return f"{first:3x}" + sc.table_row(first, width)[3:]


@table_row.alternative
def from_a_list_of_all_cells(first, width):
    """Builds all 128 cells once and cuts the row out."""
    cells = ["^" + chr(64 + c) for c in range(32)] + [" " + chr(c) for c in range(32, 127)] + ["^?"]
    return " ".join([str(first).rjust(3) + ":", *cells[first : first + width]])


# 2. Upper case


@rubric(
    answer=sc.to_upper,
    title="Upper case by arithmetic",
    points=2,
    difficulty=1,
    minutes=8,
    forbids=[OWN + "to_upper"]
    + [f"{kind}.{way}" for kind in ("str", "bytes") for way in ("upper", "swapcase", "title", "capitalize")],
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
    """You also changed characters after `z`, such as `{` or `~`: the lower-case letters end at 122."""
    return "".join(chr(ord(c) - 32) if ord(c) >= 97 else c for c in text)


@to_upper.mistake
def begins_at_the_back_quote(text):
    """You also changed the back-quote, code 96, to `@`: the lower-case letters begin at 97."""
    return "".join(chr(ord(c) - 32) if 96 <= ord(c) <= 122 else c for c in text)


@to_upper.mistake
def ends_at_the_brace(text):
    """You also changed `{`, code 123, to `[`: the lower-case letters end at 122."""
    return "".join(chr(ord(c) - 32) if 97 <= ord(c) <= 123 else c for c in text)


@to_upper.mistake
def adds_32(text):
    """You moved the letters the wrong way: a capital's code is 32 lower than that of its small letter."""
    return "".join(chr(ord(c) + 32) if "a" <= c <= "z" else c for c in text)


@to_upper.mistake
def keeps_only_the_letters(text):
    """Characters other than a to z got lost; keep them as they are."""
    return "".join(chr(ord(c) - 32) for c in text if "a" <= c <= "z")


@to_upper.mistake
def subtracts_from_every_character(text):
    """You subtracted 32 from every character. Only a to z have a capital there: test first."""
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


# 3. strcmp


@rubric(
    answer=sc.c_compare,
    title="Compare like C",
    points=3,
    difficulty=2,
    minutes=12,
    forbids=[OWN + "c_compare", "ctypes.CDLL"],
)
def c_compare(rng, size):
    """Strings that share a beginning and then differ, or of which one ends."""
    shared = some_text(rng, "xyz", size - 1)
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
    """You went on after a zero byte. It ends the string: two strings that are equal up to it are equal."""
    return next((a - b for a, b in zip(left + b"\0", right + b"\0", strict=False) if a != b), 0)


@c_compare.mistake
def only_the_sign(left, right):
    """The sign is right, but the result should be the difference of the two bytes, not −1 or 1."""
    difference = sc.c_compare(left, right)
    return (difference > 0) - (difference < 0)


@c_compare.mistake
def right_minus_left(left, right):
    """The sign is upside down: the result is negative when `left` comes first, so it is left minus right."""
    return -sc.c_compare(left, right)


@c_compare.mistake
def stops_with_the_shorter_one(left, right):
    """When one string is the beginning of the other you return 0. Its end is a zero byte, and that differs too."""
    left, right = (text.split(b"\0")[0] for text in (left, right))
    return next((a - b for a, b in zip(left, right, strict=False) if a != b), 0)


@c_compare.mistake
def compares_what_both_have(left, right):
    """You compare only places that both have. Every string ends with a zero byte: it differs, and it stops you."""
    return next((a - b for a, b in zip(left, right, strict=False) if a != b), 0)


@c_compare.mistake
def wraps_around_at_256(left, right):
    """A negative difference came out 256 too large, as in `uint8` arithmetic. Subtract Python integers instead."""
    return sc.c_compare(left, right) % 256


@c_compare.mistake
def cuts_the_last_byte_off(left, right):
    """Your strings lost their last byte: `find` gives −1 where there is no zero, and `text[:-1]` drops a byte."""
    return sc.c_compare(left[: left.find(0)], right[: right.find(0)])


@c_compare.mistake
def pythons_own_order(left, right):
    """Python's `<` on `bytes` gives only an order, and it reads on past a zero byte. Return the difference of bytes."""
    return (left > right) - (left < right)


@c_compare.mistake
def difference_of_lengths(left, right):
    """Where one string is the start of the other you return a difference of lengths; compare the zero byte."""
    left, right = (text.split(b"\0")[0] for text in (left, right))
    return next((a - b for a, b in zip(left, right, strict=False) if a != b), len(left) - len(right))


@c_compare.mistake
def makes_no_difference_of_case(left, right):
    """You made capitals and small letters alike. `strcmp` tells them apart: A is 65 and a is 97."""
    return sc.c_compare(left.lower(), right.lower())


@c_compare.mistake
def compares_the_lengths_first(left, right):
    """You compare lengths before bytes. C reads both strings from the left; the first difference decides."""
    left, right = (text.split(b"\0")[0] for text in (left, right))
    return len(left) - len(right) if len(left) != len(right) else sc.c_compare(left, right)


@c_compare.alternative
def one_index_for_both(left, right):
    """Walks both strings with one index, as C does with two pointers."""
    left, right, i = left + b"\0", right + b"\0", 0
    while left[i] == right[i] and left[i] != 0:
        i += 1
    return left[i] - right[i]


# 4. Natural order


@rubric(
    answer=sc.natural_key,
    title="A key for natural order",
    points=3,
    difficulty=2,
    minutes=15,
    forbids=[OWN + "natural_key"],
)
def natural_key(rng, size):
    """File names with numbers of different lengths, given from the last to the first."""
    long, short = (f"{rng.integers(10, 20)}", f"{rng.integers(2, 10)}")
    pairs = [
        ["a" + long, "a" + short],
        ["a-" + long, "a-" + short, "a!"],
        ["x7y" + long, "x7y" + short, "x700"],
        [long + "a", short + "b", "a", f"{rng.integers(200, 900)}"],  # 97 is a, so numbers on either side of it
        ["B" + short, "é1", "ab2", "v1." + long, "v1." + short, "a\nc", " z"],
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


@natural_key.drive
def sort_with(answer, names):
    """Sort a list of names with the key."""
    keys = call_each(answer, [(name,) for name in names])
    return [names[place] for place in sorted(range(len(names)), key=keys.__getitem__)]


@natural_key.written
def as_a_sort(names):
    """A key is seen by what it sorts."""
    return f"sorted([{', '.join(map(repr, names))}], key=natural_key)"


def split_numbers(text):
    """Cut a text into pieces that alternate between text and digits."""
    return re.split("([0-9]+)", text)


@natural_key.mistake
def the_text_itself(text):
    """Numbers are still compared digit by digit, so that 10 comes before 9: turn each run of digits into one number."""
    return text


@natural_key.mistake
def one_digit_at_a_time(text):
    """You turn single digits into numbers, so 10 is still 1 and then 0: take the whole run of digits together."""
    return tuple((0, int(c)) if c in "0123456789" else (1, ord(c)) for c in text)


@natural_key.mistake
def the_numbers_alone(text):
    """Your key holds only the numbers and forgets the text between them."""
    return tuple(int(piece) for piece in split_numbers(text)[1::2])


@natural_key.mistake
def the_first_number_alone(text):
    """Only the first number of a name counts as a number; a later one is still compared digit by digit."""
    before, number, after = (*re.split("([0-9]+)", text, maxsplit=1), "", "")[:3]
    return before, int(number or -1), after


@natural_key.mistake
def numbers_after_characters(text):
    """At the same place a number should come before any other character; in yours it comes after."""
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
    """A line break got lost: in a regular expression `.` means any character but that one, unless you add `re.S`."""
    return sc.natural_key(text.replace("\n", ""))


@natural_key.mistake
def orders_equal_numbers_by_their_zeros(text):
    """Names with equal numbers, such as a2 and a02, changed places: their keys should be equal, nothing added."""
    return sc.natural_key(text), text


@natural_key.mistake
def trusts_isdigit(text):
    """`isdigit` is true for ² and its like, which `int` cannot read; look for 0 to 9 alone."""
    return tuple((0, int(p)) if p.isdigit() else (1, p) for p in re.findall("[0-9]+|[^0-9]", text))


@natural_key.mistake
def digits_of_every_script(text):
    r"""`\d` also finds the digits of other scripts; look for 0 to 9 alone."""
    return tuple(int(p) if place % 2 else p for place, p in enumerate(re.split(r"(\d+)", text)))


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


# 5. UTF-8


@rubric(
    answer=sc.utf8_encode,
    title="UTF-8 by hand",
    points=3,
    difficulty=2,
    minutes=20,
    forbids=[
        OWN + "utf8_encode",
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
    return "".join(some_text(rng, pools[place % 5], 1) for place in range(size))


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
    """The last surrogate, U+DFFF, is refused like the first."""
    return (chr(0xDFFF) + "a",)


def in_utf8(code, limits=(0x80, 0x800, 0x10000), markers=(0, 0xC0, 0xE0, 0xF0), mask=0x3F, following=0x80):
    """Encode one code point, surrogates too, with parts that a mistake may replace."""
    count = sum(code >= limit for limit in limits)
    rest = [following | code >> 6 * place & mask for place in reversed(range(count))]
    return bytes([markers[count] | code >> 6 * count, *rest])


@utf8_encode.mistake
def lets_surrogates_through(text):
    """A surrogate was encoded as if it were a character. Refuse U+D800 to U+DFFF with a ValueError."""
    return b"".join(in_utf8(ord(c)) for c in text)


@utf8_encode.mistake
def refuses_half_of_the_surrogates(text):
    """Some surrogates get through: there are 2,048 of them, U+D800 to U+DFFF, both ends included."""
    if any(0xD800 <= ord(c) < 0xDC00 for c in text):
        raise ValueError("a surrogate")
    return b"".join(in_utf8(ord(c)) for c in text)


@utf8_encode.mistake
def refuses_e000(text):
    """You refuse U+E000, which is no surrogate: they end at U+DFFF."""
    if any(0xD800 <= ord(c) <= 0xE000 for c in text):
        raise ValueError("a surrogate")
    return b"".join(in_utf8(ord(c)) for c in text)


@utf8_encode.mistake
def boundaries_one_too_low(text):
    """The last code point of a length, such as U+007F, got a byte too many: the limits belong to the shorter form."""
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise ValueError("surrogate")
    return b"".join(in_utf8(ord(c), limits=(0x7F, 0x7FF, 0xFFFF)) for c in text)


@utf8_encode.mistake
def forgets_the_mask(text):
    """A following byte carries only six bits: cut the others off with `& 0x3F` before you add the marker."""
    return b"".join(in_utf8(ord(c), mask=0x1FFFFF) for c in text)


@utf8_encode.mistake
def following_bytes_marked_like_first(text):
    """The following bytes begin with the bits 11; they must begin with 10, that is 0x80."""
    return b"".join(in_utf8(ord(c), following=0xC0) for c in text)


@utf8_encode.mistake
def low_bits_first(text):
    """The bytes of a character stand in the wrong order: the first byte holds the marker and the highest bits."""
    return b"".join(in_utf8(ord(c))[::-1] for c in text)


@utf8_encode.mistake
def surrogates_in_three_bytes_each(text):
    """From U+10000 on, two surrogates of three bytes each came out (CESU-8). UTF-8 writes four bytes."""
    return b"".join(in_utf8(unit) for unit in sc.utf16_encode(text))


@utf8_encode.mistake
def one_byte_for_latin1(text):
    """U+0080 to U+00FF came out as one byte, which is Latin-1. In UTF-8 one byte is enough only up to U+007F."""
    sc.utf16_encode(text)  # refuses surrogates
    return b"".join(bytes([ord(c)]) if ord(c) < 256 else in_utf8(ord(c)) for c in text)


@utf8_encode.mistake
def codes_as_bytes(text):
    """Each code went out as one byte: é is 233 in Latin-1, but two bytes in UTF-8, and most codes fit in no byte."""
    return bytes(ord(c) for c in text)


@utf8_encode.mistake
def following_bytes_without_a_mark(text):
    """The following bytes hold the right six bits but not the mark 10 before them: add 0x80 to each."""
    sc.utf16_encode(text)  # refuses surrogates
    return b"".join(in_utf8(ord(c), following=0) for c in text)


@utf8_encode.mistake
def bits_without_any_marks(text):
    """The bits are right, but their marks are missing: 110, 1110 or 11110 before the first, 10 before each other."""
    sc.utf16_encode(text)  # refuses surrogates
    return b"".join(in_utf8(ord(c), markers=(0, 0, 0, 0), following=0) for c in text)


@utf8_encode.mistake
def begins_with_a_byte_order_mark(text):
    """Your result begins with EF BB BF. UTF-8 has no byte order, so it needs no mark."""
    return b"\xef\xbb\xbf" + sc.utf8_encode(text)


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


# 6. Hangul


@rubric(
    answer=sc.compose_hangul,
    title="Put Hangul together",
    points=3,
    difficulty=3,
    minutes=25,
    forbids=[OWN + "compose_hangul", "unicodedata.normalize", "unicodedata.ucd_3_2_0.normalize"],
)
def compose_hangul(rng, size):
    """Syllables in pieces, with and without a tail, and other characters between them; shown as code points."""
    parts = []
    for place in range(size):
        index = int(rng.integers(399)) * 28 + (int(rng.integers(1, 28)) if place % 2 == 0 else 0)
        parts.append(sc.decompose_hangul(chr(0xAC00 + index)) + ("a" if place == 2 else ""))
    return code_points("".join(parts))


def code_points(text):
    """Write a text as its code points: composed or in pieces, Hangul looks the same."""
    return " ".join(f"U+{ord(c):04X}" for c in text)


@compose_hangul.drive
def by_code_points(answer, codes):
    """Compose one text, with both sides written as code points so that a reader sees what differs."""
    result = answer("".join(chr(int(code[2:], 16)) for code in codes.split()))
    return code_points(result) if isinstance(result, str) else result


@compose_hangul.written
def as_escapes(codes):
    """As one types letters that no keyboard has."""
    text = "".join(chr(int(code[2:], 16)) for code in codes.split())
    return f"compose_hangul({text!a})"


@compose_hangul.edge(points=1)
def a_tail_after_a_whole_syllable():
    """A syllable that is already there and has no tail takes the one that follows; one that has a tail does not."""
    return code_points("가\u11a8 각\u11a8")


@compose_hangul.edge(points=1)
def the_first_and_the_last_letters():
    """The first and the last letters count: leads up to U+1112, vowels up to U+1175, tails up to U+11C2."""
    return code_points("\u1100\u1161\u11a8 \u1112\u1175\u11c2")


@compose_hangul.edge(points=1)
def letters_that_do_not_join():
    """Letters out of order or alone, old ones beyond the 19, 21 and 27, and letters for display stay as they are."""
    return code_points("\u1161\u1100 \u1113\u1161 \u1100\u1176 가\u11a7 가\u11c3 가\u1161 ㄱㅏ \u1100\u11a8 \u1100")


@compose_hangul.edge(points=1)
def a_tail_after_another_character():
    """A tail stays alone after `d` and U+D7A4: they are no syllables, though multiples of 28 away from U+AC00."""
    return code_points("d\u11a8 \ud7a4\u11a8")


def compose_with(
    text, leads=19, vowels=21, tails=range(0x11A8, 0x11C3), whole="가", step=28, minus=0x11A7, syllables=range(11172)
):
    """Compose with parts that a mistake may replace; `whole` says which syllables take a tail."""
    out = [""]
    for c in text:
        lead, vowel, before = ord(out[-1] or "a") - 0x1100, ord(c) - 0x1161, ord(out[-1] or "a") - 0xAC00
        if 0 <= lead < leads and 0 <= vowel < vowels:
            out[-1] = chr(0xAC00 + (lead * 21 + vowel) * step)
        elif before in syllables and ord(c) in tails and (whole == "any" or before % 28 == 0):
            out[-1] = chr(ord(out[-1]) + ord(c) - minus)
        else:
            out.append(c)
    return "".join(out)


@compose_hangul.mistake
def tails_counted_from_zero(text):
    """Each tail is one too low: number 0 means no tail, so the first tail, U+11A8, is number 1."""
    return compose_with(text, minus=0x11A8)


@compose_hangul.mistake
def twenty_seven_tails(text):
    """There are 27 tails but 28 possibilities, because a syllable may have none. Multiply by 28."""
    return compose_with(text, step=27)


@compose_hangul.mistake
def leaves_the_tails(text):
    """The tails still stand alone: after lead and vowel have joined, a tail that follows joins too."""
    return compose_with(text, tails=())


@compose_hangul.mistake
def looks_for_display_letters(text):
    """Nothing was joined. The letters to join begin at U+1100, U+1161 and U+11A8, not at U+3131."""
    return text


@compose_hangul.mistake
def joins_only_what_it_made_itself(text):
    """A syllable that was there from the start may take a tail too, as long as it has none."""
    return re.sub("[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?", lambda m: sc.compose_hangul(m[0]), text)


@compose_hangul.mistake
def adds_a_second_tail(text):
    """A syllable that has a tail got another one and became a different syllable. Only one without a tail takes it."""
    return compose_with(text, whole="any")


@compose_hangul.mistake
def joins_a_tail_to_anything(text):
    """A character that is no syllable took a tail. Ask first whether it lies between U+AC00 and U+D7A3."""
    return compose_with(text, syllables=range(-0xAC00, 0x110000))


@compose_hangul.mistake
def takes_old_letters_too(text):
    """Old letters such as U+1113 or U+1176 were joined. Only 19 leads and 21 vowels have numbers in the formula."""
    return compose_with(text, leads=0x60, vowels=0x47)


@compose_hangul.mistake
def forgets_the_last_letters(text):
    """The last letters were left out: 19 leads are numbers 0 to 18, 21 vowels 0 to 20, and tail 27 counts too."""
    return compose_with(text, leads=18, vowels=20, tails=range(0x11A8, 0x11C2))


@compose_hangul.mistake
def swallows_u_11a7(text):
    """U+11A7 vanished. It is no tail: the tails are numbers 1 to 27, and 0 stands for none."""
    return compose_with(text, tails=range(0x11A7, 0x11C3))


@compose_hangul.mistake
def throws_away_the_rest(text):
    """Characters that are no Hangul letters got lost; keep them where they were."""
    return re.sub("[^\uac00-\ud7a3]", "", sc.compose_hangul(text))


@compose_hangul.alternative
def by_two_substitutions(text):
    """Joins leads with vowels first, then tails."""
    text = re.sub(
        "([\u1100-\u1112])([\u1161-\u1175])",
        lambda m: chr(0xAC00 + (ord(m[1]) - 0x1100) * 588 + (ord(m[2]) - 0x1161) * 28),
        text,
    )
    return re.sub(
        "([가-힣])([\u11a8-\u11c2])",
        lambda m: m[0] if (ord(m[1]) - 0xAC00) % 28 else chr(ord(m[1]) + ord(m[2]) - 0x11A7),
        text,
    )


# 7. Edit distance with exchanges


@rubric(
    answer=sc.typo_distance,
    title="Distance between typing errors",
    points=4,
    difficulty=3,
    minutes=25,
    forbids=[OWN + "typo_distance"],
)
def typo_distance(rng, size):
    """A word and its copy with letters exchanged, lost, added and replaced."""
    start = {1: "", 2: "ss", 8: "bcao" + some_text(rng, "abcd", 2)}.get(size, some_text(rng, "abcd", size))
    changed = {1: ("ei", "ie"), 2: ("eg", "if"), 3: ("ei", "io"), 5: ("eif", "ief"), 8: ("iezuk", "eiznu")}
    left, right = changed[size]
    copy = {3: start.capitalize(), 5: start[:2] + "o" + start[2:], 8: start[2:3] + start[4:]}.get(
        size, start
    )  # far enough from the exchange
    return start + left, copy + right


@typo_distance.edge(points=1)
def an_empty_word():
    """Every letter has to be typed: the distance from nothing is the length of the word."""
    return "", "abc"


@typo_distance.edge(points=1)
def nothing_is_edited_twice():
    """From ca to abc takes three edits: an exchanged pair may not be changed again, so ca → ac → abc does not count."""
    return "ca", "abc"


@typo_distance.edge(points=1)
def a_pair_better_not_exchanged():
    """From aba to ab one deletion is enough, though the last two letters of both stand crosswise."""
    return "aba", "ab"


@typo_distance.edge(points=1)
def a_word_at_the_end_of_another():
    """Before the first letter there is none to exchange, though Python reads place −1 as the last one."""
    return "at", "combat"


def distance_with(left, right, start=1, replace=1, exchange=1, pair="both", least=2):
    """Fill the table with prices and conditions that a mistake may replace."""
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    table[0] = [start * column for column in range(len(right) + 1)]
    for row in range(1, len(left) + 1):
        table[row][0] = start * row
        for column in range(1, len(right) + 1):
            same = left[row - 1] == right[column - 1]
            choices = [table[row - 1][column] + 1, table[row][column - 1] + 1]
            choices.append(table[row - 1][column - 1] + (0 if same else replace))
            first, second = left[row - 1] == right[column - 2], left[row - 2] == right[column - 1]
            crosswise = {"both": first and second, "first": first, "second": second}[pair]
            if row >= least and column >= least and crosswise:
                choices.append(table[row - 2][column - 2] + exchange)
            table[row][column] = min(choices)
    return table[-1][-1]


@typo_distance.mistake
def no_exchange(left, right):
    """Two exchanged neighbors cost two in yours, as in the plain edit distance; here they cost one."""
    return sc.edit_distance(left, right)


@typo_distance.mistake
def exchange_for_nothing(left, right):
    """Exchanging two neighbors costs one edit; in yours it costs nothing."""
    return distance_with(left, right, exchange=0)


@typo_distance.mistake
def looks_at_one_letter_of_the_pair(left, right):
    """An exchange needs both letters to match crosswise; yours looks at one of them only."""
    return distance_with(left, right, pair="first")


@typo_distance.mistake
def looks_at_the_other_letter_of_the_pair(left, right):
    """An exchange needs both letters to match crosswise; yours asks only for left's last but one in right."""
    return distance_with(left, right, pair="second")


@typo_distance.mistake
def reads_before_the_first_letter(left, right):
    """You look two letters back where there is only one; in Python place −1 is the last letter. Ask for i, j ≥ 2."""
    return distance_with(left, right, least=1)


@typo_distance.mistake
def exchanges_whenever_it_can(left, right):
    """An exchange is one choice beside the other three: take the least of all four, even where a pair is crosswise."""
    table = [list(range(len(right) + 1))]
    for row, one in enumerate(left, start=1):
        line = [row]
        for column, other in enumerate(right, start=1):
            if row > 1 and column > 1 and left[row - 2] == other and one == right[column - 2]:
                line.append(table[row - 2][column - 2] + 1)
            else:
                line.append(min(table[-1][column] + 1, line[-1] + 1, table[-1][column - 1] + (one != other)))
        table.append(line)
    return table[-1][-1]


@typo_distance.mistake
def exchanges_where_the_last_letters_differ(left, right):
    """Where a pair is crosswise you only exchange it, and deleting or inserting may be cheaper: compare all four."""
    table = [list(range(len(right) + 1))]
    for row, one in enumerate(left, start=1):
        line = [row]
        for column, other in enumerate(right, start=1):
            if one == other:
                line.append(table[-1][column - 1])
            elif row > 1 and column > 1 and left[row - 2] == other and one == right[column - 2]:
                line.append(table[row - 2][column - 2] + 1)
            else:
                line.append(min(table[-1][column], line[-1], table[-1][column - 1]) + 1)
        table.append(line)
    return table[-1][-1]


@typo_distance.mistake
def never_deletes(left, right):
    """A letter of `left` that is missing in `right` costs one deletion; yours deletes only at the beginning."""
    table = [list(range(len(right) + 1))]
    for row, one in enumerate(left, start=1):
        line = [row]
        for column, other in enumerate(right, start=1):
            line.append(min(line[-1] + 1, table[-1][column - 1] + (one != other)))
            if row > 1 and column > 1 and left[row - 2] == other and one == right[column - 2]:
                line[-1] = min(line[-1], table[row - 2][column - 2] + 1)
        table.append(line)
    return table[-1][-1]


@typo_distance.mistake
def misses_an_exchange_at_the_start(left, right):
    """The first two letters can be exchanged too: i, j ≥ 2 includes 2."""
    return distance_with(left, right, least=3)


@typo_distance.mistake
def replacing_costs_two(left, right):
    """Replacing a letter costs one; yours pays for deleting the old and inserting the new one."""
    return distance_with(left, right, replace=2)


@typo_distance.mistake
def makes_capitals_small(left, right):
    """You made capitals and small letters alike. They are two characters, and changing one to the other is an edit."""
    return sc.typo_distance(left.lower(), right.lower())


@typo_distance.mistake
def starts_at_zero_everywhere(left, right):
    """The first row and column are not all zero: reaching nothing from n letters takes n deletions."""
    return distance_with(left, right, start=0)


@typo_distance.mistake
def compares_place_by_place(left, right):
    """You compare letters at equal places. A lost letter shifts all that follow, and an exchange changes two places,
    yet each is a single edit."""
    return sum(a != b for a, b in zip(left, right, strict=False)) + abs(len(left) - len(right))


@typo_distance.mistake
def nothing_for_an_empty_word(left, right):
    """An empty word is as far from another as that word is long, not 0."""
    return sc.typo_distance(left, right) if left and right else 0


@typo_distance.mistake
def edits_a_pair_twice(left, right):
    """You allow edits between two exchanged letters (the unrestricted distance). Here a pair is left alone."""
    far, seen = len(left) + len(right), {}
    table = {(row, column): far for row in range(-1, len(left) + 1) for column in range(-1, len(right) + 1)}
    table |= {(row, 0): row for row in range(len(left) + 1)}
    table |= {(0, column): column for column in range(len(right) + 1)}
    for row, one in enumerate(left, start=1):
        match = 0
        for column, other in enumerate(right, start=1):
            up, back = seen.get(other, 0), match
            exchanged = table[up - 1, back - 1] + (row - up) + (column - back) - 1
            match = column if one == other else match
            replaced = table[row - 1, column - 1] + (one != other)
            table[row, column] = min(exchanged, replaced, table[row - 1, column] + 1, table[row, column - 1] + 1)
        seen[one] = row
    return table[len(left), len(right)]


@typo_distance.alternative
def by_remembered_recursion(left, right):
    """Recurses on the ends of both words and remembers what it has seen."""
    seen = {}

    def best(i, j):
        if (i, j) not in seen:
            seen[i, j] = least(i, j)
        return seen[i, j]

    def least(i, j):
        if i == 0 or j == 0:
            return i + j
        ways = [best(i - 1, j) + 1, best(i, j - 1) + 1, best(i - 1, j - 1) + (left[i - 1] != right[j - 1])]
        if i > 1 and j > 1 and left[i - 2 : i] == right[j - 1] + right[j - 2]:
            ways.append(best(i - 2, j - 2) + 1)
        return min(ways)

    return best(len(left), len(right))
