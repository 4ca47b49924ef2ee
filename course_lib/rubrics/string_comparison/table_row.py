"""What an answer to `table_row` must do, and the mistakes we know."""

from course_lib import string_comparison as sc
from course_lib.checking import cases, rubric


@rubric(
    answer=sc.table_row,
    title="A row of the ASCII table, made printable",
    points=3,
    difficulty=1,
    minutes=10,
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


@table_row.domain
def any_row(rng):
    """Any row of the table, from any code on, of any width, also far beyond the end of the table."""
    first = cases.one_of(rng, 0, 127, *(int(rng.integers(128)) for _ in range(6)))
    return first, cases.one_of(rng, 1, 16, cases.whole(rng, 1, 20), cases.whole(rng, 1, 200), 128 - first)


@table_row.oracle
def by_curses(first, width):
    """Ask Python's own names of control codes."""
    from curses import ascii as names

    codes = list(range(128))[first:][:width]
    return " ".join([f"{first}:".rjust(4), *(names.unctrl(code).rjust(2) for code in codes)])


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
    """A cell has its character on the left. Each is two columns wide, with the character on the right."""
    cells = ("^" + chr(c ^ 64) if c < 32 or c == 127 else chr(c) for c in range(first, min(first + width, 128)))
    return f"{first:3d}:" + "".join(f" {cell:<2}" for cell in cells)


@table_row.mistake
def strips_the_end(first, width, *, right):
    """A row that ends with the space character lost it: don't strip the line, its last cell is two columns wide."""
    return right.rstrip()


@table_row.mistake
def number_in_hexadecimal(first, width, *, right):
    """The first column is hexadecimal. It should be the code in decimal."""
    return f"{first:3x}" + right[3:]


@table_row.alternative
def from_a_list_of_all_cells(first, width):
    """Builds all 128 cells once and cuts the row out."""
    cells = ["^" + chr(64 + c) for c in range(32)] + [" " + chr(c) for c in range(32, 127)] + ["^?"]
    return " ".join([str(first).rjust(3) + ":", *cells[first : first + width]])
