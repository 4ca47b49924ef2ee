"""What an answer to `permuted` must do, and the mistakes we know."""

import numpy as np

from course_lib import tensors
from course_lib.checking import Refused, cases, rubric
from course_lib.checking.cases import unlike_lengths


@rubric(
    answer=tensors.permuted,
    title="All axes in a new order",
    points=2,
    difficulty=1,
    minutes=10,
    forbids=[
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
    shape = unlike_lengths(rng, {1: 2, 2: 2, 3: 3, 5: 4, 8: 5}.get(size, 3))
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


@permuted.domain
def any_order(rng):
    """Any layout of up to six axes, in any order, its axes named from either end; what is no order is refused."""
    rank = cases.whole(rng, 0, 6)
    shape = cases.shape(rng, rank, most=9)
    strides = tuple(int(rng.integers(-30, 120)) for _ in shape)
    order = [int(axis) - rank * int(rng.integers(2)) for axis in rng.permutation(rank)]
    if rank and rng.random() < 0.25:
        place = int(rng.integers(rank))
        named = order[place] % rank
        wrong = [rank + int(rng.integers(rank + 1)), -rank - 1 - int(rng.integers(rank + 1))]
        wrong += [(named + 1) % rank, (named + 1) % rank - rank] if rank > 1 else []
        kind = cases.one_of(rng, "left out", "too many", "replaced", "replaced")
        order[place : place + (kind != "too many")] = [] if kind == "left out" else [cases.one_of(rng, *wrong)]
    call = shape, strides, tuple(order)
    return call if sorted(axis + rank * (axis < 0) for axis in order) == list(range(rank)) else Refused(call)


@permuted.oracle
def by_numpy(shape, strides, order):
    """Asks NumPy, on an array of single bytes: its strides count bytes, and so cells."""
    view = np.lib.stride_tricks.as_strided(np.zeros(1, np.int8), shape, strides)
    if len(order) != view.ndim:
        raise ValueError(order)
    turned = view.transpose(order) if order else view
    return turned.shape, turned.strides


@permuted.mistake
def goes_the_other_way(shape, strides, order):
    """This is the inverse order. Axis k of the result should be axis `order[k]` of the input, not the reverse."""
    tensors.permuted(shape, strides, order)
    return tensors.permuted(shape, strides, tuple(np.argsort([axis % len(shape) for axis in order]).tolist()))


@permuted.mistake
def makes_fresh_strides(shape, strides, order, *, right):
    """These are the strides of a fresh tensor of the new shape, which would move the numbers. Reorder the old ones."""
    new, _ = right
    return new, tensors.contiguous_strides(new)


@permuted.mistake
def leaves_the_strides(shape, strides, order, *, right):
    """Only the shape was reordered. Each axis takes its stride along."""
    return right[0], strides


@permuted.mistake
def leaves_the_shape(shape, strides, order, *, right):
    """Only the strides were reordered. Each axis takes its length along."""
    return shape, right[1]


@permuted.mistake
def exchanges_the_two_results(shape, strides, order, *, right):
    """Shape and strides came out in exchanged places. First the new shape, then the new strides."""
    return right[::-1]


@permuted.mistake
def reverses_all_axes(shape, strides, order):
    """All axes were reversed, as `.T` does for a matrix. Follow `order`."""
    tensors.permuted(shape, strides, order)
    return shape[::-1], strides[::-1]


@permuted.mistake
def refuses_negative_axes(shape, strides, order, *, right):
    """Negative axes were refused. Add the number of axes to them before checking."""
    if sorted(order) != list(range(len(shape))):
        raise ValueError(order)
    return right


@permuted.mistake
def takes_any_order(shape, strides, order):
    """An order that repeats an axis went through: the result would read some cells twice and lose others."""
    return tuple(shape[axis] for axis in order), tuple(strides[axis] for axis in order)


@permuted.mistake
def compares_names_only(shape, strides, order):
    """Two different numbers can name one axis: bring negative ones to the usual form before looking for repeats."""
    if len(set(order)) != len(shape):
        raise ValueError(order)
    return tuple(shape[axis] for axis in order), tuple(strides[axis] for axis in order)


@permuted.mistake
def takes_names_around_the_corner(shape, strides, order):
    """`%` turned the name of an axis that is not there into that of another. Look at the range before using it."""
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
