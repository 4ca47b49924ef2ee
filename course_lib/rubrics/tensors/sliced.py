"""What an answer to `sliced` must do, and the mistakes we know."""

import math

from course_lib import tensors
from course_lib.checking import cases, rubric
from course_lib.checking.cases import unlike_lengths


@rubric(
    answer=tensors.sliced,
    title="The layout of a slice",
    points=3,
    difficulty=2,
    minutes=12,
    up_to="strides",
)
def sliced(rng, size):
    """Slices that begin after the first element, in steps that divide the distance and in steps that do not."""
    rank = min(size, 3)
    shape = unlike_lengths(rng, rank, least=7)
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
def a_step_beyond_the_end():
    """A step that leads beyond the end meets one element: the length is 1."""
    return (3, 6), (6, 1), 2, 1, 4, None, 25


@sliced.edge(points=1)
def backward_to_before():
    """Walking back to a stop before the beginning, the first element is met as well."""
    return (3, 5), (5, 1), 0, 1, -1, -9, -1


@sliced.edge(points=1)
def backward_from_beyond():
    """A negative step from beyond the end begins at the last element too, and leaves out the one at `stop`."""
    return (3, 8), (8, 1), 1, 1, 99, 3, -2


@sliced.domain
def any_slice(rng):
    """Any layout, sliced along any axis; bounds left out, inside or far outside; steps of either sign and any size."""
    shape = cases.shape(rng, cases.whole(rng, 1, 4), most=11)
    strides = tuple(cases.one_of(rng, 0, 1, -1, int(rng.integers(-40, 90))) for _ in shape)
    axis = int(rng.integers(len(shape)))
    length = shape[axis]
    bounds = [
        cases.one_of(
            rng, None, 0, -1, length, -length, -length - 1, *(int(rng.integers(-14, 15)) for _ in range(5)), 99
        )
        for _ in range(2)
    ]
    step = cases.one_of(
        rng,
        1,
        -1,
        int(rng.integers(1, 5)),
        -int(rng.integers(1, 5)),
        int(rng.integers(5, 40)),
        -int(rng.integers(5, 40)),
    )
    return shape, strides, cases.whole(rng, 0, 900), axis, *bounds, step


@sliced.oracle
def by_clipping(shape, strides, offset, axis, start, stop, step=1):
    """Brings the bounds into the axis by hand, then counts positions one by one."""
    length = shape[axis]
    low, high = (0, length) if step > 0 else (-1, length - 1)
    first, last = (low, high) if step > 0 else (high, low)
    if start is not None:
        first = max(low, min(high, start + length if start < 0 else start))
    if stop is not None:
        last = max(low, min(high, stop + length if stop < 0 else stop))
    kept, position = 0, first
    while (position < last) if step > 0 else (position > last):
        kept, position = kept + 1, position + step
    lengths, steps = list(shape), list(strides)
    lengths[axis], steps[axis] = kept, step * strides[axis]
    return tuple(lengths), tuple(steps), offset + first * strides[axis]


def _replaced(shape, strides, axis, length, stride):
    return (*shape[:axis], length, *shape[axis + 1 :]), (*strides[:axis], stride, *strides[axis + 1 :])


