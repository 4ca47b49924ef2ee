"""What the tensor answers must do, and the mistakes we know."""

import math
from itertools import pairwise, zip_longest

import numpy as np
import torch

from course_lib import tensors
from course_lib.checking import rubric

OWN = "course_lib.tensors."


def some_shape(rng, rank, least=2):
    """Return lengths that all differ, in random order, so that no two axes can be swapped unseen."""
    return tuple(int(n) for n in rng.permutation(np.arange(least, least + rank)))


def some_bytes(rng, low, high, shape):
    """Return an image of random bytes."""
    return torch.from_numpy(rng.integers(low, high, size=shape)).to(torch.uint8)


# 1. The cell of an element


@rubric(
    answer=tensors.flat_index,
    title="In which cell does an element stand?",
    points=2,
    difficulty=1,
    minutes=8,
    forbids=[OWN + "flat_index", OWN + "addresses", OWN + "addresses_by_loops"],
)
def flat_index(rng, size):
    """Elements of slices (one of them backward) and transposes, which begin somewhere in the storage."""
    shape = some_shape(rng, {1: 1, 2: 2, 3: 2, 5: 3, 8: 4}.get(size, 3))
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
    return (-3, 1), (2, 3), (3, 1), 0


@flat_index.edge(points=1)
def along_a_stretched_axis():
    """A stride of 0, as a stretched axis has it, leads nowhere: every position along it is the same cell."""
    return (1, 2), (3, 4), (0, 1), 5


@flat_index.edge(points=1)
def a_number_without_axes():
    """A tensor without axes has one element; it stands at the offset."""
    return (), (), (), 6


def _cell(index, strides, offset):
    return offset + sum(i * s for i, s in zip(index, strides, strict=True))


@flat_index.mistake
def forgets_the_offset(index, shape, strides, offset):
    """The offset is missing: a view may begin anywhere in the storage, so start to count there."""
    return tensors.flat_index(index, shape, strides, 0)


@flat_index.mistake
def assumes_row_major(index, shape, strides, offset):
    """The strides were worked out from the shape. That holds for a fresh tensor only; use the ones that are given."""
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
def counts_bytes(index, shape, strides, offset):
    """The result is in bytes, as NumPy counts. Here a cell holds one element: don't multiply by its size."""
    return 8 * tensors.flat_index(index, shape, strides, offset)


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
def refuses_minus_the_length(index, shape, strides, offset):
    """The position −length was refused. It is still inside: it names the first element."""
    if any(not -n < i < n for i, n in zip(index, shape, strict=True)):
        raise IndexError(index)
    return tensors.flat_index(index, shape, strides, offset)


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


# 2. A new order of the axes


@rubric(
    answer=tensors.permuted,
    title="All axes in a new order",
    points=2,
    difficulty=1,
    minutes=8,
    forbids=[
        OWN + "permuted",
        "numpy.transpose",
        "numpy.ndarray.transpose",
        "torch.permute",
        "torch.Tensor.permute",
        "torch.transpose",
        "torch.Tensor.transpose",
        "torch.movedim",
        "torch.Tensor.movedim",
    ],
)
def permuted(rng, size):
    """Fresh tensors, in an order that is not its own inverse where there are three axes or more."""
    shape = some_shape(rng, {1: 2, 2: 2, 3: 3, 5: 4, 8: 5}.get(size, 3))
    order = (1, 0)
    while len(shape) > 2:
        order = tuple(int(axis) for axis in rng.permutation(len(shape)))
        if any(order[order[k]] != k for k in range(len(shape))):
            break
    return shape, tensors.contiguous_strides(shape), order


@permuted.edge(points=1)
def axes_from_the_end():
    """Negative axes count from the end: (-1, 0, -2) is (2, 0, 1)."""
    return (2, 3, 5), (15, 5, 1), (-1, 0, -2)


@permuted.edge(points=1)
def one_axis_twice():
    """An order that names an axis twice is refused with ValueError."""
    return (2, 3, 5, 7), (105, 35, 7, 1), (0, 3, 3, 0)  # as many entries as axes, and the sum of 0 to 3


@permuted.edge(points=1)
def one_axis_by_two_names():
    """1 and -2 name the same of three axes; that is refused with ValueError too."""
    return (2, 3, 5), (15, 5, 1), (1, -2, 0)


@permuted.edge(points=1)
def an_axis_that_is_not_there():
    """Three axes are 0 to 2: an order that names axis 3 is refused with ValueError."""
    return (2, 3, 5), (15, 5, 1), (3, 1, 2)


@permuted.edge(points=1)
def an_axis_before_the_first():
    """From the end, three axes are -1 to -3: an order that names axis -4 is refused with ValueError."""
    return (2, 3, 5), (15, 5, 1), (-4, 1, 0)


@permuted.edge(points=1)
def an_axis_left_out():
    """An order that leaves an axis out is refused with ValueError."""
    return (2, 3, 5), (15, 5, 1), (2, 0)


@permuted.edge(points=1)
def an_axis_too_many():
    """An order that names all axes and then one of them again is refused with ValueError."""
    return (2, 3, 5), (15, 5, 1), (2, 0, 1, 0)


@permuted.mistake
def goes_the_other_way(shape, strides, order):
    """This is the inverse order. Axis k of the result should be axis `order[k]` of the input, not the reverse."""
    tensors.permuted(shape, strides, order)
    return tensors.permuted(shape, strides, tuple(np.argsort([axis % len(shape) for axis in order]).tolist()))


@permuted.mistake
def makes_fresh_strides(shape, strides, order):
    """These are the strides of a fresh tensor of the new shape, which would move the numbers. Reorder the old ones."""
    new, _ = tensors.permuted(shape, strides, order)
    return new, tensors.contiguous_strides(new)


@permuted.mistake
def leaves_the_strides(shape, strides, order):
    """Only the shape was reordered. Each axis takes its stride along."""
    return tensors.permuted(shape, strides, order)[0], strides


