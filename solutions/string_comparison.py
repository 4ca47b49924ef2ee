# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown]
# # String comparison: exercises
# Read [the page](../book/foundations/string_comparison.md) first. Each exercise is one function; write it, run
# its cell, then run the check below it. `ord` gives the code point of a character and `chr` the character of a
# code point; the rest is arithmetic.
# %%
from course_lib.checking import check

# %% [markdown] exercise="string_comparison.table_row"
# Tools that show raw bytes print each code as something visible. `table_row(first, width)` returns one line of
# the ASCII table, for the `width` codes from `first` (0 to 127) on:
#
# - the number `first` in decimal, right-aligned in three columns, then a colon;
# - for each code one space and a cell two columns wide, with its content on the right.
#
# A printing character, the space included, is its own content. A control code (0 to 31, and 127) is written in
# *caret notation*: `^`, followed by the character whose code is the same but for bit 6, the bit worth 64. The
# table ends at 127, and so does the row.
#
# ```
# table_row(64, 4) == " 64:  @  A  B  C"
# table_row(8, 3)  == "  8: ^H ^I ^J"
# ```


# %% answer="string_comparison.table_row"
def table_row(first, width):
    """One printable line of the ASCII table: `first` 0 to 127, `width` at least 1 → str."""
    ### BEGIN SOLUTION
    line = f"{first:3d}:"
    for code in range(first, min(first + width, 128)):
        is_control = code < 32 or code == 127
        cell = "^" + chr(code ^ 64) if is_control else chr(code)
        line += f" {cell:>2}"
    return line
    ### END SOLUTION


# %% check="string_comparison.table_row"
check("string_comparison.table_row", table_row)

# %% [markdown] exercise="string_comparison.to_upper"
# `to_upper(text)` returns `text` with the letters a to z turned into A to Z, by arithmetic on codes. A capital's
# code is that of its small letter minus 32. Every other character of `text`, which may be empty, stays as it is,
# also é, ß and the Greek σ: 32 is a distance in ASCII alone.
#
# ```
# to_upper("z{1}é") == "Z{1}é"
# ```


# %% answer="string_comparison.to_upper"
def to_upper(text):
    """The same text with a to z as A to Z: str → str."""
    ### BEGIN SOLUTION
    return "".join(chr(ord(letter) - 32) if 97 <= ord(letter) <= 122 else letter for letter in text)
    ### END SOLUTION


# %% check="string_comparison.to_upper"
check("string_comparison.to_upper", to_upper)

# %% [markdown] exercise="string_comparison.c_compare"
# `c_compare(left, right)` compares two `bytes` as C's `strcmp` compares strings. C promises only the sign of the
# result. Here we return what many libraries do, a difference: the first byte of `left` that differs, minus the
# byte of `right` at the same place. If none differs, the result is 0.
#
# - Bytes count as 0 to 255 (`unsigned char`).
# - A zero byte, NUL, ends a string, and what follows it does not exist. Where the `bytes` hold no zero, imagine
#   one after the last.
# - The zero at the end takes part in the comparison.
#
# ```
# c_compare(b"b", b"a")          == 1       # 98 - 97
# c_compare(b"car", b"cart")     == -116    # the end against t: 0 - 116
# c_compare(b"a\0x", b"a\0y")    == 0       # both are just "a"
# ```


# %% answer="string_comparison.c_compare"
def c_compare(left, right):
    """The difference of the first unequal bytes of two C strings: bytes, bytes → int."""
    ### BEGIN SOLUTION
    left, right, place = left + b"\0", right + b"\0", 0
    while left[place] == right[place] and left[place] != 0:
        place += 1
    return left[place] - right[place]
    ### END SOLUTION


# %% check="string_comparison.c_compare"
check("string_comparison.c_compare", c_compare)

# %% [markdown] exercise="string_comparison.natural_key"
# A list of files in order of codes runs `page1, page10, page2`. `natural_key(text)` returns a key for `sorted`
# with which each run of the digits 0 to 9 counts as *one number*. The key is plain data (tuples or lists of
# numbers and strings) such that, place by place,
#
# - the end of a name comes before a number, and a number before any other character;
# - numbers stand in order of value, with up to 300 digits, and other characters in order of their code points.
#   So capitals come before small letters, and é and `e` with an accent (U+0301) are two texts;
# - names that differ only in leading zeros, `a2` and `a02`, have equal keys;
# - only 0 to 9 are digits; ² and the digits of other scripts are characters. A hyphen or a
#   dot is a character too, no minus sign and no decimal point, and so are spaces and line breaks.
#
# Python cannot order a number and a string (`1 < "a"` is a TypeError), so see to it that keys never hold the
# one where another key holds the other, or mark which is which.
#
# ```
# sorted(["page10", "page9", "page", "10", "page-1"], key=natural_key) == ["10", "page", "page9", "page10", "page-1"]
# ```


# %% answer="string_comparison.natural_key"
def natural_key(text):
    """A sort key in which a run of digits is one number: str → tuple or list."""
    ### BEGIN SOLUTION
    key, place = [], 0
    while place < len(text):
        end = place
        while end < len(text) and "0" <= text[end] <= "9":
            end += 1
        if end > place:
            key.append((0, int(text[place:end])))
            place = end
        else:
            key.append((1, ord(text[place])))
            place += 1
    return key
    ### END SOLUTION


# %% check="string_comparison.natural_key"
check("string_comparison.natural_key", natural_key)