@sliced.mistake
def rounds_the_length_down(shape, strides, offset, axis, start, stop, step, *, right):
    """The length was rounded down, which loses an element when the step does not divide the distance. Round up."""
    new, new_strides, new_offset = right
    first, last, _ = slice(start, stop, step).indices(shape[axis])
    return (*_replaced(new, strides, axis, max(0, (last - first) // step), new_strides[axis]), new_offset)


@sliced.mistake
def rounds_the_length_to_the_nearest(shape, strides, offset, axis, start, stop, step, *, right):
    """The length was rounded to the nearest number. Round up: a started step has met an element."""
    new, new_strides, new_offset = right
    first, last, _ = slice(start, stop, step).indices(shape[axis])
    length = max(0, math.floor((last - first) / step + 0.5))
    return (*_replaced(new, strides, axis, length, new_strides[axis]), new_offset)


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
def forgets_the_old_offset(shape, strides, offset, axis, start, stop, step, *, right):
    """The offset is counted from the beginning of the storage. The tensor may begin later: add the old offset."""
    new, new_strides, new_offset = right
    return new, new_strides, new_offset - offset


@sliced.mistake
def keeps_the_stride(shape, strides, offset, axis, start, stop, step, *, right):
    """The stride along the axis has not changed. A slice in steps of two passes over twice as many cells each time."""
    new, _, new_offset = right
    return new, strides, new_offset


@sliced.mistake
def keeps_the_offset(shape, strides, offset, axis, start, stop, step, *, right):
    """The offset has not moved, so the slice would begin with the first element. Move it to where the slice starts."""
    return (*right[:2], offset)


@sliced.mistake
def moves_the_offset_by_start(shape, strides, offset, axis, start, stop, step, *, right):
    """The offset moved by `start` cells. It must pass over `start` elements along the axis, each a stride away."""
    first, _, _ = slice(start, stop, step).indices(shape[axis])
    return (*right[:2], offset + first)


@sliced.mistake
def moves_the_offset_by_new_strides(shape, strides, offset, axis, start, stop, step, *, right):
    """The offset moved in the new stride. `start` counts elements of the old axis, so use the old stride."""
    new, new_strides, _ = right
    first, _, _ = slice(start, stop, step).indices(shape[axis])
    return new, new_strides, offset + first * new_strides[axis]


@sliced.mistake
def makes_fresh_strides_for_the_slice(shape, strides, offset, axis, start, stop, step, *, right):
    """These are the strides of a fresh tensor of the new shape. A slice reads the old storage; one stride changes."""
    new, _, new_offset = right
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
def puts_the_step_for_the_stride(shape, strides, offset, axis, start, stop, step, *, right):
    """The new stride is the step alone. A step passes over elements, each an old stride away: multiply the two."""
    new, _, new_offset = right
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
def starts_at_the_length(shape, strides, offset, axis, start, stop, step, *, right):
    """A backward slice from beyond the end began at the length. The last element is one before it."""
    new, new_strides, new_offset = right
    if step > 0 or start is None or start < shape[axis]:
        return new, new_strides, new_offset
    length = len(range(shape[axis], slice(start, stop, step).indices(shape[axis])[1], step))
    return (*_replaced(shape, strides, axis, length, new_strides[axis]), new_offset + strides[axis])


@sliced.mistake
def walks_back_one_by_one(shape, strides, offset, axis, start, stop, step, *, right):
    """Every backward slice got the old stride with a minus sign. How far a step goes counts backward, too."""
    new, _, new_offset = right
    return (*_replaced(new, strides, axis, new[axis], strides[axis] * max(step, -1)), new_offset)


@sliced.mistake
def counts_from_the_end_without_end(shape, strides, offset, axis, start, stop, step, *, right):
    """A start further from the end than the axis is long stayed below 0. Cut it to 0: the slice begins there."""
    new, new_strides, new_offset = right
    if step < 0 or start is None or start >= -shape[axis]:
        return new, new_strides, new_offset
    first = start + shape[axis]
    length = len(range(first, slice(start, stop, step).indices(shape[axis])[1], step))
    return (*_replaced(shape, strides, axis, length, new_strides[axis]), offset + first * strides[axis])


@sliced.mistake
def leaves_a_start_beyond_the_end(shape, strides, offset, axis, start, stop, step, *, right):
    """A start beyond the end moved the offset out of the tensor. Cut it to the length, even if nothing is left."""
    new, new_strides, new_offset = right
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
def cuts_a_stop_at_zero(shape, strides, offset, axis, start, stop, step):
    """A stop before the beginning was cut to 0. Walking back, cut it to −1, or the first element is left out."""
    if stop is not None and step < 0:
        stop = max(stop, -shape[axis])
    return tensors.sliced(shape, strides, offset, axis, start, stop, step)


@sliced.mistake
def brings_bounds_in_twice(shape, strides, offset, axis, start, stop, step):
    """Negative bounds had the length added twice, once by `slice.indices`. Let one of the two bring them in."""
    start, stop = (bound if bound is None or bound >= 0 else bound + shape[axis] for bound in (start, stop))
    return tensors.sliced(shape, strides, offset, axis, start, stop, step)


@sliced.mistake
def refuses_to_walk_back(shape, strides, offset, axis, start, stop, step, *, right):
    """A negative step was refused, as PyTorch does. NumPy's strides may be negative, and so may these."""
    if step < 0:
        raise ValueError(step)
    return right


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
