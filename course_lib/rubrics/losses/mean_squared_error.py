"""What an answer to `losses.mean_squared_error` must do, and the mistakes we know."""

import numpy as np
import torch

from course_lib import losses
from course_lib.checking import Refused, rubric
from course_lib.rubrics.losses import short


@rubric(
    answer=losses.mean_squared_error,
    title="Warm-up: mend a mean squared error",
    points=2,
    difficulty=1,
    minutes=6,
    forbids=["torch.nn.functional.mse_loss", "torch.nn.MSELoss"],
)
def mean_squared_error(rng, size):
    """Tables of predictions and targets of one shape."""
    shape = (size + 1, size)
    return short(rng.normal(size=shape) * 3), short(rng.normal(size=shape) * 3)


@mean_squared_error.edge(points=1)
def a_column_and_a_row():
    """Shapes that fit only by broadcasting must be refused."""
    return torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([1.0, 2.0, 3.0])


@mean_squared_error.edge(points=1)
def a_single_number():
    """A prediction and a target may be tensors without axes."""
    return torch.tensor(2.0), torch.tensor(5.0)


@mean_squared_error.domain
def anything(rng):
    """Any shape, none and several axes included, float32 or float64; what differs in shape or is empty is refused."""
    shape = tuple(int(n) for n in rng.integers(1, 5, size=rng.integers(0, 4)))
    dtype = torch.float32 if rng.random() < 0.5 else torch.float64
    kind = rng.choice(["fits", "fits", "fits", "fits", "broadcasts", "is empty"])
    if kind == "broadcasts" and shape:
        longer = (shape[0] + 1, *shape[1:])
        other = longer if rng.random() < 0.5 else (1, *shape)
        return Refused((_errors(rng, shape, dtype), _errors(rng, other, dtype)))
    if kind == "is empty":
        return Refused((_errors(rng, (*shape, 0), dtype), _errors(rng, (*shape, 0), dtype)))
    return _errors(rng, shape, dtype), _errors(rng, shape, dtype)


def _errors(rng, shape, dtype):
    return torch.from_numpy(np.asarray(rng.normal(size=shape) * rng.choice([0.01, 1, 1000]))).to(dtype)


@mean_squared_error.oracle
def by_numpy(prediction, target):
    """Average in NumPy, after the same two questions."""
    errors = prediction.numpy().astype(np.float64) - target.numpy().astype(np.float64)
    if prediction.shape != target.shape or errors.size == 0:
        raise ValueError("these have no mean squared error")
    return torch.tensor(np.mean(errors**2), dtype=prediction.dtype)


def _checked(prediction, target):
    losses.mean_squared_error(prediction, target)  # asks the two questions
    return prediction - target


@mean_squared_error.mistake
def compares_all_pairs(prediction, target):
    """Shapes that differ were broadcast, so every prediction met every target. Compare the shapes first, and refuse."""
    return (prediction - target).square().mean()


@mean_squared_error.mistake
def sums_the_last_axis(prediction, target):
    """The last axis is summed and only the others are averaged. A mean divides by the number of all numbers."""
    squares = _checked(prediction, target).square()
    return squares.sum(dim=-1).mean() if squares.ndim else squares


@mean_squared_error.mistake
def takes_the_root(prediction, target):
    """This is the root of the mean squared error. The loss is the mean itself."""
    return _checked(prediction, target).square().mean().sqrt()


@mean_squared_error.mistake
def halves(prediction, target):
    """The result is half of the mean. The half is a convention of other textbooks, not of this formula."""
    return _checked(prediction, target).square().mean() / 2


@mean_squared_error.mistake
def sums(prediction, target):
    """The squares are summed but not divided, so the loss grows with the batch."""
    return _checked(prediction, target).square().sum()


@mean_squared_error.mistake
def divides_by_the_batch(prediction, target):
    """The sum is divided by the number of rows. Divide by the number of all numbers."""
    squares = _checked(prediction, target).square()
    return squares.sum() / (len(squares) if squares.ndim else 1)


@mean_squared_error.mistake
def takes_the_absolute_error(prediction, target):
    """The errors are not squared: this is the mean absolute error."""
    return _checked(prediction, target).abs().mean()


@mean_squared_error.mistake
def squares_the_mean(prediction, target):
    """The mean is squared instead of the errors, so errors of opposite sign cancel. Square first, then average."""
    return _checked(prediction, target).mean().square()


@mean_squared_error.mistake
def flattens(prediction, target):
    """Both were flattened first, so different shapes of one size pass as equal. Compare the shapes themselves."""
    if prediction.numel() != target.numel() or not prediction.numel():
        raise ValueError("these have no mean squared error")
    return (prediction.flatten() - target.flatten()).square().mean()


@mean_squared_error.alternative
def by_a_dot_product(prediction, target):
    """Flatten the errors, multiply them with themselves, and divide by their number."""
    if prediction.shape != target.shape or not prediction.numel():
        raise ValueError("these have no mean squared error")
    errors = (prediction - target).flatten()
    return errors @ errors / len(errors)
