"""String comparison: which of two texts comes first, and how far apart they are.

Strings are sequences of numbers, and a computer compares the numbers: the 128 codes, comparison by
code, encodings, Hangul, order for people, and edit distance.
"""

import re
import unicodedata

# The Unicode Standard, section 3.12: where the blocks of Hangul begin, how many letters each has.
FIRST_SYLLABLE, FIRST_LEAD, FIRST_VOWEL = 0xAC00, 0x1100, 0x1161
BEFORE_TAILS = 0x11A7  # one before the first tail, so that tail number 0 can mean "no tail"
LEADS, VOWELS, TAILS = 19, 21, 28
SYLLABLES = LEADS * VOWELS * TAILS

# RFC 3629, section 3: the last code of each row, its first byte, and how many bytes follow.
UTF8_ROWS = ((0x7F, 0x00, 0), (0x7FF, 0xC0, 1), (0xFFFF, 0xE0, 2), (0x10FFFF, 0xF0, 3))


def kind(code: int) -> str:
    """Name the group of one of the 128 ASCII codes.

    Raises ValueError for a code below 0 or above 127. Source: RFC 20 (1969), the code table.

    >>> [kind(code) for code in (10, 32, 48, 65, 95, 97)]
    ['control', 'space', 'digit', 'upper', 'punctuation', 'lower']
    """
    if not 0 <= code <= 127:
        raise ValueError(f"an ASCII code is 0 to 127, not {code}")
    if code < 32 or code == 127:
        return "control"
    groups = {"space": (32, 32), "digit": (48, 57), "upper": (65, 90), "lower": (97, 122)}
    for name, (low, high) in groups.items():
        if low <= code <= high:
            return name
    return "punctuation"


def table_row(first: int, width: int) -> str:
    """Write `width` neighbors of the ASCII table as one printable line that ends at 127.

    `first` takes three columns and a colon, each code a space and two columns. A control code is
    written `^` and the character whose code differs in bit 6. Raises ValueError unless `first` is 0
    to 127 and `width` at least 1. Source: RFC 20, the code table.

    >>> table_row(64, 4)
    ' 64:  @  A  B  C'
    >>> table_row(8, 3)
    '  8: ^H ^I ^J'
    """
    if not 0 <= first <= 127 or width < 1:
        given = f"first={first}, width={width}"
        raise ValueError(f"a row starts at 0 to 127 and is at least 1 wide, not {given}")
    codes = range(first, min(first + width, 128))
    cells = (f"^{chr(code ^ 64)}" if kind(code) == "control" else chr(code) for code in codes)
    return f"{first:3d}:" + "".join(f" {cell:>2}" for cell in cells)


def to_upper(text: str) -> str:
    """Turn the letters a to z into A to Z by arithmetic, and leave every other character as it is.

    A lower-case letter is its capital plus 32, bit 5 of the code. Source: RFC 20, the code table.

    >>> to_upper("z{1}é")
    'Z{1}é'
    """
    return "".join(chr(ord(letter) - 32) if "a" <= letter <= "z" else letter for letter in text)


def compare(left: str, right: str) -> int:
    """Say whether `left` comes before (-1), equals (0) or follows (1) `right`.

    The first code point that differs decides; if none does, the shorter comes first. Equation
    {eq}`string_comparison-lexicographic`; The Python Language Reference, section 6.10.1.

    >>> compare("Zoo", "car"), compare("car", "cart"), compare("9", "10"), compare("a", "a")
    (-1, -1, 1, 0)
    """
    for one, other in zip(left, right, strict=False):
        if ord(one) != ord(other):
            return -1 if ord(one) < ord(other) else 1
    if len(left) == len(right):
        return 0
    return -1 if len(left) < len(right) else 1


def c_compare(left: bytes, right: bytes) -> int:
    """Compare two C strings and return the difference of the first two bytes that differ, or 0.

    Bytes count as 0 to 255. A zero byte ends a string; a string without one ends as if it had one.
    C promises the sign only; the difference is the classic way to make it. Source: ISO C11, 7.24.4.

    >>> c_compare(b"car", b"cart"), c_compare(b"b", b"a"), c_compare(b"a\\0x", b"a\\0y")
    (-116, 1, 0)
    """
    left, right = (text.split(b"\0")[0] + b"\0" for text in (left, right))
    return next((one - other for one, other in zip(left, right, strict=False) if one != other), 0)


