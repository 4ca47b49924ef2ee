"""What an answer to `numerical_gradient` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import backpropagation
from course_lib.checking import Refused, rubric
from course_lib.rubrics.backpropagation import lengths, numbers


@rubric(
    answer=backpropagation.numerical_gradient,
    title="Measure a gradient by small steps",
    points=2,
    difficulty=1,
    minutes=12,
)
def numerical_gradient(rng, size):
    """More and more weights, with steps that are large enough to matter."""
    features, units = (size + 1) // 2, size // 2 + 1
    return numbers(rng, features, units), numbers(rng, 2, features), float(rng.choice([0.1, 0.25, 0.5]))


@numerical_gradient.edge(points=1)
def whole_numbers():
    """Weights may be whole numbers; a step of a tenth moves them all the same."""
    return np.array([[1, -2], [0, 1]]), np.array([[0.5, -0.25]]), 0.1


@numerical_gradient.edge(points=1)
def no_step():
    """A step of 0 measures nothing and must be refused."""
    return np.array([[1.0]]), np.array([[0.5]]), 0.0


@numerical_gradient.edge(points=1)
def a_negative_step():
    """A negative step is refused as well."""
    return np.array([[1.0]]), np.array([[0.5]]), -0.1


@numerical_gradient.domain
def anything(rng):
    """Weights of any shape and type of number, also none; any batch; steps from 0.0001 to 1, others refused."""
    features, units = lengths(rng, 2, most=3)
    weight = 2 * rng.normal(size=(features, units))
    weight = weight.astype(rng.choice(["int64", "float32", "float64"]))
    x = rng.normal(size=(int(rng.integers(1, 4)), features))
    if rng.random() < 0.1:
        return Refused((weight, x, float(rng.choice([0.0, -0.1]))))
    return weight, x, float(10 ** rng.uniform(-4, 0))


def _loss(weight, x):
    return np.mean(np.tanh(x @ weight) ** 2)


@numerical_gradient.oracle
def by_torch(weight, x, step):
    """Compute all the losses at once in PyTorch, with the weights moved by the rows of a large identity matrix."""
    if step <= 0:
        raise ValueError(step)
    weight, x = torch.tensor(weight).double(), torch.tensor(x).double()
    moves = step * torch.eye(weight.numel(), dtype=torch.float64).reshape(weight.numel(), *weight.shape)
    up, down = (((x @ (weight + way * moves)).tanh() ** 2).mean((1, 2)) for way in (1, -1))
    return ((up - down) / (2 * step)).reshape(weight.shape).numpy()


def _slopes(weight, x, step, slope):
    """Fill an array with the slope at each place; `slope` gets a function that returns the loss after a move."""
    if step <= 0:
        raise ValueError(step)
    slopes = np.zeros(weight.shape)
    for place in np.ndindex(weight.shape):

        def moved(by, place=place):
            other = weight.astype(float)
            other[place] += by
            return _loss(other, x)

        slopes[place] = slope(moved)
    return slopes


@numerical_gradient.mistake
def steps_up_only(weight, x, step):
    """The loss was compared with that of the unmoved weights. A step to each side cancels half of the error."""
    return _slopes(weight, x, step, lambda moved: (moved(step) - moved(0)) / step)


@numerical_gradient.mistake
def steps_down_only(weight, x, step):
    """The loss was compared with that after a step down only. A step to each side cancels half of the error."""
    return _slopes(weight, x, step, lambda moved: (moved(0) - moved(-step)) / step)


@numerical_gradient.mistake
def divides_by_one_step(weight, x, step):
    """The slopes are twice too large: from one side to the other it is two steps, not one."""
    return _slopes(weight, x, step, lambda moved: (moved(step) - moved(-step)) / step)


@numerical_gradient.mistake
def divides_before_it_subtracts(weight, x, step):
    """`/ 2 * step` divides by 2 and multiplies by the step. Put `2 * step` in parentheses."""
    return _slopes(weight, x, step, lambda moved: (moved(step) - moved(-step)) / 2 * step)


@numerical_gradient.mistake
def takes_the_sides_the_wrong_way_round(weight, x, step):
    """The signs are turned around: the loss after the step up comes first."""
    return _slopes(weight, x, step, lambda moved: (moved(-step) - moved(step)) / (2 * step))


@numerical_gradient.mistake
def takes_half_a_step(weight, x, step):
    """Half a step was taken to each side. Take a whole one, and divide by two."""
    return _slopes(weight, x, step, lambda moved: (moved(step / 2) - moved(-step / 2)) / step)


@numerical_gradient.mistake
def does_not_restore(weight, x, step):
    """A weight was not put back before the next one moved: the first slope is right, the others are not."""
    if step <= 0:
        raise ValueError(step)
    other, slopes = weight.astype(float), np.zeros(weight.shape)
    for place in np.ndindex(weight.shape):
        other[place] += step
        up = _loss(other, x)
        other[place] -= 2 * step
        slopes[place] = (up - _loss(other, x)) / (2 * step)
    return slopes


@numerical_gradient.mistake
def moves_the_callers_weights(weight, x, step):
    """The caller's weights were moved, and moved back only up to rounding. Move a copy."""
    if step <= 0:
        raise ValueError(step)
    slopes = np.zeros(weight.shape)
    other = weight if weight.dtype == float else weight.astype(float)
    for place in np.ndindex(weight.shape):
        other[place] += step
        up = _loss(other, x)
        other[place] -= 2 * step
        slopes[place] = (up - _loss(other, x)) / (2 * step)
        other[place] += step + 1e-16
    return slopes