# %% [markdown] exercise="string_comparison.utf8_encode"
# `utf8_encode(text)` returns the UTF-8 bytes of `text`, without any codec: the bits are the exercise. For each code
# point, U+0000 included, the bits `x` are filled in from the highest to the lowest:
#
# ```
# up to U+007F      0xxxxxxx
# up to U+07FF      110xxxxx 10xxxxxx
# up to U+FFFF      1110xxxx 10xxxxxx 10xxxxxx
# up to U+10FFFF    11110xxx 10xxxxxx 10xxxxxx 10xxxxxx
# ```
#
# U+D800 to U+DFFF are surrogates, halves of characters in UTF-16; a text that holds one is refused with a
# `ValueError`. Useful: `n >> 6` drops six bits, `n & 0b111111` keeps six, `a | b` joins, and `bytes([195,
# 169])` makes bytes of numbers.
#
# ```
# utf8_encode("é€") == b"\xc3\xa9\xe2\x82\xac"
# ```


# %% answer="string_comparison.utf8_encode"
def utf8_encode(text):
    """The text in UTF-8: str → bytes; ValueError for a surrogate."""
    ### BEGIN SOLUTION
    out = []
    for code in map(ord, text):
        if 0xD800 <= code <= 0xDFFF:
            raise ValueError(f"{code:#x} is a surrogate")
        if code < 0x80:
            out += [code]
        elif code < 0x800:
            out += [0b11000000 | code >> 6, 0x80 | code & 0x3F]
        elif code < 0x10000:
            out += [0b11100000 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F]
        else:
            out += [0b11110000 | code >> 18, 0x80 | code >> 12 & 0x3F]
            out += [0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F]
    return bytes(out)
    ### END SOLUTION


# %% check="string_comparison.utf8_encode"
check("string_comparison.utf8_encode", utf8_encode)

# %% [markdown] exercise="string_comparison.compose_hangul"
# A file name from another machine may hold Hangul in pieces. `compose_hangul(text)` puts it together, without
# `unicodedata.normalize`:
#
# - a lead followed by a vowel becomes the syllable `0xAC00 + (lead * 21 + vowel) * 28`;
# - a syllable without a tail followed by a tail becomes that syllable's code plus the tail's number, whether
#   the syllable was just joined or stood in `text` from the start;
# - every other character stays where it is, and so do letters that do not fit together.
#
# There are 19 leads, numbers 0 to 18 from U+1100 on; 21 vowels, numbers 0 to 20 from U+1161 on; 27 tails,
# numbers **1** to 27 from U+11A8 on. The 11,172 syllables begin at U+AC00, and one has no tail if its number,
# counted from there, is a multiple of 28. Letters beyond these numbers (old Hangul) are not joined.
# Composed or in pieces, Hangul looks the same on the screen, so the check shows texts as code points.
#
# ```
# compose_hangul("\u1112\u1161\u11ab!") == "한!"      # lead 18, vowel 0, tail 4
# compose_hangul("\u1112\u1161\u1112\u1161") == "하하"
# ```


# %% answer="string_comparison.compose_hangul"
def compose_hangul(text):
    """The text with Hangul letters joined into syllables: str → str."""
    ### BEGIN SOLUTION
    done = ""
    for letter in text:
        before, code = ord(done[-1:] or "\0"), ord(letter)
        if 0x1100 <= before < 0x1100 + 19 and 0x1161 <= code < 0x1161 + 21:
            done = done[:-1] + chr(0xAC00 + ((before - 0x1100) * 21 + code - 0x1161) * 28)
        elif "가" <= chr(before) <= "힣" and (before - 0xAC00) % 28 == 0 and 0x11A8 <= code < 0x11A8 + 27:
            done = done[:-1] + chr(before + code - 0x11A7)
        else:
            done += letter
    return done
    ### END SOLUTION


# %% check="string_comparison.compose_hangul"
check("string_comparison.compose_hangul", compose_hangul)

# %% [markdown] exercise="string_comparison.typo_distance"
# Fingers exchange letters: *lenght*. `typo_distance(left, right)` is the edit distance in which exchanging two
# **neighboring** characters costs 1, like an insertion, a deletion or a substitution. Characters are code points,
# so 한 and 😀 are one each. Both texts may be empty. With $a$ = `left`, $b$ =
# `right` and $d(i, j)$ the distance of the first $i$ characters from the first $j$, counting places from 0, add
# one choice to the three of the page's equation:
#
# $$ d(i-2, j-2) + 1 \quad\text{if } i, j \ge 2,\; a_{i-1} = b_{j-2} \text{ and } a_{i-2} = b_{j-1} $$
#
# The border is $d(i, 0) = i$ and $d(0, j) = j$. An exchanged pair is left alone afterwards; the formula sees to
# that.
#
# ```
# typo_distance("teh", "the")    == 1
# typo_distance("abcd", "bacx")  == 2
# ```


# %% answer="string_comparison.typo_distance"
def typo_distance(left, right):
    """The edit distance with exchanges of neighbors: str, str → int."""
    ### BEGIN SOLUTION
    d = [[i + j if i * j == 0 else 0 for j in range(len(right) + 1)] for i in range(len(left) + 1)]
    for i in range(1, len(left) + 1):
        for j in range(1, len(right) + 1):
            replaced = d[i - 1][j - 1] + (left[i - 1] != right[j - 1])
            d[i][j] = min(d[i - 1][j] + 1, d[i][j - 1] + 1, replaced)
            if i > 1 and j > 1 and left[i - 1] == right[j - 2] and left[i - 2] == right[j - 1]:
                d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1)
    return d[-1][-1]
    ### END SOLUTION


# %% check="string_comparison.typo_distance"
check("string_comparison.typo_distance", typo_distance)

# %% [markdown]
# Try your own words:
# %%
for typed, meant in [("lenght", "length"), ("recieve", "receive"), ("fro", "for")]:
    try:
        print(typed, meant, typo_distance(typed, meant))
    except NotImplementedError:
        print("Write typo_distance first.")