def natural_key(text: str) -> tuple[str | int, ...]:
    """Make a sort key that reads each run of the digits 0 to 9 as one number.

    The end comes before a number, a number before any other character, numbers in order of value,
    characters in order of code. Texts that differ only in leading zeros have equal keys. Source:
    this course's own rule, after Pool (2000), "Natural Order String Comparison".

    >>> sorted(["page10", "page9", "page"], key=natural_key)
    ['page', 'page9', 'page10']
    """
    # A pattern with a group alternates text, number, text, …: each place holds one type.
    pieces = re.split("([0-9]+)", text)
    return tuple(int(piece) if place % 2 else piece for place, piece in enumerate(pieces))


def utf16_encode(text: str) -> list[int]:
    """Give the 16-bit units that write `text` in UTF-16, one or two for a code point.

    A code point from 0x10000 on takes two, the surrogates, with ten of its bits each. Raises
    ValueError for a lone surrogate. Source: The Unicode Standard, definition D91 and table 3-5.

    >>> [hex(unit) for unit in utf16_encode("A\\U0001F600")]
    ['0x41', '0xd83d', '0xde00']
    """
    units = []
    for code in map(ord, text):
        _refuse_surrogate(code, text)
        if code < 0x10000:
            units.append(code)
        else:
            upper, lower = divmod(code - 0x10000, 0x400)
            units += [0xD800 + upper, 0xDC00 + lower]
    return units


def utf8_encode(text: str) -> bytes:
    """Give the bytes that write `text` in UTF-8, one to four for each code point.

    The first byte says how many follow, and each of these holds six bits of the code. Raises
    ValueError for a lone surrogate. Source: RFC 3629, section 3; The Unicode Standard, table 3-6.

    >>> utf8_encode("é€").hex(" ")
    'c3 a9 e2 82 ac'
    """
    out = bytearray()
    for code in map(ord, text):
        _refuse_surrogate(code, text)
        first, following = next(row[1:] for row in UTF8_ROWS if code <= row[0])
        rest: list[int] = []
        for _ in range(following):
            code, six_bits = divmod(code, 64)
            rest.insert(0, 0x80 + six_bits)
        out += bytes([first + code, *rest])
    return bytes(out)


def _refuse_surrogate(code: int, text: str) -> None:
    if 0xD800 <= code <= 0xDFFF:
        half = f"U+{code:04X} is half a character (a surrogate)"
        raise ValueError(f"{half} and cannot be encoded: {text!r}")


def decompose_hangul(syllable: str) -> str:
    """Take one Hangul syllable apart into its two or three conjoining letters (jamo).

    Raises ValueError unless `syllable` is one of the characters U+AC00 to U+D7A3. Equation
    {eq}`string_comparison-hangul`; The Unicode Standard, section 3.12, arithmetic decomposition.

    >>> [hex(ord(letter)) for letter in decompose_hangul("한")]
    ['0x1112', '0x1161', '0x11ab']
    """
    index = ord(syllable) - FIRST_SYLLABLE if len(syllable) == 1 else -1
    if not 0 <= index < SYLLABLES:
        raise ValueError(f"one Hangul syllable is needed, not {syllable!r}")
    without_tail, tail = divmod(index, TAILS)
    lead, vowel = divmod(without_tail, VOWELS)
    letters = chr(FIRST_LEAD + lead) + chr(FIRST_VOWEL + vowel)
    if tail:
        letters += chr(BEFORE_TAILS + tail)
    return letters