@numerical_gradient.mistake
def moves_every_weight_at_once(weight, x, step):
    """All weights moved together, so every place holds the slope along the diagonal. Move one at a time."""
    if step <= 0:
        raise ValueError(step)
    slope = (_loss(weight + step, x) - _loss(weight - step, x)) / (2 * step)
    return np.full(weight.shape, slope)


@numerical_gradient.mistake
def copies_the_type(weight, x, step):
    """In an array of whole numbers a small step is cut off. Make the copy that moves an array of floats."""
    if step <= 0:
        raise ValueError(step)
    slopes = np.zeros(weight.shape)
    for place in np.ndindex(weight.shape):
        up, down = weight.copy(), weight.copy()
        up[place] += np.asarray(step).astype(weight.dtype)
        down[place] -= np.asarray(step).astype(weight.dtype)
        slopes[place] = (_loss(up, x) - _loss(down, x)) / (2 * step)
    return slopes


@numerical_gradient.mistake
def returns_the_type_of_the_weights(weight, x, step):
    """The slopes were put into an array of the weights' type, where whole numbers cut them off. Use floats."""
    return backpropagation.numerical_gradient(weight, x, step).astype(weight.dtype)


@numerical_gradient.mistake
def uses_calculus(weight, x, step):
    """This is the exact gradient. The exercise asks what two steps measure, which is a little off."""
    if step <= 0:
        raise ValueError(step)
    y = np.tanh(x @ weight)
    return x.T @ (2 * y * (1 - y**2)) / max(y.size, 1)


@numerical_gradient.mistake
def accepts_any_step(weight, x, step):
    """A step of 0 or below was accepted: ask for it first, and raise ValueError."""
    if step > 0:
        return backpropagation.numerical_gradient(weight, x, step)
    return np.full(weight.shape, np.nan)


@numerical_gradient.mistake
def accepts_negative_steps(weight, x, step):
    """A negative step was accepted. Refuse it like 0."""
    if step == 0:
        raise ValueError(step)
    return backpropagation.numerical_gradient(weight, x, abs(step))


@numerical_gradient.alternative
def all_weights_in_one_array(weight, x, step):
    """Makes one array of all the moved weights, and lets NumPy compute every loss at once."""
    if not step > 0:
        raise ValueError(f"{step} is no step")
    moves = step * np.eye(weight.size).reshape(weight.size, *weight.shape)
    up, down = (np.tanh(x @ (weight + way * moves)) ** 2 for way in (1, -1))
    return ((up - down).mean(axis=(1, 2)) / (2 * step)).reshape(weight.shape)


@numerical_gradient.alternative
def in_place_on_a_copy(weight, x, step):
    """Moves one copy, and puts each number back exactly as it was."""
    if step <= 0:
        raise ValueError(step)
    other = np.array(weight, dtype=np.float64)
    slopes = np.zeros_like(other)
    for i in range(other.shape[0]):
        for j in range(other.shape[1]):
            kept = other[i, j]
            other[i, j] = kept + step
            slopes[i, j] = _loss(other, x)
            other[i, j] = kept - step
            slopes[i, j] -= _loss(other, x)
            other[i, j] = kept
    return slopes / (2 * step)