@permuted.mistake
def leaves_the_shape(shape, strides, order):
    """Only the strides were reordered. Each axis takes its length along."""
    return shape, tensors.permuted(shape, strides, order)[1]


@permuted.mistake
def reverses_all_axes(shape, strides, order):
    """All axes were reversed, as `.T` does for a matrix. Follow `order`."""
    tensors.permuted(shape, strides, order)
    return shape[::-1], strides[::-1]


@permuted.mistake
def refuses_negative_axes(shape, strides, order):
    """Negative axes were refused. Add the number of axes to them before you check."""
    if sorted(order) != list(range(len(shape))):
        raise ValueError(order)
    return tensors.permuted(shape, strides, order)


@permuted.mistake
def takes_any_order(shape, strides, order):
    """An order that repeats an axis went through: the result would read some cells twice and lose others."""
    return tuple(shape[axis] for axis in order), tuple(strides[axis] for axis in order)


@permuted.mistake
def compares_names_only(shape, strides, order):
    """Two different numbers can name one axis: bring negative ones to the usual form before you look for repeats."""
    if len(set(order)) != len(shape):
        raise ValueError(order)
    return tuple(shape[axis] for axis in order), tuple(strides[axis] for axis in order)


@permuted.mistake
def takes_names_around_the_corner(shape, strides, order):
    """`%` turned the name of an axis that is not there into that of another. Look at the range before you use it."""
    return tensors.permuted(shape, strides, tuple(axis % len(shape) for axis in order))


@permuted.mistake
def lets_axes_be_left_out(shape, strides, order):
    """An order that leaves an axis out went through, and the result has fewer axes than the input. Compare lengths."""
    axes = [axis + len(shape) if axis < 0 else axis for axis in order]
    if len(set(axes)) < len(axes) or not set(axes) <= set(range(len(shape))):
        raise ValueError(order)
    return tuple(shape[axis] for axis in axes), tuple(strides[axis] for axis in axes)


@permuted.mistake
def lets_axes_come_again(shape, strides, order):
    """An order that names all axes and one of them again went through. A set does not count: compare lengths."""
    axes = [axis + len(shape) if axis < 0 else axis for axis in order]
    if set(axes) != set(range(len(shape))):
        raise ValueError(order)
    return tuple(shape[axis] for axis in axes), tuple(strides[axis] for axis in axes)


@permuted.mistake
def refuses_axes_too_high_only(shape, strides, order):
    """An axis before the first went through: still below 0 after adding, it was counted from the end again."""
    axes = [axis + len(shape) if axis < 0 else axis for axis in order]
    if not len(shape) == len(axes) == len(set(axes)) or max(axes, default=0) >= len(shape):
        raise ValueError(order)
    return tuple(shape[axis] for axis in axes), tuple(strides[axis] for axis in axes)


@permuted.mistake
def lets_python_refuse(shape, strides, order):
    """An axis that is not there raised IndexError, from the indexing itself. Check the order first: ValueError."""
    tensors.permuted(shape, strides, tuple(axis % len(shape) for axis in order))
    return tuple(shape[axis] for axis in order), tuple(strides[axis] for axis in order)


@permuted.alternative
def by_striking_off(shape, strides, order):
    """Strikes each axis off a list when it is named."""
    left, pairs = list(range(len(shape))), []
    for axis in order:
        axis += len(shape) * (axis < 0)
        left.remove(axis)  # raises ValueError for an axis that is not there, or not any more
        pairs.append((shape[axis], strides[axis]))
    if left:
        raise ValueError(f"axes {left} are not named")
    lengths, steps = zip(*pairs, strict=True) if pairs else ((), ())
    return lengths, steps


# 3. Averaging bytes


@rubric(
    answer=tensors.blend,
    title="Half of one image, half of another",
    points=2,
    difficulty=1,
    minutes=8,
    forbids=[OWN + "blend"],
)
def blend(rng, size):
    """Pairs of bytes: some bright, some both odd, some one odd and one even; the last with a channel axis in front."""
    first, second = (2 * some_bytes(rng, 0, 128, (size, size + 2)) for _ in range(2))
    first[:, 0] = some_bytes(rng, 150, 256, (size,))
    second[:, 0] = some_bytes(rng, 150, 256, (size,))
    first[:, 1:] += 1
    second[:, 1] += 1
    return (first[None], second[None]) if size == 8 else (first, second)


@blend.edge(points=1)
def white_and_white():
    """White and white is white: 255 and 255 average to 255."""
    return torch.full((2, 3), 255, dtype=torch.uint8), torch.full((2, 3), 255, dtype=torch.uint8)


@blend.edge(points=1)
def every_pair():
    """Every byte with every other: the first image holds the row's number, the second the column's."""
    rows = torch.arange(256).to(torch.uint8).expand(256, 256)
    return rows.T, rows


@blend.mistake
def adds_bytes(first, second):
    """A sum of two bytes above 255 wraps around. Go to a wider dtype before you add."""
    return (first + second) // 2


@blend.mistake
def halves_first(first, second):
    """Halving each image first loses a half twice: 7 and 5 give 3 + 2 = 5 instead of 6."""
    return first // 2 + second // 2


