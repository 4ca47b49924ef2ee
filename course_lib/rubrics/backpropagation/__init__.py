"""What the backpropagation answers must do, and the mistakes we know: what several exercises share."""

import numpy as np


def numbers(rng, *shape):
    """Return random numbers that are short to print and never 0."""
    return np.round(rng.uniform(0.1, 3, size=shape), 1) * rng.choice([-1.0, 1.0], size=shape)


def any_numbers(rng, *shape):
    """Return float32 or float64 numbers, tiny, ordinary or large, some of them 0; often a view of a larger array."""
    scale = 10.0 ** rng.choice([-3, 0, 0, 0, 3])
    made = np.asarray(scale * rng.normal(size=shape) * (rng.random(size=shape) < 0.85))
    made = made.astype(rng.choice(["float32", "float64"]))
    return np.asarray(made.T.copy().T) if rng.random() < 0.3 else made  # the same numbers, stored column by column


def lengths(rng, count, most=4):
    """Return `count` lengths of axes, small ones and 0 included."""
    return [int(length) for length in rng.integers(0, most + 1, size=count)]


def new_array(made, *given):
    """Return what an answer made: a lone number is as good as an array without axes, the caller's own array is not."""
    if isinstance(made, float | np.floating):
        return np.asarray(made)
    if type(made) is np.ndarray and any(np.shares_memory(made, array) for array in given):
        raise ValueError("the result is the caller's own array, which others still need; return a new one")
    return made
