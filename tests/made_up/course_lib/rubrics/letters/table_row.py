"""What an answer to `table_row` must do."""

from course_lib import letters
from course_lib.checking import rubric


@rubric(answer=letters.table_row, title="A row of a table", points=3, minutes=10)
def table_row(rng, size):
    """Rows from all over the table, with control codes and a space among them."""
    return (int(rng.integers(28, 32)) if size > 2 else int(rng.integers(33, 112))), size


@table_row.edge(points=1)
def the_code_after_the_tilde():
    """Code 127, delete, is a control code too."""
    return 124, 4


@table_row.edge(points=1)
def the_end_of_the_table():
    """The table has 128 codes, so a row that would go on stops after 127."""
    return 120, 11


@table_row.mistake
def control_codes_as_they_are(first, width):
    """Control codes went out as they are and show nothing. Write `^` and the character that differs in bit 6."""
    return f"{first:3d}:" + "".join(f" {chr(c):>2}" for c in range(first, min(first + width, 128)))


@table_row.mistake
def one_cell_short(first, width):
    """The row is one cell short: `range` leaves its end out."""
    return letters.table_row(first, width - 1) if width > 1 else f"{first:3d}:"


@table_row.mistake
def aligned_to_the_left(first, width):
    """Each cell is two columns wide with its character on the right; here it stands on the left."""
    codes = range(first, min(first + width, 128))
    return f"{first:3d}:" + "".join(f" {letters.shown(c):<2}" for c in codes)


@table_row.alternative
def from_a_list_of_all_cells(first, width):
    """Builds all 128 cells once and cuts the row out."""
    cells = ["^" + chr(64 + c) for c in range(32)] + [" " + chr(c) for c in range(32, 127)] + ["^?"]
    return " ".join([str(first).rjust(3) + ":", *cells[first : first + width]])
