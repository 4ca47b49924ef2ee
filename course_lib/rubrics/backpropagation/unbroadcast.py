"""What an answer to `unbroadcast` must do, and the mistakes we know."""

import numpy as np

from course_lib import backpropagation
from course_lib.checking import Refused, rubric
from course_lib.rubrics.backpropagation import any_numbers, lengths, new_array, numbers

FULL = (2, 3, 5)  # every axis has a length of its own, so that none is taken for another


@rubric(
    answer=backpropagation.unbroadcast,
    title="Sum back what was stretched",
    points=3,
    difficulty=2,
    minutes=15,
)
def unbroadcast(rng, size):
    """Inputs that lack axes, inputs with axes of length 1, and both."""
    shapes = {1: ((2, 3), (3,)), 2: ((2, 3), (2, 1)), 3: (FULL, (3, 1)), 5: (FULL, (2, 1, 5)), 8: (FULL, FULL)}
    full, shape = shapes[size]
    return numbers(rng, *full), shape


@unbroadcast.drive
def arrays(answer, gradient, shape):
    """Call it and see that it made an array of its own."""
    return new_array(answer(gradient, shape), gradient)


@unbroadcast.edge(points=1)
def a_single_number():
    """A number without any axis reaches every place, so it gets the sum of all."""
    return np.array([[1.0, -2.0, 4.0]]), ()


@unbroadcast.edge(points=1)
def a_length_that_was_1_before():
    """An axis that has length 1 on both sides was not stretched."""
    return np.array([[1.0], [2.5]]), (1, 1)


@unbroadcast.edge(points=1)
def nothing_to_share():
    """A number stretched to length 0 was used nowhere, and its gradient is 0."""
    return np.zeros((0, 2)), (1, 2)


@unbroadcast.edge(points=1)
def a_shape_that_does_not_fit():
    """A shape that cannot be stretched to that of the gradient must be refused."""
    return np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), (2,)


@unbroadcast.domain
def anything(rng):
    """Gradients with up to four axes, of any length, also 0, float32 or float64. Shapes that do not fit are refused."""
    full = lengths(rng, int(rng.integers(0, 5)), most=3)
    kept = full[int(rng.integers(0, len(full) + 1)) :]
    shape = tuple(1 if rng.random() < 0.4 else length for length in kept)
    gradient = any_numbers(rng, *full)
    if full and rng.random() < 0.12:
        wrong = (*full[:-1], full[-1] + 2) if rng.random() < 0.5 else (2, *full)
        return Refused((gradient, wrong))
    return gradient, shape


@unbroadcast.oracle
def by_numbering_the_places(gradient, shape):
    """Number the places of the input, stretch the numbers, and add up what arrives at each."""
    count = int(np.prod(shape, dtype=int))
    places = np.broadcast_to(np.arange(count).reshape(shape), gradient.shape)
    total = np.zeros(count)
    np.add.at(total, places.ravel(), gradient.ravel())
    return total.reshape(shape).astype(gradient.dtype)


def _fitting(gradient, shape):
    np.broadcast_to(np.zeros(shape), gradient.shape)  # raises ValueError
    return gradient.ndim - len(shape)


@unbroadcast.mistake
def sums_leading_axes_only(gradient, shape):
    """The axes that the input lacked were summed, those of length 1 were not."""
    return gradient.sum(axis=tuple(range(_fitting(gradient, shape))))


@unbroadcast.mistake
def sums_axes_of_length_1_only(gradient, shape):
    """The axes of length 1 were summed, those that the input did not have are still there."""
    new = _fitting(gradient, shape)
    return gradient.sum(axis=tuple(new + k for k, n in enumerate(shape) if n == 1), keepdims=True)


@unbroadcast.mistake
def leaves_leading_ones(gradient, shape):
    """The sums are right, but axes of length 1 are left in front. The result must have the input's shape."""
    new = _fitting(gradient, shape)
    axes = (*range(new), *(new + k for k, n in enumerate(shape) if n == 1))
    return gradient.sum(axis=axes, keepdims=True)


@unbroadcast.mistake
def loses_axes_of_length_1(gradient, shape):
    """A stretched axis was summed away. The input has it with length 1, so keep it."""
    new = _fitting(gradient, shape)
    return gradient.sum(axis=(*range(new), *(new + k for k, n in enumerate(shape) if n == 1)))


@unbroadcast.mistake
def averages(gradient, shape):
    """The gradients were averaged. Every copy passes on its whole gradient: sum them."""
    new = _fitting(gradient, shape)
    axes = (*range(new), *(new + k for k, n in enumerate(shape) if n == 1))
    return gradient.mean(axis=axes, keepdims=True).reshape(shape) if axes else gradient.copy()


@unbroadcast.mistake
def takes_the_first(gradient, shape):
    """Only one of the copies was taken. Every copy's gradient counts: sum them."""
    new = _fitting(gradient, shape)
    return gradient[(0,) * new][tuple(slice(0, 1) if n == 1 else slice(None) for n in shape)].copy()


@unbroadcast.mistake
def lines_up_on_the_left(gradient, shape):
    """The shapes were lined up on the left. Broadcasting lines them up on the right: new axes stand in front."""
    _fitting(gradient, shape)
    padded = (*shape, *[1] * (gradient.ndim - len(shape)))
    axes = tuple(k for k, n in enumerate(padded) if n == 1)
    return gradient.sum(axis=axes, keepdims=True).reshape(shape)


@unbroadcast.mistake
def sums_one_axis(gradient, shape):
    """One axis was summed where several were stretched."""
    new = _fitting(gradient, shape)
    axes = (*range(new), *(new + k for k, n in enumerate(shape) if n == 1))
    if not axes:
        return gradient.copy()
    summed = gradient.sum(axis=axes[0], keepdims=True)
    return summed.reshape(shape) if summed.size == np.prod(shape, dtype=int) else summed


@unbroadcast.mistake
def adds_up_by_columns(gradient, shape):
    """The numbers were counted off in a row and put into the new shape, whichever axis they came from."""
    _fitting(gradient, shape)
    size = int(np.prod(shape, dtype=int))
    return gradient.reshape(-1, size).sum(axis=0).reshape(shape) if gradient.size else np.zeros(shape)


@unbroadcast.mistake
def hands_back_the_callers_array(gradient, shape):
    """Where nothing was stretched, the caller's own array came back. Whoever adds to it changes both: return a copy."""
    return gradient if gradient.shape == shape else backpropagation.unbroadcast(gradient, shape)


@unbroadcast.mistake
def refuses_nothing(gradient, shape):
    """A shape that does not fit was made to fit. Raise ValueError for it."""
    try:
        return backpropagation.unbroadcast(gradient, shape)
    except ValueError:
        return np.resize(gradient, shape)


@unbroadcast.alternative
def axis_by_axis(gradient, shape):
    """Sums leading axes one after another, then each axis of length 1."""
    if len(shape) > gradient.ndim:
        raise ValueError(shape)
    gradient = gradient.copy()
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
        elif length != gradient.shape[axis]:
            raise ValueError(shape)
    return gradient


@unbroadcast.alternative
def place_by_place(gradient, shape):
    """Adds each number to the place of the input that it came from."""
    _fitting(gradient, shape)
    total = np.zeros(shape, dtype=gradient.dtype)
    for place in np.ndindex(gradient.shape):
        own = place[gradient.ndim - len(shape) :]
        total[tuple(0 if n == 1 else k for k, n in zip(own, shape, strict=True))] += gradient[place]
    return total
