"""What an answer to `is_contiguous` must do, and the mistakes we know."""

import math
from itertools import pairwise

import numpy as np

from course_lib import tensors
from course_lib.checking import cases, rubric
from course_lib.checking.cases import unlike_lengths


@rubric(
    answer=tensors.is_contiguous,
    title="Is it contiguous?",
    points=3,
    difficulty=2,
    minutes=12,
    sizes=tuple(range(1, 15)),
    forbids=["course_lib.tensors.addresses_by_loops", "course_lib.tensors.addresses", "torch.Tensor.is_contiguous"],
)
def is_contiguous(rng, size):
    """Fresh tensors, transposes, slices (also backward ones) and stretched tensors."""
    a, b, c = unlike_lengths(rng, 3)
    return {
        1: ((a, b), (b, 1)),  # fresh
        2: ((a, b), (1, a)),  # transposed
        3: ((a, b), (2 * b, 2)),  # every other column
        4: ((a, b), (b + 3, 1)),  # some columns
        5: ((a, b, c), (b * c, c, 1)),  # fresh
        6: ((a, b, c), (c, a * c, 1)),  # two axes swapped, the last still last
        7: ((a, b), (0, 1)),  # one row, stretched
        8: ((a, b, c), (1, a, a * b)),  # the first axis fastest
        9: ((a, b, c), (b * c, 1, b)),  # two axes swapped, the first still first
        10: ((a, b), (b, -1)),  # every row backward
        11: ((2, b), (2 * b - 1, 0)),  # one column, stretched: from first to last as far as when contiguous
        12: ((a * b,), (2,)),  # every other element of a vector
        13: ((2, a, b, c), (a * b * c, c, a * c, 1)),  # two axes in the middle swapped, first and last in place
        14: ((2, 2, a, b, c), (3 * a * b * c, a * b * c, b * c, c, 1)),  # gaps along the first of five axes
    }[size]


@is_contiguous.edge(points=1)
def a_stride_that_is_never_used():
    """Along an axis of length 1 no step is ever taken, so its stride says nothing."""
    return (1, 3, 1, 4, 1), (99, 4, 77, 1, 50)


@is_contiguous.edge(points=1)
def nothing_to_read():
    """A tensor without elements is contiguous, whatever its strides."""
    return (2, 0, 3), (5, 7, 2)


@is_contiguous.edge(points=1)
def one_number():
    """A number without axes is contiguous."""
    return (), ()