def compose_hangul(text: str) -> str:
    """Join every lead and vowel, and the tail if one follows, into a syllable.

    All other characters stay. A syllable in `text` that has no tail takes the tail that follows it.
    The letters are conjoining jamo: 19 leads from U+1100, 21 vowels from U+1161, 27 tails from
    U+11A8. Source: The Unicode Standard, section 3.12, arithmetic composition.

    >>> compose_hangul("\\u1112\\u1161\\u11ab!")
    '한!'
    """
    out: list[str] = []
    for letter in text:
        before, code = ord(out[-1]) if out else 0, ord(letter)
        lead, vowel, tail = before - FIRST_LEAD, code - FIRST_VOWEL, code - BEFORE_TAILS
        syllable = before - FIRST_SYLLABLE
        open_syllable = 0 <= syllable < SYLLABLES and syllable % TAILS == 0
        if 0 <= lead < LEADS and 0 <= vowel < VOWELS:
            out[-1] = chr(FIRST_SYLLABLE + (lead * VOWELS + vowel) * TAILS)
        elif open_syllable and 0 < tail < TAILS:
            out[-1] = chr(before + tail)
        else:
            out.append(letter)
    return "".join(out)


def dictionary_key(text: str) -> tuple[str, str, str]:
    """Make a sort key that looks at letters first, accents second and case last.

    Each level breaks the ties before it, as in the Unicode Collation Algorithm, of which this is a
    small model. Source: Unicode Technical Standard 10, section 1.1, multilevel comparison.

    >>> sorted(["Zoo", "rôle", "apple", "Role", "role"], key=dictionary_key)
    ['apple', 'role', 'Role', 'rôle', 'Zoo']
    """
    marked = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    letters = "".join(letter for letter in marked if not unicodedata.combining(letter))
    return letters, marked, text.swapcase()


def edit_distance_by_recursion(left: str, right: str) -> int:
    """Count the fewest characters to insert, delete or replace that turn `left` into `right`.

    This slow program is the definition: three choices for the last characters. Equation
    {eq}`string_comparison-edit`; Levenshtein (1966).

    >>> edit_distance_by_recursion("cat", "cut")
    1
    """
    if not left or not right:
        return len(left) + len(right)
    return min(
        edit_distance_by_recursion(left[:-1], right) + 1,
        edit_distance_by_recursion(left, right[:-1]) + 1,
        edit_distance_by_recursion(left[:-1], right[:-1]) + (left[-1] != right[-1]),
    )


def edit_table(left: str, right: str) -> list[list[int]]:
    """Fill the table of distances from each beginning of `left` to each of `right`.

    Row 0 and column 0 are the empty beginnings. Equation {eq}`string_comparison-edit`; Wagner and
    Fischer (1974), Algorithm X.

    >>> edit_table("at", "cat")
    [[0, 1, 2, 3], [1, 1, 1, 2], [2, 2, 2, 1]]
    """
    table = [list(range(len(right) + 1))]
    for row, one in enumerate(left, start=1):
        above, line = table[-1], [row]
        for column, other in enumerate(right, start=1):
            replaced = above[column - 1] + (one != other)
            line.append(min(above[column] + 1, line[-1] + 1, replaced))
        table.append(line)
    return table


def edit_distance(left: str, right: str) -> int:
    """Count the same edits as `edit_distance_by_recursion`: read the last cell of `edit_table`.

    Time and memory grow with the product of the two lengths. Source: Wagner and Fischer (1974).

    >>> edit_distance("kitten", "sitting")
    3
    """
    return edit_table(left, right)[-1][-1]


def typo_distance(left: str, right: str) -> int:
    """Count edits as `edit_distance` does, where exchanging two neighbors also costs one.

    No character is edited twice: this is the optimal string alignment distance. Source: Damerau
    (1964), the four kinds of spelling error, in the recurrence of Wagner and Fischer (1974).

    >>> typo_distance("teh", "the"), typo_distance("ca", "abc")
    (1, 3)
    """
    table = [list(range(len(right) + 1))]
    for row, one in enumerate(left, start=1):
        above, line = table[-1], [row]
        for column, other in enumerate(right, start=1):
            choices = [above[column] + 1, line[-1] + 1, above[column - 1] + (one != other)]
            two_left, two_right = left[row - 2 : row], right[column - 2 : column]
            if min(row, column) > 1 and two_left == two_right[::-1]:
                choices.append(table[row - 2][column - 2] + 1)
            line.append(min(choices))
        table.append(line)
    return table[-1][-1]
