"""What an answer to `flat_index` must do, and the mistakes we know."""

import numpy as np

from course_lib import tensors
from course_lib.checking import Refused, cases, rubric
from course_lib.checking.cases import unlike_lengths


@rubric(
    answer=tensors.flat_index,
    title="Warm-up: in which cell does an element stand?",
    points=2,
    difficulty=1,
    minutes=8,
    forbids=["course_lib.tensors.addresses", "course_lib.tensors.addresses_by_loops"],
)
def flat_index(rng, size):
    """Elements of slices (one of them backward) and transposes, which begin somewhere in the storage."""
    shape = unlike_lengths(rng, {1: 1, 2: 2, 3: 2, 5: 3, 8: 4}.get(size, 3))
    order = tuple(reversed(range(len(shape))))
    shape, strides = tensors.permuted(shape, tensors.contiguous_strides(shape), order)
    index = tuple(int(rng.integers(1, length)) for length in shape)
    step = -size if size == 5 else size
    return index, shape, tuple(step * stride for stride in strides), int(rng.integers(2, 20)) + 120 * (step < 0)


@flat_index.edge(points=1)
def counted_from_the_end():
    """A negative position counts from the end of its axis."""
    return (-1, 1, -2), (2, 3, 5), (15, 5, 1), 4


@flat_index.edge(points=1)
def the_first_counted_from_the_end():
    """The position −length is the first element, as 0 is: only below it is outside."""
    return (-2, 1, -5), (2, 3, 5), (15, 5, 1), 4


@flat_index.edge(points=1)
def beyond_the_end():
    """A position beyond the end of its axis is refused with IndexError, although there is a cell."""
    return (0, 3), (2, 3), (3, 1), 0


@flat_index.edge(points=1)
def before_the_beginning():
    """A position further than the length before the end is refused with IndexError, on every axis."""
    return (1, -4), (2, 3), (3, 1), 0


@flat_index.edge(points=1)
def along_a_stretched_axis():
    """A stride of 0, as a stretched axis has it, leads nowhere: every position along it is the same cell."""
    return (1, 2), (3, 4), (0, 1), 5


@flat_index.edge(points=1)
def a_number_without_axes():
    """A tensor without axes has one element; it stands at the offset."""
    return (), (), (), 6


@flat_index.domain
def any_element(rng):
    """Any layout, with strides of either sign or 0; any element of it, or a position outside, which is refused."""
    shape = cases.shape(rng, cases.whole(rng, 0, 5), least=cases.one_of(rng, 0, 1, 1, 1), most=6)
    strides = tuple(cases.one_of(rng, 0, 1, int(rng.integers(-40, 41)), int(rng.integers(-40, 41))) for _ in shape)
    offset = cases.whole(rng, 0, 3000)
    index = [cases.one_of(rng, -n, n - 1, *(int(rng.integers(-n, n)) for _ in range(4))) if n else 0 for n in shape]
    if shape and rng.random() < 0.3:
        axis = cases.one_of(rng, shape.index(min(shape)), *range(len(shape)))
        length = shape[axis]
        index[axis] = cases.one_of(rng, length, -length - 1, length + int(rng.integers(9)), -length - 5)
    call = tuple(index), shape, strides, offset
    return call if all(-n <= i < n for i, n in zip(index, shape, strict=True)) else Refused(call)


@flat_index.oracle
def by_a_table(index, shape, strides, offset=0):
    """Writes down the cells of all elements and lets NumPy look one up."""
    cells = np.array(offset)
    for length, stride in zip(shape, strides, strict=True):
        cells = np.add.outer(cells, stride * np.arange(length))
    return int(cells[tuple(index)])


def _cell(index, strides, offset):
    return offset + sum(i * s for i, s in zip(index, strides, strict=True))


@flat_index.mistake
def forgets_the_offset(index, shape, strides, offset):
    """The offset is missing: a view may begin anywhere in the storage, so start to count there."""
    return tensors.flat_index(index, shape, strides, 0)


@flat_index.mistake
def assumes_row_major(index, shape, strides, offset):
    """Strides were worked out from the shape, as `np.ravel_multi_index` does. A view has its own: use those given."""
    return tensors.flat_index(index, shape, tensors.contiguous_strides(shape), offset)


@flat_index.mistake
def multiplies_by_lengths(index, shape, strides, offset):
    """Positions were multiplied by the lengths of the axes. How far a step leads is said by the strides."""
    tensors.flat_index(index, shape, strides, offset)
    return _cell([i % n for i, n in zip(index, shape, strict=True)], shape, offset)