@is_contiguous.domain
def any_layout(rng):
    """Any layout of up to five axes: fresh, in another order, or with one or two strides of another size or sign."""
    rank = cases.one_of(rng, cases.whole(rng, 0, 5), int(rng.integers(2, 6)))
    shape = cases.shape(rng, rank, least=cases.one_of(rng, 0, 1, 1, 2, 2), most=6 - rank // 2)
    strides = list(tensors.contiguous_strides(shape))
    for axis, length in enumerate(shape):
        if length == 1 and rng.random() < 0.7:
            strides[axis] = int(rng.integers(-9, 99))
    kind = cases.one_of(rng, "fresh", "fresh", "fresh", "other", "other", "turned", "gaps")
    if kind == "other":
        for axis in (int(rng.integers(rank)), cases.one_of(rng, 0, int(rng.integers(rank)))) if rank else ():
            stride = strides[axis]
            strides[axis] = cases.one_of(rng, 0, -stride, 2 * stride, stride + 1, stride - 1, int(rng.integers(-9, 30)))
    elif kind == "turned":
        shape, strides = tensors.permuted(shape, tuple(strides), tuple(rng.permutation(len(shape)).tolist()))
    elif kind == "gaps":
        first = int(rng.integers(len(shape) + 1))  # this axis and those before it lie further apart
        strides = [stride * (2 if axis <= first else 1) for axis, stride in enumerate(strides)]
    return tuple(shape), tuple(strides)


@is_contiguous.oracle
def by_numpy(shape, strides):
    """Asks NumPy's flag, on an array of single bytes: its strides count bytes, and so cells."""
    return bool(np.lib.stride_tricks.as_strided(np.zeros(1, np.int8), shape, strides).flags.c_contiguous)


@is_contiguous.mistake
def looks_at_the_last_stride(shape, strides):
    """Only the last stride was looked at. A row's numbers may lie side by side while rows lie apart."""
    return 0 in shape or not strides or strides[-1] == 1


@is_contiguous.mistake
def looks_at_the_last_two_axes(shape, strides):
    """Only the last two axes were looked at. Those before them may lie apart, or in another order."""
    return 0 in shape or tensors.is_contiguous(shape[-2:], strides[-2:])


@is_contiguous.mistake
def looks_at_the_first_stride(shape, strides):
    """Only the first stride was looked at. The axes to its right may be in another order all the same."""
    return 0 in shape or not shape or shape[0] * strides[0] == math.prod(shape)


@is_contiguous.mistake
def looks_at_both_ends(shape, strides):
    """Only the first and the last stride were looked at. Axes between them may be in another order."""
    used = [(n, s) for n, s in zip(shape, strides, strict=True) if n > 1]
    return 0 in shape or not used or (used[0][0] * used[0][1] == math.prod(shape) and used[-1][1] == 1)


@is_contiguous.mistake
def leaves_out_the_first_axis(shape, strides):
    """The first axis was left out of the comparison. Its stride must be exactly right, too."""
    return 0 in shape or tensors.is_contiguous(shape[1:], strides[1:])


@is_contiguous.mistake
def wants_falling_strides(shape, strides):
    """Falling strides are not enough: a slice has them too, and gaps besides. Each stride must be exactly right."""
    used = [s for n, s in zip(shape, strides, strict=True) if n > 1]
    return 0 in shape or used == sorted(used, reverse=True)


@is_contiguous.mistake
def wants_falling_strides_down_to_one(shape, strides):
    """Strides that fall down to 1 are not enough: there may be gaps between the rows. Each must be exactly right."""
    used = [s for n, s in zip(shape, strides, strict=True) if n > 1]
    return 0 in shape or not used or (used[-1] == 1 and used == sorted(used, reverse=True))


@is_contiguous.mistake
def looks_away_from_the_sign(shape, strides):
    """A stride of −1 was taken for 1. Reading backward is not reading in order, and no `abs` mends that."""
    return tensors.is_contiguous(shape, tuple(abs(stride) for stride in strides))


@is_contiguous.mistake
def looks_for_gaps_only(shape, strides):
    """No cell is left out, but that holds for a transpose too: the cells must also come in reading order."""
    return 0 in shape or sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) + 1 == math.prod(shape)


@is_contiguous.mistake
def starts_at_the_first_axis(shape, strides):
    """This is the order of Fortran and MATLAB, in which the first axis runs fastest. Start from the last axis."""
    return tensors.is_contiguous(shape[::-1], strides[::-1])


@is_contiguous.mistake
def compares_neighbors_only(shape, strides):
    """Each stride fits the one to its right, but nobody looked where that ends: the last stride in use must be 1."""
    used = [(n, s) for n, s in zip(shape, strides, strict=True) if n > 1]
    return 0 in shape or all(s == m * t for (_, s), (m, t) in pairwise(used))


@is_contiguous.mistake
def minds_unused_strides(shape, strides):
    """The strides were compared with a fresh tensor's one by one. That of an axis of length 1 is never used."""
    return 0 in shape or strides == tensors.contiguous_strides(shape)


@is_contiguous.mistake
def compares_with_fresh_strides(shape, strides):
    """The strides were compared with a fresh tensor's. Some are never used: along length 1, or without elements."""
    return strides == tensors.contiguous_strides(shape)


@is_contiguous.mistake
def trusts_every_vector(shape, strides, *, right):
    """Every vector was called contiguous. One that takes every other element is not: its stride must be 1."""
    return len(shape) < 2 or right


@is_contiguous.mistake
def wants_something_to_read(shape, strides, *, right):
    """A tensor without elements was called not contiguous. It has nothing out of order, so it is."""
    return 0 not in shape and right


@is_contiguous.alternative
def by_walking(shape, strides):
    """Lists the cells in reading order and looks whether they count up."""
    cells = [sum(i * s for i, s in zip(index, strides, strict=True)) for index in np.ndindex(*shape)]
    return cells == list(range(len(cells)))


@is_contiguous.alternative
def by_leaving_out_length_one(shape, strides):
    """Leaves out the axes of length 1 and compares the rest with a fresh tensor."""
    used = [(n, s) for n, s in zip(shape, strides, strict=True) if n != 1]
    return 0 in shape or tuple(s for _, s in used) == tensors.contiguous_strides(tuple(n for n, _ in used))
