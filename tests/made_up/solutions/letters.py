# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---
# %% [markdown]
# # Letters: exercises
# Each exercise is one function; write it, run its cell, then run the check below it.
# %%
from course_lib.checking import check

# %% [markdown] exercise="letters.table_row"
# `table_row(first, width)` returns one line of the ASCII table, for the `width` codes from `first` (0 to 127) on. The
# number `first` takes three columns and a colon, each code a space and two columns. A control code is written `^` and
# the character that differs in bit 6. The table ends at 127.


# %% answer="letters.table_row"
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


# %% check="letters.table_row"
check("letters.table_row", table_row)

# %% [markdown] exercise="letters.to_upper"
# `to_upper(text)` returns `text` with the letters a to z turned into A to Z, by arithmetic on codes. Every other
# character stays as it is. (`str.upper` and its relatives are not to be used.)


# %% answer="letters.to_upper"
def to_upper(text):
    """The same text with a to z as A to Z: str → str."""
    ### BEGIN SOLUTION
    return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in text)
    ### END SOLUTION


# %% check="letters.to_upper"
check("letters.to_upper", to_upper)

# %% [markdown] exercise="letters.utf8_encode"
# `utf8_encode(text)` returns the bytes that write `text` in UTF-8, and refuses half a character with a ValueError.
# (No encoder of Python's is to be used.)


# %% answer="letters.utf8_encode"
def utf8_encode(text):
    """The bytes of a text in UTF-8: str → bytes."""
    ### BEGIN SOLUTION
    out = bytearray()
    for code in map(ord, text):
        if 0xD800 <= code <= 0xDFFF:
            raise ValueError(f"half a character: {code:#x}")
        count = sum(code >= limit for limit in (0x80, 0x800, 0x10000))
        out.append((0, 0xC0, 0xE0, 0xF0)[count] | code >> (6 * count))
        out += bytes(0x80 | (code >> (6 * place)) & 0x3F for place in reversed(range(count)))
    return bytes(out)
    ### END SOLUTION


# %% check="letters.utf8_encode"
check("letters.utf8_encode", utf8_encode)

# %% [markdown] exercise="letters.length_key"
# `length_key(text)` returns a sort key: short texts first, texts of one length by code.


# %% answer="letters.length_key"
def length_key(text):
    """A sort key: str → anything that can be compared."""
    ### BEGIN SOLUTION
    return (len(text), text)
    ### END SOLUTION


# %% check="letters.length_key"
check("letters.length_key", length_key)

# %% [markdown] exercise="letters.letter_gap"
# `letter_gap(left, right)` counts the places at which two texts of one length differ, and refuses texts of different
# lengths with a ValueError.


# %% answer="letters.letter_gap"
def letter_gap(left, right):
    """How many places differ: str, str → int."""
    ### BEGIN SOLUTION
    if len(left) != len(right):
        raise ValueError(f"{left!r} and {right!r} differ in length")
    return sum(one != other for one, other in zip(left, right, strict=True))
    ### END SOLUTION


# %% check="letters.letter_gap"
check("letters.letter_gap", letter_gap)