@flat_index.mistake
def pairs_axes_in_reverse(index, shape, strides, offset):
    """The first position met the last stride. Position k belongs with stride k."""
    tensors.flat_index(index, shape, strides, offset)
    return _cell([i % n for i, n in zip(index, shape, strict=True)], strides[::-1], offset)


@flat_index.mistake
def counts_bytes(index, shape, strides, offset, *, right):
    """The result is in bytes, as NumPy counts. Here a cell holds one element: don't multiply by its size."""
    return 8 * right


@flat_index.mistake
def trusts_every_position(index, shape, strides, offset):
    """Positions are used as they come. Count negative ones from the end, and refuse those outside with IndexError."""
    return _cell(index, strides, offset)


@flat_index.mistake
def wraps_around(index, shape, strides, offset):
    """A position outside the axis was wrapped around to the other end. Refuse it with IndexError before using `%`."""
    return _cell([i % n for i, n in zip(index, shape, strict=True)], strides, offset)


@flat_index.mistake
def looks_at_the_upper_end_only(index, shape, strides, offset):
    """Positions beyond the end are refused, those too far before the beginning are not: look at both ends."""
    if any(i >= n for i, n in zip(index, shape, strict=True)):
        raise IndexError(index)
    return _cell([i + n * (i < 0) for i, n in zip(index, shape, strict=True)], strides, offset)


@flat_index.mistake
def misses_the_upper_end(index, shape, strides, offset):
    """A position equal to the length went through. Counting begins at 0, so the last one is length − 1."""
    if any(not -n <= i <= n for i, n in zip(index, shape, strict=True)):
        raise IndexError(index)
    return _cell([i + n * (i < 0) for i, n in zip(index, shape, strict=True)], strides, offset)


@flat_index.mistake
def refuses_every_negative_position(index, shape, strides, offset):
    """Every negative position was refused. From −length to −1 they count from the end: add the length."""
    if any(not 0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise IndexError(index)
    return _cell(index, strides, offset)


@flat_index.mistake
def refuses_minus_the_length(index, shape, strides, offset, *, right):
    """The position −length was refused. It is still inside: it names the first element."""
    if any(not -n < i < n for i, n in zip(index, shape, strict=True)):
        raise IndexError(index)
    return right


@flat_index.mistake
def looks_at_the_first_axis_only(index, shape, strides, offset):
    """Only the first position was checked. Every position must lie inside its own axis."""
    if index and not -shape[0] <= index[0] < shape[0]:
        raise IndexError(index)
    return _cell([i + n * (i < 0) for i, n in zip(index, shape, strict=True)], strides, offset)


@flat_index.mistake
def skips_axes_of_length_one(index, shape, strides, offset):
    """Axes of length 1 were skipped, unchecked. They have the positions 0 and −1, and no others."""
    used = [(i, n, s) for i, n, s in zip(index, shape, strides, strict=True) if n != 1]
    return tensors.flat_index(*zip(*used, strict=True), offset) if used else offset


@flat_index.mistake
def drops_the_sign(index, shape, strides, offset):
    """The strides were taken without their sign. A negative stride leads back, toward the beginning of the storage."""
    return tensors.flat_index(index, shape, tuple(map(abs, strides)), offset)


@flat_index.mistake
def counts_back_one_too_far(index, shape, strides, offset, *, right):
    """Negative positions are one too far back. −1 is the last element, which stands at length − 1."""
    return right - sum(s for i, s in zip(index, strides, strict=True) if i < 0)


@flat_index.mistake
def adds_the_offset_for_every_axis(index, shape, strides, offset, *, right):
    """The offset was added once for every axis. Add it once: it is where the first element stands."""
    return right + (len(shape) - 1) * offset if shape else right


@flat_index.mistake
def walks_ranges_of_cells(index, shape, strides, offset):
    """A stride may be 0, where an axis is stretched, and `range` takes no step of 0. Count positions, not cells."""
    return offset + sum(range(0, n * s, s)[i] for i, n, s in zip(index, shape, strides, strict=True))


@flat_index.alternative
def by_ranges(index, shape, strides, offset=0):
    """Lets a range of positions for each axis do the counting and the refusing."""
    return offset + sum(range(n)[i] * s for i, n, s in zip(index, shape, strides, strict=True))


@flat_index.alternative
def by_a_dot_product(index, shape, strides, offset=0):
    """Checks with NumPy and returns one of its integers."""
    index, shape, strides = (np.array(part, dtype=np.int64) for part in (index, shape, strides))
    if ((index < -shape) | (index >= shape)).any():
        raise IndexError("outside")
    return offset + np.where(index < 0, index + shape, index) @ strides
