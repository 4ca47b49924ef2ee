"""What an answer to `occupied_bytes` must do, and the mistakes we know."""

import math

import numpy as np
import torch

from course_lib import tensors
from course_lib.checking import cases, rubric
from course_lib.checking.cases import unlike_lengths


@rubric(
    answer=tensors.occupied_bytes,
    title="How many bytes does a view really use?",
    points=3,
    difficulty=3,
    minutes=20,
    sizes=(1, 2, 3, 4, 5, 6, 7, 8, 9),
)
def occupied_bytes(rng, size):
    """Views with gaps, with stretched axes and with overlapping windows, of items of several sizes."""
    a, b = unlike_lengths(rng, 2, least=3)
    shape, strides = {
        1: ((a, b), (b, 1)),  # fresh
        2: ((a, b), (3 * b, 3)),  # every third column
        3: ((a, b), (0, 1)),  # one row, stretched
        4: ((a, b), (1, 1)),  # overlapping windows
        5: ((a, 3), (2, 1)),  # windows that overlap in one cell
        6: ((a, b), (2, 2)),  # overlapping windows of every other sample
        7: ((4, 3), (2, 3)),  # steps of 2 and of 3: some cells are met twice, some never
        8: ((2, a, b), (0, 4 * b, 2)),  # stretched, with gaps
        9: ((2, a, b), (1, 4 * b, 2)),  # those gaps filled by a third axis
    }[size]
    dtype = [torch.int64, torch.int16, torch.int32, torch.uint8][size % 4]
    storage = (torch.arange(4 * a * b + 7) % 7 + 1).to(dtype)  # no zeros: who writes marks into it cannot put them back
    return storage, shape, strides, int(rng.integers(1, 5))


@occupied_bytes.edge(points=1)
def no_elements():
    """A view without elements occupies nothing."""
    return torch.zeros(20, dtype=torch.int32), (0, 3), (3, 1), 2


@occupied_bytes.edge(points=1)
def one_cell_for_all():
    """One number stretched to a whole matrix occupies one cell."""
    return torch.zeros(5, dtype=torch.int16), (100, 200), (0, 0), 3


@occupied_bytes.edge(points=1)
def a_number_alone():
    """A tensor without axes is one number, and occupies one cell."""
    return torch.zeros(5, dtype=torch.int32), (), (), 3


@occupied_bytes.domain
def any_view(rng):
    """Views of up to four axes with any strides from 0 on, of items of one byte to sixteen."""
    rank = cases.one_of(rng, cases.whole(rng, 0, 4), int(rng.integers(1, 5)))
    shape = cases.shape(rng, rank, least=cases.one_of(rng, 0, 1, 1, 2), most=5)
    wide = cases.one_of(rng, 3, 12, 40)
    strides = tuple(cases.one_of(rng, 0, 1, *(int(rng.integers(wide + 1)) for _ in range(4))) for _ in shape)
    offset = cases.whole(rng, 0, 20)
    cells = offset + 1 + sum((n - 1) * s for n, s in zip(shape, strides, strict=True) if n) + cases.whole(rng, 0, 9)
    dtype = cases.one_of(rng, "uint8", "bool", "float16", "int16", "int32", "float32", "int64", "float64", "complex128")
    return cases.integers(rng, [cells], 1, 9, [dtype]), shape, strides, offset


@occupied_bytes.oracle
def one_by_one(view):
    """Visits every element and remembers its cell."""
    cells = {sum(i * s for i, s in zip(index, view.stride(), strict=True)) for index in np.ndindex(*view.shape)}
    return len(cells) * view.element_size()


@occupied_bytes.drive
def of_a_view(answer, storage, shape, strides, offset):
    """Make a view of the storage with this layout and ask for its bytes."""
    return answer(storage.as_strided(shape, strides, offset))


@occupied_bytes.mistake
def counts_every_element(view):
    """Every element was counted. Those that share a cell, in a stretched axis or overlapping windows, count once."""
    return view.numel() * view.element_size()


@occupied_bytes.mistake
def counts_the_storage(view):
    """These are the bytes of the whole storage. Count only the cells that the view reads."""
    return view.untyped_storage().nbytes()


@occupied_bytes.mistake
def counts_from_first_to_last(view):
    """Everything from the first cell to the last was counted, gaps included. Count only the cells that are read."""
    if view.numel() == 0:
        return 0
    return (1 + sum((n - 1) * s for n, s in zip(view.shape, view.stride(), strict=True))) * view.element_size()


@occupied_bytes.mistake
def takes_the_smaller_count(view):
    """The smaller of elements and span was taken. A view can meet cells twice and skip others at the same time."""
    span = 1 + sum((n - 1) * s for n, s in zip(view.shape, view.stride(), strict=True))
    return min(view.numel(), span if view.numel() else 0) * view.element_size()


@occupied_bytes.mistake
def looks_at_three_axes(view):
    """Only the last three axes were looked at. There may be any number of them."""
    cells = np.unique(tensors.addresses(tuple(view.shape[-3:]), view.stride()[-3:]))
    return cells.size * view.element_size()


@occupied_bytes.mistake
def counts_elements_of_four_bytes(view, *, right):
    """Every element was taken for 4 bytes. How large one is depends on the dtype: ask `element_size()`."""
    return right // view.element_size() * 4


@occupied_bytes.mistake
def counts_cells(view, *, right):
    """These are cells, not bytes: multiply by the size of one element."""
    return right // view.element_size()


@occupied_bytes.mistake
def minds_only_stretched_axes(view):
    """Stretched axes are counted once, but windows that overlap share cells as well, with strides above 0."""
    lengths = [n for n, s in zip(view.shape, view.stride(), strict=True) if s != 0 or n == 0]
    return math.prod(lengths) * view.element_size()


@occupied_bytes.mistake
def counts_different_numbers(view):
    """Different numbers were counted. Two cells may hold the same number: look at the layout, not into the cells."""
    return view.unique().numel() * view.element_size()


@occupied_bytes.mistake
def counts_elements_of_eight_bytes(view, *, right):
    """Every element was taken for 8 bytes. How large one is depends on the dtype: ask `element_size()`."""
    return right // view.element_size() * 8


@occupied_bytes.alternative
def by_a_set(view):
    """Collects the cells in a set, axis by axis."""
    cells = {0}
    for length, stride in zip(view.shape, view.stride(), strict=True):
        cells = {cell + i * stride for cell in cells for i in range(length)}
    return len(cells) * view.element_size()


@occupied_bytes.alternative
def by_marking(view):
    """Marks the cells of a blank storage through the same layout and counts the marks."""
    if not view.numel():
        return 0
    span = 1 + sum((n - 1) * s for n, s in zip(view.shape, view.stride(), strict=True))
    marks = np.zeros(span, dtype=bool)
    np.lib.stride_tricks.as_strided(marks, view.shape, view.stride())[...] = True
    return int(marks.sum()) * view.element_size()