@blend.mistake
def cuts_at_255(first, second):
    """The sum was cut at 255 before it was halved, so nothing gets brighter than 127. Keep the whole sum."""
    return ((first.int() + second.int()).clamp(max=255) // 2).to(torch.uint8)


@blend.mistake
def rounds_to_the_nearest(first, second):
    """Halves were rounded to the nearest even number, as `round` does. They should be rounded down."""
    return ((first.float() + second.float()) / 2).round().to(torch.uint8)


@blend.mistake
def rounds_up(first, second):
    """Halves were rounded up. They should be rounded down."""
    return ((first.int() + second.int() + 1) // 2).to(torch.uint8)


@blend.mistake
def goes_half_the_way(first, second):
    """Half of `second - first` was added, but a difference of bytes below 0 wraps around. Go to a wider dtype first."""
    return first + (second - first) // 2


@blend.mistake
def forgets_to_come_back(first, second):
    """The numbers are right, but an image of bytes should come out: convert back to uint8 at the end."""
    return (first.to(torch.int16) + second.to(torch.int16)) // 2


@blend.mistake
def returns_floats(first, second):
    """Floating-point numbers with halves came out. Round down and convert to uint8."""
    return (first.float() + second.float()) / 2


@blend.mistake
def walks_rows_and_columns(first, second):
    """The loops know rows and columns only, and other axes may stand before them. Tensors add without a loop."""
    rows, columns = first.shape
    return tensors.blend(first.reshape(rows, columns), second)


@blend.mistake
def views_them_flat(first, second):
    """`view` cannot flatten an image whose elements are not in order, such as a transposed one. Add as they are."""
    return tensors.blend(first.view(-1), second.view(-1)).view(first.shape)


@blend.alternative
def by_bits(first, second):
    """Adds the bits that both have and half of those that one has; no sum exceeds a byte."""
    return (first & second) + ((first ^ second) >> 1)


@blend.alternative
def by_floats(first, second):
    """Averages in float32, which holds these numbers exactly."""
    return torch.stack([first, second]).float().mean(dim=0).floor().to(torch.uint8)


# 4. A slice


@rubric(
    answer=tensors.sliced,
    title="The layout of a slice",
    points=3,
    difficulty=2,
    minutes=12,
    forbids=[OWN + "sliced"],
)
def sliced(rng, size):
    """Slices that begin after the first element, in steps that divide the distance and in steps that do not."""
    rank = min(size, 3)
    shape = some_shape(rng, rank, least=7)
    axis = rank - 1 if size == 1 else int(rng.integers(rank)) if size > 3 else 1
    step = int(rng.integers(2, 4))
    start = int(rng.integers(1, 3))
    strides = tuple(2 * stride for stride in tensors.contiguous_strides(shape))
    return shape, strides, int(rng.integers(1, 9)), axis, start, start + 2 * step - (size not in (2, 5)), step


@sliced.edge(points=1)
def ends_from_the_end():
    """Negative start and stop count from the end: -4 and -1 of seven are 3 and 6."""
    return (3, 7), (7, 1), 2, 1, -4, -1, 1


@sliced.edge(points=1)
def beyond_the_axis():
    """A stop beyond the end is cut to the length; a start left out is the first element."""
    return (5, 4), (4, 1), 0, 0, None, 99, 2


@sliced.edge(points=1)
def a_start_beyond_the_axis():
    """A start beyond the end is cut to the length: the slice is empty, and its offset stays within reach."""
    return (6, 4), (4, 1), 1, 0, 9, None, 1


@sliced.edge(points=1)
def before_the_axis():
    """A start that counts from the end beyond the beginning is cut to 0."""
    return (6, 4), (4, 1), 2, 0, -99, 3, 2


@sliced.edge(points=1)
def a_stop_of_zero():
    """A stop of 0 is not a stop left out: `x[:, :0]` is empty."""
    return (4, 6), (6, 1), 3, 1, None, 0, 1


@sliced.edge(points=1)
def an_empty_slice():
    """A slice that stops before it starts has length 0, never less; its offset moves as ever."""
    return (6, 4), (4, 1), 1, 0, 4, 2, 1


@sliced.edge(points=1)
def backward():
    """A negative step begins at the last element and walks back, with a negative stride."""
    return (3, 5), (5, 1), 0, 1, None, None, -2


@sliced.edge(points=1)
def backward_from_beyond():
    """A negative step from beyond the end begins at the last element too, and leaves out the one at `stop`."""
    return (3, 6), (6, 1), 1, 1, 99, 1, -2


def _replaced(shape, strides, axis, length, stride):
    return (*shape[:axis], length, *shape[axis + 1 :]), (*strides[:axis], stride, *strides[axis + 1 :])


@sliced.mistake
def rounds_the_length_down(shape, strides, offset, axis, start, stop, step):
    """The length was rounded down, which loses an element when the step does not divide the distance. Round up."""
    new, new_strides, new_offset = tensors.sliced(shape, strides, offset, axis, start, stop, step)
    first, last, _ = slice(start, stop, step).indices(shape[axis])
    return (*_replaced(new, strides, axis, max(0, (last - first) // step), new_strides[axis]), new_offset)


@sliced.mistake
def forgets_to_divide(shape, strides, offset, axis, start, stop, step):
    """The length is the whole distance from start to stop. In steps of more than one, fewer elements are met."""
    first, last, _ = slice(start, stop, step).indices(shape[axis])
    new_offset = offset + first * strides[axis]
    return (*_replaced(shape, strides, axis, max(0, last - first), strides[axis] * step), new_offset)


@sliced.mistake
def always_adds_one(shape, strides, offset, axis, start, stop, step):
    """The length is one too large when the step divides the distance: the element at `stop` is left out."""
    first, last, _ = slice(start, stop, step).indices(shape[axis])
    new_offset = offset + first * strides[axis]
    return (*_replaced(shape, strides, axis, (last - first) // step + 1, strides[axis] * step), new_offset)


@sliced.mistake
def forgets_the_old_offset(shape, strides, offset, axis, start, stop, step):
    """The offset is counted from the beginning of the storage. The tensor may begin later: add the old offset."""
    new, new_strides, new_offset = tensors.sliced(shape, strides, offset, axis, start, stop, step)
    return new, new_strides, new_offset - offset


@sliced.mistake
def keeps_the_stride(shape, strides, offset, axis, start, stop, step):
    """The stride along the axis has not changed. A slice in steps of two passes over twice as many cells each time."""
    new, _, new_offset = tensors.sliced(shape, strides, offset, axis, start, stop, step)
    return new, strides, new_offset


@sliced.mistake
def keeps_the_offset(shape, strides, offset, axis, start, stop, step):
    """The offset has not moved, so the slice would begin with the first element. Move it to where the slice starts."""
    return (*tensors.sliced(shape, strides, offset, axis, start, stop, step)[:2], offset)


@sliced.mistake
def moves_the_offset_by_start(shape, strides, offset, axis, start, stop, step):
    """The offset moved by `start` cells. It must pass over `start` elements along the axis, each a stride away."""
    first, _, _ = slice(start, stop, step).indices(shape[axis])
    return (*tensors.sliced(shape, strides, offset, axis, start, stop, step)[:2], offset + first)


@sliced.mistake
def moves_the_offset_by_new_strides(shape, strides, offset, axis, start, stop, step):
    """The offset moved in the new stride. `start` counts elements of the old axis, so use the old stride."""
    new, new_strides, _ = tensors.sliced(shape, strides, offset, axis, start, stop, step)
    first, _, _ = slice(start, stop, step).indices(shape[axis])
    return new, new_strides, offset + first * new_strides[axis]


@sliced.mistake
def makes_fresh_strides_for_the_slice(shape, strides, offset, axis, start, stop, step):
    """These are the strides of a fresh tensor of the new shape. A slice reads the old storage; one stride changes."""
    new, _, new_offset = tensors.sliced(shape, strides, offset, axis, start, stop, step)
    return new, tensors.contiguous_strides(new), new_offset


@sliced.mistake
def slices_the_first_axis(shape, strides, offset, axis, start, stop, step):
    """The first axis was sliced, whatever `axis` says."""
    return tensors.sliced(shape, strides, offset, 0, start, stop, step)


@sliced.mistake
def slices_the_last_axis(shape, strides, offset, axis, start, stop, step):
    """The last axis was sliced, whatever `axis` says."""
    return tensors.sliced(shape, strides, offset, len(shape) - 1, start, stop, step)


@sliced.mistake
def puts_the_step_for_the_stride(shape, strides, offset, axis, start, stop, step):
    """The new stride is the step alone. A step passes over elements, each an old stride away: multiply the two."""
    new, _, new_offset = tensors.sliced(shape, strides, offset, axis, start, stop, step)
    return (*_replaced(new, strides, axis, new[axis], step), new_offset)


@sliced.mistake
def takes_zero_for_left_out(shape, strides, offset, axis, start, stop, step):
    """0 was taken for left out, as `start or …` and `if not stop` do. Ask whether it `is None`."""
    return tensors.sliced(shape, strides, offset, axis, start or None, stop or None, step)


@sliced.mistake
def fills_in_for_forward_steps(shape, strides, offset, axis, start, stop, step):
    """A start left out became 0 and a stop the length, though the step is negative: then it begins at the last one."""
    first, last = 0 if start is None else start, shape[axis] if stop is None else stop
    return tensors.sliced(shape, strides, offset, axis, first, last, step)


@sliced.mistake
def takes_minus_one_for_the_last(shape, strides, offset, axis, start, stop, step):
    """A stop left out became −1, which was then counted from the end: nothing is left. Bring it in only once."""
    last = -1 if stop is None and step < 0 else stop
    return tensors.sliced(shape, strides, offset, axis, start, last, step)


@sliced.mistake
def walks_the_whole_axis_back(shape, strides, offset, axis, start, stop, step):
    """A negative step walked the whole axis back. `start` and `stop` count for it as well."""
    return tensors.sliced(shape, strides, offset, axis, *((start, stop) if step > 0 else (None, None)), step)


@sliced.mistake
def starts_at_the_length(shape, strides, offset, axis, start, stop, step):
    """A backward slice from beyond the end began at the length. The last element is one before it."""
    new, new_strides, new_offset = tensors.sliced(shape, strides, offset, axis, start, stop, step)
    if step > 0 or start is None or start < shape[axis]:
        return new, new_strides, new_offset
    length = len(range(shape[axis], slice(start, stop, step).indices(shape[axis])[1], step))
    return (*_replaced(shape, strides, axis, length, new_strides[axis]), new_offset + strides[axis])


@sliced.mistake
def walks_back_one_by_one(shape, strides, offset, axis, start, stop, step):
    """Every backward slice got the old stride with a minus sign. How far a step goes counts backward, too."""
    new, _, new_offset = tensors.sliced(shape, strides, offset, axis, start, stop, step)
    return (*_replaced(new, strides, axis, new[axis], strides[axis] * max(step, -1)), new_offset)


@sliced.mistake
def counts_from_the_end_without_end(shape, strides, offset, axis, start, stop, step):
    """A start further from the end than the axis is long stayed below 0. Cut it to 0: the slice begins there."""
    new, new_strides, new_offset = tensors.sliced(shape, strides, offset, axis, start, stop, step)
    if step < 0 or start is None or start >= -shape[axis]:
        return new, new_strides, new_offset
    first = start + shape[axis]
    length = len(range(first, slice(start, stop, step).indices(shape[axis])[1], step))
    return (*_replaced(shape, strides, axis, length, new_strides[axis]), offset + first * strides[axis])


@sliced.mistake
def leaves_a_start_beyond_the_end(shape, strides, offset, axis, start, stop, step):
    """A start beyond the end moved the offset out of the tensor. Cut it to the length, even if nothing is left."""
    new, new_strides, new_offset = tensors.sliced(shape, strides, offset, axis, start, stop, step)
    if step < 0 or start is None or start <= shape[axis]:
        return new, new_strides, new_offset
    return new, new_strides, offset + start * strides[axis]


@sliced.mistake
def rounds_up_for_forward_steps(shape, strides, offset, axis, start, stop, step):
    """Adding `step - 1` before `//` rounds up only if the step is positive. Find a way that holds for both signs."""
    first, last, _ = slice(start, stop, step).indices(shape[axis])
    new = _replaced(shape, strides, axis, max(0, (last - first + step - 1) // step), strides[axis] * step)
    return (*new, offset + first * strides[axis])


@sliced.mistake
def does_not_clip(shape, strides, offset, axis, start, stop, step):
    """Start and stop were used as they are. First bring them into the axis: None, negative, too large."""
    first, last = 0 if start is None else start, shape[axis] if stop is None else stop
    new = _replaced(shape, strides, axis, max(0, math.ceil((last - first) / step)), strides[axis] * step)
    return (*new, offset + first * strides[axis])


@sliced.mistake
def lets_lengths_be_negative(shape, strides, offset, axis, start, stop, step):
    """A slice that stops before it starts got a negative length. It is empty: its length is 0."""
    first, last, _ = slice(start, stop, step).indices(shape[axis])
    new = _replaced(shape, strides, axis, math.ceil((last - first) / step), strides[axis] * step)
    return (*new, offset + first * strides[axis])


@sliced.alternative
def by_positions(shape, strides, offset, axis, start, stop, step=1):
    """Slices a list of the positions along the axis and counts what is left."""
    positions = list(range(shape[axis]))[start:stop:step]
    first = slice(start, stop, step).indices(shape[axis])[0]
    return (
        tuple(len(positions) if k == axis else n for k, n in enumerate(shape)),
        tuple(s * step if k == axis else s for k, s in enumerate(strides)),
        offset + first * strides[axis],
    )


# 5. Broadcasting


@rubric(
    answer=tensors.broadcast_shapes,
    title="Which shape do two shapes broadcast to?",
    points=3,
    difficulty=2,
    minutes=12,
    forbids=[
        OWN + "broadcast_shapes",
        "numpy.broadcast_shapes",
        "numpy.broadcast_arrays",
        "torch.broadcast_shapes",
        "torch.broadcast_tensors",
    ],
)
def broadcast_shapes(rng, size):
    """Shapes of different ranks, each with axes to be stretched."""
    rank = min(size, 4) + 1
    full = some_shape(rng, rank)
    first, second = list(full), list(full[1:])
    first[-1] = 1
    if rank > 2:
        second[int(rng.integers(0, rank - 2))] = 1
    shapes = tuple(first), tuple(second)
    return shapes if size % 2 else shapes[::-1]


@broadcast_shapes.edge(points=1)
def lengths_that_do_not_fit():
    """Lengths 3 and 5 do not fit, on whichever axis: that is refused with ValueError."""
    return (3, 1, 2), (5, 4, 2)


@broadcast_shapes.edge(points=1)
def twice_as_long():
    """Length 2 is not repeated to make 4: only length 1 is stretched. ValueError."""
    return (3, 4), (3, 2)


@broadcast_shapes.edge(points=1)
def a_single_number():
    """A number, of shape (), fits everything."""
    return (), (2, 3)


@broadcast_shapes.edge(points=1)
def one_beside_one():
    """1 beside 1, or beside no axis, stays 1: the axis is still there."""
    return (1, 2, 1), (1,)


@broadcast_shapes.edge(points=1)
def stretched_to_nothing():
    """Length 1 beside length 0 becomes 0: an empty axis is not a larger one."""
    return (3, 1), (1, 0)


@broadcast_shapes.edge(points=1)
def nothing_beside_three():
    """Length 0 is no 1: beside 3 it does not fit. ValueError."""
    return (2, 0), (2, 3)


@broadcast_shapes.edge(points=1)
def larger_than_any_memory():
    """The shapes of tensors that no memory could hold broadcast like any others: none has to be made."""
    return (10**15, 1), (10**15,)


@broadcast_shapes.mistake
def aligns_on_the_left(first, second):
    """The shapes were aligned on the left. Align them on the right and fill the shorter one up with 1 on the left."""
    rank = max(len(first), len(second))
    return tensors.broadcast_shapes(*(shape + (1,) * (rank - len(shape)) for shape in (first, second)))


@broadcast_shapes.mistake
def drops_leading_axes(first, second):
    """Axes that only the longer shape has were dropped: `zip` stops at the end of the shorter one."""
    rank = min(len(first), len(second))
    return tensors.broadcast_shapes(first[len(first) - rank :], second[len(second) - rank :])


@broadcast_shapes.mistake
def never_refuses(first, second):
    """Lengths that do not fit went through: two lengths must be equal, or one of them 1."""
    return tuple(max(pair) for pair in zip_longest(first[::-1], second[::-1], fillvalue=1))[::-1]


@broadcast_shapes.mistake
def takes_the_larger(first, second):
    """The larger length was taken, but 1 beside 0 is stretched to 0. Take the one that is not 1."""
    tensors.broadcast_shapes(first, second)
    return tuple(max(pair) for pair in zip_longest(first[::-1], second[::-1], fillvalue=1))[::-1]


@broadcast_shapes.mistake
def repeats_shorter_axes(first, second):
    """A length that divides the other was repeated. Only length 1 is stretched."""
    pairs = list(zip_longest(first[::-1], second[::-1], fillvalue=1))
    if any(min(pair) and max(pair) % min(pair) for pair in pairs):
        raise ValueError(first, second)
    return tuple(0 if 0 in pair else max(pair) for pair in pairs)[::-1]


@broadcast_shapes.mistake
def lets_zero_fit_everything(first, second):
    """Length 0 went through beside a length above 1. Only length 1 is stretched, to 0 as to any other."""
    pairs = list(zip_longest(first[::-1], second[::-1], fillvalue=1))
    if any(left != right and not {0, 1} & {left, right} for left, right in pairs):
        raise ValueError(first, second)
    return tuple(0 if 0 in pair else max(pair) for pair in pairs)[::-1]


@broadcast_shapes.mistake
def takes_zero_for_missing(first, second):
    """0 was taken for a missing length, as `length or 1` does. Fill up with 1 only where an axis is missing."""
    return tensors.broadcast_shapes(tuple(n or 1 for n in first), tuple(n or 1 for n in second))


@broadcast_shapes.mistake
def drops_axes_of_length_one(first, second):
    """An axis of length 1 in both shapes was dropped. Where both are 1 the result is 1, and the axis stays."""
    return tuple(length for length in tensors.broadcast_shapes(first, second) if length != 1)


@broadcast_shapes.mistake
def drops_leading_ones(first, second):
    """Axes of length 1 at the front were dropped. They stay, whether or not the other shape has an axis there."""
    result = tensors.broadcast_shapes(first, second)
    longer = [length != 1 for length in result]
    return result[longer.index(True) :] if True in longer else ()


@broadcast_shapes.mistake
def adds_two_tensors(first, second):
    """Two tensors were made and the library asked. Work on the shapes alone: the tensors may not fit into memory."""
    try:
        return tuple((torch.empty(first) + torch.empty(second)).shape)
    except RuntimeError as error:
        raise ValueError(first, second) from error


@broadcast_shapes.mistake
def refuses_different_ranks(first, second):
    """Shapes with different numbers of axes were refused. The shorter one is filled up with 1 on the left."""
    if len(first) != len(second):
        raise ValueError(first, second)
    return tensors.broadcast_shapes(first, second)


@broadcast_shapes.mistake
def comes_out_backward(first, second):
    """The result is back to front: it was collected from the last axis to the first. Turn it around at the end."""
    return tensors.broadcast_shapes(first, second)[::-1]


@broadcast_shapes.mistake
def stretches_only_the_second(first, second):
    """Only the second shape was stretched. Either one may have the 1."""
    if len(second) > len(first):
        raise ValueError(first, second)
    for left, right in zip(first[::-1], second[::-1], strict=False):
        if right not in (1, left):
            raise ValueError(first, second)
    return first


@broadcast_shapes.alternative
def from_the_right(first, second):
    """Walks from the last axis to the first and puts the results in front of each other."""
    result = ()
    for left, right in zip_longest(reversed(first), reversed(second), fillvalue=1):
        lengths = {left, right} - {1}
        if len(lengths) > 1:
            raise ValueError(f"{first} and {second} do not fit")
        result = (lengths.pop() if lengths else 1, *result)
    return result


# 6. Contiguity


@rubric(
    answer=tensors.is_contiguous,
    title="Is it contiguous?",
    points=3,
    difficulty=2,
    minutes=12,
    sizes=(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    forbids=[OWN + "is_contiguous", OWN + "addresses_by_loops", OWN + "addresses", "torch.Tensor.is_contiguous"],
)
def is_contiguous(rng, size):
    """Fresh tensors, transposes, slices (also backward ones) and stretched tensors."""
    a, b, c = some_shape(rng, 3)
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


@is_contiguous.mistake
def looks_at_the_last_stride(shape, strides):
    """Only the last stride was looked at. A row's numbers may lie side by side while rows lie apart."""
    return 0 in shape or not strides or strides[-1] == 1


@is_contiguous.mistake
def looks_at_the_first_stride(shape, strides):
    """Only the first stride was looked at. The axes to its right may be in another order all the same."""
    return 0 in shape or not shape or shape[0] * strides[0] == math.prod(shape)


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
    """This is the column-major order, in which the first axis runs fastest. Start from the last axis."""
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
def trusts_every_vector(shape, strides):
    """Every vector was called contiguous. One that takes every other element is not: its stride must be 1."""
    return len(shape) < 2 or tensors.is_contiguous(shape, strides)


@is_contiguous.mistake
def wants_something_to_read(shape, strides):
    """A tensor without elements was called not contiguous. It has nothing out of order, so it is."""
    return 0 not in shape and tensors.is_contiguous(shape, strides)


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


# 7. Standardized columns


@rubric(
    answer=tensors.standardize,
    title="Columns on one scale",
    points=3,
    difficulty=2,
    minutes=12,
    forbids=[OWN + "standardize"],
)
def standardize(rng, size):
    """Tables, one of them in float64, whose columns have means and spreads of their own."""
    scale, shift = rng.uniform(0.5, 3, size + 1), rng.uniform(-9, 9, size + 1)
    table = torch.from_numpy(rng.normal(size=(size + 2, size + 1)) * scale + shift)
    return table if size == 3 else table.float()


@standardize.edge(points=1)
def a_constant_column():
    """A column that never changes becomes zeros, not nan."""
    return torch.tensor([[1.0, 7.0], [4.0, 7.0], [1.0, 7.0]])


@standardize.edge(points=1)
def a_single_row():
    """In a table of one row every column is constant."""
    return torch.tensor([[3.0, -2.0, 8.0]])


@standardize.edge(points=1)
def seven_tenths():
    """A column of 0.1 seven times over never changes either, whatever rounding makes of its mean and deviation."""
    return torch.full((7, 1), 0.1)


@standardize.edge(points=1)
def seven_tenths_beside_others():
    """Each column is asked for itself: 0.1 seven times over stays constant beside a column that changes."""
    return torch.stack([torch.full((7,), 0.1), torch.arange(7.0)], dim=1)


@standardize.edge(points=1)
def years():
    """Large numbers close together, such as years, are scaled as well as any."""
    return torch.tensor([[1999.0], [2001.0], [2003.0]])


@standardize.edge(points=1)
def tiny_numbers():
    """A column of tiny numbers changes as well, and gets deviation 1 like any other."""
    return torch.tensor([[1e-12], [2e-12], [4e-12]])


@standardize.edge(points=1)
def nearly_equal():
    """Large numbers that are nearly equal are still not equal: their column gets deviation 1 too."""
    return torch.tensor([[50_000_000.0], [50_000_010.0], [50_000_030.0]], dtype=torch.float64)


@standardize.mistake
def divides_by_n_minus_1(table):
    """The sum of squares was divided by n − 1, which is PyTorch's default. Ask for `correction=0` to divide by n."""
    return (table - table.mean(dim=0)) / table.std(dim=0)


@standardize.mistake
def goes_along_the_rows(table):
    """Each row was standardized. Each column has its own mean and deviation, taken over the rows: axis 0."""
    return (table - table.mean(dim=1, keepdim=True)) / table.std(dim=1, correction=0, keepdim=True)


@standardize.mistake
def takes_the_whole_table(table):
    """One mean and one deviation were taken of the whole table. Each column needs its own."""
    return (table - table.mean()) / table.std(correction=0)


@standardize.mistake
def divides_by_the_variance(table):
    """The columns were divided by their variance. Divide by its square root, the standard deviation."""
    return (table - table.mean(dim=0)) / table.var(dim=0, correction=0)


@standardize.mistake
def only_shifts(table):
    """The columns were shifted to mean 0 but not scaled."""
    return table - table.mean(dim=0)


@standardize.mistake
def only_scales(table):
    """The columns were scaled but not shifted: take the mean away first."""
    return table / table.std(dim=0, correction=0)


@standardize.mistake
def divides_by_zero(table):
    """A constant column has deviation 0, and 0 / 0 is nan. Such a column should become zeros."""
    return (table - table.mean(dim=0)) / table.std(dim=0, correction=0)


@standardize.mistake
def asks_the_deviation(table):
    """A constant column was known by its deviation of 0, but rounding may leave a little. Compare its numbers."""
    centered = table - table.mean(dim=0)
    deviation = centered.square().mean(dim=0).sqrt()
    return torch.where(deviation == 0, 0.0, centered / deviation)


@standardize.mistake
def asks_the_whole_table(table):
    """Only a table that is constant as a whole became zeros at once. Ask each column whether it changes."""
    centered = table - table.mean(dim=0)
    if (table == table[0]).all():
        return torch.zeros_like(table)
    deviation = centered.square().mean(dim=0).sqrt()
    return torch.where(deviation == 0, 0.0, centered / deviation)


@standardize.mistake
def takes_close_for_equal(table):
    """Nearly equal numbers were taken for a constant column, as `isclose` takes them. Ask whether they are equal."""
    return torch.where(torch.isclose(table, table[0]).all(dim=0), 0.0, tensors.standardize(table))


@standardize.mistake
def subtracts_squares(table):
    """Mean of the squares minus square of the mean: their difference drowns in rounding. Subtract the mean first."""
    variance = (table.square().mean(dim=0) - table.mean(dim=0).square()).clamp(min=0)
    constant = table.amax(dim=0) == table.amin(dim=0)
    return torch.where(constant, 0.0, (table - table.mean(dim=0)) / variance.sqrt())


@standardize.mistake
def adds_a_little(table):
    """A little was added to the deviation to avoid 0 / 0. It zeroes no constant column and flattens tiny numbers."""
    return (table - table.mean(dim=0)) / (table.std(dim=0, correction=0) + 1e-8)


@standardize.mistake
def writes_into_the_table(table):
    """The caller's table was overwritten: `-=` and `/=` work in place. Make a new tensor."""
    table[:] = tensors.standardize(table)
    return table


@standardize.alternative
def by_sums(table):
    """Works in float64 from sums, and adds a number too small to matter."""
    wide = table.double()
    centered = wide - wide.sum(dim=0, keepdim=True) / len(wide)
    return (centered / (centered.square().sum(dim=0, keepdim=True) / len(wide)).sqrt().add(1e-30)).to(table.dtype)


@standardize.alternative
def column_by_column(table):
    """Subtracts the first row before anything else, which makes constant columns 0 exactly; column after column."""
    shifted = [column - column[0] for column in table.unbind(dim=1)]
    columns = [column - column.mean() for column in shifted]
    return torch.stack([torch.nan_to_num(c / c.square().mean().sqrt()) for c in columns], dim=1)


# 8. Sliding windows


@rubric(
    answer=tensors.sliding_windows,
    title="Sliding windows that copy nothing",
    points=4,
    difficulty=3,
    minutes=20,
    forbids=[OWN + "sliding_windows", "torch.Tensor.unfold"],
)
def sliding_windows(rng, size):
    """Recordings of two channels; the signal is every other sample, from sample 1 on."""
    width, step = 2 + size % 3, {1: 1, 2: 3, 3: 3}.get(size, 2)
    time = width + step * min(size, 4) + step - 1
    return torch.from_numpy(rng.integers(-50, 50, size=(2, 2 * time + 1))), width, step


@sliding_windows.edge(points=1)
def one_window():
    """A window as wide as the signal fits exactly once, however large the step."""
    return torch.arange(10).reshape(1, 10), 5, 7


@sliding_windows.edge(points=1)
def too_wide():
    """A window wider than the signal is refused with ValueError."""
    return torch.arange(10).reshape(1, 10), 6, 1


@sliding_windows.edge(points=1)
def a_step_of_zero():
    """Windows that never move on are refused with ValueError."""
    return torch.arange(10).reshape(1, 10), 2, 0


@sliding_windows.edge(points=1)
def a_width_of_zero():
    """Windows that hold nothing are refused with ValueError."""
    return torch.arange(10).reshape(1, 10), 0, 1


@sliding_windows.edge(points=1)
def a_step_back():
    """Windows that move backward are refused with ValueError: a step below 0 is below 1."""
    return torch.arange(10).reshape(1, 10), 2, -1


@sliding_windows.edge(points=1)
def a_width_below_zero():
    """Windows of a width below 0 are refused with ValueError."""
    return torch.arange(10).reshape(1, 10), -2, 1


@sliding_windows.edge(points=1)
def one_signal():
    """A single signal, without a batch axis."""
    return torch.arange(14), 3, 2


@sliding_windows.drive
def every_other_sample(answer, recording, width, step):
    """Take every other sample of a recording, and say what the windows hold and where."""
    windows = answer(recording[..., 1::2], width, step)
    if not isinstance(windows, torch.Tensor):  # has no layout to ask for: let its type be told
        return {"windows": windows, "strides": "", "offset": 0, "bytes of the storage": 0}
    return {
        "windows": windows,
        "strides": str(tuple(windows.stride())),  # as text: a wrong shape is then told first
        "offset": windows.storage_offset(),
        "bytes of the storage": windows.untyped_storage().nbytes(),
    }


@sliding_windows.mistake
def copies(signal, width, step=1):
    """The numbers are right, but they were copied. Describe the windows by strides into the signal's own storage."""
    return tensors.sliding_windows(signal, width, step).contiguous()


@sliding_windows.mistake
def clones(signal, width, step=1):
    """The strides were right, but `clone` copied the windows in the end. Return the view itself."""
    return tensors.sliding_windows(signal, width, step).clone()


@sliding_windows.mistake
def stacks_slices(signal, width, step=1):
    """The windows were stacked, which copies them. Describe them by strides into the signal's own storage."""
    starts = range(0, signal.shape[-1] - width + 1, step)
    return torch.stack([signal[..., start : start + width] for start in starts], dim=-2)


@sliding_windows.mistake
def copies_the_signal(signal, width, step=1):
    """The signal was copied first (`contiguous`, `clone`, `reshape`). Its own strides and offset are all you need."""
    return tensors.sliding_windows(signal.contiguous(), width, step)


@sliding_windows.mistake
def assumes_neighbors(signal, width, step=1):
    """The next sample was taken for the next cell. Ask the signal for its last stride; it may be a slice itself."""
    view = tensors.sliding_windows(signal, width, step)
    return view.as_strided(view.shape, (*signal.stride()[:-1], step, 1), signal.storage_offset())


@sliding_windows.mistake
def assumes_packed_channels(signal, width, step=1):
    """The channels were taken to lie end to end, but there may be gaps between them. Keep the outer strides."""
    view = tensors.sliding_windows(signal, width, step)
    outer, cells = [], signal.shape[-1] * signal.stride(-1)
    for length in reversed(signal.shape[:-1]):
        outer.insert(0, cells)
        cells *= length
    return view.as_strided(view.shape, (*outer, *view.stride()[-2:]), signal.storage_offset())


@sliding_windows.mistake
def swaps_the_strides(signal, width, step=1):
    """The step went to the samples inside a window. It leads from one window to the next: swap the last two strides."""
    view = tensors.sliding_windows(signal, width, step)
    *outer, window, sample = view.stride()
    return view.as_strided(view.shape, (*outer, sample, window), signal.storage_offset())


@sliding_windows.mistake
def starts_at_cell_zero(signal, width, step=1):
    """The windows start at the beginning of the storage. The signal may start later: use its `storage_offset()`."""
    view = tensors.sliding_windows(signal, width, step)
    return view.as_strided(view.shape, view.stride(), 0)


@sliding_windows.mistake
def one_window_short(signal, width, step=1):
    """The last window is missing. The first window needs no step, so there is one more than steps fit in."""
    view = tensors.sliding_windows(signal, width, step)
    return view[..., :-1, :]


@sliding_windows.mistake
def ignores_the_step(signal, width, step=1):
    """The windows start at every sample. They should start `step` samples apart."""
    return tensors.sliding_windows(signal, width, 1)


@sliding_windows.mistake
def swaps_window_and_width(signal, width, step=1):
    """The last two axes are swapped: first which window, then the place in it."""
    return tensors.sliding_windows(signal, width, step).transpose(-1, -2)


@sliding_windows.mistake
def reads_past_the_end(signal, width, step=1):
    """The last window sticks out of the signal. Round the number of steps down, so that it is left out."""
    fitting = tensors.sliding_windows(signal, width, step)
    windows = -((width - signal.shape[-1]) // step) + 1
    shape = (*signal.shape[:-1], windows, width)
    return signal.as_strided(shape, fitting.stride(), signal.storage_offset())


def _unguarded(signal, width, step):
    *outer, inner = signal.stride()
    shape = (*signal.shape[:-1], (signal.shape[-1] - width) // step + 1, width)
    return signal.as_strided(shape, (*outer, step * inner, inner), signal.storage_offset())


@sliding_windows.mistake
def refuses_nothing(signal, width, step=1):
    """Nothing was refused. Raise ValueError if no window fits, and for a width or a step below 1."""
    return _unguarded(signal, width, step)


@sliding_windows.mistake
def refuses_wide_windows_only(signal, width, step=1):
    """Only windows that are too wide were refused. A width or a step below 1 gives no windows either: ValueError."""
    if width > signal.shape[-1]:
        raise ValueError(width)
    return _unguarded(signal, width, step)


@sliding_windows.mistake
def refuses_zero_only(signal, width, step=1):
    """A width and a step of 0 were refused, those below 0 were not. ValueError for everything below 1."""
    if width > signal.shape[-1] or 0 in (width, step):
        raise ValueError(width, step)
    return _unguarded(signal, width, step)


@sliding_windows.mistake
def refuses_gaps(signal, width, step=1):
    """A step larger than the width was refused. It leaves samples out between the windows, and that is all right."""
    if step > width:
        raise ValueError(width, step)
    return tensors.sliding_windows(signal, width, step)


@sliding_windows.mistake
def refuses_one_window(signal, width, step=1):
    """A window as wide as the signal was refused, but it fits exactly once."""
    if width >= signal.shape[-1]:
        raise ValueError(width)
    return tensors.sliding_windows(signal, width, step)


@sliding_windows.alternative
def by_first_windows(signal, width, step=1):
    """Narrows the signal to where windows start, then adds an axis that walks through each."""
    time = signal.size(-1)
    if not 0 < width <= time or step < 1:
        raise ValueError(f"{width} {step} {tuple(signal.shape)}")
    starts = signal[..., : time - width + 1 : step]
    return torch.as_strided(starts, (*starts.shape, width), (*starts.stride(), signal.stride(-1)))


# 9. Occupied bytes


@rubric(
    answer=tensors.occupied_bytes,
    title="How many bytes does a view really use?",
    points=3,
    difficulty=3,
    minutes=20,
    sizes=(1, 2, 3, 4, 5, 6, 7, 8, 9),
    forbids=[OWN + "occupied_bytes"],
)
def occupied_bytes(rng, size):
    """Views with gaps, with stretched axes and with overlapping windows, of items of several sizes."""
    a, b = some_shape(rng, 2, least=3)
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
def counts_cells(view):
    """These are cells, not bytes: multiply by the size of one element."""
    return tensors.occupied_bytes(view) // view.element_size()


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
def counts_elements_of_eight_bytes(view):
    """Every element was taken for 8 bytes. How large one is depends on the dtype: ask `element_size()`."""
    return tensors.occupied_bytes(view) // view.element_size() * 8


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
