"""What an answer to `broadcast_shapes` must do, and the mistakes we know."""

from itertools import zip_longest

import numpy as np
import torch

from course_lib import tensors
from course_lib.checking import Refused, cases, rubric
from course_lib.checking.cases import unlike_lengths


@rubric(
    answer=tensors.broadcast_shapes,
    title="Which shape do two shapes broadcast to?",
    points=3,
    difficulty=2,
    minutes=12,
    forbids=["numpy.broadcast_shapes", "numpy.broadcast_arrays", "torch.broadcast_shapes", "torch.broadcast_tensors"],
)
def broadcast_shapes(rng, size):
    """Shapes of different ranks, each with axes to be stretched."""
    rank = min(size, 4) + 1
    full = unlike_lengths(rng, rank)
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


@broadcast_shapes.domain
def any_two_shapes(rng):
    """Any two shapes of up to six axes, of lengths from 0 to beyond every memory; those that do not fit are refused."""
    most = cases.one_of(rng, 3, 7, 10**12)
    full = cases.shape(rng, cases.whole(rng, 0, 6), least=cases.one_of(rng, 0, 1, 2), most=most)
    shapes = []
    for _ in range(2):
        kept = [length if rng.random() < 0.6 else 1 for length in full]
        shapes.append(kept[int(rng.integers(len(full) + 1)) if rng.random() < 0.5 else 0 :])
    shorter = min(map(len, shapes))
    if shorter and rng.random() < 0.3:
        place, length = -1 - int(rng.integers(shorter)), cases.whole(rng, 2, 8)
        other = cases.one_of(rng, 0, length + 1, 2 * length, length - 1 if length > 2 else 3)
        both = (length, other) if rng.random() < 0.5 else (other, length)
        shapes[0][place], shapes[1][place] = both
        return Refused((tuple(shapes[0]), tuple(shapes[1])))
    return tuple(shapes[0]), tuple(shapes[1])


@broadcast_shapes.oracle
def by_numpy(first, second):
    """Asks NumPy, with a small number in place of each length, since NumPy refuses shapes beyond all memory."""
    small = {0: 0, 1: 1}
    for length in (*first, *second):
        small.setdefault(length, len(small))
    long = {number: length for length, number in small.items()}
    shapes = (tuple(small[length] for length in shape) for shape in (first, second))
    return tuple(long[number] for number in np.broadcast_shapes(*shapes))


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
def drops_axes_of_length_one(first, second, *, right):
    """An axis of length 1 in both shapes was dropped. Where both are 1 the result is 1, and the axis stays."""
    return tuple(length for length in right if length != 1)


@broadcast_shapes.mistake
def drops_leading_ones(first, second, *, right):
    """Axes of length 1 at the front were dropped. They stay, whether or not the other shape has an axis there."""
    longer = [length != 1 for length in right]
    return right[longer.index(True) :] if True in longer else ()


@broadcast_shapes.mistake
def adds_two_tensors(first, second):
    """Two tensors were made and the library asked. Work on the shapes alone: the tensors may not fit into memory."""
    try:
        return tuple((torch.empty(first) + torch.empty(second)).shape)
    except RuntimeError as error:
        raise ValueError(first, second) from error


@broadcast_shapes.mistake
def refuses_different_ranks(first, second, *, right):
    """Shapes with different numbers of axes were refused. The shorter one is filled up with 1 on the left."""
    if len(first) != len(second):
        raise ValueError(first, second)
    return right


@broadcast_shapes.mistake
def comes_out_backward(first, second, *, right):
    """The result is back to front: it was collected from the last axis to the first. Turn it around at the end."""
    return right[::-1]


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
