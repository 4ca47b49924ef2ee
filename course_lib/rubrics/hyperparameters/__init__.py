"""What the rubrics on hyperparameters share: losses of epochs and trials, with a few that diverged."""

import math

import numpy as np

from course_lib.checking import cases


def quarters(rng: np.random.Generator, count: int, high: int = 16) -> list[float]:
    """Return losses that are multiples of 1/4, so that their differences are exact and equals are frequent."""
    below = cases.one_of(rng, 0, 9)  # a loss may be negative
    return [float(n - below) / 4 for n in rng.integers(1, high, size=count)]


def some_diverged(rng: np.random.Generator, losses: list[float]) -> list[float]:
    """Return the losses, now and then with nan among them, as of a training that diverged."""
    if rng.random() < 0.6 or not losses:
        return losses
    share = cases.one_of(rng, 0.2, 0.5, 1.0)
    return [math.nan if rng.random() < share else loss for loss in losses]
